"""What clicks go through in one web process."""

import time
from collections.abc import Callable
from pathlib import Path

from db.engine import Database
from services.clicks.drain import ClickDrain
from services.clicks.folder import JournalFolder
from services.clicks.journal import MAX_ROWS, ClickJournal


class ClickRiver:
    """A journal and the drain that counts what it holds.

    >>> river = ClickRiver(database, data_dir / "journals")
    >>> river.open()          # needs the disk alone; the database may be away
    >>> await river.journal.record(click)
    >>> await river.close()   # after the server stopped
    """

    journal: ClickJournal
    drain: ClickDrain

    def __init__(
        self, database: Database, folder: Path, *, max_rows: int = MAX_ROWS, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._folder = JournalFolder(folder, max_rows=max_rows)
        self._clock = clock

    def open(self) -> None:
        """Take a journal and begin to count, in the running event loop.

        Raises OSError or sqlite3.Error when the disk fails.
        """
        self.journal = self._folder.own()
        self.drain = ClickDrain(self._database, self._folder, self.journal, clock=self._clock)
        self.drain.start()

    async def close(self, seconds: float = 5.0) -> None:
        """Count once more, for at most ``seconds``, and leave the journal to a successor."""
        await self.drain.close(seconds)
        self._folder.release(self.journal)
