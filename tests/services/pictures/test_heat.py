from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from services.pictures.draw_heat import CELL, NONE, cell_at, shade
from services.pictures.heat import HeatChart, heat_chart
from services.pictures.sheet import HEIGHT, WIDTH

CLICKS = tuple(tuple((day * 24 + hour) % 11 for hour in range(24)) for day in range(7))
NOTHING = ((0,) * 24,) * 7


def chart_of(rows: tuple[tuple[int, ...], ...], **texts: str) -> HeatChart:
    words = {"title": "По часам", "subtitle": "tok.link/a", "total": "9 кликов", "empty": "Никого", "fewer": "меньше"}
    return HeatChart(
        **(words | texts), more="больше", signature="Toklink", rows=rows,
        days=("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
        hours=tuple(f"{hour:02}:00" if hour % 3 == 0 else "" for hour in range(24)),
    )  # fmt: skip


def drawn(chart: HeatChart) -> Image.Image:
    picture = Image.open(BytesIO(heat_chart(chart)))
    assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
    return picture.convert("RGB")


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def seen(picture: Image.Image) -> list[list[Any]]:
    """The colour in the middle of each cell."""
    wide = cell_at(0, 1)[0] - cell_at(0, 0)[0]
    corners = [[cell_at(day, hour) for hour in range(24)] for day in range(7)]
    return [[picture.getpixel((int(x + wide / 2), int(y + CELL / 2))) for x, y in row] for row in corners]


def test_each_hour_of_each_day_is_as_dark_as_its_clicks_are_many() -> None:
    assert seen(drawn(chart_of(CLICKS))) == [[rgb(shade(clicks, 10)) for clicks in row] for row in CLICKS]


def test_one_click_beside_a_million_is_told_from_none() -> None:
    rows = ((1_000_000, 1, 0, *(0,) * 21), *NOTHING[1:])
    many, one, none = seen(drawn(chart_of(rows)))[0][:3]
    assert none == rgb(NONE)
    assert sum(many) < sum(one) < sum(none)


def test_more_clicks_are_never_paler() -> None:
    shades = [sum(rgb(shade(clicks, 1_000))) for clicks in range(1, 1_001)]
    assert shades == sorted(shades, reverse=True)


def test_where_nobody_clicked_words_stand_in_the_place_of_cells() -> None:
    said, silent = drawn(chart_of(NOTHING)), drawn(chart_of(NOTHING, empty=""))
    assert said.tobytes() != silent.tobytes()
    assert {colour for row in seen(silent) for colour in row} == {(255, 255, 255)}


@pytest.mark.parametrize("rows", [NOTHING[1:], ((0,) * 23, *NOTHING[1:]), ((-1,) * 24, *NOTHING[1:])])
def test_a_week_that_cannot_be_is_refused(rows: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError):
        chart_of(rows)
