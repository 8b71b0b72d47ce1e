from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import bot
from services.language import Catalogue, speaking
from services.language.formats import country, day, ending, number, offset, said, shorten, units

CATALOGUE = Catalogue(Path(bot.__file__).parent / "locales")
NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "figure", "date", "land"),
    [("ru", "1\u00a0234\u00a0567", "22 ноября", "Россия"), ("en", "1,234,567", "22 November", "Russia")],
)
def test_numbers_dates_and_countries_stand_as_people_write_them(language: str, figure: str, date: str, land: str):
    with speaking(CATALOGUE, language):
        assert number(1_234_567) == figure
        assert day(NOW) == date
        assert country("RU") == land


@pytest.mark.parametrize(
    ("zone", "text"),
    [("Europe/Moscow", "UTC+3"), ("Asia/Kathmandu", "UTC+5:45"), ("America/St_Johns", "UTC−3:30"), ("UTC", "UTC+0")],
)
def test_an_offset_is_shown_with_its_minutes(zone: str, text: str):
    assert offset(ZoneInfo(zone), NOW) == text


def test_what_people_wrote_cannot_break_a_message():
    assert said("<b>&\u202e") == "\u2068&lt;b&gt;&amp;\u202e\u2069"


@pytest.mark.parametrize(
    ("text", "end"),
    [("abcdef", "cdef"), ("a😀😀", "😀😀"), ("😀a😀", "a😀"), ("😀😀a", "😀a"), ("abc", "abc"), ("", "")],
)
def test_the_end_of_a_text_is_cut_as_telegram_counts_and_no_character_in_two(text: str, end: str):
    assert ending(text, 4) == end
    assert units(end) <= 4


def test_long_texts_end_in_dots():
    assert shorten("  a\n b ", 10) == "a b"
    assert shorten("abcdef", 4) == "abc…"
