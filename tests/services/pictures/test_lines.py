"""A number over time: the scale is round, the line lies where its numbers are, clicks stand beneath."""

from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.pictures.draw_lines import CEILING, CLICKS, FLOOR
from services.pictures.lines import ClickBar, Dot, LineChart, Mark, TimeLabel, line_chart
from services.pictures.scale import marks
from services.pictures.sheet import HEIGHT, WIDTH
from services.pictures.theme import ACCENT, ACCENT_SOFT, PAPER


@given(st.floats(0, 1e13), st.floats(0, 1e13), st.integers(2, 7))
def test_marks_are_few_even_and_hold_everything(one: float, other: float, most: int) -> None:
    low, high = sorted((one, other))
    found = marks(low, high, most=most)
    assert 2 <= len(found) <= max(most, 3)
    assert 0 <= found[0] <= low or found[0] == pytest.approx(low, rel=1e-6)
    assert found[-1] >= high * (1 - 1e-6)
    steps = {round(after - before, 6) for before, after in pairwise(found)}
    assert max(steps) == pytest.approx(min(steps), rel=1e-6)
    assert all(mark == pytest.approx(round(mark)) for mark in found)


@given(st.integers(0, 10**12))
def test_a_number_that_does_not_change_lies_between_its_marks(number: int) -> None:
    found = marks(number, number)
    assert found[0] <= number < found[-1]
    assert found[0] >= 0


def test_parts_have_small_steps() -> None:
    assert marks(0.011, 0.019, least_step=0.001)[0] >= 0.01
    assert len(marks(0.011, 0.019, least_step=0.001)) >= 3


def test_marks_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError):
        marks(2, 1)


def chart_of(*values: float, **changes: object) -> LineChart:
    dots = tuple(Dot(place / max(len(values) - 1, 1), value) for place, value in enumerate(values))
    scale = tuple(Mark(value, str(round(value))) for value in marks(min(values), max(values))) if values else ()
    facts: dict[str, object] = {
        "title": "Подписчики", "subtitle": "@katya", "total": "9 876 543", "empty": "Пусто", "signature": "@bot",
        "stretches": (dots,) if dots else (), "marks": scale, "labels": (TimeLabel(0, "1 ноя"), TimeLabel(1, "30 ноя")),
    }  # fmt: skip
    return LineChart(**(facts | changes))  # type: ignore[arg-type]


def drawn(chart: LineChart) -> Image.Image:
    picture = Image.open(BytesIO(line_chart(chart)))
    assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
    return picture.convert("RGB")


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def columns(picture: Image.Image, colour: str) -> dict[int, list[int]]:
    """Where ``colour`` is within the chart: x → all y."""
    found: dict[int, list[int]] = {}
    for x in range(WIDTH):
        ys = [y for y in range(CEILING - 12, FLOOR + 12) if picture.getpixel((x, y)) == rgb(colour)]
        if ys:
            found[x] = ys
    return found


def test_a_line_rises_from_its_lowest_mark_to_its_highest() -> None:
    line = columns(drawn(chart_of(0, 50, 100)), ACCENT)
    left, right = min(line), max(line)
    assert sum(line[left]) / len(line[left]) == pytest.approx(FLOOR, abs=14)
    assert sum(line[right]) / len(line[right]) == pytest.approx(CEILING, abs=14)
    middle = line[(left + right) // 2]
    assert sum(middle) / len(middle) == pytest.approx((FLOOR + CEILING) / 2, abs=14)


def test_where_nobody_looked_the_line_is_broken() -> None:
    dots = [Dot(place / 10, 5 + place) for place in range(11)]
    whole = columns(drawn(chart_of(5, 15, stretches=(tuple(dots),))), ACCENT_SOFT)
    parted = columns(drawn(chart_of(5, 15, stretches=(tuple(dots[:3]), tuple(dots[8:])))), ACCENT_SOFT)
    assert not whole
    assert len(parted) > 100


def test_a_first_day_is_a_dot_between_two_marks() -> None:
    line = columns(drawn(chart_of(10)), ACCENT)
    assert 5 < len(line) < 40
    middle = [y for ys in line.values() for y in ys]
    assert CEILING < min(middle) < max(middle) < FLOOR


def test_clicks_stand_beneath_the_line_on_a_scale_of_their_own() -> None:
    bars = (ClickBar(0.25, 10), ClickBar(0.5, 0), ClickBar(0.75, 40))
    picture = drawn(chart_of(1, 2, bars=bars, bars_name="клики", line_name="просмотры", bars_peak="40", bar_width=0.1))
    standing = columns(picture, CLICKS)
    heights = sorted({len(ys) for ys in standing.values()})
    assert heights[-1] == pytest.approx(110, abs=4)
    assert any(height == pytest.approx(110 / 4, abs=4) for height in heights)
    line = columns(picture, ACCENT)
    assert max(max(ys) for ys in line.values()) < min(min(ys) for ys in standing.values())


@pytest.mark.parametrize("text", ["", "х" * 300, "🔥", "$x^2$", "مرحبا"])
def test_no_text_leaves_the_picture(text: str) -> None:
    bars = (ClickBar(0, 3), ClickBar(1, 5))
    dots = tuple(Dot(place, 10**12 * place, 0, 2 * 10**12) for place in (0, 1))
    picture = drawn(
        chart_of(
            0, 10**12, stretches=(dots,), bars=bars, bar_width=0.2, title=text, subtitle=text, total=text,
            signature=text, line_name=text, bars_name=text, band_name=text,
            labels=(TimeLabel(0, text), TimeLabel(1, text)),
        )
    )  # fmt: skip
    for edge in (
        (0, 0, 20, HEIGHT),
        (WIDTH - 20, 0, WIDTH, HEIGHT),
        (0, 0, WIDTH, 20),
        (0, HEIGHT - 10, WIDTH, HEIGHT),
    ):
        assert set(picture.crop(edge).get_flattened_data()) == {rgb(PAPER)}


def test_where_nothing_is_known_words_stand_in_its_place() -> None:
    assert drawn(chart_of()).tobytes() != drawn(chart_of(empty="")).tobytes()


def test_what_stands_outside_the_time_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        chart_of(1, 2, bars=(ClickBar(1.1, 1),))
    with pytest.raises(ValueError, match="scale"):
        chart_of(1, 2, marks=())
