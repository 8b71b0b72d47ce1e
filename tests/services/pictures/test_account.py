"""Pictures of accounts, of several and of the top: whatever people call themselves, nothing leaves the picture."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from services.pictures.account import AccountPicture, IncomePanel, RatingRing, Tile, account_picture
from services.pictures.comparison import (
    Compared,
    ComparedNumber,
    ComparedValue,
    ComparisonChart,
    comparison_chart,
)
from services.pictures.draw_account import HEADING, RING_RADIUS, RING_THICK, RING_X, RING_Y
from services.pictures.names import fallback, initials, lettered
from services.pictures.sheet import WIDTH
from services.pictures.theme import BOLD, DARK, LIGHT, SERIES
from services.pictures.top import TopPicture, TopRow, top_picture

NAMES = [
    "Катя Клэп", "🔥🔥🔥", "𝓣𝓱𝓮 𝓡𝓮𝓪𝓵", "مرحبا بالعالم", "გამარჯობა", "日本語", " \n\t", "\u202eZ͑ͫ̓ͪ̂a̸l̷g̵o", "W" * 64,
    "$x^2$ \\frac{1}", "👨‍👩‍👧‍👦 мы\x00\x07",
]  # fmt: skip
NUMBERS = (
    Tile("Лайки", "1 234 567 890"), Tile("Просмотры", "≈ 12 345 678 901"), Tile("Комментарии", "≈ 4 567 890"),
    Tile("Репосты", "≈ 1 234 567"), Tile("Ролики", "1 234"), Tile("Вовлечённость", "12,5 %"),
)  # fmt: skip
INCOME = IncomePanel("Доход с одного ролика, оценка", "≈ 125 000 ₽", "66 000–333 000 ₽")
ACCOUNT = AccountPicture(
    "katya", "Катя", True, Tile("Подписчики", "9 876 543"), RatingRing(74, "74", "рейтинг"), NUMBERS, INCOME,
    "22 ноября 2026", "@toklink_bot",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_boxes() -> None:
    """matplotlib warns of each letter that it draws as a box."""
    warnings.simplefilter("error")


def opened(png: bytes) -> Image.Image:
    picture = Image.open(BytesIO(png))
    assert picture.format == "PNG"
    assert picture.width == WIDTH
    return picture.convert("RGB")


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def edges_are(picture: Image.Image, paper: str, *, top: int = 0) -> None:
    """Nothing stands near the left and the right edge, below ``top``, nor at the foot."""
    high = picture.height
    for edge in ((0, top, 20, high), (WIDTH - 20, top, WIDTH, high), (0, high - 10, WIDTH, high)):
        assert set(picture.crop(edge).get_flattened_data()) == {rgb(paper)}


@pytest.mark.parametrize(("place", "name"), list(enumerate(NAMES)))
def test_no_name_becomes_boxes_or_leaves_the_picture(place: int, name: str) -> None:
    dark = place % 2 == 1
    picture = opened(account_picture(replace(ACCOUNT, nickname=name, dark=dark)))
    edges_are(picture, (DARK if dark else LIGHT).paper, top=HEADING + 2)


@pytest.mark.parametrize("text", ["", "9" * 60, "слова " * 40, "🔥"])
def test_no_number_leaves_its_place(text: str) -> None:
    tile = Tile(text, text)
    income = IncomePanel(text, text, text, has_value=bool(text))
    strange = replace(
        ACCOUNT,
        followers=tile,
        tiles=(tile,) * 6,
        income=income,
        date=text,
        signature=text,
        rating=RatingRing(5, text, text),
    )
    edges_are(opened(account_picture(strange)), LIGHT.paper, top=HEADING + 2)


@pytest.mark.parametrize("rating", [None, 0, 1, 25, 50, 74, 99, 100])
def test_the_ring_is_as_full_as_the_rating(rating: int | None) -> None:
    drawn = opened(account_picture(replace(ACCOUNT, rating=RatingRing(rating, "x", "x"))))
    empty = opened(account_picture(replace(ACCOUNT, rating=RatingRing(None, "x", "x"))))
    box = (RING_X - RING_RADIUS, RING_Y - RING_RADIUS, RING_X + RING_RADIUS, RING_Y + RING_RADIUS)
    pairs = zip(drawn.crop(box).get_flattened_data(), empty.crop(box).get_flattened_data(), strict=True)
    whole = 3.1416 * (RING_RADIUS**2 - (RING_RADIUS - RING_THICK) ** 2)
    filled = sum(one != other for one, other in pairs)
    assert filled == pytest.approx(whole * (rating or 0) / 100, rel=0.06, abs=60)


def test_fewer_tiles_make_a_lower_picture_and_odd_ones_none() -> None:
    assert opened(account_picture(ACCOUNT)).height == 1450
    assert opened(account_picture(replace(ACCOUNT, tiles=NUMBERS[:2]))).height < 1450
    for tiles in ((), NUMBERS[:1], NUMBERS[:3], (*NUMBERS, *NUMBERS)):
        with pytest.raises(ValueError, match="tiles"):
            replace(ACCOUNT, tiles=tiles)
    with pytest.raises(ValueError, match="rating"):
        replace(ACCOUNT, rating=RatingRing(101, "101", ""))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Катя Клэп 💜", "Катя Клэп"),
        ("𝓣𝓱𝓮 𝓡𝓮𝓪𝓵", "The Real"),
        ("🔥", "@fire"),
        ("日本語", "@fire"),
        ("♥ ★ —", "@fire"),
        ("Z͑ͫ̓ͪ̂algo", "Zalgo"),
        ("\u202eevil", "evil"),
    ],
)
def test_what_no_typeface_has_is_left_out_and_the_name_stands_for_nothing(name: str, text: str) -> None:
    assert lettered(name, "fire", BOLD).text == text
    assert lettered(name, "fire", BOLD).face == BOLD
    assert lettered(name, "fire", BOLD).is_username == (text == "@fire")


@pytest.mark.parametrize("name", ["مرحبا", "שלום", "გამარჯობა", "Հայաստան", "Ana ანა"])
def test_letters_that_only_the_other_typeface_has_are_written_in_that(name: str) -> None:
    found = lettered(name, "x", BOLD)
    assert (found.text, found.face) == (name, fallback())
    assert 0 < found.fitting(60, 70).width(60) <= 110


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Катя Клэп", "КК"), ("one", "O"), ("a b c", "AB"), ("@dima_88", "D8"), ("", "?"), ("!!!", "?"), ("ßa", "S")],
)
def test_a_face_has_the_first_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def chart_of(*parts: float | None) -> ComparisonChart:
    values = tuple(ComparedValue("нет" if part is None else "1 234 567", part) for part in parts)
    accounts = tuple(Compared(NAMES[place], f"user{place}") for place in range(len(parts)))
    return ComparisonChart("Сравнение", "", "@bot", accounts, (ComparedNumber("Подписчики", values),))


@pytest.mark.parametrize("parts", [(1.0, 0.5), (0.25, 1.0, 0.75), (1.0, 0.0, None, 0.5)])
def test_accounts_side_by_side_have_bars_as_long_as_their_parts(parts: tuple[float | None, ...]) -> None:
    drawn = opened(comparison_chart(chart_of(*parts)))
    edges_are(drawn, "#FFFFFF")
    box = drawn.crop((64, 190 + 62 * len(parts) + 24 + 60, WIDTH, drawn.height - 104))
    amounts = {colour: number for number, colour in box.getcolors(1_000_000) or ()}
    longest = max(part for part in parts if part is not None)
    whole = amounts[rgb(SERIES[parts.index(longest)])]
    for place, part in enumerate(parts):
        if part:
            assert amounts[rgb(SERIES[place])] == pytest.approx(whole * part, rel=0.03)
        else:
            assert rgb(SERIES[place]) not in amounts


@pytest.mark.parametrize("name", NAMES)
def test_accounts_side_by_side_may_be_called_anything(name: str) -> None:
    accounts = tuple(Compared(name, "x" * 24) for _ in range(4))
    number = ComparedNumber(name, tuple(ComparedValue(name, 1.0) for _ in range(4)))
    edges_are(opened(comparison_chart(ComparisonChart(name, name, name, accounts, (number,) * 7))), "#FFFFFF")


def test_one_account_or_five_are_no_comparison() -> None:
    for count in (1, 5):
        with pytest.raises(ValueError, match="accounts"):
            chart_of(*[1.0] * count)


def top_of(rows: tuple[TopRow, ...], dark: bool = False) -> TopPicture:
    return TopPicture("Топ-10", "по доходу", "22 ноября", "@bot", rows, dark)


@pytest.mark.parametrize("draw", [top_of, lambda rows: top_of(rows, dark=True)])
@pytest.mark.parametrize("count", [1, 3, 10])
def test_a_top_has_a_row_for_each(draw: Callable[[tuple[TopRow, ...]], TopPicture], count: int) -> None:
    rows = tuple(
        TopRow(NAMES[place], f"user{place}", place % 2 == 0, "≈ 1 234 567 ₽", "9 876 543", won, "новый")
        for place, won in enumerate([0, 1, -1, None, 12, -105, 0, 0, 0, 0][:count])
    )
    drawn = opened(top_picture(draw(rows)))
    assert drawn.height == 374 + 134 * count
    edges_are(drawn, (DARK if draw(rows).dark else LIGHT).paper, top=240)


@pytest.mark.parametrize("name", NAMES)
def test_in_a_top_too_anybody_may_be_called_anything(name: str) -> None:
    row = TopRow(name, "x" * 24, True, "9" * 30, "9" * 40, None, name)
    edges_are(opened(top_picture(top_of((row,) * 10))), LIGHT.paper, top=240)


def test_a_top_of_nobody_or_of_eleven_is_refused() -> None:
    row = TopRow("a", "a", False, "1")
    for count in (0, 11):
        with pytest.raises(ValueError, match="rows"):
            top_of((row,) * count)
