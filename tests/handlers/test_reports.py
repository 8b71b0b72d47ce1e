"""/reports: the guides that somebody has."""

import re

import pytest
from aiogram.types import Update
from aiohttp import ClientSession

from bot.inbox import Inbox
from db.queries import payments as queries
from handlers.payments.reports_works import PDF, GuideWorks
from sandbox import Person
from services.payments.model import Why
from services.works import Work
from tests.handlers.reading import nothing_waits, said
from tests.handlers.selling import has_guide, order_of, orders
from tests.handlers.test_labels import wrapping
from tests.platform import Platform
from tests.waiting import until


async def status(address: str) -> int:
    async with ClientSession() as browser, browser.get(address) as answer:
        return answer.status


async def opens(person: Person) -> None:
    """The only guide in the list."""
    await person.press("@anna.films")
    await person.sees_button("📄 PDF")


def page_of(person: Person) -> str:
    """Where the button of the newest message leads."""
    return next(button.value for row in person.last.rows for button in row if "/r/" in button.value)


async def test_who_has_none_hears_how_to_get_one(anna: Person, ben: Person):
    await anna.send("/reports")
    assert "У вас пока нет гайдов" in said(anna)
    assert anna.last.buttons == ["➕ Новый гайд", "🎁 Привести друга", "◀️ Меню"]
    await ben.send("/start")
    await ben.press("📘 Guides")
    await ben.sees("You have no guides yet")


async def test_guides_stand_newest_first_five_a_page(platform: Platform, anna: Person):
    await anna.send("/start")
    for number in range(1, 8):
        await has_guide(platform, anna.id, f"star{number}")
    await has_guide(platform, anna.id, "a.very.long.name.of.24.c")
    await anna.send("/reports")
    assert "У вас 8 гайдов" in said(anna)
    shown = [label for label in anna.last.buttons if "@" in label]
    assert [label.split(" · ")[0] for label in shown[1:]] == ["📘 @star7", "📘 @star6", "📘 @star5", "📘 @star4"]
    assert wrapping(anna.last) == []
    await anna.press("▶️")
    await anna.sees_button("◀️")
    await anna.sees_button("@star1")
    assert [label.split(" · ")[0] for label in anna.last.buttons if "@" in label] == [
        "📘 @star3", "📘 @star2", "📘 @star1"
    ]  # fmt: skip
    await anna.press("◀️", on=anna.last)
    await anna.sees_button("@star7")
    await anna.press_data("gl:99", on=anna.last)
    await anna.sees_button("@star1")


async def test_a_guide_is_read_in_short_and_by_its_page(platform: Platform, anna: Person, ben: Person):
    await anna.send("/start")
    await has_guide(platform, anna.id)
    await anna.send("/reports")
    await opens(anna)
    assert "Гайд по @anna.films" in said(anna)
    assert anna.last.buttons == ["🌐 Открыть страницу", "📄 PDF", "🔗 Поделиться", "📘 Мои гайды"]
    assert wrapping(anna.last) == []
    assert await status(page_of(anna)) == 200
    await anna.press("📘 Мои гайды")
    await anna.sees("У вас 1\u00a0гайд")
    await ben.send("/start")
    await has_guide(platform, ben.id)
    await ben.send("/reports")
    await opens(ben)
    assert "Guide for @anna.films" in said(ben)


async def test_the_pdf_comes_once_more(platform: Platform, anna: Person):
    await anna.send("/start")
    await has_guide(platform, anna.id)
    await anna.send("/reports")
    await opens(anna)
    assert "PDF придёт" in (await anna.press("📄 PDF")).text
    document = await anna.sees_document()
    assert document.file_name is not None
    assert re.fullmatch(r"toklink-anna\.films-\d{4}-\d\d-\d\d\.pdf", document.file_name)
    assert (await anna.file(document)).startswith(b"%PDF-")


async def test_where_no_pdf_can_be_made_the_page_is_told(platform: Platform, ben: Person):
    await ben.send("/start")
    guide_id = await has_guide(platform, ben.id)
    container = platform.container
    works = GuideWorks(container.services, container.catalogue, platform.clock)
    told = await works.regret(Work(1, PDF, str(guide_id), ben.id, {"guide": guide_id}))
    assert told is not None
    assert "I could not make the PDF" in told.text
    assert told.keyboard is not None
    assert await status(told.keyboard["inline_keyboard"][0][0]["url"]) == 200
    assert await works.regret(Work(2, PDF, "99", ben.id, {"guide": 99})) is None


async def test_a_shared_link_opens_for_anybody_until_it_is_closed(platform: Platform, anna: Person):
    await anna.send("/start")
    await has_guide(platform, anna.id)
    await anna.send("/reports")
    await opens(anna)
    own = page_of(anna)
    await anna.press("🔗 Поделиться")
    await anna.sees_button("🚫 Закрыть ссылку")
    first = shared_in(anna)
    assert first != own
    assert await status(first) == 200
    assert wrapping(anna.last) == []
    send = next(button for row in anna.last.rows for button in row if button.label == "➡️ Отправить")
    assert send.value.startswith("https://t.me/share/url?url=http")
    await anna.press("📘 Мои гайды")
    await anna.sees_button("🔗 @anna.films")
    await opens(anna)
    assert shared_in(anna) == first
    answer = await anna.press("🚫 Закрыть ссылку")
    assert "больше ничего не открывает" in answer.text
    await anna.no_longer_sees("/r/")
    assert await status(first) == 404
    assert await status(own) == 200
    await anna.press("🔗 Поделиться")
    await anna.sees("/r/")
    assert shared_in(anna) not in {first, own}
    assert await status(first) == 404


def shared_in(person: Person) -> str:
    """The share link that the newest message shows."""
    found = re.search(r"http://\S+/r/\S{32}", person.last.text)
    assert found is not None
    return found[0]


async def test_what_is_handled_twice_is_sent_and_shared_once(
    platform: Platform, anna: Person, monkeypatch: pytest.MonkeyPatch
):
    """As after a crash between what was done and its being noted."""
    await anna.send("/start")
    await has_guide(platform, anna.id)
    handle = Inbox._try

    async def twice(inbox: Inbox, update: Update) -> Exception | None:
        return await handle(inbox, update) or await handle(inbox, update)

    monkeypatch.setattr(Inbox, "_try", twice)
    await anna.send("/reports")
    await opens(anna)
    await anna.press("🔗 Поделиться")
    assert (await anna.sees("/r/")).buttons[-2:] == ["🚫 Закрыть ссылку", "📘 Мои гайды"]
    guides, _ = await platform.container.services.guides.of_person(anna.id, 1)
    assert guides[0].share == 1
    await anna.press("📄 PDF")
    await anna.sees_document()
    # Whatever else was asked for would have come before this.
    await anna.press("📄 PDF")

    async def documents() -> int:
        await nothing_waits(platform)
        return sum(bool(message.document) for message in anna.messages())

    await until(documents, 2)
    assert await documents() == 2


async def test_a_refunded_guide_says_so_and_opens_no_more(platform: Platform, anna: Person):
    await anna.send("/start")
    guide_id = await has_guide(platform, anna.id)
    await anna.send("/reports")
    await opens(anna)
    shown, own = anna.last, page_of(anna)
    services = platform.container.services
    await services.refunds.refund_order(await order_of(platform, guide_id), Why.OPERATOR, platform.clock())
    assert await status(own) == 404
    for label in ("📄 PDF", "🔗 Поделиться"):
        assert (await anna.press(label, on=shown)).text.startswith("⚠️")
    await anna.send("/reports")
    await anna.press("↩️ @anna.films")
    await anna.sees("деньги за него вернулись")
    assert anna.last.buttons == ["➕ Новый гайд", "💬 Спросить поддержку", "📘 Мои гайды"]


@pytest.mark.parametrize("action", ["o", "p", "s", "r"])
async def test_somebody_elses_guide_is_nobodys(platform: Platform, anna: Person, ben: Person, action: str):
    await anna.send("/start")
    guide_id = await has_guide(platform, anna.id)
    await ben.send("/reports")
    for forged in (guide_id, guide_id + 1, 2**47 - 1):
        answer = await ben.press_data(f"g:{action}:{forged}", on=ben.last)
        assert "There is no such guide" in answer.text
    services = platform.container.services
    opened, _ = await services.guides.of_person(anna.id, 1)
    assert opened[0].share is None
    await services.refunds.refund_order(opened[0].order_id, Why.OPERATOR, platform.clock())
    answer = await ben.press_data(f"g:{action}:{guide_id}", on=ben.last)
    assert "There is no such guide" in answer.text, "nor is one that is closed"
    assert not [message for message in ben.messages() if message.document]


async def test_what_is_paid_and_not_there_yet_is_being_made(platform: Platform, anna: Person):
    await anna.send("/start")
    order = await orders(platform, anna.id, "rising.star")
    async with platform.container.database.write() as session:
        await queries.step(session, order.id, (queries.PENDING,), queries.PAID, "charge", platform.clock())
    await anna.send("/reports")
    assert "⏳ @rising.star: делаю" in said(anna)
    assert "пока нет" not in said(anna)


async def test_in_a_group_guides_and_terms_are_for_the_private_chat(platform: Platform, anna: Person):
    friends = anna.in_group(platform.world.group("Друзья"))
    for command in ("/reports", "/terms"):
        await friends.send(command)
        assert "https://t.me/toklink_demo_bot" in friends.last.text


async def test_the_terms_are_told_with_the_price_in_both_languages(anna: Person, ben: Person):
    await anna.send("/terms")
    assert "50 звёзд" in said(anna)
    assert "/paysupport" in said(anna)
    assert wrapping(anna.last) == []
    await anna.press("💬 Спросить поддержку")
    await anna.sees_button("Отмен")
    await anna.send("/terms")
    await anna.press("🔒 Что хранится")
    await anna.sees("Что я о вас храню")
    await ben.send("/TERMS")
    assert "50 Stars" in said(ben)
    assert "No promise" in said(ben)
