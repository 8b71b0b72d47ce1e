"""Whatever an account's posts are like, a guide of them is made, is kept, and can be read in both languages."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogues import LOCALES
from services.guides.content import make_content
from services.guides.facts import GuideContent, Interval
from services.guides.materials import LEAST_USABLE, pack, unpack
from services.guides.sheet import gist, guide_sheet, sample
from services.language import LANGUAGES, Catalogue, speaking
from services.tiktok.profiles import Post
from services.time_zones import zone
from tests.services.guides.accounts import AT, material, posts, profile

CATALOGUE = Catalogue(LOCALES)
MOST_FINDINGS = 5
CRUMB = 1e-9
# When a post was published before the newest one; None: as an ordinary account does.
TIMES: tuple[Callable[[int], timedelta] | None, ...] = (
    None,
    lambda _place: timedelta(),
    lambda place: timedelta(seconds=place),
    lambda place: timedelta(minutes=30 * place),
    lambda place: timedelta(days=400 * place),
    # Five in as many seconds, every few weeks.
    lambda place: timedelta(days=40 * (place // 5), seconds=place % 5),
    # All but the first in one moment.
    lambda place: timedelta(days=900 * (place > 0)),
)


@st.composite
def odd_posts(draw: st.DrawFn) -> tuple[Post, ...]:
    """Posts as they are, and then each figure as nobody expects it, for all of them or for some."""
    made = list(posts(draw(st.integers(LEAST_USABLE, 44)), seed=draw(st.integers(0, 1_000))))
    ago = draw(st.sampled_from(TIMES))
    views = draw(st.sampled_from((None, 0, 1, 7_000, 3_000_000_000)))
    some = draw(st.sampled_from((1, 2, 10)))
    changes = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "likes": st.sampled_from((None, 0)),
                "comments": st.sampled_from((0, 10**9)),
                "duration": st.sampled_from((0, 15, 10_000)),
                "description": st.sampled_from(("", "я" * 4_000)),
                "hashtags": st.sampled_from(((), ("fyp",), ("fyp", "fyp"), ("ж" * 200, "<b>", ""))),
                "sound_id": st.just(""),
                "sound_original": st.booleans(),
            },
        )
    )
    for place in range(0, len(made), some):
        made[place] = replace(made[place], **changes)  # type: ignore[arg-type]
        if views is not None:
            made[place] = replace(made[place], views=views)
    if ago is not None:
        last = AT - timedelta(days=4)
        made = [replace(each, published_at=last - ago(place)) for place, each in enumerate(made)]
    return tuple(made)


def numbers(value: object) -> Iterator[float]:
    if isinstance(value, float | int):
        yield float(value)
    elif is_dataclass(value):
        for each in fields(value):
            yield from numbers(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from numbers(each)


def around(value: float, interval: Interval | None) -> bool:
    if interval is None:
        return True
    crumb = CRUMB * max(abs(value), 1)
    return interval.low - crumb <= value <= interval.high + crumb


def made_of(made: tuple[Post, ...], followers: int = 48_200) -> GuideContent:
    return make_content(material(made, profile(followers)), "Europe/Moscow")


@settings(max_examples=15, deadline=None)
@given(odd_posts(), st.sampled_from((0, 1, 9_999, 48_200, 2_000_000_000)))
def test_any_ten_posts_make_a_guide_of_numbers_that_lie_in_their_intervals(made: tuple[Post, ...], followers: int):
    guide = made_of(made, followers)
    assert all(map(isfinite, numbers(guide)))
    assert len(guide.findings) <= MOST_FINDINGS
    for finding in guide.findings:
        assert around(finding.value, finding.interval), finding
        assert 1 <= finding.posts <= len(made)
    assert around(guide.typical_views, guide.views_interval)
    for figure in (guide.engagement, guide.reach):
        assert figure.value is None or around(figure.value, figure.interval), figure
    assert unpack(pack(guide), GuideContent) == guide
    for language in LANGUAGES:
        with speaking(CATALOGUE, language):
            sheet = guide_sheet(guide, zone("Europe/Moscow"))
            assert gist(guide).count("\n") < 10
            assert sample(guide)
        assert all(0 <= share <= 1 for share in (*sheet.reach.bars, sheet.reach.line, *sheet.reach.band))
        for gauge in sheet.benchmarks.gauges:
            assert all(0 <= share <= 1 for share in (*gauge.usual_range, *(gauge.interval or ()), gauge.at or 0))
