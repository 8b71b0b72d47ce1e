"""Random people buy, pay, wait and are given back, with updates lost, doubled and out of order, and works that die."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import update

from db import tables
from db.engine import Database
from db.queries import payments as queries
from services.deliveries import Outgoing
from services.errors import UserError
from services.payments.model import NotRefundable, Order, Payment, Why
from services.payments.refunds import REFUND, AlreadyRefunded
from services.privacy.dialogues import DialoguesInDatabase
from services.privacy.erasure import Erasure
from services.works import Later, Work
from tests.databases import create_postgres, drop_postgres, migrated_file
from tests.servers import folder_in_memory
from tests.services.payments.books import Books, read_books
from tests.services.payments.talkative import TalkativeTelegram
from tests.services.payments.till import MINUTE, NOW, PRICE, Till

T = TypeVar("T")
PEOPLE = (1, 2, 3, 4)
ERASE = "erase"
# Who brought whom.
BROUGHT = {1: 3, 2: 1, 4: 3}
MATERIALS = 8
CODES: dict[str, dict[str, Any]] = {
    "CHEAP": {"percent": 20},
    "LAST": {"percent": 50, "most_uses": 2},
    "ONCE": {"percent": 30, "most_each": 1},
    "GIFT": {"percent": 100, "most_uses": 3, "most_each": 1},
    "SOON": {"percent": 10, "expires_at": NOW + timedelta(hours=2)},
}
dice = st.integers(0, 2**32).map(Random)


class AnySales(RuleBasedStateMachine):
    """Each rule is something that people, Telegram or our own processes do; the books are looked at after each."""

    # By all machines together.
    deeds = 0
    # Of a PostgreSQL, without a database; empty: SQLite.
    server = ""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.now = NOW
        self.invoices: list[Order] = []
        self.told: list[tuple[Payment, bool]] = []
        self.gifts = 0
        self.differences = 0
        self.erased = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    @initialize()
    def the_shop_opens(self) -> None:
        if self.server:
            url = self.run(create_postgres(self.server))
            self._stack.push_async_callback(drop_postgres, url)
        else:
            folder = self._stack.enter_context(
                tempfile.TemporaryDirectory(prefix="toklink-sales-", dir=folder_in_memory())
            )
            Path(folder, "toklink.db").write_bytes(migrated_file())
            url = f"sqlite+aiosqlite:///{folder}/toklink.db"
        self.run(self._open(Database.open(url)))

    async def _open(self, database: Database) -> None:
        self._stack.push_async_callback(database.close)
        self.till = Till(database)
        self.erasure = Erasure(database, self.till.deliveries, self.till.works, DialoguesInDatabase())
        self.telegram = self.till.telegram = TalkativeTelegram(lambda: self.now)
        for person_id in PEOPLE:
            await self.till.person(person_id)
        for person_id, referrer_id in BROUGHT.items():
            await self.till.brings(referrer_id, person_id)
        self.codes = {name: await self.till.code(name, **how) for name, how in CODES.items()}
        self.materials = [await self.till.material(f"star{number}") for number in range(MATERIALS)]

    def teardown(self) -> None:
        try:
            if hasattr(self, "till"):
                self.run(self._settle())
        finally:
            self.run(self._stack.aclose())
            self._runner.close()

    # What happens

    @rule(dice=dice)
    def somebody_presses_buy(self, dice: Random) -> None:
        self._do(self._buys(dice))

    @rule(dice=dice)
    def somebody_pays(self, dice: Random) -> None:
        self._do(self._pays(dice))

    @rule(dice=dice)
    def somebody_buys_pays_and_reads(self, dice: Random) -> None:
        for deed in (self._buys, self._pays, self._hears, self._makes):
            if dice.random() < 0.9:
                self._do(deed(dice))

    @rule(dice=dice)
    def an_update_comes(self, dice: Random) -> None:
        self._do(self._hears(dice))

    @rule(dice=dice)
    def an_update_comes_again_or_never(self, dice: Random) -> None:
        if self.telegram.on_the_way and dice.random() < 0.4:
            self.telegram.on_the_way.pop(dice.randrange(len(self.telegram.on_the_way)))
        else:
            self._do(self._hears_again(dice))

    @rule(dice=dice)
    def a_work_is_done(self, dice: Random) -> None:
        self._do(self._makes(dice))
        self._do(self._gives_back(dice))

    @rule(dice=dice)
    def somebody_refunds(self, dice: Random) -> None:
        kept = sorted(self.telegram.kept())
        if kept and dice.random() < 0.5:
            untold = [payment.charge_id for payment, _ in self.telegram.on_the_way if payment.charge_id in kept]
            charge_id = dice.choice(untold if untold and dice.random() < 0.7 else kept)
            self._do(self.telegram.refund(self.telegram.paid[charge_id].person_id, charge_id))
        else:
            self._do(self._refunds(dice))

    @rule(minutes=st.integers(1, 25), looks=st.booleans())
    def the_clock_passes(self, minutes: int, looks: bool) -> None:
        self.now += minutes * MINUTE
        if looks:
            self._do(self._looks_at_the_clock())

    @rule(dice=dice)
    def the_ledgers_are_compared(self, dice: Random) -> None:
        self._do(self._compares(dice))

    @rule(dice=dice)
    def much_happens_at_once(self, dice: Random) -> None:
        deeds: Sequence[Callable[[Random], Awaitable[None]]] = (
            self._buys, self._buys, self._pays, self._hears, self._hears, self._hears_again, self._makes,
            self._gives_back, self._refunds, self._compares, self._looks, self._erases,
        )  # fmt: skip
        chosen = dice.choices(deeds, k=dice.randint(2, 5))
        # Some of them do the very same thing.
        seeds = [dice.choice((7, 8, dice.randrange(2**32))) for _ in chosen]
        self._do(self._at_once([deed(Random(seed)) for deed, seed in zip(chosen, seeds, strict=True)]))

    @rule(dice=dice)
    def somebody_pays_two_invoices_of_one_guide_at_once(self, dice: Random) -> None:
        self._do(self._pays_twice(dice))

    @rule(dice=dice)
    def somebody_erases_their_data_and_comes_back(self, dice: Random) -> None:
        if dice.random() < 0.3:
            self._do(self._erases(dice))

    @rule(dice=dice)
    def an_operator_acts(self, dice: Random) -> None:
        self._do(self._acts(dice))

    # How it happens

    async def _buys(self, dice: Random) -> None:
        how: dict[str, Any] = dice.choice(
            ({}, {}, {"code": dice.choice(sorted(CODES))}, {"code": dice.choice(sorted(CODES))}, {"by_credit": True})
        )
        causes = dice.choice(((None,), (None, None), (dice.randrange(-(2**31), 0),) * 2))
        person_id, material_id = dice.choice(PEOPLE), dice.choice(self.materials)
        if self.invoices and dice.random() < 0.4:
            # The same once more, perhaps at another price.
            again = dice.choice(self.invoices[-3:])
            assert again.person_id is not None
            assert again.material_id is not None
            person_id, material_id = again.person_id, again.material_id
        presses = [self.till.buy(person_id, material_id, self.now, cause=cause, **how) for cause in causes]
        for order in await self._at_once(presses):
            if order.amount:
                self.invoices.append(order)

    async def _pays(self, dice: Random) -> None:
        if not self.invoices:
            return
        order = dice.choice(self.invoices[-4:]) if dice.random() < 0.6 else self.invoices[-1]
        person_id = order.person_id if dice.random() < 0.9 else dice.choice(PEOPLE)
        assert person_id is not None
        amount = order.amount if dice.random() < 0.9 else dice.choice((1, PRICE, order.amount + 1))
        payload = order.payload if dice.random() < 0.95 else dice.choice(("guide:999", "", "guide:1\n", "x" * 128))
        # Telegram asks before; what it was told may be old by the time that somebody pays.
        if dice.random() < 0.6:
            await self.till.orders.check(payload, person_id, amount, "XTR", self.now)
        self.telegram.take(person_id, amount, payload)

    async def _pays_twice(self, dice: Random) -> None:
        """The second invoice is at another price, so the first is over; it can be paid still."""
        person_id, material_id = dice.choice(PEOPLE), dice.choice(self.materials)
        for code in dice.sample(("", "CHEAP", "LAST"), 2):
            for order in await self._at_once([self._presses(person_id, material_id, code)]):
                self.telegram.take(person_id, order.amount, order.payload)
        news, self.telegram.on_the_way = self.telegram.on_the_way, []
        await self._at_once([self._told(*each) for each in news])
        self.told += news

    async def _presses(self, person_id: int, material_id: int, code: str) -> Order:
        return await self.till.buy(person_id, material_id, self.now, code=code)

    async def _hears(self, dice: Random) -> None:
        if self.telegram.on_the_way:
            news = self.telegram.on_the_way.pop(dice.randrange(len(self.telegram.on_the_way)))
            await self._at_once([self._told(*news) for _ in range(dice.choice((1, 1, 2)))])
            self.told.append(news)

    async def _hears_again(self, dice: Random) -> None:
        if self.told:
            await self._told(*dice.choice(self.told[-8:]))

    async def _told(self, payment: Payment, is_refund: bool) -> None:
        if is_refund:
            await self.till.refunds.refunded(payment.charge_id, self.now, self.now, payment=payment)
        else:
            await self.till.orders.charged(payment, self.now)

    async def _makes(self, dice: Random) -> None:
        for row in await self._due("guide", dice):
            order_id, fate = int(row.key), dice.random()
            if fate < 0.1:
                # The process died before it was kept.
                return
            if fate < 0.25:
                with suppress(NotRefundable):
                    await self.till.refunds.refund_order(order_id, Why.FAILED, self.now)
                await self._end(row, "failed")
            elif fate < 0.3:
                # It failed, and nobody had the time to give anything back.
                await self._end(row, "failed")
            else:
                await self.till.make_guide(order_id, self.now)
                # Or it died before the work was known to be done.
                if dice.random() < 0.6:
                    await self._end(row, "done")

    async def _gives_back(self, dice: Random) -> None:
        for row in await self._due(REFUND, dice):
            fate = dice.random()
            if fate < 0.1:
                await self._end(row, "failed")
            elif fate < 0.3:
                # It died when Telegram had done it, and nobody here knew.
                payment = self.telegram.paid[row.facts["charge"]]
                with suppress(AlreadyRefunded):
                    await self.telegram.refund(payment.person_id, payment.charge_id)
            else:
                await self._asks(row)
                if dice.random() < 0.9:
                    await self._end(row, "done")

    async def _asks(self, row: tables.Work) -> None:
        work = Work(row.id, row.kind, row.key, row.person_id, row.facts)
        await self.till.refunds.give_back(work, self.telegram, self.now)

    async def _refunds(self, dice: Random) -> None:
        bought = [order for order in (await read_books(self.till)).orders if order.state in {"paid", "fulfilled"}]
        if bought:
            order = dice.choice(bought)
            with suppress(NotRefundable):
                await self.till.refunds.refund_order(order.id, Why.OPERATOR, self.now, "sorry")

    async def _looks(self, _dice: Random) -> None:
        await self._looks_at_the_clock()

    async def _looks_at_the_clock(self) -> None:
        await self.till.orders.expire_due(self.now)
        await self.till.orders.see_to_unfulfilled(self.now)

    async def _compares(self, dice: Random) -> None:
        self.differences += (await self.till.compare(self.now)).differences
        if dice.random() < 0.3:
            # It died before it kept how far it was.
            async with self.till.database.write() as session:
                position, _ = await queries.position(session)
                await queries.set_position(session, dice.randint(0, position), self.now)

    async def _erases(self, dice: Random) -> None:
        """What is paid is made or given back first: until then nothing is erased."""
        person_id = dice.choice(PEOPLE)
        work_id = await self.till.works.enqueue(ERASE, str(person_id), person_id=person_id, facts={}, now=self.now)
        work = Work(work_id, ERASE, str(person_id), person_id, {})
        with suppress(Later):
            await self.erasure.erase(work, Outgoing("Farewell"), self.now)
            self.erased = True
        await self.till.person(person_id)

    async def _acts(self, dice: Random) -> None:
        fate = dice.random()
        if fate < 0.5:
            await self.till.ban(dice.choice(PEOPLE), banned=dice.random() < 0.2)
        elif fate < 0.55:
            await self.till.end_code(dice.choice(list(self.codes.values())), self.now)
        else:
            self.gifts += 1
            await self.till.give_credit(dice.choice(PEOPLE), f"gift:{self.gifts}")

    async def _due(self, kind: str, dice: Random) -> Sequence[tables.Work]:
        """One of the works that are due now, if there is any."""
        rows = [row for row in await self.till.due(kind) if row.due_at <= self.now]
        return [dice.choice(rows)] if rows else []

    async def _end(self, row: tables.Work, state: str) -> None:
        async with self.till.database.write() as session:
            await session.execute(
                update(tables.Work).where(tables.Work.id == row.id).values(state=state, finished_at=self.now)
            )

    async def _at_once(self, works: Sequence[Awaitable[T]]) -> list[T]:
        """What came of those that were not refused with words."""
        results = await asyncio.gather(*works, return_exceptions=True)
        done: list[T] = []
        for result in results:
            if isinstance(result, BaseException):
                if not isinstance(result, UserError):
                    raise result
            else:
                done.append(result)
        return done

    def _do(self, work: Awaitable[Any]) -> None:
        AnySales.deeds += 1
        self.run(self._and_look(work))

    async def _and_look(self, work: Awaitable[Any]) -> None:
        await self._at_once([work])
        books = await self._look()
        assert not self.differences, books

    async def _look(self) -> Books:
        books = await read_books(self.till)
        books.agree(self.telegram)
        known = {charge.id: charge.state for charge in books.charges}
        for payment, is_refund in self.told:
            assert known.get(payment.charge_id) is not None
            assert not is_refund or known[payment.charge_id] == "refunded"
        return books

    # How it ends

    async def _settle(self) -> None:
        """Updates that were not told are lost; works are done, time passes, and the ledgers are compared."""
        dice = Random(len(self.telegram.ledger))
        guides_are_made = dice.random() < 0.5
        self.telegram.on_the_way.clear()
        for _ in range(3):
            self.now += 61 * MINUTE
            self.differences += (await self.till.compare(self.now)).differences
            if guides_are_made:
                for row in await self.till.due("guide"):
                    await self.till.make_guide(int(row.key), self.now)
                    await self._end(row, "done")
            self.now += 11 * MINUTE
            await self._looks_at_the_clock()
            for row in await self.till.due(REFUND):
                if row.due_at <= self.now:
                    await self._asks(row)
                    await self._end(row, "done")
            await self._look()
        self.now += 61 * MINUTE
        self.differences += (await self.till.compare(self.now)).differences
        (await self._look()).are_settled(self.telegram, all_are_told=not self.erased)
        assert not self.differences
