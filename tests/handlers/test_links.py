from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from sandbox import Person
from tests.platform import Platform, running_platform


async def test_a_pasted_address_answers_with_a_short_link(anna: Person):
    await anna.send("https://example.com/page?x=1")
    text = anna.last.text
    assert "localhost:" in text.splitlines()[0]
    assert "example.com/page?x=1" in text
    assert "кликов пока нет" in text
    assert anna.last.buttons == ["📎 Копировать", "🔳 Сделать QR", "📊 Статистика", "🗑 Удалить"]


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
    assert "https:// не было" in anna.last.text
    await anna.send_photo(png, caption="https://example.com/caption")
    assert "example.com/caption" in anna.last.text


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
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [card.links[0]]


async def test_statistics_open_with_a_chart_and_lead_back(anna: Person):
    await anna.send("https://example.com")
    card = anna.last
    await anna.press("📊 Статистика")
    shown = await anna.sees_photo()
    assert shown.message_id == card.message_id
    assert "кликов пока нет" in shown.text.splitlines()[0]
    chart = Image.open(BytesIO(await anna.file(shown)))
    assert chart.width >= 1_000
    await anna.press("🔄 Обновить")
    await anna.press("◀️ Назад")
    await anna.sees_button("🔳 Сделать QR")
    await anna.no_longer_sees("повторных")
    assert len(anna.messages()) == 2, "the picture made room for the card"


async def test_links_are_listed_in_pages_newest_first(anna: Person):
    for number in range(1, 8):
        await anna.send(f"https://example.com/n{number}")
    await anna.send("/links")
    first = anna.last
    assert "7\u00a0ссылок" in first.text
    assert first.text.index("example.com/n7") < first.text.index("example.com/n3")
    assert "example.com/n2" not in first.text
    await anna.press("Старые")
    assert "example.com/n1" in (await anna.sees("6. localhost:")).text
    await anna.press("7")
    card = await anna.sees_button("📋 Мои ссылки")
    assert card.message_id == first.message_id
    assert "example.com/n1" in card.text
    await anna.press("📋 Мои ссылки")
    await anna.sees("example.com/n2")


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
    await anna.sees_button("📋 Мои ссылки")
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
        "l:c:-1:0",
        "l:c:abc:0",
        "l:Z:1:0",
        "ll:999999999999999",
        "sL:xx",
        "sZ|nowhere",
        "\u202e",
    ],
)
async def test_made_up_data_changes_nothing_and_gets_an_answer(ben: Person, data: str):
    await ben.send("/start")
    await ben.press_data(data, on=ben.last)
    await ben.send("/help")
    await ben.sees("What I can do")


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


async def test_the_limit_says_how_to_get_room(tmp_path):
    async with running_platform(tmp_path, {"links_per_user": 1}) as platform:
        ben = platform.world.person("Бен")
        await ben.send("https://example.com/1")
        await ben.send("https://example.com/2")
        assert "1 link, and that is the most" in ben.last.text
        assert "/links" in ben.last.text


async def test_in_a_group_a_link_is_made_and_the_rest_happens_in_private(anna: Person, ben: Person, platform: Platform):
    friends = anna.in_group(platform.world.group("Друзья"))
    await friends.send("/link https://example.com/party")
    assert "example.com/party" in friends.last.text
    assert friends.last.buttons == []
    await friends.send("/link")
    assert "/link https://example.com/page" in friends.last.text
    await friends.send("/links")
    assert "https://t.me/toklink_demo_bot" in friends.last.text
    await friends.send("/help@toklink_demo_bot")
    assert "Здесь" in friends.last.text
