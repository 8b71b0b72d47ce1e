"""How the daily digest looks, and what went wrong on its day."""

from collections.abc import Sequence
from datetime import date

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.operations.callbacks import DigestPlace, DigestPress, ErrorPress
from handlers.operations.views import to_office
from handlers.operations.ways import way_line, ways_summary
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import MINUS, date_of, hour, number, quoted, shorten
from services.operations.digest import Digest, EqualErrors, Figures, TopState

MOST_NAME = 24


def digest_screen(digest: Digest) -> Screen:
    """What happened, above what is so now."""
    lines = [
        _title(digest),
        *(_people(digest.figures, digest.before)),
        *_sales(digest),
        *_tiktok(digest),
        *_trouble(digest),
        *_now(digest),
        *_ways(digest),
    ]
    return Screen("\n".join(lines), rows(*_doors(digest)))


def errors_screen(day: date, errors: Sequence[EqualErrors]) -> Screen:
    """The day's errors, each kind with a button that opens one of them."""
    if not errors:
        text = _("✅ {day}: no errors.").format(day=date_of(day))
        return Screen(text, rows([to_office()]))
    title = _("⚠️ <b>Errors, {day}</b>").format(day=date_of(day))
    lines = [title, *(f"• {_name(each)} × {number(each.times)}" for each in errors)]
    buttons = [button(shorten(each.name, MOST_NAME), ErrorPress(id=each.id)) for each in errors]
    return Screen("\n".join(lines), rows(*([each] for each in buttons), [to_office()]))


def _title(digest: Digest) -> str:
    text = _("🗞 <b>{day}</b>, against the day before") if digest.is_over else _("🗞 <b>{day}</b>, until now")
    return text.format(day=date_of(digest.day))


def _people(day: Figures, before: Figures) -> list[str]:
    """People, links and clicks."""
    if day.is_quiet:
        return [_("😴 A quiet day: nobody wrote, no link was followed.")]
    return [
        _("👥 New people: {new}, active: {active}").format(
            new=_against(day.new_people, before.new_people), active=_against(day.active_people, before.active_people)
        ),
        _("🔗 New links: {count}").format(count=_against(day.new_links, before.new_links)),
        _("📊 Clicks: {count}").format(count=_against(day.clicks, before.clicks)),
        _("👣 Visitors: {visitors}, bots: {bots}").format(
            visitors=_against(day.visitors, before.visitors), bots=_against(day.bots, before.bots)
        ),
    ]


def _sales(digest: Digest) -> list[str]:
    """What was bought and given back; nothing where nothing was."""
    day, lines = digest.taken, []
    if day.guides:
        text = ngettext("📘 {count} guide bought", "📘 {count} guides bought", day.guides)
        free = _(", {count} of them free").format(count=number(day.free)) if day.free else ""
        lines.append(text.format(count=number(day.guides)) + free)
    if day.taken or day.returned:
        text = _("⭐ Stars taken: {taken}, given back: {returned}")
        lines.append(text.format(taken=number(day.taken), returned=number(day.returned)))
    return lines


def _tiktok(digest: Digest) -> list[str]:
    day, before = digest.figures, digest.before
    lines = []
    if day.fetched or day.refused or day.failed or before.fetched:
        text = _("🎵 Accounts fetched: {fetched}, failed: {failed}")
        lines.append(
            text.format(fetched=_against(day.fetched, before.fetched), failed=_against(day.failed, before.failed))
        )
    if day.refused:
        lines.append(_("🙈 TikTok does not show: {count}").format(count=_against(day.refused, before.refused)))
    if digest.top is not None:
        lines.append(_top(digest.top))
    return lines


def _top(top: TopState) -> str:
    facts = {"day": date_of(top.day), "answered": number(top.answered), "asked": number(top.asked)}
    if top.refreshed_at is None:
        return _("🏆 Top, {day}: nobody of {asked} answered").format(**facts)
    text = _("🏆 Top, {day}: {answered} of {asked} answered, at {time}")
    return text.format(**facts, time=hour(top.refreshed_at))


def _trouble(digest: Digest) -> list[str]:
    """Messages, and whatever went wrong; a line that would say nothing is left out."""
    day, before = digest.figures, digest.before
    lines = []
    if day.sent or day.undelivered or day.unknown:
        parts = [_("📤 Messages sent: {count}").format(count=number(day.sent))]
        if day.undelivered:
            parts.append(_("failed: {count}").format(count=number(day.undelivered)))
        if day.unknown:
            parts.append(_("unknown: {count}").format(count=number(day.unknown)))
        lines.append(", ".join(parts))
    if day.works_failed:
        lines.append(_("⚙️ Works given up: {count}").format(count=_against(day.works_failed, before.works_failed)))
    if digest.errors:
        text = _("⚠️ Errors: {count}, most often {name}")
        lines.append(text.format(count=_against(day.errors, before.errors), name=_name(digest.errors[0])))
    if day.banned or day.disabled:
        text = _("🚫 People banned: {people}, links switched off: {links}")
        lines.append(text.format(people=number(day.banned), links=number(day.disabled)))
    return lines


def _now(digest: Digest) -> list[str]:
    """What waits, and whether all is well."""
    waiting = []
    if digest.owed:
        waiting.append(_("messages: {count}").format(count=number(digest.owed)))
    if digest.works:
        waiting.append(_("works: {count}").format(count=number(digest.works)))
    if digest.questions:
        waiting.append(_("questions about payments: {count}").format(count=number(digest.questions)))
    if digest.proposals:
        waiting.append(_("proposals for the top: {count}").format(count=number(digest.proposals)))
    lines = [_("⏳ Waiting now: {what}").format(what=", ".join(waiting))] if waiting else []
    if not digest.alerts:
        return [*lines, _("✅ No alert stands.")]
    text = ngettext("⚠️ <b>{count} alert stands</b>", "⚠️ <b>{count} alerts stand</b>", digest.alerts)
    return [*lines, text.format(count=number(digest.alerts))]


def _ways(digest: Digest) -> list[str]:
    """Folded: who is not concerned with TikTok reads how many are open, and no more."""
    if not digest.sources:
        return [_("🎵 TikTok: no bot runs that could tell how its ways fare")]
    lines = [_("Since the bot's start:"), *(way_line(source) for source in digest.sources)]
    folded = "\n".join(lines)
    return [ways_summary(digest.sources), f"<blockquote expandable>{folded}</blockquote>"]


def _doors(digest: Digest) -> list[list[InlineKeyboardButton]]:
    def press(place: DigestPlace) -> DigestPress:
        return DigestPress(place=place, day=digest.day.toordinal())

    count = number(digest.figures.errors)
    errors = button(_("⚠️ Errors: {count}").format(count=count), press(DigestPlace.ERRORS))
    proposals = button(_("💡 Proposals: {count}").format(count=number(digest.proposals)), press(DigestPlace.PROPOSALS))
    return [
        [button(_("🩺 Health"), press(DigestPlace.HEALTH)), button(_("📜 Who did what"), press(DigestPlace.LOG))],
        [errors] if digest.errors else [],
        [proposals] if digest.proposals else [],
    ]


def _against(count: int, before: int) -> str:
    """``12 (+4)``, ``12 (−4)``, and ``12`` where it was as many."""
    if count == before:
        return number(count)
    sign = "+" if count > before else MINUS
    return f"{number(count)} ({sign}{number(abs(count - before))})"


def _name(error: EqualErrors) -> str:
    return quoted(error.name)
