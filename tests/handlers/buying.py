"""Buying in the chat, as tests of it share it: the offer, the invoice, and what there is in the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import LabeledPrice
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.starts import SANDBOX_TOKEN
from db.queries import promo
from db.tables import Guide, Order
from sandbox import Message, Person
from sandbox.tiktok.creators import usernames
from scheduler.jobs import JOBS
from tests.handlers.seeing import sees
from tests.platform import Platform, running_platform
from tests.waiting import until

NAME = usernames()[3]
BUY, ENGLISH_BUY = "Купить за 50 ⭐", "Buy for 50 ⭐"
OFFERED, ENGLISH_OFFERED = "Цена: ", "Price: "
GIST, ENGLISH_GIST = "⚡️ Вовлечённость", "⚡️ Engagement"


@asynccontextmanager
async def running_shop(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Platform]:
    """A platform on the kind of database that the fixture's parameter names."""
    changes: dict[str, Any] = {}
    if request.param == "postgresql":
        changes["secret_key"] = SecretStr("the same on every machine " * 2)
        changes["database_url"] = SecretStr(await request.getfixturevalue("new_postgres_database")())
    async with running_platform(folder, changes, tiktok=True) as platform:
        yield platform


async def an_offer(person: Person, name: str = NAME, words: str = OFFERED) -> Message:
    await person.send(f"/report {name}")
    return await sees(person, words)


async def an_invoice(person: Person, label: str = BUY) -> Message:
    """The invoice that the press on Buy brings."""
    before = person.last.message_id
    await person.press(label)

    def newest() -> Message | None:
        return next((each for each in person.messages() if each.invoice and each.message_id > before), None)

    async def is_there() -> bool:
        return newest() is not None

    await until(is_there, True)
    found = newest()
    assert found is not None
    return found


async def bought(person: Person, *, offered: str = OFFERED, label: str = BUY, gist: str = GIST) -> Message:
    """The guide after it was paid for."""
    await an_offer(person, words=offered)
    payment = await person.pay(await an_invoice(person, label))
    assert payment.paid
    await person.sees_document()
    return await sees(person, gist)


async def a_code(platform: Platform, name: str, percent: int) -> None:
    async with platform.container.database.write() as session:
        await promo.add_code(
            session,
            name,
            percent=percent,
            most_uses=None,
            most_each=1,
            uses=0,
            created_at=platform.clock(),
            created_by=1,
        )


async def says_code(person: Person, code: str) -> None:
    await person.press("🎟 Промокод")
    await sees(person, "Пришлите промокод")
    await person.send(code)


async def states(platform: Platform) -> list[str]:
    """Of all orders, the oldest first."""
    async with platform.container.database.read() as session:
        return list(await session.scalars(select(Order.state).order_by(Order.id)))


async def guides(platform: Platform) -> int:
    async with platform.container.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Guide)) or 0


async def minute(platform: Platform, **passes: float) -> None:
    """What the clock does each minute, after so much time."""
    platform.clock.passes(**passes)
    await JOBS["orders-expire"](platform.container.services, platform.clock())


async def stars_again(person: Person, count: int) -> None:
    await until(person.stars, count)


def own_bot(platform: Platform) -> Bot:
    """The bot's own token in somebody else's hands."""
    server = TelegramAPIServer.from_base(platform.server.url)
    return Bot(SANDBOX_TOKEN, session=AiohttpSession(api=server))


async def sold_by_another_hand(platform: Platform, person: Person, payload: str, amount: int) -> Message:
    """An invoice that the product never sent."""
    bot = own_bot(platform)
    try:
        sent = await bot.send_invoice(
            person.id, "Гайд", "Подделка", payload, "XTR", [LabeledPrice(label="Гайд", amount=amount)]
        )
    finally:
        await bot.session.close()
    await person.looks()
    return next(each for each in person.messages() if each.message_id == sent.message_id)
