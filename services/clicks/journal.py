"""The click journal: a SQLite file that makes a click durable before its redirect is answered."""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import structlog

from services.clicks import records
from services.clicks.records import DELETE, FORMAT, INSERT, SELECT, SIZE, UPGRADES, ClicksUnreadable, RecordedClick

# Rows that wait to be counted; at some 130 bytes each this bounds the file near 130 MB.
MAX_ROWS = 1_000_000
# Pages of the write-ahead log after which a commit itself writes them back; see ClickJournal.write_back.
LOG_PAGES = 16_384
SECONDS_BETWEEN_WARNINGS = 10.0

log = structlog.get_logger(__name__)


class JournalUnusable(Exception):
    """The file cannot serve as a journal: damaged, or written by a newer version."""


class ClickJournal:
    """One process's journal. All methods but :meth:`write_back` belong to the event loop's thread.

    A commit is a write to the operating system, so a killed process loses nothing that was answered. A power cut
    may lose the last moments (``synchronous = NORMAL``), but never damages the file.

    Who opens it holds its lock (see :class:`services.clicks.folder.JournalFolder`) until it is closed.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_rows: int = MAX_ROWS,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open or make the file; raises :class:`JournalUnusable`, or OSError or sqlite3.Error when the disk fails."""
        self.path = path
        self.max_rows = max_rows
        # Clicks that could not be kept since this process started.
        self.lost = 0
        # Set whenever clicks were kept.
        self.arrived = asyncio.Event()
        self._monotonic = monotonic
        self._failure: str | None = None
        self._lost_unsaid = 0
        self._next_warning = 0.0
        self._loop = asyncio.get_running_loop()
        self._waiting: list[asyncio.Future[None]] = []
        self._clicks: list[RecordedClick] = []
        self._connection = _open(path)
        try:
            self.uuid, self.forgotten, newest, self.rows = self._connection.execute(
                "SELECT uuid, forgotten, (SELECT id + size - 1 FROM turns ORDER BY id DESC LIMIT 1),"
                " (SELECT coalesce(sum(size), 0) FROM turns) FROM journal"
            ).fetchone()
        except (sqlite3.Error, TypeError) as error:
            self._connection.close()
            raise JournalUnusable(f"{path}: {error}") from error
        # The number of the newest click. Each opening counts on from its moment, in microseconds: after a power cut
        # the file may lack its last clicks, which the database has counted, and no number may come a second time.
        self.last_id = max(newest or 0, self.forgotten, int(clock() * 1_000_000))

    def record(self, click: RecordedClick) -> asyncio.Future[None]:
        """Keep ``click``; the redirect may be answered once the result is done.

        The result never raises: a click that cannot be kept is counted in ``lost``, and the redirect goes on.
        """
        if not self._waiting:
            # After the next turn of the loop: under load two turns share a commit, at rest the next one is at once.
            self._loop.call_soon(self._loop.call_soon, self._end_turn)
        kept = self._loop.create_future()
        self._waiting.append(kept)
        self._clicks.append(click)
        return kept

    def read(self, after: int, limit: int) -> tuple[list[int], list[RecordedClick]]:
        """The next ``limit`` clicks after the number ``after`` and the rest of the row that they end in, or what there
        is; and their numbers.

        Raises ClicksUnreadable.
        """
        numbers: list[int] = []
        clicks: list[RecordedClick] = []
        with closing(self._connection.execute(SELECT, (after,))) as rows:
            for first, size, written in rows:
                known = max(0, after + 1 - first)
                numbers += range(first + known, first + size)
                clicks += records.read(written)[known:]
                if len(clicks) >= limit:
                    break
        return numbers, clicks

    def skip_to(self, position: int) -> None:
        """Give no number up to ``position``, which the database has counted already."""
        self.last_id = max(self.last_id, position)

    def forget(self, position: int) -> None:
        """Remove the clicks up to the number ``position``, which are counted.

        A failure of the disk is not an error: the clicks are removed with the next batch, and never counted twice.
        """
        try:
            with self._connection as connection:
                connection.execute("BEGIN")
                (gone,) = connection.execute(SIZE, (position,)).fetchone()
                connection.execute(DELETE, (position,))
                connection.execute("UPDATE journal SET forgotten = max(forgotten, ?)", (position,))
        except sqlite3.Error as error:
            self._failure = str(error)
            return
        self.rows -= gone
        self.forgotten = max(self.forgotten, position)

    def oldest(self) -> int | None:
        """When the oldest click that waits was made, in milliseconds since 1970; None without any to read."""
        row = self._connection.execute("SELECT clicks FROM turns ORDER BY id LIMIT 1").fetchone()
        try:
            return None if row is None else records.read(row[0])[0].at
        except ClicksUnreadable:
            return None

    def trouble(self) -> str | None:
        """Why clicks are lost just now, in plain words; None when all is well. Writes to the disk to know."""
        if self.rows >= self.max_rows:
            return "full: the database has not taken clicks for long"
        try:
            self._connection.execute("UPDATE journal SET probe = probe + 1")
        except sqlite3.Error as error:
            self._failure = str(error)
        else:
            self._failure = None
        return None if self._failure is None else f"cannot be written: {self._failure}"

    def write_back(self) -> None:
        """Move the write-ahead log into the file. Waits for the disk: call it in a thread, with the journal open.

        It holds up no commit. Commits would do it themselves every so many pages, and make redirects wait.
        """
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()

    def close(self) -> None:
        """Keep what this turn has still in hand, and close the file."""
        if self._waiting:
            self._end_turn()
        self._connection.close()

    def _end_turn(self) -> None:
        waiting, self._waiting = self._waiting, []
        clicks, self._clicks = self._clicks, []
        try:
            self._keep(clicks)
        finally:
            for kept in waiting:
                if not kept.done():
                    kept.set_result(None)

    def _keep(self, clicks: list[RecordedClick]) -> None:
        room = max(0, self.max_rows - self.rows)
        if len(clicks) > room:
            self._lose(len(clicks) - room, "the journal is full")
            del clicks[room:]
        try:
            self._write(clicks)
        except sqlite3.Error as error:
            self._failure = str(error)
            self._lose(len(clicks), self._failure)
        else:
            self._failure = None

    def _write(self, clicks: list[RecordedClick]) -> None:
        """Commit all clicks of a turn, or raise sqlite3.Error and keep none."""
        if not clicks:
            return
        rows = records.rows(clicks, self.last_id + 1)
        with self._connection as connection:
            connection.execute("BEGIN")
            connection.executemany(INSERT, rows)
        self.last_id += len(clicks)
        self.rows += len(clicks)
        self.arrived.set()

    def _lose(self, clicks: int, reason: str) -> None:
        self.lost += clicks
        self._lost_unsaid += clicks
        if self._monotonic() >= self._next_warning:
            log.error("clicks were lost: the journal could not keep them", clicks=self._lost_unsaid, reason=reason)
            self._lost_unsaid = 0
            self._next_warning = self._monotonic() + SECONDS_BETWEEN_WARNINGS


def _open(path: Path) -> sqlite3.Connection:
    # Transactions are begun and ended here alone, not by the driver; `with connection` ends them.
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # Of a new file. Small pages: a commit of a few clicks writes two of them.
        connection.execute("PRAGMA page_size = 1024")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        _upgrade(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        # A disk that fails may work again; a file that is no journal stays none.
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise JournalUnusable(f"{path}: {error}") from error
    except JournalUnusable:
        connection.close()
        raise
    return connection


def _upgrade(connection: sqlite3.Connection) -> None:
    """Bring the file to this version's format, step by step, or leave it as it was."""
    connection.create_function("written_anew", -1, records.written_anew, deterministic=True)
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found > FORMAT:
            raise JournalUnusable(f"written by a newer version (format {found}, this one knows {FORMAT})")
        for statements in UPGRADES[found:]:
            for statement in statements:
                connection.execute(statement)
        if found == 0:
            connection.execute("INSERT INTO journal (uuid, forgotten, probe) VALUES (?, 0, 0)", (str(uuid.uuid4()),))
        connection.execute(f"PRAGMA user_version = {FORMAT}")
