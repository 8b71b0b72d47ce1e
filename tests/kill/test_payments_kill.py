"""The bot is ended by SIGKILL while people pay: each Star is paid for one guide, or comes back."""

import asyncio
import random
import signal
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import LabeledPrice, Update
from sqlalchemy import select

from bot.stars import TelegramStars
from db import tables
from db.engine import Database
from db.migrate import migrate
from sandbox import Person, SandboxClient, SandboxServer
from services.guides.materials import Materials
from services.payments.model import Order
from tests.kill.bot_launch import BotOrder
from tests.kill.payments_launch import POINTS, sell
from tests.kill.siege import PATIENCE
from tests.kill.test_bot_kill import TOKEN_OF_THE_SANDBOX
from tests.processes import processes
from tests.services.guides.accounts import material, posts, profile
from tests.services.payments.till import PRICE, Till
from tests.waiting import until

pytestmark = pytest.mark.chaos

SEED, MOMENTS = 7, 10
# A guide is drawn and set in type for seconds, and others may want the same cores.
LONG = 60.0
# What is younger is not compared.
SETTLED = timedelta(minutes=6)


def now() -> datetime:
    return datetime.now(UTC)


class Shop:
    """Two people who pay, whatever happens to the bot."""

    def __init__(self, order: BotOrder, database: Database, server: SandboxServer, world: SandboxClient) -> None:
        self.order = order
        self.database = database
        self.server = server
        self.anna, self.ben = world.person("Анна"), world.person("Бен")
        self.till = Till(database)
        api = TelegramAPIServer.from_base(server.url)
        self.telegram = Bot(TOKEN_OF_THE_SANDBOX, session=AiohttpSession(api=api))
        self._names: Iterator[int] = count(1)

    @asynccontextmanager
    async def bot(self, point: str | None = None, nth: int = 1) -> AsyncIterator[BaseProcess]:
        """A real process with the bot in it, which ends with the block at the latest."""
        process = processes.Process(target=sell, args=(replace(self.order, point=point, nth=nth),), daemon=False)
        process.start()
        try:
            yield process
        finally:
            process.terminate()
            await asyncio.to_thread(process.join, PATIENCE)
            process.kill()
            await asyncio.to_thread(process.join, PATIENCE)

    async def invoice(self, person: Person) -> str:
        """A link by which an order of the person's can be paid, as often as one likes."""
        await self.till.person(person.id)
        name = f"account.{next(self._names)}"
        frozen = await Materials(self.database).freeze(1, material(posts(40), profile(username=name)), now())
        order = await self.till.buy(person.id, frozen.id, now())
        return await self.telegram.create_invoice_link(
            title="A guide",
            description="Of an account",
            payload=order.payload,
            currency="XTR",
            prices=[LabeledPrice(label="A guide", amount=order.amount)],
        )

    async def all_is_settled(self) -> None:
        """What the clock asks for in the scheduler is asked for here, until nothing more is to be done."""

        nothing: set[str] = set()

        async def looks() -> set[str]:
            await self.till.orders.see_to_unfulfilled(now())
            return await self._open()

        await until(looks, nothing, within=LONG)

    async def _open(self) -> set[str]:
        """What is to be done still, in words."""
        async with self.database.read() as session:
            orders = await session.scalars(select(tables.Order.state).where(tables.Order.paid_at.is_not(None)))
            charges = (await session.scalars(select(tables.Charge))).all()
            rows = await session.scalars(select(tables.Delivery).where(tables.Delivery.state != "sent"))
            # Alerts go to operators, who have not begun to talk with the bot; what is only said may end unknown.
            owed = {
                f"{row.kind} is {row.state}: {row.reason}"
                for row in rows
                if row.kind in {"guide", "payment"} or (row.kind != "alert" and row.state in {"due", "sending"})
            }
            due = await session.scalars(select(tables.Work).where(tables.Work.state == "due"))
            works = {f"{row.kind} after {row.attempts} from {row.due_at}, held until {row.leased_until}" for row in due}
            todo = {*owed, *works, *(state for state in orders if state not in {"fulfilled", "refunded"})}
        todo |= {charge.state for charge in charges if charge.state == "due"}
        if {charge.id for charge in charges} != set(self.server.world.stars.charges):
            todo.add("a payment is not known")
        return todo

    async def the_books_agree(self) -> None:
        """Each charge is one guide or one refund, and our ledger is Telegram's."""
        stars = self.server.world.stars
        async with self.database.read() as session:
            orders = (await session.scalars(select(tables.Order).where(tables.Order.paid_at.is_not(None)))).all()
            guides = (await session.scalars(select(tables.Guide.order_id))).all()
            charges = {row.id: row.state for row in await session.scalars(select(tables.Charge))}
            moved = {
                (row.charge_id, row.direction, row.amount) for row in await session.scalars(select(tables.StarMovement))
            }
        assert {order.state for order in orders} == {"fulfilled"}
        assert sorted(guides) == sorted(order.id for order in orders)
        assert {order.charge_id for order in orders} == {charge for charge, state in charges.items() if state == "kept"}
        theirs = [(line.charge.id, "out" if line.is_refund else "in", PRICE) for line in stars.ledger]
        assert sorted(theirs) == sorted(moved)
        assert stars.balance == PRICE * len(orders)
        compared = await self.till.reconciling.compare(TelegramStars(self.telegram), now() + SETTLED)
        assert (compared.lines, compared.payments, compared.refunds, compared.differences) == (len(theirs), 0, 0, 0)

    async def bought(self) -> list[Order]:
        async with self.database.read() as session:
            numbers = (await session.scalars(select(tables.Guide.order_id))).all()
        return [order for number in numbers if (order := await self.till.orders.find(number)) is not None]

    async def files_came(self, order: Order) -> int:
        """How often the person has the order's guide as a file."""
        person = next(each for each in (self.anna, self.ben) if each.id == order.person_id)
        names = Counter(message.file_name for message in person.messages() if message.file_name)
        return sum(times for name, times in names.items() if order.username in str(name))


@pytest.fixture(params=["sqlite", "postgresql and valkey"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'toklink.db'}"
    redis_url = None
    if "postgresql" in request.param:
        url = await request.getfixturevalue("new_postgres_database")()
        redis_url = f"{request.getfixturevalue('valkey')}/{uuid.uuid4().int % 16}"
    database = Database.open(url)
    await migrate(database)
    server = SandboxServer(TOKEN_OF_THE_SANDBOX, checkout_seconds=LONG)
    async with server, SandboxClient(server.url, timeout=LONG) as world:
        shop = Shop(BotOrder(server.url, url, redis_url, tmp_path), database, server, world)
        yield shop
        await shop.telegram.session.close()
    await database.close()


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_named_point_each_payment_is_one_guide_or_one_refund(shop: Shop, point: str):
    link = await shop.invoice(shop.anna)
    async with shop.bot(point) as victim:
        # From two phones, and both are asked before either pays.
        phones = [asyncio.create_task(shop.anna.pay(link)) for _ in range(2)]
        await asyncio.to_thread(victim.join, LONG)
        assert victim.exitcode == -signal.SIGKILL
    async with shop.bot():
        paid = await asyncio.gather(*phones)
        await shop.all_is_settled()
        (order,) = await shop.bought()
        assert sum(payment.paid for payment in paid) == len(shop.server.world.stars.charges)
        await shop.the_books_agree()
    came = await shop.files_came(order)
    # Where a send got no answer, a copy is better than none.
    assert came in ({1, 2} if point == "after_the_guide_is_sent" else {1})


async def test_killed_at_any_moment_each_payment_is_one_guide_or_one_refund(shop: Shop):
    dice = random.Random(SEED)
    payments = []
    for number in range(MOMENTS):
        person = dice.choice((shop.anna, shop.ben))
        link = await shop.invoice(person)
        # Anybody can pay any invoice, and as often as they like.
        payers = [person, *dice.choice(((), (), (person,), (shop.anna,), (shop.ben,)))]
        payments += [asyncio.create_task(payer.pay(link)) for payer in payers]
        async with shop.bot() as victim:
            await asyncio.sleep(dice.uniform(0.3, 5.0))  # the moment of death is what is tried here
            victim.kill()
            await asyncio.to_thread(victim.join, PATIENCE)
            assert victim.exitcode == -signal.SIGKILL, number
    async with shop.bot():
        await asyncio.gather(*payments)
        await shop.all_is_settled()
        await shop.the_books_agree()
    orders = await shop.bought()
    assert len(orders) == MOMENTS
    assert all([await shop.files_came(order) for order in orders])


async def test_a_payment_whose_update_is_lost_is_found_in_telegrams_ledger(shop: Shop):
    link = await shop.invoice(shop.anna)
    paying = asyncio.create_task(shop.anna.pay(link))
    # Somebody else fetches the updates, says yes, and confirms what the bot never sees.
    seen: list[Update] = []
    while not any(update.message and update.message.successful_payment for update in seen):
        offset = seen[-1].update_id + 1 if seen else None
        seen += await shop.telegram.get_updates(offset=offset, timeout=5)
        for update in seen:
            if update.pre_checkout_query:
                with suppress(Exception):
                    await update.pre_checkout_query.as_(shop.telegram).answer(ok=True)
    await shop.telegram.get_updates(offset=seen[-1].update_id + 1)
    assert (await paying).paid
    compared = await shop.till.reconciling.compare(TelegramStars(shop.telegram), now() + SETTLED)
    assert (compared.payments, compared.differences) == (1, 0)
    async with shop.bot():
        await shop.all_is_settled()
    (order,) = await shop.bought()
    assert await shop.files_came(order) == 1
