from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.pictures.draw_series import CEILING, FLOOR
from services.pictures.series import Bar, SeriesChart, series_chart
from services.pictures.sheet import HEIGHT, MARGIN, WIDTH
from services.pictures.theme import ACCENT, ACCENT_SOFT, PAPER

EMPTY = SeriesChart(
    title="Последние 24 часа", subtitle="tok.link/aB3xYz7 · 22 ноября, 14:20", total="0 кликов", peak="",
    visitors="Посетители", repeats="Повторы", before="до этого",
    empty="За сутки переходов не было", signature="@toklink_bot",
    bars=tuple(Bar(f"{hour}:00", 0, 0) for hour in range(24)),
)  # fmt: skip


def chart_of(*counts: tuple[int, int], **texts: str) -> SeriesChart:
    hours = tuple(Bar(f"{number % 24}:00", clicks, visitors) for number, (clicks, visitors) in enumerate(counts))
    peak = f"{max(clicks for clicks, _ in counts):,}"
    return replace(EMPTY, bars=hours, peak=peak, **texts)


def drawn(chart: SeriesChart) -> Image.Image:
    picture = Image.open(BytesIO(series_chart(chart)))
    assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
    return picture.convert("RGB")


def heights(chart: SeriesChart, colour: str) -> list[int]:
    """How many pixels of ``colour`` stand in the middle of each bar."""
    picture = drawn(chart)
    rgb = tuple(bytes.fromhex(colour[1:]))
    slot = (WIDTH - 2 * MARGIN) / len(chart.bars)
    columns = (round(MARGIN + slot * (number + 0.5)) for number in range(len(chart.bars)))
    return [sum(picture.getpixel((x, y)) == rgb for y in range(CEILING - 2, FLOOR)) for x in columns]


FULL = FLOOR - CEILING


@pytest.mark.parametrize("count", [1, 2, 23, 24, 25, 48, 92])
def test_each_bar_is_as_high_as_its_clicks_and_dark_as_far_as_its_visitors(count: int) -> None:
    counts = [(number * 10, number * 4) for number in range(1, count + 1)]
    chart = chart_of(*counts)
    for (clicks, visitors), dark, soft in zip(counts, heights(chart, ACCENT), heights(chart, ACCENT_SOFT), strict=True):
        assert dark == pytest.approx(FULL * visitors / (count * 10), abs=4)
        assert dark + soft == pytest.approx(FULL * clicks / (count * 10), abs=5)


def test_one_click_beside_ten_million_is_still_seen() -> None:
    few, none, many = heights(chart_of((1, 1), (0, 0), (10_000_000, 10_000_000)), ACCENT)
    assert many == pytest.approx(FULL, abs=3)
    assert few > 2
    assert none == 0


def test_no_clicks_are_said_in_words_above_an_empty_line() -> None:
    assert heights(EMPTY, ACCENT) == [0] * 24
    said, silent = drawn(EMPTY), drawn(replace(EMPTY, empty=""))
    middle = (0, CEILING, WIDTH, FLOOR - 10)
    assert len(set(said.crop(middle).get_flattened_data())) > 1
    assert set(silent.crop(middle).get_flattened_data()) == {tuple(bytes.fromhex(PAPER[1:]))}


def test_the_number_of_the_busiest_hour_stands_above_it_and_inside_the_picture() -> None:
    for busiest in (0, 12, 23):
        counts = [(1, 1)] * 24
        counts[busiest] = (9_876_543, 1)
        picture = drawn(chart_of(*counts)).convert("L")
        above = picture.crop((0, CEILING - 60, WIDTH, CEILING - 12)).point(lambda shade: 255 * (shade < 128))
        box = above.getbbox()
        assert box is not None
        assert MARGIN - 4 <= box[0] < box[2] <= WIDTH - MARGIN + 4
        assert box[0] <= MARGIN + (WIDTH - 2 * MARGIN) / 24 * (busiest + 0.5) <= box[2]


@pytest.mark.parametrize(
    "texts",
    [
        {"title": "Очень длинное название " * 20, "total": "10 234 649 переходов по ссылке"},
        {"title": "🔥🔥🔥", "subtitle": "مرحبا", "signature": "@" + "w" * 32},
        {"title": "$x^2$ \\frac{1}{2}", "subtitle": "<b>&amp;</b>\n\t\x00"},
        {"title": "", "subtitle": "", "total": "", "visitors": "", "repeats": "", "signature": ""},
    ],
)
def test_no_text_leaves_the_picture(texts: dict[str, str]) -> None:
    picture = drawn(chart_of((5, 2), (3, 3), **texts))
    paper = tuple(bytes.fromhex(PAPER[1:]))
    for edge in (
        (0, 0, 20, HEIGHT),
        (WIDTH - 20, 0, WIDTH, HEIGHT),
        (0, 0, WIDTH, 20),
        (0, HEIGHT - 10, WIDTH, HEIGHT),
    ):
        assert set(picture.crop(edge).get_flattened_data()) == {paper}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**7), st.floats(0, 1)), min_size=1, max_size=240), st.text(max_size=40))
def test_any_numbers_and_any_words_make_a_picture(numbers: list[tuple[int, float]], words: str) -> None:
    counts = [(clicks, int(clicks * share)) for clicks, share in numbers]
    drawn(chart_of(*counts, title=words, subtitle=words, total=words, empty=words))


def test_numbers_that_cannot_be_are_refused_where_they_are_made() -> None:
    for clicks, visitors in ((1, 2), (-1, -1), (1, -1)):
        with pytest.raises(ValueError, match="visitors"):
            Bar("12:00", clicks, visitors)
    for count in (0, 241):
        with pytest.raises(ValueError, match="bars"):
            replace(EMPTY, bars=(Bar("12:00", 0, 0),) * count)


def is_line(picture: Image.Image, x: int, y: int) -> bool:
    """Whether the line of the period before passes here: its grey has as much red as it has blue, nearly."""
    around: list[Any] = [picture.getpixel((x, y + shift)) for shift in range(-3, 4)]
    return any(max(colour) < 160 and max(colour) - min(colour) < 40 for colour in around)


def test_the_period_before_is_a_line_at_the_height_of_its_clicks() -> None:
    bars = tuple(Bar(str(place), 0, 0, before) for place, before in enumerate((10, 10, 5, 5, 0, None, 4)))
    picture = drawn(replace(EMPTY, bars=bars, empty=""))
    slot = (WIDTH - 2 * MARGIN) / len(bars)
    for place, bar in enumerate(bars):
        if place in (0, 2, 4):
            assert is_line(picture, round(MARGIN + slot * (place + 0.5)), FLOOR - FULL * (bar.before or 0) // 10)
    gap = [round(MARGIN + slot * place) for place in (5, 6)]
    assert not any(is_line(picture, x, y) for x in gap for y in range(CEILING, FLOOR - 8)), "unknown is no zero"


def test_a_higher_line_makes_room_for_itself() -> None:
    chart = replace(EMPTY, bars=(Bar("1", 50, 50, 100), Bar("2", 50, 50, 100), Bar("3", 0, 0, 0)))
    assert heights(chart, ACCENT)[0] == pytest.approx(FULL / 2, abs=4)


@pytest.mark.parametrize("before", [(None, None), (0, 0), (7, None)])
def test_without_anything_before_there_is_neither_a_line_nor_its_name(before: tuple[int | None, ...]) -> None:
    chart = replace(EMPTY, bars=tuple(Bar(str(clicks), 3, 1, clicks) for clicks in before))
    named, nameless = drawn(chart), drawn(replace(chart, before=""))
    assert named.tobytes() == nameless.tobytes()
