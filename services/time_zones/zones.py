"""Time zones by name and by offset. A name is an IANA name (``Europe/Moscow``) or an offset (``UTC+05:45``)."""

import re
import unicodedata
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from services.errors import UserError

# The extremes and the grain of the offsets that places on Earth have ever shared.
EARLIEST, LATEST, GRAIN = timedelta(hours=-12), timedelta(hours=14), timedelta(minutes=15)
MOSCOW = "Europe/Moscow"
MOSCOW_OFFSET = timedelta(hours=3)

# Hyphens, dashes and the minus sign: what a phone's keyboard gives for a minus.
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_OFFSET = re.compile(
    r"(?P<base>utc|gmt|мск|msk)?\s*"
    r"(?:(?P<sign>[+-])\s*(?P<hours>[0-9]{1,2})(?:[:.]?(?P<minutes>[0-5][0-9])|[.,](?P<half>5))?)?"
)
_NAME = re.compile(r"UTC(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2})")


class UnknownTimeZone(UserError):
    """``name`` is neither an IANA zone nor an offset."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def parse_offset(text: str) -> str | None:
    """The zone that ``text`` names without a city, as zone() takes it; None when it names none.

    Offsets: ``+3``, ``−3``, ``+05:45``, ``+0545``, ``+5.5``, ``UTC+5:30``, ``GMT-4``, ``UTC``; from Moscow: ``МСК``,
    ``мск+2``; IANA names in any case: ``europe/moscow``. From −12:00 to +14:00 in steps of 15 minutes. Never raises.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip().casefold()
    # The Etc zones count backwards (Etc/GMT-3 is ahead of UTC): nobody who types one can be taken at their word.
    if "/" in plain and not plain.startswith("etc/"):
        return _iana_names().get(plain.replace(" ", "_"))
    match = _OFFSET.fullmatch(plain)
    if match is None or not plain:
        return None
    moscow = match["base"] in {"мск", "msk"}
    if moscow and match["sign"] is None:
        return MOSCOW
    shift = timedelta(hours=int(match["hours"] or 0), minutes=30 if match["half"] else int(match["minutes"] or 0))
    return _offset_name((-shift if match["sign"] == "-" else shift) + (MOSCOW_OFFSET if moscow else timedelta()))


def zone(name: str) -> tzinfo:
    """The zone of a name that parse_offset() or a City gave. Raises UnknownTimeZone for any other."""
    match = _NAME.fullmatch(name)
    if match is None:
        # Known names alone: ZoneInfo would look for a file of any name.
        if _iana_names().get(name.casefold()) != name:
            raise UnknownTimeZone(name)
        return ZoneInfo(name)
    shift = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    shift = -shift if match["sign"] == "-" else shift
    if _offset_name(shift) != name:
        raise UnknownTimeZone(name)
    return timezone(shift)


def current_offset(name: str, now: datetime) -> timedelta:
    """How far the zone is ahead of UTC at ``now`` (aware). Raises UnknownTimeZone."""
    shift = now.astimezone(zone(name)).utcoffset()
    assert shift is not None
    return shift


def _offset_name(shift: timedelta) -> str | None:
    if not EARLIEST <= shift <= LATEST or shift % GRAIN:
        return None
    hours, minutes = divmod(abs(shift) // timedelta(minutes=1), 60)
    return f"UTC{'-' if shift < timedelta() else '+'}{hours:02}:{minutes:02}"


@lru_cache(maxsize=1)
def _iana_names() -> dict[str, str]:
    """Names by their casefold. Out of the tzdata package: its list is read at once, the system's is searched for."""
    names = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return {name.casefold(): name for name in names if "/" in name or name == "UTC"}
