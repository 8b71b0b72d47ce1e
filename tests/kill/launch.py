"""Starts the real redirect server in a process that may kill itself at a named point.

The product knows nothing of this: a method or a statement of it is watched from here.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy
import uvloop
from sqlalchemy import event
from sqlalchemy.orm import Session

from db.engine import Database
from redirect_server.application import WebServices, WebSettings, build_application, listening
from services.clicks.countries import Countries
from services.clicks.journal import ClickJournal
from services.clicks.river import ClickRiver
from services.clicks.visitors import VisitorHashes
from services.clicks.visits import Visits
from services.links.directory import LinkDirectory
from services.links.lifetime import Lifetime
from services.links.slots import Slots


@dataclass(frozen=True)
class Order:
    """Serve, and die when the process passes ``point`` for the n-th time; without a point, only when told.

    A ``port`` other than 0 may be shared with other processes.
    """

    database_url: str
    journals: Path
    point: str | None = None
    nth: int = 1
    port: int = 0


class Fuse:
    """Burns down with each pass."""

    def __init__(self, passes: int) -> None:
        self.left = passes

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def before_the_commit(fuse: Fuse) -> None:
    """The clicks of a turn are written into the journal's transaction, and nothing is committed."""
    original = ClickJournal.__init__

    def watched(journal: ClickJournal, *args: Any, **kwargs: Any) -> None:
        original(journal, *args, **kwargs)
        last = ""

        def trace(statement: str) -> None:
            nonlocal last
            if statement == "COMMIT" and last.startswith("INSERT INTO turns"):
                fuse.burn()
            last = statement

        journal._connection.set_trace_callback(trace)

    ClickJournal.__init__ = watched  # type: ignore[method-assign,assignment]


def after_the_commit(fuse: Fuse) -> None:
    """The clicks of a turn are committed, and nobody has an answer."""
    original = ClickJournal._write

    def watched(journal: ClickJournal, clicks: Any) -> None:
        original(journal, clicks)
        fuse.burn()

    ClickJournal._write = watched  # type: ignore[method-assign,assignment]


def in_the_middle_of_a_drain(fuse: Fuse) -> None:
    """The position is moved, raw clicks are kept and details have grown, in a transaction that lacks the counters."""

    def watched(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO click_counts "):
            fuse.burn()

    event.listen(sqlalchemy.Engine, "before_cursor_execute", watched)


def before_the_drain_commits(fuse: Fuse) -> None:
    """All is counted and the position is moved, and nothing is committed."""
    _watch_commits(sqlalchemy.Engine, "commit", fuse)


def after_the_drain_commits(fuse: Fuse) -> None:
    """A batch is counted for good; neither the process nor its journal knows."""
    _watch_commits(Session, "after_commit", fuse)


def _watch_commits(target: type, name: str, fuse: Fuse) -> None:
    counted = False

    def executed(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal counted
        counted = counted or statement.startswith("INSERT INTO click_counts ")

    def committed(_: Any) -> None:
        nonlocal counted
        if counted:
            counted = False
            fuse.burn()

    event.listen(sqlalchemy.Engine, "after_cursor_execute", executed)
    event.listen(target, name, committed)


POINTS: dict[str, Callable[[Fuse], None]] = {
    point.__name__: point
    for point in (
        before_the_commit,
        after_the_commit,
        in_the_middle_of_a_drain,
        before_the_drain_commits,
        after_the_drain_commits,
    )
}


class English:
    """Texts as they stand in the code."""

    def gettext(self, _language: str, text: str) -> str:
        return text


def serve(order: Order, pipe: Connection) -> None:
    """The life of the process: sends its port, then answers questions, each by a number, until it is sent None.

    ``settled``: how many clicks wait once all are counted that there are now. ``recorded``: how many there were.
    """
    if order.point is not None:
        POINTS[order.point](Fuse(order.nth))
    uvloop.run(_serve(order, pipe))


async def _serve(order: Order, pipe: Connection) -> None:
    database = Database.open(order.database_url)
    directory = LinkDirectory(database)
    directory.start()
    river = ClickRiver(database, order.journals)
    river.open()
    slots, hashes = Slots(database), VisitorHashes(database)
    hashes.start()
    services = WebServices(
        ping=database.ping,
        directory=directory,
        lifetime=Lifetime(directory),
        slots=slots,
        visits=Visits(Countries()),
        hashes=hashes,
        river=river,
        texts=English(),
    )
    application = build_application(WebSettings(secure=False), services)
    first = river.journal.last_id
    async with listening(application, host="127.0.0.1", port=order.port, reuse_port=order.port != 0) as port:
        pipe.send(port)
        while question := await asyncio.to_thread(pipe.recv):
            await river.drain.settled()
            pipe.send(river.journal.last_id - first if question == "recorded" else river.drain.lag().clicks)
    await river.close()
    await hashes.close()
    await slots.close()
    await directory.close()
    await database.close()
