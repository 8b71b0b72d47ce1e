"""What is recorded of a click, and how a journal file stores it."""

from typing import NamedTuple


class RecordedClick(NamedTuple):
    """One click as the redirect server saw it. Never the visitor's address.

    A journal has one column for each field, of the same name: a field more needs a step in :data:`UPGRADES`.
    (A tuple is a row as it is: of thousands a second, none has to be turned into one.)
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
)
FORMAT = len(UPGRADES)

INSERT = f"INSERT INTO clicks (id, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"  # noqa: S608
SELECT = f"SELECT {', '.join(COLUMNS)} FROM clicks WHERE id > ? AND id <= ? ORDER BY id"  # noqa: S608
SELECT_NEWEST = "SELECT max(id) FROM (SELECT id FROM clicks WHERE id > ? ORDER BY id LIMIT ?)"
SELECT_NUMBERS = "SELECT id FROM clicks WHERE id > ? AND id <= ? ORDER BY id"
