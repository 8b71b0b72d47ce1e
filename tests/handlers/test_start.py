import pytest

from sandbox import Person, SandboxClient
from tests.platform import Platform


async def test_start_greets_and_shows_a_menu_in_the_person_s_language(anna: Person, ben: Person):
    await anna.send("/start")
    assert "короткие ссылки" in anna.last.text
    assert len(anna.last.text.splitlines()) == 2
    assert anna.last.buttons == [
        "📊 Аккаунт TikTok",
        "📘 Гайды",
        "🏆 Топ",
        "👁 Слежу",
        "🔗 Сократить",
        "📋 Мои ссылки",
        "⚙️ Настройки",
        "❓ Помощь",
    ]
    await ben.send("/start")
    assert "short links" in ben.last.text
    assert ben.last.buttons == [
        "📊 TikTok account",
        "📘 Guides",
        "🏆 Top",
        "👁 Watches",
        "🔗 New link",
        "📋 My links",
        "⚙️ Settings",
        "❓ Help",
    ]


async def test_the_menu_edits_itself_and_leads_back(anna: Person):
    await anna.send("/start")
    menu = anna.last
    await anna.press("❓ Помощь")
    assert (await anna.sees("Что я умею")).message_id == menu.message_id
    await anna.press("◀️ Меню")
    assert (await anna.sees("короткие ссылки и считаю")).message_id == menu.message_id
    assert len(anna.messages()) == 2


async def test_help_names_only_commands_that_work(anna: Person, world: SandboxClient):
    await anna.send("/help")
    for command in ("/links", "/settings", "/cancel", "/link", "/stats", "/report", "/reports", "/paysupport"):
        assert command in anna.last.text
    for command in await anna.commands():
        await anna.send(f"/{command}")
        assert "не знаю" not in anna.last.text


async def test_command_lists_stand_in_both_languages_for_people_groups_and_operators(
    anna: Person, ben: Person, olya: Person, world: SandboxClient
):
    await anna.send("/start")
    assert await anna.commands() == {
        "stats": "Аккаунт TikTok в цифрах",
        "compare": "Сравнить аккаунты TikTok",
        "top": "Топ русских блогеров",
        "watch": "За кем я слежу",
        "report": "Гайд по аккаунту TikTok",
        "reports": "Мои гайды и бесплатные",
        "link": "Сократить ссылку",
        "links": "Мои ссылки и клики",
        "settings": "Язык, часовой пояс, уведомления",
        "privacy": "Что я о вас храню",
        "terms": "Условия продажи гайдов",
        "paysupport": "Помощь с оплатой",
        "help": "Что я умею",
        "cancel": "Отменить вопрос или задачу",
    }
    assert (await ben.commands())["links"] == "My links and their clicks"
    assert list(await anna.in_group(world.group("Друзья")).commands()) == ["stats", "link", "help"]


async def test_operators_have_the_admin_command_in_private_and_in_their_group(platform: Platform, olya: Person):
    await olya.send("/start")
    await olya.send("/help")
    assert (await olya.commands())["admin"] == "Состояние платформы"
    group = olya.in_group(platform.world.group("Админы Toklink"))
    assert list(await group.commands()) == ["stats", "link", "help", "admin"]
    await group.send("/admin")
    assert "Платформа работает" in group.last.text


async def test_cancel_leaves_a_dialogue_and_says_when_there_is_none(anna: Person):
    await anna.send("/link")
    assert "Пришлите адрес" in anna.last.text
    await anna.send("/cancel")
    await anna.sees("Отменено")
    await anna.no_longer_sees("Пришлите адрес, который")
    await anna.send("не адрес")
    assert "Я читаю адреса и команды" in anna.last.text
    await anna.send("/cancel")
    await anna.sees("Отменять нечего")


async def test_a_press_on_any_button_ends_an_open_question(anna: Person):
    await anna.send("/start")
    menu = anna.last
    await anna.send("/link")
    await anna.sees("Пришлите адрес, который")
    await anna.press("❓ Помощь", on=menu)
    await anna.no_longer_sees("Пришлите адрес, который")
    await anna.send("привет")
    assert "Я читаю адреса и команды" in anna.last.text
    await anna.press("◀️ Меню", on=menu)
    await anna.press("🔗 Сократить", on=menu)
    await anna.press_data("m:n", on=menu)
    await anna.send("localhost:3000")
    await anna.sees_button("📎 Копировать")


async def test_cancel_by_the_button_leads_to_the_menu(anna: Person):
    await anna.send("/link")
    question = anna.last
    await anna.press("✖️ Отмена")
    assert (await anna.sees("короткие ссылки")).message_id == question.message_id
    await anna.send("/cancel")
    await anna.sees("Отменять нечего")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/Start", "короткие ссылки"),
        ("/START", "короткие ссылки"),
        ("/HELP", "Что я умею"),
        ("/Settings", "Настройки"),
        ("/LINKS", "Ссылок пока нет"),
        ("/LINK", "Пришлите адрес"),
        ("/Cancel", "Отменять нечего"),
    ],
)
async def test_commands_are_known_in_any_letters(anna: Person, typed: str, answer: str):
    await anna.send(typed)
    assert answer in anna.last.text


async def test_a_dialogue_survives_a_restart(platform: Platform, anna: Person):
    await anna.send("/link")
    await platform.restart()
    await anna.send("example.com")
    await anna.sees("example.com")
    assert "📎 Копировать" in anna.last.buttons


async def test_a_name_with_markup_breaks_nothing(vera: Person):
    await vera.send("/start")
    assert "короткие ссылки" in vera.last.text


async def test_only_operators_see_the_state_of_the_platform(anna: Person, olya: Person):
    await anna.send("/link https://example.com")
    await olya.send("/admin")
    assert "Людей: 2" in olya.last.text
    assert "Ссылок: 1" in olya.last.text
    await anna.send("/admin")
    assert "не знаю /admin" in anna.last.text.replace("\u2068", "").replace("\u2069", "")
    answer = await anna.press_data("ao", on=anna.last)
    assert "не для вас" in answer.text
