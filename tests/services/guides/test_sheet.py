"""A guide in words: every finding, in both languages, and none of them stronger than its grade."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import product

import pytest

from bot.catalogues import LOCALES
from services.guides.facts import Benchmark, Finding, Grade, GuideContent, Interval, Topic
from services.guides.sheet import GuideSheet, gist, guide_sheet, sample
from services.guides.words import finding_text
from services.language import LANGUAGES, Catalogue, speaking
from services.time_zones import zone
from tests.services.guides.accounts import content

CATALOGUE = Catalogue(LOCALES)
PLACES = {
    Topic.HOURS: ("0", "8", "20"),
    Topic.DURATION: ("to15", "to30", "to60", "over60"),
    Topic.HASHTAG: ("рецепты",),
}
TESTED = (Topic.TREND, Topic.HOURS, Topic.WEEKEND, Topic.DURATION, Topic.HASHTAG, Topic.SOUND, Topic.CAPTION)


def all_findings() -> Iterator[Finding]:
    """Each topic in each grade that it can have, more and less."""
    for topic in Topic:
        grades = (Grade.PROVEN, Grade.HYPOTHESIS) if topic in TESTED else (Grade.COUNTED,)
        values = (-0.3, 0.3) if topic is Topic.CAPTION else (0.6, 1.4)
        for grade, value, place in product(grades, values, PLACES.get(topic, ("",))):
            yield Finding(topic, grade, value, Interval(value - 0.2, value + 0.2), 21, place)


def sheet_of(guide: GuideContent, language: str) -> GuideSheet:
    with speaking(CATALOGUE, language):
        return guide_sheet(guide, zone("Europe/Moscow"))


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and not isinstance(value, Enum):
        yield value.replace("\u00a0", " ")
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)


def test_every_finding_reads_as_people_speak_in_both_languages():
    for invented, hidden in product((False, True), repeat=2):
        rating = {"rating": None, "income": None} if hidden else {}
        guide = content(nickname="", findings=tuple(all_findings()), invented=invented, **rating)
        for text in texts(sheet_of(guide, "ru")):
            latin = set(re.findall(r"[A-Za-z]+", text)) - {"ru", "anna", "films", "Toklink", "UTC", "page", "pages"}
            assert not latin, text
        english = sheet_of(guide, "en")
        for text in texts(english):
            assert not re.search("[а-яё]", text.replace("рецепты", ""), re.IGNORECASE), text
            assert not re.search(r"None|nan|inf\b|to15|over60|_", text), text


@pytest.mark.parametrize(
    ("language", "chance", "sure"),
    [("en", "chance", "get (more|fewer) views"), ("ru", "случайност", "набирают|обычно")],
)
def test_a_hypothesis_always_says_that_it_may_be_chance_and_what_is_proven_does_not(
    language: str, chance: str, sure: str
):
    with speaking(CATALOGUE, language):
        for finding in all_findings():
            meaning = finding_text(finding).meaning
            assert (chance in meaning) == (finding.grade is Grade.HYPOTHESIS), meaning
            if finding.grade is Grade.PROVEN:
                assert re.search(sure, meaning), meaning


@pytest.mark.parametrize(
    ("value", "interval", "shown", "around"),
    [
        (1.4, Interval(1.05, 2.5), "+40%", "from +5% to +150%"),
        (0.7, Interval(0.5, 0.9), "−30%", "from −50% to −10%"),
        (4.24, Interval(0.9, 8.0), "×4.2", "from ×0.9 to ×8"),
        (1e9, Interval(2.0, 1e12), ">×10", "from ×2 to >×10"),
        (1.0, Interval(1.0, 1.0), "0%", "0%, 90% interval"),
        (1e-12, Interval(0.0, 1.004), "−99%", "from −99% to 0%"),
        (2.0, Interval(1.1, 1e6), "+100%", "from +10% to >+900%"),
    ],
)
def test_a_change_is_told_so_that_it_is_understood_at_a_glance(
    value: float, interval: Interval, shown: str, around: str
):
    with speaking(CATALOGUE, "en"):
        told = finding_text(Finding(Topic.WEEKEND, Grade.PROVEN, value, interval, 9))
    assert told.value == shown
    assert told.around.startswith(around)


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Benchmark(0.12, Interval(0.1, 0.14), 0.05, 0.08), "Above the usual."),
        (Benchmark(0.12, Interval(0.06, 0.2), 0.05, 0.08), "The difference from the usual may be chance."),
        (Benchmark(0.06, Interval(0.02, 0.2), 0.05, 0.08), "Within the usual."),
        (Benchmark(0.02, Interval(0.01, 0.03), 0.05, 0.08), "Below the usual."),
        (Benchmark(None, None, 0.05, 0.08), "Likes are hidden, or nobody has looked yet."),
    ],
)
def test_above_or_below_the_usual_is_said_only_where_all_of_the_interval_is(figure: Benchmark, verdict: str):
    assert sheet_of(content(engagement=figure), "en").benchmarks.gauges[0].verdict == verdict


def test_a_sample_opens_two_sections_and_gives_nothing_else_away():
    guide = content()
    with speaking(CATALOGUE, "ru"):
        shown = sample(guide).replace("\u00a0", " ")
    for open_one in ("15 780", "от 13 557 до 17 842", "5,9 %", "5–8 %", "32,7 %"):
        assert open_one in shown
    locked = [line for line in shown.splitlines() if line.startswith("🔒")]
    assert locked == ["🔒 Рейтинг и три его части", "🔒 Доход с видео", "🔒 5 выводов из видео"]
    for kept in ("50 из 100", "₽", "+63", "recipes", "16:00"):
        assert kept not in shown


def test_the_gist_is_short_safe_and_says_how_sure_each_finding_is():
    finding = Finding(Topic.HASHTAG, Grade.HYPOTHESIS, 1.36, None, 46, "<b>&" + "x" * 200)
    with speaking(CATALOGUE, "en"):
        plain = gist(content())
        shown = gist(content(findings=(finding,), invented=True))
    assert plain.count("\n") < 10
    assert "✅ Time 16:00–20:00: <b>+63%</b>, proven" in plain
    assert "💡 Hashtag #recipes: <b>+36%</b>, hypothesis" in plain
    assert "🔢 Pace: <b>5.4</b> videos a week" in plain
    assert "#&lt;b&gt;&amp;xxx" in shown
    assert "🧪" in shown
    assert max(map(len, shown.splitlines())) < 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_invented_accounts_are_called_so_everywhere(language: str):
    guide = content(invented=True)
    assert "🧪" in sheet_of(guide, language).invented
    with speaking(CATALOGUE, language):
        assert "🧪" in gist(guide)
        assert "🧪" in sample(guide)
    assert sheet_of(content(), language).invented == ""


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        (0, "fewer than 10,000 followers"),
        (10_000, "from 10,000 to 100,000 followers"),
        (1_000_000, "1,000,000 followers and more"),
    ],
)
def test_the_accounts_that_it_is_compared_with_are_named(tier: int, words: str):
    assert sheet_of(content(tier=tier), "en").benchmarks.subtitle == words


def test_an_account_that_nobody_follows_or_watches_has_a_guide_too():
    nothing = Benchmark(None, None, 0.08, 0.15)
    guide = content(
        followers=0, tier=0, typical_views=0.0, views_interval=Interval(0.0, 0.0), engagement=nothing, reach=nothing,
        findings=(), views=(0,) * 12, income=None, rating=None,
    )  # fmt: skip
    sheet = sheet_of(guide, "en")
    assert sheet.findings.subtitle == "The videos are too few or too much alike."
    assert "no rating" in sheet.rating.meaning
    assert sheet.reach.around == "0, 90% interval"
    assert set(sheet.reach.bars) == {0.0}


def test_one_hit_does_not_make_all_other_bars_invisible():
    reach = sheet_of(content(typical_views=1_000.0, views=(*[1_000] * 20, 5_000_000)), "en").reach
    assert reach.bars[0] == 1
    assert reach.bars[1] > 0.04
    assert "1 bar is cut: it has more than" in reach.caption
