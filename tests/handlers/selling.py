"""Guides that people have, without the way to them."""

from itertools import count

from db import tables
from db.queries import guides as queries
from services.guides.facts import GuideContent
from services.guides.materials import pack
from services.payments.model import Order, Payment
from tests.platform import Platform
from tests.services.guides.accounts import content

# Far from those that Telegram gives.
UPDATES = count(10_000_000)


async def orders(platform: Platform, person_id: int, username: str = "anna.films") -> Order:
    """A pending order of a guide of an account."""
    now = platform.clock()
    async with platform.container.database.write() as session:
        material_id = await queries.add_material(session, 1, username, 60, b"frozen", now)
    return await platform.container.services.orders.buy(person_id, person_id, material_id, now=now, cause=next(UPDATES))


def payment(platform: Platform, order: Order, person_id: int) -> Payment:
    return Payment(f"charge of {order.id}", person_id, order.amount, "XTR", order.payload, platform.clock())


async def has_guide(platform: Platform, person_id: int, username: str = "anna.films", **changes: object) -> int:
    """The number of a guide that a person has paid for and got; ``changes``: of what it says."""
    order, now = await orders(platform, person_id, username), platform.clock()
    paid = payment(platform, order, person_id)
    made: GuideContent = content(username=username, **changes)
    services = platform.container.services
    async with platform.container.database.write() as session:
        # At once, so that nobody makes it meanwhile.
        await services.orders.charged_in(session, paid, now, "update")
        guide_id = await services.orders.fulfil_in(session, order.id, "ru", pack(made), now)
    assert guide_id is not None
    return guide_id


async def order_of(platform: Platform, guide_id: int) -> int:
    async with platform.container.database.read() as session:
        guide = await session.get_one(tables.Guide, guide_id)
    return guide.order_id
