"""What is recorded of a click, and how a journal file stores it."""

from typing import Final, NamedTuple

import msgspec


class RecordedClick(NamedTuple):
    """One click as the redirect server saw it. Never the visitor's address.

    A journal has the fields in this order. One more comes at the end with a default, which older clicks get, and
    takes a step in :data:`UPGRADES`, if an empty one: an older version must not read what it does not know.
    """

    link_id: int
    # Milliseconds since 1970-01-01T00:00Z.
    at: int
    # A preview, a crawler or a prefetch: nobody's click.
    bot: bool
    # The first visit of this visitor to this link; never true for a bot. Where there is a ``visitor``, it is true,
    # and whether it was so today is found out when the click is counted.
    first_visit: bool
    # A hash of a visitor without a cookie, under the key of the day (16 bytes); None for one with a cookie, and bots.
    visitor: bytes | None = None
    # The dimensions of services.clicks.dimensions, each under its name. Empty for bots.
    country: str = ""
    device: str = ""
    system: str = ""
    browser: str = ""
    app: str = ""
    referrer: str = ""
    language: str = ""
    # By a scan of the link's QR.
    qr: bool = False
    variant: str = ""


COLUMNS = RecordedClick._fields
# Clicks of one row of a journal: all of a turn of the event loop, or as many.
MOST_IN_A_ROW: Final = 100

write = msgspec.json.Encoder().encode
_read = msgspec.json.Decoder(list[RecordedClick]).decode


class ClicksUnreadable(ValueError):
    """A row of a journal is damaged."""


def read(clicks: bytes) -> list[RecordedClick]:
    """What :func:`write` made of a list of clicks: JSON, an array for each. Raises ClicksUnreadable."""
    try:
        return _read(clicks)
    except msgspec.DecodeError as error:
        raise ClicksUnreadable(str(error)) from error


def written_anew(*columns: int | str | bytes) -> bytes:
    """A click as journals had it before format 3, a column for each field, as :func:`write` gives it."""
    link_id, at, bot, first_visit, visitor, *dimensions, qr, variant = columns
    return write([(link_id, at, bool(bot), bool(first_visit), visitor, *dimensions, bool(qr), variant)])


# UPGRADES[n] takes a journal of format n (PRAGMA user_version) to format n + 1. A step that was released never
# changes: files of that format may stand on somebody's disk.
UPGRADES: tuple[tuple[str, ...], ...] = (
    (
        # One row: whose journal it is, up to which click it has forgotten what was counted, and what is written to
        # see whether the disk can be written to.
        "CREATE TABLE journal (uuid TEXT NOT NULL, forgotten INTEGER NOT NULL, probe INTEGER NOT NULL)",
        "CREATE TABLE clicks (id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, at INTEGER NOT NULL,"
        " bot INTEGER NOT NULL, first_visit INTEGER NOT NULL)",
    ),
    (
        "ALTER TABLE clicks ADD COLUMN visitor BLOB",
        "ALTER TABLE clicks ADD COLUMN country TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE clicks ADD COLUMN device TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE clicks ADD COLUMN system TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE clicks ADD COLUMN browser TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE clicks ADD COLUMN app TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE clicks ADD COLUMN referrer TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE clicks ADD COLUMN language TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE clicks ADD COLUMN qr INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE clicks ADD COLUMN variant TEXT NOT NULL DEFAULT ''",
    ),
    (
        # Clicks of one turn of the event loop in a row: its size, and the number of the first; they are numbered on.
        "CREATE TABLE turns (id INTEGER PRIMARY KEY, size INTEGER NOT NULL, clicks BLOB NOT NULL)",
        "INSERT INTO turns SELECT id, 1, written_anew(link_id, at, bot, first_visit, visitor, country, device, system,"
        " browser, app, referrer, language, qr, variant) FROM clicks",
        "DROP TABLE clicks",
    ),
)
FORMAT = len(UPGRADES)

INSERT: Final = "INSERT INTO turns (id, size, clicks) VALUES (?, ?, ?)"
# Whose last click may come after a number; and those whose last click does not.
SELECT: Final = f"SELECT id, size, clicks FROM turns WHERE id > ? - {MOST_IN_A_ROW} ORDER BY id"  # noqa: S608
SIZE: Final = "SELECT coalesce(sum(size), 0) FROM turns WHERE id <= ?1 AND id + size - 1 <= ?1"
DELETE: Final = "DELETE FROM turns WHERE id <= ?1 AND id + size - 1 <= ?1"


def rows(clicks: list[RecordedClick], first: int) -> list[tuple[int, int, bytes]]:
    """The rows that keep the clicks, which are numbered from ``first`` on."""
    if len(clicks) <= MOST_IN_A_ROW:
        return [(first, len(clicks), write(clicks))]
    parts = [clicks[start : start + MOST_IN_A_ROW] for start in range(0, len(clicks), MOST_IN_A_ROW)]
    return [(first + place * MOST_IN_A_ROW, len(part), write(part)) for place, part in enumerate(parts)]
