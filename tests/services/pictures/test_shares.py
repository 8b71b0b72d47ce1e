from io import BytesIO

import pytest
from PIL import Image

from services.pictures.draw_shares import MOST_ROW, THICK, TOP
from services.pictures.shares import MOST_ROWS, Share, SharesChart, shares_chart
from services.pictures.sheet import HEIGHT, ROOM, WIDTH
from services.pictures.theme import ACCENT, ACCENT_SOFT, LINE, PAPER


def chart_of(*rows: Share, **texts: str) -> SharesChart:
    words = {
        "title": "Страны",
        "subtitle": "tok.link/a",
        "total": "9 кликов",
        "empty": "Никого",
        "signature": "Toklink",
    }
    return SharesChart(**(words | texts), rows=rows)


def drawn(chart: SharesChart) -> Image.Image:
    picture = Image.open(BytesIO(shares_chart(chart)))
    assert picture.format == "PNG"
    assert picture.width == WIDTH
    return picture.convert("RGB")


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def widths(picture: Image.Image, count: int, colour: str) -> list[int]:
    """How many pixels of ``colour`` lie in the middle of each bar."""
    row = min((picture.height - TOP - 104) / count, MOST_ROW)
    middles = [round(TOP + row * number + 54 + THICK / 2) for number in range(count)]
    return [sum(picture.getpixel((x, y)) == rgb(colour) for x in range(WIDTH)) for y in middles]


@pytest.mark.parametrize("count", [1, 2, 5, 12, MOST_ROWS])
def test_each_bar_is_as_long_as_its_part(count: int) -> None:
    parts = [(number + 1) / count for number in range(count)]
    picture = drawn(chart_of(*(Share(f"Страна {part}", "1 · 5 %", part) for part in parts)))
    for part, dark, rest in zip(parts, widths(picture, count, ACCENT), widths(picture, count, LINE), strict=True):
        assert dark == pytest.approx(ROOM * part, abs=4)
        assert rest == pytest.approx(ROOM * (1 - part), abs=12)


def test_what_is_no_value_of_its_own_is_pale() -> None:
    picture = drawn(chart_of(Share("Россия", "1", 0.5), Share("Неизвестно", "1", 0.5, faint=True)))
    assert widths(picture, 2, ACCENT)[1] == 0
    assert widths(picture, 2, ACCENT_SOFT) == [0, pytest.approx(ROOM / 2, abs=4)]


def test_one_click_of_a_million_is_still_seen_and_none_is_not() -> None:
    some, none = widths(drawn(chart_of(Share("Да", "1", 1e-6), Share("Нет", "0", 0))), 2, ACCENT)
    assert some > 4
    assert none == 0


def test_the_picture_grows_with_its_rows() -> None:
    row = Share("Россия", "1", 0.1)
    assert drawn(chart_of(row)).height == HEIGHT
    assert HEIGHT < drawn(chart_of(*[row] * 10)).height < drawn(chart_of(*[row] * MOST_ROWS)).height <= 1460


@pytest.mark.parametrize(
    ("label", "value"),
    [("х" * 300, "1 234 567 890 · 99,9 %"), ("🔥", "🔥"), ("$x^2$ \\frac", "<b>"), ("", ""), ("مرحبا\n\x00", "\t")],
)
def test_no_text_leaves_the_picture(label: str, value: str) -> None:
    picture = drawn(chart_of(*[Share(label, value, 0.4)] * 12, title=label, subtitle=label, total=value))
    high = picture.height
    for edge in ((0, 0, 20, high), (WIDTH - 20, 0, WIDTH, high), (0, 0, WIDTH, 20), (0, high - 10, WIDTH, high)):
        assert set(picture.crop(edge).get_flattened_data()) == {rgb(PAPER)}


def test_where_nobody_clicked_words_stand_in_the_place_of_bars() -> None:
    assert drawn(chart_of()).tobytes() != drawn(chart_of(empty="")).tobytes()


def test_parts_and_rows_that_cannot_be_are_refused() -> None:
    for part in (-0.1, 1.1):
        with pytest.raises(ValueError):
            Share("Россия", "1", part)
    with pytest.raises(ValueError):
        chart_of(*[Share("Россия", "1", 0.1)] * (MOST_ROWS + 1))
