"""Bringing friends, and what it is worth."""

import pytest
from aiogram.types import Update
from sqlalchemy import select

from bot.inbox import Inbox
from db import tables
from sandbox import Person
from services.payments.model import OrderState, Why
from tests.handlers.reading import said
from tests.handlers.sales import buys, comes_to
from tests.handlers.test_labels import wrapping
from tests.platform import Platform


async def payload_of(person: Person) -> str:
    """What the person's own link ends in."""
    await person.send("/reports")
    await person.press("🎁")
    shown = await person.sees("https://t.me/toklink_demo_bot?start=ref_")
    link = next(word for word in shown.text.split() if "?start=" in word)
    return link.partition("?start=")[2]


async def test_who_brings_a_buyer_has_a_guide_for_nothing(platform: Platform, anna: Person, ben: Person):
    payload = await payload_of(anna)
    assert "Друг купил гайд" in said(anna)
    assert wrapping(anna.last) == []
    await ben.start(payload)
    assert "A friend sent you here" in said(ben)
    assert "📘 Guides" in ben.last.buttons
    await anna.send("/reports")
    await anna.press("🎁")
    await anna.sees("Пришли: 1 · купили: 0")
    first = await buys(platform, ben)
    news = await anna.sees("Друг купил гайд, и один вам бесплатно")
    assert news.buttons == ["📘 Взять гайд", "📘 Мои гайды"]
    await buys(platform, ben, "another.star")
    await anna.send("/reports")
    assert "1 гайд вам бесплатно" in said(anna), "only the first one counts"
    await anna.press("🎁")
    await anna.sees("Пришли: 1 · купили: 1")
    await anna.sees("Бесплатных гайдов: 1")
    await platform.container.services.refunds.refund_order(first.id, Why.OPERATOR, platform.clock())
    await comes_to(platform, first, OrderState.REFUNDED)
    lost = await anna.sees("Оплата друга вернулась")
    assert "Бесплатных гайдов: 0" in lost.text
    await anna.send("/reports")
    assert "бесплатно" not in said(anna)


async def test_a_start_that_is_handled_twice_brings_one_friend_once(
    platform: Platform, anna: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
):
    payload = await payload_of(anna)
    handle = Inbox._try

    async def twice(inbox: Inbox, update: Update) -> Exception | None:
        return await handle(inbox, update) or await handle(inbox, update)

    monkeypatch.setattr(Inbox, "_try", twice)
    await ben.start(payload)
    assert "A friend sent you here" in said(ben)
    await buys(platform, ben)
    await anna.sees("Друг купил гайд, и один вам бесплатно")
    standing = await platform.container.services.referrals.standing(anna.id)
    assert (standing.brought, standing.bought, standing.free) == (1, 1, 1)


async def test_nobody_brings_themselves(anna: Person):
    payload = await payload_of(anna)
    await anna.start(payload)
    assert "Это ваша собственная ссылка" in said(anna)
    assert "📘 Гайды" in anna.last.buttons


async def test_a_link_of_nobody_is_the_usual_welcome(ben: Person):
    for payload in ("ref_", "ref_nobodys1", "ref_" + "x" * 60, "ref_0OIl0OIl"):
        await ben.start(payload)
        assert said(ben).startswith("👋")


async def test_who_comes_twice_or_by_two_links_is_one_friend_brought(
    platform: Platform, anna: Person, ben: Person, vera: Person
):
    first, second = await payload_of(anna), await payload_of(vera)
    for payload in (first, first, second):
        await ben.start(payload)
    assert said(ben).startswith("👋"), "the second link counts nothing"
    async with platform.container.database.read() as session:
        brought = (await session.execute(select(tables.Referral.person_id, tables.Referral.referrer_id))).all()
    assert [tuple(row) for row in brought] == [(ben.id, anna.id)]


async def test_a_link_in_a_group_brings_nobody(platform: Platform, anna: Person, ben: Person):
    payload = await payload_of(anna)
    friends = ben.in_group(platform.world.group("Друзья"))
    await friends.send(f"/start@toklink_demo_bot {payload}")
    assert (await platform.container.services.referrals.standing(anna.id)).brought == 0
