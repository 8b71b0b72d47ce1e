"""Starts a real worker that tells webhooks of clicks, in a process that may kill itself in the middle of a batch."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import uvloop

from bot.progress import NoProgress
from bot.stopping import stopping_on_signals
from db.engine import Database
from services.deliveries import Deliveries, Outgoing
from services.security import Cipher
from services.webhooks import WORK, Webhooks
from services.webhooks.sending import SwitchedOff
from services.works import Progress, Work, WorkKind, Works
from services.works.worker import Worker
from tests.kill.launch import Fuse

POINTS = ("batch_made", "batch_sent", "batch_noted")
KEY = "the same before and after"


@dataclass(frozen=True)
class WebhookOrder:
    """Tell webhooks of what waits in the database; die at the n-th pass of ``point``, or only when told."""

    database_url: str
    point: str | None = None
    nth: int = 1


def webhooks_of(database: Database) -> tuple[Works, Webhooks]:
    deliveries = Deliveries(database, Cipher(KEY, "deliveries"), default_time_zone="UTC")
    works = Works(database, deliveries)
    webhooks = Webhooks(
        database,
        works,
        deliveries,
        Cipher(KEY, "webhooks"),
        public_url="https://tok.example",
        own_hosts=frozenset({"tok.example"}),
        allow_private=True,
    )
    return works, webhooks


def tell_webhooks(order: WebhookOrder) -> None:
    """The life of the process, until SIGTERM or worse."""
    uvloop.run(_tell_webhooks(order))


async def _tell_webhooks(order: WebhookOrder) -> None:
    database = Database.open(order.database_url)
    works, webhooks = webhooks_of(database)
    _watch(webhooks, order)

    async def words(_off: SwitchedOff) -> Outgoing | None:
        return None

    async def tell(work: Work, _progress: Progress) -> None:
        await webhooks.sender.send(int(work.key), words, lambda: datetime.now(UTC))

    async def report(_source: str, error: Exception, _person_id: int | None) -> None:
        raise error

    works.register([WorkKind(WORK, tell, lease=timedelta(seconds=0.6), at_once=3)])
    async with stopping_on_signals() as stopping:
        worker = Worker(
            works,
            "bot",
            open_progress=lambda _work: NoProgress(),
            report=report,
            clock=lambda: datetime.now(UTC),
            look_seconds=0.05,
        )
        await worker.run(stopping)
    await webhooks.close()
    await database.close()


def _watch(webhooks: Webhooks, order: WebhookOrder) -> None:
    """The process dies right after a step of the sender's."""
    fuse = Fuse(order.nth)
    steps = dict(zip(POINTS, ("_next", "_post", "_taken"), strict=True))
    if order.point is None:
        return
    name = steps[order.point]
    step = getattr(webhooks.sender, name)

    async def watched(*args):
        made = await step(*args)
        fuse.burn()
        return made

    setattr(webhooks.sender, name, watched)
