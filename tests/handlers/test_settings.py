import pytest

from sandbox import Person
from sandbox.faults import Fault
from tests.handlers.reading import answers, nothing_was_reported, said, sends
from tests.platform import Platform


async def test_the_language_is_chosen_by_buttons_and_kept(platform: Platform, anna: Person):
    await anna.send("/settings")
    await anna.press("🌐 Язык: Русский")
    await anna.press("English")
    await anna.sees("Settings")
    await platform.restart()
    await anna.send("/help")
    assert "What I can do" in anna.last.text


async def test_the_command_menu_speaks_the_chosen_language(anna: Person, ben: Person, olya: Person):
    for person, label, commands in ((anna, "English", 14), (olya, "English", 15)):
        await person.send("/settings")
        await person.press("🌐 Язык: Русский")
        await person.press(label)
        await person.sees("Settings")
        await person.send("/start")
        assert (await person.commands())["links"] == "My links and their clicks"
        assert len(await person.commands()) == commands
    await ben.send("/settings")
    await ben.press("🌐 Language: English")
    await ben.press("Русский")
    await ben.sees("Настройки")
    await ben.send("/help")
    assert (await ben.commands())["cancel"] == "Отменить вопрос или задачу"


async def test_a_command_menu_that_cannot_be_set_breaks_nothing(platform: Platform, ben: Person):
    platform.server.faults.add(Fault("server_error", method="setMyCommands", times=None))
    await ben.send("/settings")
    await ben.press("🌐 Language: English")
    await ben.press("Русский")
    await ben.sees("Настройки")
    await ben.send("/help")
    assert "Что я умею" in ben.last.text
    await nothing_was_reported(platform)


@pytest.mark.parametrize(
    ("typed", "place", "offset"),
    [
        ("Казань", "Казань, Россия", "UTC+3"),
        ("екатеринбург", "Екатеринбург, Россия", "UTC+5"),
        ("Kathmandu", "Непал", "UTC+5:45"),
        ("+5:30", "", "UTC+5:30"),
        ("−3", "", "UTC−3"),
        ("мск+2", "", "UTC+5"),
    ],
)
async def test_the_time_zone_is_set_by_a_city_or_an_offset(anna: Person, typed: str, place: str, offset: str):
    await anna.send("/settings")
    await anna.press("🕒 Часовой пояс")
    await anna.sees("Ваш город")
    await anna.send(typed)
    shown = await anna.sees_button(f"🕒 Часовой пояс: {offset}")
    assert place in shown.text
    await anna.no_longer_sees("Ваш город")


async def test_an_unknown_place_can_be_tried_again(anna: Person):
    await anna.send("/settings")
    await anna.press("🕒 Часовой пояс")
    await anna.send("ыыыыыыы")
    assert "Не знаю такого места" in anna.last.text
    await anna.send("Самара")
    await anna.sees_button("🕒 Часовой пояс: UTC+4")


async def test_an_address_in_the_middle_of_the_question_is_still_an_address(ben: Person):
    await ben.send("/settings")
    await ben.press("🕒 Time zone")
    await ben.send("https://example.com/x")
    assert "example.com/x" in ben.last.text


async def test_a_namesake_can_be_chosen_instead(ben: Person):
    await ben.send("/settings")
    await ben.press("🕒 Time zone")
    await ben.send("London")
    await ben.sees_button("🕒 Time zone: UTC+0")
    await ben.press("London, Canada")
    await ben.sees_button("🕒 Time zone: UTC−")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("Нария", ["Нахария, Израиль"]),
        ("новосибриск", ["Новосибирск, Россия"]),
        ("Россия", ["Москва, Россия", "Новосибирск, Россия"]),
    ],
)
async def test_what_may_be_another_city_is_asked_before_it_is_set(anna: Person, typed: str, offered: list[str]):
    await anna.send("/settings")
    await anna.press("🕒 Часовой пояс")
    await anna.send(typed)
    asked = await anna.sees("Вы имели в виду")
    assert set(offered) <= set(asked.buttons)
    await anna.no_longer_sees("Ваш город или")
    await anna.press("✖️ Отмена")
    await anna.sees_button("🕒 Часовой пояс: UTC+3")
    await anna.press("🕒 Часовой пояс")
    await anna.send(typed)
    await anna.sees("Вы имели в виду")
    await anna.send("Самара")
    assert "Часовой пояс: UTC+4" in " ".join((await anna.sees_button("🕒 Часовой пояс")).buttons)
    await anna.no_longer_sees("Вы имели в виду")


async def test_an_offered_city_is_set_once_it_is_chosen(ben: Person):
    await ben.send("/settings")
    await ben.press("🕒 Time zone")
    await ben.send("Barcelnoa")
    asked = await ben.sees("Did you mean")
    await ben.press("Barcelona, Spain")
    shown = await ben.sees("Settings")
    assert shown.message_id == asked.message_id
    await ben.send("hello")
    assert "I read addresses and commands" in said(ben), "the question is over"


async def test_cancelling_the_time_zone_question_leads_back_to_the_settings(anna: Person):
    await anna.send("/settings")
    settings = anna.last
    await anna.press("🕒 Часовой пояс")
    await anna.press("✖️ Отмена")
    shown = await anna.sees_button("🌐 Язык")
    assert shown.message_id == settings.message_id
    await anna.send("Самара")
    assert "Я читаю адреса и команды" in said(anna)


async def test_a_sticker_instead_of_a_city_repeats_the_question(platform: Platform, anna: Person):
    await anna.send("/settings")
    await anna.press("🕒 Часовой пояс")
    await anna.sees("Ваш город")
    await anna.send_sticker()
    repeated = await anna.sees("читаю только текст")
    assert "Ваш город" in repeated.text
    sends(platform, anna, {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400}})
    await anna.send("Самара")
    await anna.sees_button("🕒 Часовой пояс: UTC+4")
    assert len(await answers(anna)) == 1, "a finished question leaves no trail"
