"""The PDF of a guide holds all that the sheet says, in both languages, whatever a name is made of."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from bot.catalogues import LOCALES
from services.guides.facts import Benchmark, Finding, Grade, GuideContent, Interval, Topic
from services.guides.sheet import guide_sheet
from services.language import Catalogue, speaking
from services.pictures.studio import PictureStudio
from services.reports.guide_pdf import guide_pdf
from services.time_zones import zone
from tests.services.guides.accounts import content

CATALOGUE = Catalogue(LOCALES)


def pages(guide: GuideContent, language: str = "en") -> list[str]:
    with speaking(CATALOGUE, language):
        pdf = guide_pdf(guide_sheet(guide, zone("Europe/Moscow")))
    assert len(pdf) < 200_000
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Guide for @anna.films", "Анна", "48,200 followers", "10 March 2026", "15,780", "from 13,557 to 17,842",
                "usual: 5–8%", "50 of 100", "18 of 20", "≈ 1,170–5,850 ₽, estimate", "Page 1 of 2")),
        ("ru", ("Гайд по @anna.films", "Анна", "48 200 подписчиков", "10 марта 2026", "15 780", "от 13 557 до 17 842",
                "обычно 5–8 %", "50 из 100", "18 из 20", "≈ 1 170–5 850 ₽, оценка", "Страница 1 из 2")),
    ],
)  # fmt: skip
def test_the_first_page_shows_what_the_account_is_worth(language: str, words: tuple[str, ...]):
    first, _ = pages(content(), language)
    for each in words:
        assert each in first, each


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("5 findings", "UTC+3", "+63%", "Time 16:00–20:00", "proven", "hypothesis", "counted", "by 19 videos",
                "from +15% to +130%", "#recipes", "What the words mean", "Toklink · guide for @anna.films")),
        ("ru", ("5 выводов", "UTC+3", "+63 %", "Время 16:00–20:00", "доказано", "гипотеза", "подсчитано",
                "по 19 видео", "от +15 % до +130 %", "#recipes", "Что значат слова", "Toklink · гайд по @anna.films")),
    ],
)  # fmt: skip
def test_the_second_page_shows_the_findings_and_how_sure_they_are(language: str, words: tuple[str, ...]):
    _, second = pages(content(), language)
    for each in words:
        assert each in second, each


def test_it_is_upright_a4_that_says_whose_it_is():
    with speaking(CATALOGUE, "ru"):
        reader = PdfReader(BytesIO(guide_pdf(guide_sheet(content(), zone("Europe/Moscow")))))
    box = reader.pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (210, 297)
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Гайд по @anna.films", "Toklink")


@pytest.mark.parametrize(
    ("nickname", "shown"),
    [
        ("عبد الرحمن", ""),
        ("🔥🔥🔥", ""),
        ("𝓐𝓷𝓷𝓪", "Anna"),
        ("#let x = [*bold*] $y$", "#let x = [*bold*] $y$"),
        ("А" * 300, "ААА…"),
    ],
)
def test_a_name_of_any_letters_does_no_harm(nickname: str, shown: str):
    first, _ = pages(content(nickname=nickname))
    assert "Guide for @anna.films" in first
    assert "48,200 followers" in first
    if shown.endswith("…"):
        assert "А…" in first
        assert "А" * 100 not in first
    else:
        assert shown in first


def test_numbers_of_any_size_and_hashtags_of_any_length_have_their_place():
    huge = 9_999_999_999
    guide = content(
        username="a.very_long.user_name_24", followers=huge, typical_views=float(huge),
        views_interval=Interval(huge / 2, huge * 2.0), engagement=Benchmark(9.99, Interval(0, 20), 0.03, 0.06),
        findings=(Finding(Topic.HASHTAG, Grade.PROVEN, 1e6, Interval(1.1, 1e9), 9, "ж" * 300),) * 5,
        views=(huge,) * 120,
    )  # fmt: skip
    first, second = pages(guide)
    assert "9,999,999,999" in first
    assert "999%" in first
    assert ">×10" in second
    assert "ж" * 60 not in second


def test_a_guide_without_findings_rating_and_likes_is_a_guide():
    nothing = Benchmark(None, None, 0.08, 0.15)
    guide = content(
        nickname="", rating=None, income=None, engagement=nothing, reach=nothing, findings=(), views=(0,) * 10,
        typical_views=0.0, views_interval=Interval(0.0, 0.0), invented=True,
    )  # fmt: skip
    first, second = pages(guide)
    assert "Invented data" in first
    assert "There is no rating" in first
    assert "too few or too much alike" in second


async def test_the_studio_draws_it_beside_the_loop():
    with speaking(CATALOGUE, "ru"):
        sheet = guide_sheet(content(), zone("Europe/Moscow"))
    studio = PictureStudio()
    await studio.open()
    assert (await studio.draw_once(guide_pdf, sheet)).startswith(b"%PDF")
    await studio.close()
