import pytest

from sandbox import Person
from tests.platform import Platform


async def test_the_language_is_chosen_by_buttons_and_kept(platform: Platform, anna: Person):
    await anna.send("/settings")
    await anna.press("🌐 Язык: Русский")
    await anna.press("English")
    await anna.sees("Settings")
    await platform.restart()
    await anna.send("/help")
    assert "What I can do" in anna.last.text


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
