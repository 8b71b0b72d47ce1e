import asyncio
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import func, select

from db.tables import Link
from sandbox import Person, SandboxClient
from tests.handlers.reading import answers, nothing_was_reported, said
from tests.platform import Platform, running_platform


async def links_of(platform: Platform) -> int:
    """How many links there are."""
    async with platform.container.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Link)) or 0


async def test_a_pasted_address_answers_with_a_short_link(anna: Person):
    await anna.send("https://example.com/page?x=1")
    text = anna.last.text
    assert "localhost:" in text.splitlines()[0]
    assert "example.com/page?x=1" in text
    assert "кликов пока нет" in text
    assert anna.last.buttons == [
        "📎 Копировать", "🔳 Сделать QR", "📊 Статистика", "⚙️ Настройки", "🗑 Удалить", "📋 Мои ссылки",
    ]  # fmt: skip


async def test_the_command_takes_an_address_and_asks_for_one_without(ben: Person):
    await ben.send("/link https://example.com/a")
    assert "example.com/a" in ben.last.text
    await ben.send("/link")
    assert "Send me the address" in ben.last.text
    await ben.send("https://example.com/b")
    await ben.sees("example.com/b")
    await ben.no_longer_sees("Send me the address")


async def test_an_address_inside_a_sentence_or_a_caption_is_found(anna: Person, png: bytes):
    await anna.send("смотри example.com/inside вот")
    assert "example.com/inside" in anna.last.text
    assert "Добавил https://" in anna.last.text
    await anna.send_photo(png, caption="https://example.com/caption")
    assert "example.com/caption" in anna.last.text


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("/link https://example.com/page вот так", "https://example.com/page"),
        ("/link смотри example.com/page", "https://example.com/page"),
        ("/link localhost:3000", "https://localhost:3000/"),
        ("/LINK  example.com/a|b ", "https://example.com/a|b"),
    ],
)
async def test_the_command_reads_an_address_as_a_pasted_message_does(anna: Person, typed: str, target: str):
    await anna.send(typed)
    assert anna.last.links[-1] == target


async def test_the_question_takes_one_address_among_words_and_goes_on_asking_otherwise(anna: Person):
    await anna.send("/link")
    await anna.send("localhost:3000\nlocalhost:4000")
    assert "Пришлите адрес, который" in (await anna.sees("не веб-адрес")).text
    await anna.send("example.com/a example.com/b")
    await anna.no_longer_sees("не веб-адрес")
    assert "2 адреса" in said(anna)
    await anna.send("вот он: https://example.com/x спасибо")
    assert "https://example.com/x" in anna.last.links
    await anna.no_longer_sees("Пришлите адрес, который")


async def test_the_short_address_is_copied_by_a_button(anna: Person):
    await anna.send("https://example.com")
    copied = (await anna.press("📎 Копировать")).copied
    assert copied == anna.last.links[0]


async def test_the_qr_picture_opens_in_the_same_message_and_leads_to_the_link(anna: Person):
    await anna.send("https://example.com")
    card = anna.last
    await anna.press("🔳 Сделать QR")
    shown = await anna.sees_photo()
    assert shown.message_id == card.message_id
    picture = Image.open(BytesIO(await anna.file(shown)))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"{card.links[0]}?qr"]


async def test_statistics_open_with_a_chart_and_lead_back(anna: Person):
    await anna.send("https://example.com")
    card = anna.last
    await anna.press("📊 Статистика")
    shown = await anna.sees_photo()
    assert shown.message_id == card.message_id
    assert said(anna).splitlines()[0] == "📊 0 кликов за 7 дней"
    chart = Image.open(BytesIO(await anna.file(shown)))
    assert chart.width >= 1_000
    await anna.press("🔄 Обновить")
    await anna.press("◀️ Назад")
    await anna.sees_button("🔳 Сделать QR")
    assert not any(message.photo for message in anna.messages())
    assert len(anna.messages()) == 2, "the picture made room for the card"


async def test_two_presses_of_back_at_once_leave_one_card(anna: Person):
    await anna.send("https://example.com")
    await anna.press("📊 Статистика")
    shown = await anna.sees_photo()
    back = next(button.value for row in shown.rows for button in row if "Назад" in button.label)
    await asyncio.gather(*(anna.press_data(back, on=shown) for _ in range(2)))
    assert len(await answers(anna)) == 1
    cards = [message for message in anna.messages() if "📎 Копировать" in message.buttons]
    assert len(cards) == 1
    assert not any(message.photo for message in anna.messages())


async def test_back_and_refresh_at_once_break_nothing(platform: Platform, anna: Person):
    await anna.send("https://example.com")
    await anna.press("📊 Статистика")
    shown = await anna.sees_photo()
    back, refresh = (
        next(button.value for row in shown.rows for button in row if label in button.label)
        for label in ("Назад", "Обновить")
    )
    await asyncio.gather(anna.press_data(back, on=shown), anna.press_data(refresh, on=shown))
    await answers(anna)
    await nothing_was_reported(platform)


async def test_a_picture_too_old_to_be_deleted_stays_above_the_card(platform: Platform, anna: Person):
    await anna.send("https://example.com")
    await anna.press("📊 Статистика")
    old = await anna.sees_photo()
    platform.clock.passes(hours=49)
    await anna.press("◀️ Назад")
    card = await anna.sees_button("🔳 Сделать QR")
    assert card.message_id > old.message_id
    await nothing_was_reported(platform)


async def test_drawing_is_announced(anna: Person):
    await anna.send("https://example.com")
    await anna.press("🔳 Сделать QR")
    await anna.sees_photo()
    assert anna.actions == ["upload_photo"]


async def test_without_pictures_the_figures_come_as_text_and_the_qr_later(platform: Platform, anna: Person):
    await platform.container.services.pictures.close()
    await anna.send("https://example.com")
    card = anna.last
    await anna.press("🔳 Сделать QR")
    told = await anna.sees("не получилось нарисовать")
    assert told.message_id == card.message_id
    assert "🔳 Сделать QR" in told.buttons, "it can be tried again at once"
    await anna.press("📊 Статистика")
    figures = await anna.sees("Кликов пока нет")
    assert figures.message_id == card.message_id
    await anna.press("🔄 Обновить")
    await anna.press("◀️ Назад")
    await anna.sees_button("🗑 Удалить")
    await nothing_was_reported(platform)


async def test_links_are_listed_in_pages_newest_first(anna: Person):
    for number in range(1, 8):
        await anna.send(f"https://example.com/n{number}")
    await anna.send("/links")
    first = anna.last
    assert "7\u00a0ссылок" in first.text
    assert first.text.index("example.com/n7") < first.text.index("example.com/n3")
    assert "example.com/n2" not in first.text
    await anna.press("Старее ▶️")
    assert "example.com/n1" in (await anna.sees("6. localhost:")).text
    await anna.press("7")
    await anna.no_longer_sees("6. localhost:")
    card = anna.last
    assert card.message_id == first.message_id
    assert "example.com/n1" in card.text
    await anna.press("📋 Мои ссылки")
    await anna.sees("example.com/n2")
    await anna.press("◀️ Новее")
    assert len((await anna.sees("example.com/n7")).text.splitlines()) <= 12


async def test_an_empty_list_says_how_to_fill_it(ben: Person):
    await ben.send("/links")
    assert "no links yet" in ben.last.text
    assert "🔗 New link" in ben.last.buttons


async def test_a_deleted_link_can_be_brought_back_for_a_minute(platform: Platform, anna: Person):
    await anna.send("https://example.com")
    await anna.press("🗑 Удалить")
    await anna.press("🗑 Да, удалить")
    await anna.sees("удалена")
    await anna.press("↩️ Вернуть")
    await anna.sees_button("📊 Статистика")
    await anna.press("🗑 Удалить")
    await anna.press("🗑 Да, удалить")
    await anna.sees("удалена")
    platform.clock.passes(seconds=61)
    answer = await anna.press("↩️ Вернуть")
    assert answer.show_alert
    assert "прошла минута" in answer.text


async def test_a_press_after_the_deletion_says_that_the_link_is_gone(anna: Person):
    await anna.send("https://example.com")
    card = anna.last
    await anna.send("/links")
    await anna.press("1")
    await anna.no_longer_sees("1. localhost:")
    await anna.press("🗑 Удалить")
    await anna.press("🗑 Да, удалить")
    await anna.sees("удалена")
    answer = await anna.press("📊 Статистика", on=card)
    assert answer.show_alert
    assert "Такой ссылки" in answer.text


async def test_a_foreign_link_in_forged_data_is_refused(anna: Person, ben: Person):
    await anna.send("https://example.com/secret")
    await ben.send("/start")
    for action in "cqsdDr":
        answer = await ben.press_data(f"l:{action}:1:0", on=ben.last)
        assert "no such link" in answer.text
    await anna.press("📊 Статистика")
    await anna.sees_photo()


@pytest.mark.parametrize(
    "data",
    [
        "l:c:99999999999999999999999:0",
        "l:c:9223372036854775808:0",
        "l:D:9223372036854775807:0",
        "l:c:1:9223372036854775808",
        "l:c:1:-1",
        "l:c:-1:0",
        "l:c:abc:0",
        "l:Z:1:0",
        "ll:999999999999999",
        "ll:99999999999999999999999",
        "ll:0",
        "sL:xx",
        "sZ|nowhere",
        "\u202e",
    ],
)
async def test_made_up_data_changes_nothing_and_gets_an_answer(platform: Platform, ben: Person, data: str):
    await ben.send("/start")
    menu = ben.last
    answer = await ben.press_data(data, on=menu)
    assert answer.show_alert
    assert "does not work any more" in answer.text or "no such link" in answer.text
    await ben.send("/help")
    assert menu.text in [message.text for message in ben.messages()]
    await nothing_was_reported(platform)


async def test_a_press_from_before_a_restart_still_works(platform: Platform, anna: Person):
    await anna.send("https://example.com")
    await platform.restart()
    await anna.press("🗑 Удалить")
    await anna.press("🗑 Да, удалить")
    await anna.sees("удалена")


async def test_a_deep_link_opens_the_card_of_an_own_link_alone(anna: Person, ben: Person):
    await anna.send("https://example.com/deep")
    await anna.start("link_1")
    assert "example.com/deep" in anna.last.text
    await ben.start("link_1")
    assert "no such link" in ben.last.text


@pytest.mark.parametrize(
    "number", ["", "0", "-1", "abc", "9223372036854775807", "9223372036854775808", "99999999999999999999999"]
)
async def test_a_made_up_deep_link_finds_nothing(platform: Platform, ben: Person, number: str):
    await ben.start(f"link_{number}")
    assert "no such link" in ben.last.text
    await nothing_was_reported(platform)


async def test_the_limit_says_how_to_get_room(tmp_path):
    async with running_platform(tmp_path, {"links_per_user": 1}) as platform:
        ben = platform.world.person("Бен")
        await ben.send("https://example.com/1")
        await ben.send("https://example.com/2")
        assert "1 link, which is the limit" in said(ben)
        assert "/links" in ben.last.text


async def test_the_limit_has_a_button_to_the_list(tmp_path):
    async with running_platform(tmp_path, {"links_per_user": 1}) as platform:
        anna = platform.world.person("Анна")
        await anna.send("https://example.com/1")
        await anna.send("https://example.com/2")
        assert "1 ссылка, больше нельзя" in said(anna)
        await anna.press("📋 Мои ссылки", on=anna.last)
        await anna.sees("1. localhost:")


async def test_who_works_for_the_platform_has_room_for_more(tmp_path):
    async with running_platform(tmp_path, {"links_per_user": 1}) as platform:
        olya = platform.world.person("Оля")
        for number in range(10):
            await olya.send(f"https://example.com/{number}")
            assert f"example.com/{number}" in olya.last.text
        await olya.send("https://example.com/more")
        assert "10" in said(olya)
        assert "example.com/more" not in said(olya)


async def test_the_same_address_again_offers_the_link_that_there_is(platform: Platform, anna: Person):
    await anna.send("https://example.com/one")
    first = anna.last
    await anna.send("example.com/one")
    assert "уже есть" in said(anna)
    assert anna.last.links[0] == first.links[0]
    assert anna.last.buttons == ["👌 Взять её", "➕ Сделать ещё"]
    await anna.press("👌 Взять её")
    await anna.no_longer_sees("уже есть")
    assert anna.last.links[0] == first.links[0]
    assert await links_of(platform) == 1


async def test_another_link_to_the_same_address_is_made_once_a_press(platform: Platform, ben: Person):
    await ben.send("https://example.com/one")
    first = ben.last
    await ben.send("https://example.com/one")
    offer = ben.last
    press = next(button.value for row in offer.rows for button in row if "another" in button.label)
    await ben.press("➕ Make another")
    await ben.no_longer_sees("already")
    assert ben.last.links[0] != first.links[0]
    assert ben.last.links[-1] == first.links[-1]
    assert await links_of(platform) == 2
    await ben.send("https://example.com/two")
    assert await links_of(platform) == 3
    answer = await ben.press_data(press.replace("l:a:1", "l:a:999"), on=ben.last)
    assert "no such link" in answer.text


async def test_what_is_deleted_or_another_s_is_not_offered(anna: Person, ben: Person):
    await anna.send("https://example.com/one")
    await ben.send("https://example.com/one")
    assert "already" not in ben.last.text
    await anna.press("🗑 Удалить")
    await anna.press("🗑 Да, удалить")
    await anna.sees("удалена")
    await anna.send("https://example.com/one")
    assert "уже есть" not in anna.last.text


async def test_in_a_group_the_link_that_there_is_is_shown_at_once(world: SandboxClient, anna: Person):
    await anna.send("https://example.com/one")
    here = anna.in_group(world.group("Друзья"))
    await here.send("/link https://example.com/one")
    assert here.last.links[0] == anna.last.links[0]
    assert here.last.buttons == []


async def test_a_deletion_cannot_be_undone_past_the_limit(tmp_path):
    async with running_platform(tmp_path, {"links_per_user": 1}) as platform:
        ben = platform.world.person("Бен")
        await ben.send("https://example.com/1")
        await ben.press("🗑 Delete")
        await ben.press("🗑 Yes, delete")
        gone = await ben.sees("is deleted")
        await ben.send("https://example.com/2")
        answer = await ben.press("↩️ Undo", on=gone)
        assert "which is the limit" in answer.text
