"""The PDF of a day holds every figure, on as many pages as it takes, and nothing that people write changes it."""

import re
from collections.abc import Sequence
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from services.pictures.studio import PictureStudio
from services.reports.pdf import DailySheet, Part, ReportRow, daily_pdf

NOTHING: tuple[int | None, ...] = (0,) * 24


def row(place: int, name: str = "", hours: Sequence[int | None] = NOTHING, link: str = "tok.link/aB3xYz7") -> ReportRow:
    clicks = sum(hour or 0 for hour in hours)
    figures = (str(clicks), str(clicks // 2), str(clicks // 3), "0", str(clicks - clicks // 3))
    return ReportRow(str(place), link, name, figures, tuple(hours))


def sheet(*rows: ReportRow, **changes: object) -> DailySheet:
    hours = tuple(
        None if None in each else sum(hour or 0 for hour in each)
        for each in zip(*(one.hours for one in rows), strict=True)
    )
    facts: dict[str, object] = {
        "language": "en",
        "title": "1 March 2026",
        "subtitle": "Your links hour by hour · UTC+3",
        "signature": "Toklink",
        "foot": "Toklink · links on 1 March 2026",
        "page": "Page {page} of {pages}",
        "figures": (("1,234", "clicks"), ("1,000", "visitors"), ("234", "repeat clicks"), ("7", "links")),
        "headings": ("#", "Link", "Clicks", "Repeats", "Computers", "Phones", "Unknown"),
        "rows": rows,
        "total": ReportRow("", "Total", "", ("9001", "9002", "9003", "9004", "9005"), hours),
        "first_visits": tuple((hour or 0) // 2 for hour in hours),
        "hours_title": "Clicks by hour",
        "visitors": "first visits",
        "repeats": "repeat clicks",
        "devices_title": "Devices",
        "devices": (
            Part("Phones", "0", 0, "0%"),
            Part("Computers", "617", 0.5, "50%"),
            Part("Unknown", "617", 0.5, "50%"),
        ),
        "top_title": "Best links",
        "top": (Part("Sale", "600", 1), Part("", "300", 0.5, otherwise="tok.link/second")),
        "thousand": "k",
        "notes": ("— The clock was put forward: there was no 02:00.",),
    }
    return DailySheet(**(facts | changes))  # type: ignore[arg-type]


def pages(drawn: DailySheet) -> list[str]:
    pdf = daily_pdf(drawn)
    assert len(pdf) < 2_000_000
    return [page.extract_text().replace("\u00a0", " ") for page in PdfReader(BytesIO(pdf)).pages]


def cells(page: str, place: str) -> list[str]:
    """What stands in the line of the table that begins with this."""
    words = page.split()
    at = next(at for at, word in enumerate(words) if word == place and words[at + 1].startswith("tok.link"))
    return words[at + 2 : at + 2 + 5 + 24]


def test_a4_lies_on_its_side_and_says_what_it_is():
    (page,) = PdfReader(BytesIO(daily_pdf(sheet(row(1))))).pages
    width, height = (float(length) / 72 * 25.4 for length in (page.mediabox.width, page.mediabox.height))
    assert (round(width), round(height)) == (297, 210)
    text = page.extract_text()
    for words in ("1 March 2026", "UTC+3", "1,234", "repeat clicks", "Clicks by hour", "Devices", "617", "50%",
                  "Best links", "Sale", "tok.link/second", "Page 1 of 1", "there was no 02:00"):  # fmt: skip
        assert words in text, words


def test_every_figure_of_a_link_stands_in_its_line():
    hours = tuple(range(24))
    (page,) = pages(sheet(row(1, hours=hours)))
    assert cells(page, "1") == ["276", "138", "92", "0", "184", "·", *map(str, range(1, 24))]
    words = page.split()
    total = words[words.index("Total") + 1 :]
    assert total[:29] == ["9001", "9002", "9003", "9004", "9005", "·", *map(str, range(1, 24))]


def test_hours_that_were_not_and_hours_of_thousands_are_shown_as_such():
    (page,) = pages(sheet(row(1, hours=(9_999, 10_000, None, 123_456, *(0,) * 20))))
    assert cells(page, "1")[5:9] == ["9999", "10k", "—", "123k"]


@pytest.mark.parametrize(("links", "at_most"), [(1, 1), (75, 5), (201, 12)])
def test_many_links_take_pages_that_all_have_a_head(links: int, at_most: int):
    found = pages(sheet(*(row(number, f"Link {number}", (number,) * 24) for number in range(1, links + 1))))
    assert len(found) <= at_most
    for number, page in enumerate(found, 1):
        assert f"Page {number} of {len(found)}" in page
        assert "Computers" in page
        assert "Repeats" in page
    whole = "\n".join(found)
    for number in range(1, links + 1):
        assert re.search(rf"Link {number}\b", whole)
    assert whole.count("Total") == 1
    assert "Total" in found[-1]


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x")', "$ sum_(i=1)^n $", "*bold* _it_ `raw`", "<label> @ref", '#read("/etc/passwd")', "\\ \\u{41}",
        "= Heading", "// comment", "[#sys.inputs]", "]) #let x = (", '"}, {"',
    ],
)  # fmt: skip
def test_what_people_write_is_shown_as_they_wrote_it(name: str):
    (page,) = pages(sheet(row(1, name), title=name, top=(Part(name, "1", 1),)))
    assert page.replace("\n", " ").count(name) == 3


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=64), st.text(max_size=64))
def test_any_name_and_any_address_make_a_pdf(name: str, link: str):
    (page,) = pages(sheet(row(1, name, link=link), top=(Part(name, "1", 1, otherwise=link),)))
    assert "9001" in page


def test_long_names_are_cut_and_keep_to_one_line():
    long = "Очень длинное имя ссылки, которое никак не помещается в строку таблицы, сколько её ни тяни"
    address = "tok.link/моя-длинная-ссылка-на-самый-лучший-канал-про-котов-и-собак-2025"
    heights = []
    for name, link in (("Name", "tok.link/a"), (long, address), ("Ш" * 64, "tok.link/" + "щ" * 64)):
        found = pages(sheet(*(row(number, name, link=link) for number in range(1, 41))))
        heights.append(len(found))
        assert name == "Name" or "…" in found[0]
    assert heights[0] == heights[1] == heights[2]


def test_no_device_is_known_and_nobody_came_twice():
    nobody = sheet(row(1), devices=tuple(Part(name, "0", 0.0, "0%") for name in ("Phones", "Computers", "Unknown")))
    assert "Phones" in pages(nobody)[0]


async def test_the_studio_draws_it_and_keeps_none():
    studio = PictureStudio()
    await studio.open()
    drawn = sheet(row(1))
    assert (await studio.draw_once(daily_pdf, drawn)).startswith(b"%PDF")
    assert not studio.has(daily_pdf, drawn)
    await studio.close()


def test_the_same_day_is_the_same_pdf():
    assert daily_pdf(sheet(row(1))) == daily_pdf(sheet(row(1)))
