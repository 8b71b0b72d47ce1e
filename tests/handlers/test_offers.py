"""/report: what is offered, to whom, and at what price."""

from collections.abc import AsyncIterator

import pytest

from db.tables import GuideCredit
from sandbox import Person
from sandbox.tiktok.creators import usernames
from services.operations.tallies import WRONG_CODES
from tests.handlers.buying import (
    BUY,
    ENGLISH_BUY,
    ENGLISH_GIST,
    ENGLISH_OFFERED,
    GIST,
    NAME,
    OFFERED,
    a_code,
    an_invoice,
    an_offer,
    running_shop,
    says_code,
    states,
)
from tests.handlers.reading import UNSEEN
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.waiting import until


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform


@pytest.fixture(params=["sqlite", "postgresql"])
async def shop(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[Platform]:
    """Where money moves."""
    async with running_shop(request, tmp_path) as platform:
        yield platform


# From the offer to the guide


async def test_from_a_card_in_english_and_back(platform: Platform, ben: Person):
    await ben.send(f"/stats {NAME}")
    card = await sees(ben, "Followers")
    await ben.press("📘 Guide")
    offer = await sees(ben, "⭐ Price: 50 Stars")
    assert offer.message_id == card.message_id
    assert offer.buttons == [ENGLISH_BUY, "🎟 Promo code", "◀️ To the card", "◀️ Menu"]
    await ben.press("◀️ To the card")
    await sees(ben, "Followers")
    await ben.press("📘 Guide")
    await sees(ben, ENGLISH_OFFERED)
    invoice = await an_invoice(ben, ENGLISH_BUY)
    assert invoice.invoice is not None
    assert invoice.invoice["title"] == "Guide to a TikTok account"
    await ben.pay(invoice)
    await sees(ben, "✅ Paid, thank you")
    await sees(ben, ENGLISH_GIST)
    await ben.sees_document()


async def test_a_name_is_asked_for_where_there_is_none(platform: Platform, anna: Person):
    await anna.send("/report")
    await sees(anna, "По какому аккаунту нужен гайд?")
    await anna.send("это не имя")
    await sees(anna, "В имени TikTok нет пробелов")
    await anna.send(f"https://www.tiktok.com/@{NAME}")
    assert f"@{NAME}" in read(await sees(anna, OFFERED))


async def test_a_short_address_is_followed(platform: Platform, anna: Person):
    await anna.send(f"/report {platform.tiktok.short(NAME)}")
    assert f"@{NAME}" in read(await sees(anna, OFFERED))


async def test_a_deep_link_leads_to_the_offer(platform: Platform, anna: Person, ben: Person):
    await an_offer(anna)
    account = await platform.container.services.accounts.stored(NAME)
    assert account is not None
    await ben.start(f"report_{account.id}")
    assert f"@{NAME}" in read(await sees(ben, ENGLISH_OFFERED))
    for forged in ("report_999999", "report_x", "report_" + "9" * 30):
        await ben.start(forged)
        await sees(ben, "This button does not work any more")


async def test_two_who_ask_within_an_hour_are_offered_the_same(platform: Platform, anna: Person, ben: Person):
    await an_offer(anna)
    asked = platform.tiktok.requests.copy()
    await an_offer(ben, words=ENGLISH_OFFERED)
    assert platform.tiktok.requests == asked


async def test_in_a_group_the_way_leads_to_the_private_chat(platform: Platform, anna: Person):
    there = anna.in_group(platform.world.group("Друзья"))
    await there.send(f"/report {NAME}")
    await there.sees("личн")


# What there is no guide of


@pytest.mark.parametrize(
    ("name", "words"),
    [("ghost", "Не нашёл в TikTok аккаунт @ghost"), ("private_person", "Аккаунт @private_person закрыт")],
)
async def test_what_tiktok_does_not_show_is_not_sold(platform: Platform, anna: Person, name: str, words: str):
    await anna.send(f"/report {name}")
    refused = await sees(anna, words)
    assert refused.buttons == ["📘 Другой аккаунт", "◀️ Меню"]


@pytest.mark.parametrize(("name", "usable"), [("no_videos", 0), ("all_pinned", 0), ("zero_views", 8)])
async def test_an_account_with_too_few_videos_is_refused_before_payment(
    platform: Platform, anna: Person, name: str, usable: int
):
    await anna.send(f"/report {name}")
    refused = await sees(anna, "пока мало данных")
    assert f"{usable} видео, а нужно 10" in read(refused)
    assert refused.buttons == ["📘 Другой аккаунт", "◀️ Меню"]


async def test_while_tiktok_is_silent_nothing_is_sold_and_the_offer_comes_when_it_answers(
    platform: Platform, anna: Person
):
    platform.tiktok.fault("*", "reset")
    await anna.send(f"/report {NAME}")
    told = await sees(anna, "TikTok сейчас не показывает видео")
    platform.tiktok.fault("*", "")

    async def is_offered() -> bool:
        platform.clock.passes(seconds=30)
        return any(OFFERED in read(each) for each in anna.messages())

    await until(is_offered, True)
    assert (await sees(anna, OFFERED)).message_id > told.message_id, "an edited message tells nobody that it is there"


async def test_a_tiktok_that_is_silent_for_a_day_is_given_up(platform: Platform, ben: Person):
    platform.tiktok.fault("*", "reset")
    await ben.send(f"/report {NAME}")
    await sees(ben, "I will write to you when it does")
    platform.clock.passes(days=1)

    async def is_over() -> bool:
        platform.clock.passes(hours=1)
        return any("for a whole day" in read(each) for each in ben.messages())

    await until(is_over, True)


# Cheaper, and for nothing


async def test_a_code_makes_it_cheaper(shop: Platform):
    anna = shop.world.person("Анна")
    await a_code(shop, "SPRING-30", 30)
    await an_offer(anna)
    await says_code(anna, " spring-30 ")
    offer = await sees(anna, "по промокоду SPRING-30")
    assert "⭐ Цена: 50 35 звёзд по промокоду SPRING-30" in read(offer)
    payment = await anna.pay(await an_invoice(anna, "Купить за 35 ⭐"))
    assert payment.paid
    await sees(anna, GIST)
    assert await anna.stars() == 965


async def test_a_code_makes_it_free_without_an_invoice(shop: Platform):
    anna = shop.world.person("Анна")
    await a_code(shop, "GIFT", 100)
    await an_offer(anna)
    await says_code(anna, "GIFT")
    await sees(anna, "бесплатно по промокоду GIFT")
    await anna.press("🎁 Взять бесплатно")
    await sees(anna, GIST)
    await anna.sees_document()
    assert not any(each.invoice for each in anna.messages())
    assert await anna.stars() == 1000
    await an_offer(anna, usernames()[4])
    await says_code(anna, "GIFT")
    await sees(anna, "Промокод GIFT вы уже использовали")


async def test_wrong_codes_are_counted_and_soon_no_more_are_taken(platform: Platform, anna: Person):
    services = platform.container.services
    await an_offer(anna)
    await anna.press("🎟 Промокод")
    for number in range(8):
        await anna.send(f"GUESS{number}")
        await sees(anna, f"Промокода GUESS{number} нет")
    await a_code(platform, "RIGHT", 100)
    await anna.send("RIGHT")
    assert "Много промокодов сразу" in read(await sees(anna, "Следующий можно ввести"))
    assert (await services.tallies.read(WRONG_CODES, platform.clock())).today == 8
    platform.clock.passes(minutes=10)
    await anna.send("RIGHT")
    await sees(anna, "бесплатно по промокоду RIGHT")


async def test_a_forged_press_guesses_no_faster(platform: Platform, anna: Person):
    offer = await an_offer(anna)
    for number in range(8):
        refused = await anna.press_data(f"gb:b:1:GUESS{number}", on=offer)
        assert f"Промокода GUESS{number} нет" in refused.text.translate(UNSEEN)
    await a_code(platform, "RIGHT", 100)
    assert "Много промокодов сразу" in (await anna.press_data("gb:b:1:RIGHT", on=offer)).text
    assert await states(platform) == []


async def test_a_guide_for_bringing_a_friend_is_taken_for_nothing(platform: Platform, anna: Person):
    await anna.send("/start")
    async with platform.container.database.write() as session:
        session.add(GuideCredit(key="referral:1", person_id=anna.id, amount=1, at=platform.clock()))
    assert (await an_offer(anna)).buttons[:2] == [BUY, "🎁 Взять бесплатно: 1"]
    await anna.press("🎁 Взять бесплатно: 1")
    await sees(anna, GIST)
    assert await anna.stars() == 1000
    old = await an_offer(anna, usernames()[4])
    assert not any("бесплатно" in label for label in old.buttons)
    assert "Бесплатных гайдов не осталось" in (await anna.press_data("gb:f:2:", on=old)).text


async def test_forged_presses_buy_nothing(platform: Platform, anna: Person):
    offer = await an_offer(anna)
    for data in ("gb:b:999999:", "gb:f:999999:", "gb:c:999999:"):
        assert "Это предложение устарело" in (await anna.press_data(data, on=offer)).text
    for data in ("gb:b:0:", "gb:b:x:", "gb:b:1:lower case", "gb:z:1:", f"gb:b:{10**30}:"):
        await anna.press_data(data, on=offer)
    assert await states(platform) == []
