"""How notices are set."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from handlers.menu import MenuPress, Room, button, rows
from handlers.screen import Screen
from handlers.settings.callbacks import (
    AskHour,
    AskQuiet,
    AskQuietEnd,
    ChooseHour,
    ChooseQuiet,
    ShowNotices,
    SwitchNotice,
)
from services.language import gettext as _
from services.language.formats import hour
from services.people.preferences import HOURS, Notice, Preferences

# Hours in a row of buttons: a day is a block of four rows.
IN_A_ROW = 4


def notices(preferences: Preferences) -> Screen:
    """What is switched on, and when it comes."""
    lines = [_("🔔 <b>Notices</b>"), _("What I tell you unasked, and when.")]
    quiet = preferences.quiet
    comes_daily = not {Notice.DAILY, Notice.WATCHED} <= preferences.muted
    if quiet is not None and quiet.hold(preferences.hour) and comes_daily:
        lines.append(
            _("ℹ️ {hour} is in your quiet hours: the daily note comes at {end}.").format(
                hour=_clock(preferences.hour), end=_clock(quiet.end)
            )
        )
    if quiet is None:
        quiet_label = _("🌙 Quiet hours: none")
    else:
        quiet_label = _("🌙 Quiet hours: {start}–{end}").format(start=_clock(quiet.start), end=_clock(quiet.end))
    return Screen(
        "\n".join(lines),
        rows(
            *([_switch(notice, preferences)] for notice in Notice),
            [button(_("🕒 Daily note at {hour}").format(hour=_clock(preferences.hour)), AskHour())],
            [button(quiet_label, AskQuiet())],
            [button(_("◀️ Settings"), MenuPress(room=Room.SETTINGS))],
        ),
    )


def hour_question(preferences: Preferences, zone: tzinfo, now: datetime) -> Screen:
    text = _("🕒 When should the daily note come? Now it is {time} for you.").format(time=hour(now.astimezone(zone)))
    return Screen(text, rows(*_hours(lambda each: ChooseHour(hour=each), preferences.hour), [_back()]))


def quiet_question(preferences: Preferences) -> Screen:
    text = _("🌙 From which hour on shall I be quiet? Notices wait for the end of quiet hours; answers come at once.")
    chosen = None if preferences.quiet is None else preferences.quiet.start
    mark = "✅ " if preferences.quiet is None else ""
    none = button(mark + _("No quiet hours"), ChooseQuiet(start=0, end=0))
    return Screen(text, rows(*_hours(lambda each: AskQuietEnd(start=each), chosen), [none], [_back()]))


def quiet_end_question(preferences: Preferences, start: int) -> Screen:
    text = _("🌙 Quiet from {hour} on. Until when?").format(hour=_clock(start))
    chosen = None if preferences.quiet is None else preferences.quiet.end
    hours = _hours(lambda each: ChooseQuiet(start=start, end=each), chosen, but=start)
    return Screen(text, rows(*hours, [button(_("◀️ Back"), AskQuiet())]))


def notice_name(notice: Notice) -> str:
    """As it stands on a switch."""
    names = {
        Notice.DAILY: _("Daily note about my links"),
        Notice.WATCHED: _("Daily note of what I watch"),
        Notice.FLYING: _("A watched account's hit"),
        Notice.FOLLOWERS: _("Its follower milestones"),
        Notice.LINKS: _("Link or webhook switched off"),
        Notice.CLICKS: _("First click, round numbers"),
        Notice.BURSTS: _("Bursts of clicks"),
        Notice.ENDING: _("Limit or time nearly over"),
        Notice.BROKEN: _("Broken targets"),
    }
    return names[notice]


def _switch(notice: Notice, preferences: Preferences) -> InlineKeyboardButton:
    is_on = notice not in preferences.muted
    mark = "✅" if is_on else "🔕"
    return button(f"{mark} {notice_name(notice)}", SwitchNotice(notice=notice, on=not is_on))


def _hours(
    press: Callable[[int], CallbackData], chosen: int | None, *, but: int | None = None
) -> list[list[InlineKeyboardButton]]:
    """A button for each hour of a day, the chosen one marked."""
    buttons = [
        button(f"✓ {_clock(each)}" if each == chosen else _clock(each), press(each)) for each in HOURS if each != but
    ]
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]


def _clock(of_day: int) -> str:
    return f"{of_day:02}:00"


def _back() -> InlineKeyboardButton:
    return button(_("◀️ Back"), ShowNotices())
