"""When accounts are fetched unasked, and how long is waited where that failed."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

DAY = timedelta(days=1)
# A time that lies further ahead than this is of a clock that went back since, and tells nothing.
SKEW = timedelta(hours=1)
# After so many failures in a row, where TikTok does not answer; the last one again and again.
_REFRESH_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240, 360))
# After so many fetches in a row that brought no posts.
_POSTLESS_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60))
# After so many without any answer, while somebody waits.
_ASKED_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 1_200, 1_800, 3_600))
# An account that TikTok refuses may come back, and is asked for less and less often.
_MOST_REFUSED = timedelta(days=7)
# No refresh is due later than this.
FARTHEST = 2 * DAY + _MOST_REFUSED


def is_within(moment: datetime | None, how_long: timedelta, now: datetime) -> bool:
    """Whether it was less than ``how_long`` ago."""
    return moment is not None and -SKEW < now - moment < how_long


def slot(username: str) -> timedelta:
    """The account's own moment of a day: all accounts together are spread over the day evenly."""
    return timedelta(seconds=int.from_bytes(sha256(username.encode()).digest()[:4], "big") % 86_400)


def next_refresh(username: str, fetched_at: datetime) -> datetime:
    """The account's moment of the day (in UTC) after the one that it was fetched on: each day has one."""
    day = fetched_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + DAY + slot(username)


def after_silence(failures: int, now: datetime) -> datetime:
    """When an account is refreshed next, after ``failures`` in a row; 0: it was not the account that failed."""
    return now + _pause(_REFRESH_PAUSES, failures)


def without_posts(failures: int, now: datetime) -> datetime:
    """When an account is refreshed next whose posts could not be had, ``failures`` times in a row."""
    return now + _pause(_POSTLESS_PAUSES, failures)


def after_refusal(username: str, failures: int, now: datetime) -> datetime:
    return next_refresh(username, now) + min(DAY * (failures - 1), _MOST_REFUSED)


def asked_pause(failures: int) -> timedelta:
    """How long those who wait do so until the next try, after ``failures`` in a row; 0 is as 1."""
    return _pause(_ASKED_PAUSES, failures)


def _pause(pauses: tuple[timedelta, ...], failures: int) -> timedelta:
    return pauses[min(max(failures, 1), len(pauses)) - 1]
