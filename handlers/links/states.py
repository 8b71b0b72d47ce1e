"""Whether a link leads on, in short lines: switched off, not open yet, ended, used up, or until when and how often."""

from datetime import datetime, timedelta, tzinfo

from services.language import gettext as _
from services.language.formats import day_in_full, hour, number, offset, quoted, said
from services.links.links import Link
from services.links.targets import readable_url

MOST_REASON = 300
TARGET_CHARACTERS = 36
LONGEST_ANCHOR = 1_000
# Whoever reads "until 00:00" looks for it on the wrong day.
MIDNIGHT = "00:00"


def state_lines(link: Link, zone: tzinfo, now: datetime, *, with_offset: bool = False) -> list[str]:
    """What is to be known of a link that does not plainly lead on; of one that does, nothing.

    ``with_offset``: moments at which it opens and ends say in which time zone they are meant.
    """
    lines = []
    if link.disabled is not None:
        lines.append(_("⛔️ Switched off: {reason}").format(reason=said(link.disabled, MOST_REASON)))
    if link.paused_at is not None:
        lines.append(_("⏸ You switched it off on {moment}").format(moment=moment_text(link.paused_at, zone, now)))
    is_off = link.disabled is not None or link.paused_at is not None or is_used_up(link)
    lines += _window_lines(link, zone, now, with_offset=with_offset, is_off=is_off)
    lines += _limit_lines(link)
    return lines


def has_ended(link: Link, now: datetime) -> bool:
    """Its time is over, or its clicks are used up."""
    is_over = link.valid_until is not None and link.valid_until <= now
    return is_over or is_used_up(link)


def is_used_up(link: Link) -> bool:
    return link.click_limit is not None and link.passed >= link.click_limit


def fallback_line(link: Link) -> str:
    """Where people go once the link has ended; only of a link that has a fallback."""
    assert link.fallback_url is not None
    return _("🛟 After its end → {target}").format(target=address_anchor(link.fallback_url))


def moment_text(at: datetime, zone: tzinfo, now: datetime) -> str:
    """``5 December, 18:30``, with the year where it is not this one."""
    local = at.astimezone(zone)
    return f"{day_in_full(local, now)}, {hour(local)}"


def until_text(at: datetime, zone: tzinfo, now: datetime) -> str:
    """``until 5 December, 18:30``; of a midnight, ``until the end of 4 December``."""
    if hour(at.astimezone(zone)) == MIDNIGHT:
        return _("until the end of {day}").format(day=day_in_full(last_day(at, zone), now))
    return _("until {moment}").format(moment=moment_text(at, zone, now))


def from_text(at: datetime, zone: tzinfo, now: datetime) -> str:
    """``from 5 December, 18:30``."""
    return _("from {moment}").format(moment=moment_text(at, zone, now))


def last_day(end: datetime, zone: tzinfo) -> datetime:
    """A time on the last day of what ends then, in the zone: where that is midnight, on the day before."""
    local = end.astimezone(zone)
    return local - timedelta(days=1) if hour(local) == MIDNIGHT else local


def address_anchor(url: str) -> str:
    """Short enough for one line of a phone; leads to the whole address, which Telegram could not guess from it."""
    shown = said(readable_url(url), TARGET_CHARACTERS)
    # Telegram keeps a message's entities within bounds of its own; a very long address stays text.
    return f'<a href="{quoted(url)}">{shown}</a>' if len(url) <= LONGEST_ANCHOR else shown


def _window_lines(link: Link, zone: tzinfo, now: datetime, *, with_offset: bool, is_off: bool) -> list[str]:
    """``is_off``: whatever its time is, it does not lead on, so nothing says that it does or will."""

    def meant(at: datetime) -> str:
        return f" ({quoted(offset(zone, at))})" if with_offset else ""

    opens, ends = link.valid_from, link.valid_until
    if ends is not None and ends <= now:
        return [_("⌛️ Ended on {moment}").format(moment=moment_text(ends, zone, now)) + meant(ends)]
    if opens is not None and opens <= now:
        opens = None
    if is_off and (opens is not None or ends is not None):
        window = [] if opens is None else [from_text(opens, zone, now)]
        window += [] if ends is None else [until_text(ends, zone, now)]
        return [_("⏳ Time: {window}").format(window=", ".join(window)) + meant(ends or opens or now)]
    lines = []
    if opens is not None:
        lines.append(_("⏳ Opens on {moment}").format(moment=moment_text(opens, zone, now)) + meant(opens))
    if ends is not None:
        lines.append(_("⏳ Works {until}").format(until=until_text(ends, zone, now)) + meant(ends))
    return lines


def _limit_lines(link: Link) -> list[str]:
    if link.click_limit is None:
        return []
    limit = number(link.click_limit)
    if is_used_up(link):
        return [_("🎯 All clicks are used up: {limit} of {limit}").format(limit=limit)]
    return [_("🎯 Clicks left: {left} of {limit}").format(left=number(link.click_limit - link.passed), limit=limit)]
