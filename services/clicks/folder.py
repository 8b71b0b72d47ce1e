"""The folder of journals: each process has one for itself, and the journals of dead processes are taken over."""

import fcntl
import os
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import structlog

from services.clicks.journal import MAX_ROWS, ClickJournal, JournalUnusable

log = structlog.get_logger(__name__)


class JournalFolder:
    """``<uuid>.db`` beside its lock ``<uuid>.lock``, which the operating system frees when the process dies."""

    def __init__(self, path: Path, *, max_rows: int = MAX_ROWS) -> None:
        self.path = path
        self._max_rows = max_rows
        self._locks: dict[Path, int] = {}
        self._unusable: set[Path] = set()

    def own(self) -> ClickJournal:
        """This process's journal: a dead one's if there is one, else a new file.

        Raises OSError or sqlite3.Error when the disk fails.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        adopted = next(self.abandoned(), None)
        if adopted is not None:
            return adopted
        path = self.path / f"{uuid.uuid4()}.db"
        lock = _locked(path)
        if lock is None:
            raise OSError(f"{self.path}: journals need a file system with locks")
        journal = ClickJournal(path, max_rows=self._max_rows)
        self._locks[path] = lock
        return journal

    def abandoned(self) -> Iterator[ClickJournal]:
        """Journals of dead processes, opened and locked for this one. What is not taken from here stays free."""
        for path in sorted(self.path.glob("*.db")):
            if path in self._locks or path in self._unusable or not _named_as_ours(path):
                continue
            lock = _locked(path)
            if lock is None:
                continue
            journal = self._opened(path)
            if journal is None:
                os.close(lock)
            else:
                self._locks[path] = lock
                yield journal

    def release(self, journal: ClickJournal) -> None:
        """Close the journal and leave it to a successor."""
        journal.close()
        os.close(self._locks.pop(journal.path))

    def remove(self, journal: ClickJournal) -> None:
        """Close an empty journal and delete its files."""
        journal.close()
        for suffix in (".db", ".db-wal", ".db-shm", ".lock"):
            journal.path.with_suffix(suffix).unlink(missing_ok=True)
        os.close(self._locks.pop(journal.path))

    def set_aside(self, journal: ClickJournal, reason: str) -> None:
        """Close a journal that cannot be read, and leave it as it is for somebody to look at."""
        log.error("a click journal cannot be read; it is left as it is", path=str(journal.path), reason=reason)
        self._unusable.add(journal.path)
        self.release(journal)

    def _opened(self, path: Path) -> ClickJournal | None:
        if not path.exists():  # drained and removed by another process since we looked
            path.with_suffix(".lock").unlink(missing_ok=True)
            return None
        try:
            return ClickJournal(path, max_rows=self._max_rows)
        except JournalUnusable as error:
            self._unusable.add(path)
            log.error("a click journal cannot be read; it is left as it is", path=str(path), reason=str(error))
        except (OSError, sqlite3.Error) as error:
            log.warning("a click journal cannot be opened now", path=str(path), reason=str(error))
        return None


def _named_as_ours(path: Path) -> bool:
    try:
        return str(uuid.UUID(path.stem)) == path.stem
    except ValueError:
        return False


def _locked(path: Path) -> int | None:
    """The open lock of the journal at ``path``, or None when a living process holds it."""
    name = path.with_suffix(".lock")
    lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who removes a journal removes its lock too: one that was opened just before is a lock of nothing.
        if os.path.samestat(os.fstat(lock), os.stat(name)):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None
