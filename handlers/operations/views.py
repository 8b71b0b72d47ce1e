"""The front of the operators' desk: the platform's state, the search, the audit log, an error."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.operations.callbacks import (
    ActsPress,
    FindPress,
    HealthPress,
    HostsPress,
    OverviewPress,
    PersonAction,
    PersonPress,
    TopListPress,
)
from handlers.operations.names import act_name, actor_name, subject_name
from handlers.operations.payment_callbacks import PaymentsPress
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import day, duration, ending, hour, number, quoted
from services.operations.audit import ActPage
from services.operations.errors import KeptError
from services.operations.overview import Overview
from services.operations.tallies import Tally
from services.people import Person, Right

ACTS_ON_A_PAGE = 8
# In UTF-16 units; with what is around it, it fits into a message.
MOST_TRACEBACK = 2_500


def overview(state: Overview, refused: Tally, person: Person) -> Screen:
    lines = [
        _("🛠 <b>The platform runs</b> for {time}").format(time=duration(state.uptime)),
        _("👥 People: {count}").format(count=number(state.people)),
        _("🔗 Links: {count}").format(count=number(state.links)),
        _("📊 Clicks: {count}").format(count=number(state.clicks)),
        _("💾 Database: {name}").format(name=state.database),
    ]
    if refused.week:
        lines.append(
            _("🙅 Refused presses: {today} today, {week} in seven days").format(
                today=number(refused.today), week=number(refused.week)
            )
        )
    return Screen("\n".join(lines), rows(*_doors(person), [button(_("🔄 Refresh"), OverviewPress())]))


def find_question(*, in_group: bool) -> Screen:
    lines = [_("🔎 Whom or what? Send an id, an @name, a short link or the number of an error.")]
    return Screen("\n".join([*lines, *reply_note(in_group=in_group)]), rows([cancel(OverviewPress())]))


def reply_note(*, in_group: bool) -> list[str]:
    """In a group the bot reads only what answers it."""
    return [_("Answer this message.")] if in_group else []


def cancel(press: CallbackData) -> InlineKeyboardButton:
    return button(_("✖️ Cancel"), press)


def to_office() -> InlineKeyboardButton:
    return button(_("◀️ To the start"), OverviewPress())


def to_person(person_id: int) -> InlineKeyboardButton:
    return button(_("◀️ Back"), PersonPress(action=PersonAction.CARD, id=person_id))


def log(page: ActPage, zone: tzinfo, person_id: int) -> Screen:
    """``person_id``: whose acts these are, 0 for all."""
    back = to_person(person_id) if person_id else to_office()
    if not page.total:
        return Screen(_("📜 Nothing has been done here yet."), rows([back]))
    lines = [ngettext("📜 <b>{count} act</b>", "📜 <b>{count} acts</b>", page.total).format(count=number(page.total))]
    lines += [
        f"{moment(act.at, zone)} · {actor_name(act)}\n{act_name(act.name)}: {subject_name(act)}" for act in page.acts
    ]
    return Screen(
        "\n".join(lines), rows(turns(page.number, page.pages, lambda to: ActsPress(page=to, id=person_id)), [back])
    )


def moment(at: datetime, zone: tzinfo) -> str:
    """``22 November, 18:00``"""
    there = at.astimezone(zone)
    return f"{day(there)}, {hour(there)}"


def turns(number: int, pages: int, press: Callable[[int], CallbackData]) -> list[InlineKeyboardButton]:
    """``press`` makes what opens a page."""
    newer = [button(_("◀️ Newer"), press(number - 1))] if number > 1 else []
    older = [button(_("Older ▶️"), press(number + 1))] if number < pages else []
    return newer + older


def error(kept: KeptError, zone: tzinfo, opened_from: int) -> Screen:
    lines = [
        f"⚠️ <b>№ {quoted(kept.id)}</b> · {quoted(kept.name)}",
        _("{source}, {time}").format(source=quoted(kept.source), time=moment(kept.at, zone)),
        f"<pre>{quoted(ending(_without_marks(kept.traceback), MOST_TRACEBACK))}</pre>",
    ]
    who = []
    if kept.person_id is not None and not opened_from:
        who = [button(_("👤 Whose it was"), PersonPress(action=PersonAction.CARD, id=kept.person_id))]
    back = PersonPress(action=PersonAction.ERRORS, id=opened_from) if opened_from else OverviewPress()
    return Screen("\n".join(lines), rows(who, [button(_("◀️ Back"), back)]))


def _without_marks(traceback: str) -> str:
    """Lines of ^^^ take the room of those that say something."""
    return "\n".join(line for line in traceback.splitlines() if line.strip(" ^~"))


def _doors(person: Person) -> list[list[InlineKeyboardButton]]:
    """What the person may enter."""
    doors = [
        (Right.LOOK_UP, button(_("🔎 Find"), FindPress())),
        (Right.SEE_PAYMENTS, button(_("⭐ Payments"), PaymentsPress())),
        (Right.SEE_HEALTH, button(_("🩺 Health"), HealthPress())),
        (Right.BLOCK_HOSTS, button(_("⛔️ Blocked hosts"), HostsPress())),
        (Right.CURATE_TOP, button(_("🏆 Top's list"), TopListPress())),
        (Right.SEE_ACTS, button(_("📜 Who did what"), ActsPress(page=1))),
    ]
    open_ = [door for right, door in doors if person.may(right)]
    return [open_[place : place + 2] for place in range(0, len(open_), 2)]
