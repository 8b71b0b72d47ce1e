"""Guides bought in the sandbox's Telegram, and what operators have of it. The material is made up."""

from itertools import count

from sqlalchemy import select

from db.tables import Act
from sandbox import Person
from sandbox.payments import pay
from sandbox.stars import Invoice
from services.payments.model import Order, OrderState
from tests.handlers.seeing import sees
from tests.platform import Platform
from tests.services.guides.accounts import material, posts, profile
from tests.waiting import until

# Far from those that Telegram gives.
UPDATES = count(20_000_000)
ACCOUNTS = count(1)


async def orders(platform: Platform, person: Person, username: str = "anna.films", code: str = "") -> Order:
    """A pending order; of what is free, a paid one."""
    services, now = platform.container.services, platform.clock()
    await services.people.meet(person.id, "ru", now, first_name=person.name)
    made = material(posts(20), profile(username=username), invented=True)
    frozen = await services.materials.freeze(next(ACCOUNTS), made, now)
    return await services.orders.buy(person.id, person.id, frozen.id, now=now, cause=next(UPDATES), code=code)


async def pays(platform: Platform, person: Person, order: Order) -> str:
    """Telegram's number of the charge; the bot may not have heard of it yet."""
    world = platform.server.world
    invoice = Invoice("Guide", "A guide", order.payload, order.amount)
    answer = await pay(world, person.id, invoice, world.chats[person.id])
    assert answer["status"] == "paid", answer
    return str(answer["charge_id"])


async def comes_to(platform: Platform, order: Order, state: OrderState) -> None:
    async def now() -> OrderState:
        found = await platform.container.services.orders.find(order.id)
        assert found is not None
        return found.state

    await until(now, state, within=60)


async def buys(platform: Platform, person: Person, username: str = "anna.films") -> Order:
    """An order that has its guide."""
    order = await orders(platform, person, username)
    await pays(platform, person, order)
    await comes_to(platform, order, OrderState.FULFILLED)
    found = await platform.container.services.orders.find(order.id)
    assert found is not None
    return found


async def payments(operator: Person) -> None:
    """By the menu, into the payments' front room."""
    await operator.send("/admin")
    await operator.press("⭐ Оплата")
    await sees(operator, "⭐ Оплата")


async def finds(operator: Person, what: str) -> None:
    await payments(operator)
    await operator.press("🔎 Найти заказ")
    await sees(operator, "Чей заказ или какой?")
    await operator.send(what)


async def acts(platform: Platform, *names: str) -> list[tuple[int, str]]:
    """(who, what) of the acts of these names, the oldest first."""
    async with platform.container.database.read() as session:
        rows = (await session.scalars(select(Act).where(Act.name.in_(names)).order_by(Act.id))).all()
    return [(row.actor_id, row.subject) for row in rows]
