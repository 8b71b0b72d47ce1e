"""The figures and findings of a guide in plain words, in the language in use. No word is stronger than its grade."""

from dataclasses import dataclass

from babel.numbers import format_decimal

from services.guides.facts import Finding, Grade, Interval, Topic
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import MINUS, NBSP, locale, number, percent, shorten

# From here on a ratio is told as "times"; below it, as percent more or less.
TIMES_FROM = 3.0
# Beyond, it is only said that it is more: of few videos nobody knows how much.
MOST_TIMES = 10.0
LEAST_CHANGE = -0.99
LONGEST_TAG = 28
HOURS_IN_A_SLOT = 4
RATIOS = frozenset({Topic.TREND, Topic.HOURS, Topic.WEEKEND, Topic.DURATION, Topic.HASHTAG, Topic.SOUND})


@dataclass(frozen=True, slots=True)
class FindingText:
    """A finding as it is shown. ``value`` is short, ``unit`` says of what it is; no interval: ``around`` is empty."""

    grade: Grade
    grade_text: str
    title: str
    value: str
    unit: str
    around: str
    videos: str
    meaning: str


def finding_text(finding: Finding) -> FindingText:
    """A finding in words."""
    return FindingText(
        grade=finding.grade,
        grade_text=grade_text(finding.grade),
        title=_title(finding),
        value=_value(finding),
        unit=_unit(finding.topic, finding.value),
        around="" if finding.interval is None else around(*_ends(finding, finding.interval)),
        videos=videos(finding.posts),
        meaning=_meaning(finding),
    )


def grade_text(grade: Grade) -> str:
    return {Grade.PROVEN: _("proven"), Grade.HYPOTHESIS: _("hypothesis"), Grade.COUNTED: _("counted")}[grade]


def around(low: str, high: str) -> str:
    """An interval; one number where both ends look alike."""
    if low == high:
        return _("{value}, 90% interval").format(value=low)
    return _("from {low} to {high}, 90% interval").format(low=low, high=high)


def videos(count: int) -> str:
    return ngettext("by {count} video", "by {count} videos", count).format(count=number(count))


def whole(value: float) -> str:
    return number(round(value))


def decimal(value: float) -> str:
    """``3,5`` or ``3.5``: one digit after the point, two below one, none from a hundred on."""
    pattern = "#,##0" if abs(value) >= 100 else "#,##0.#" if abs(value) >= 1 else "0.##"
    return str(format_decimal(value, pattern, locale=locale()))


def usual(low: float, high: float) -> str:
    """``5–8 %``, or ``30 %`` where it is a single value."""
    if low == high:
        return percent(low)
    return f"{percent(low).rstrip(f'{NBSP}%')}–{percent(high)}"


# Of one finding


def _title(finding: Finding) -> str:
    place = finding.place
    return {
        Topic.HITS: lambda: _("Hits"),
        Topic.TREND: lambda: _("Trend of views"),
        Topic.HOURS: lambda: _("Time {hours}").format(hours=_hours(place)),
        Topic.WEEKEND: lambda: _("Weekends"),
        Topic.DURATION: lambda: _("Length {length}").format(length=_length(place)),
        Topic.HASHTAG: lambda: _("Hashtag {tag}").format(tag=_tag(place)),
        Topic.SOUND: lambda: _("Own sound"),
        Topic.CAPTION: lambda: _("Length of captions"),
        Topic.CADENCE: lambda: _("Pace"),
        Topic.COMMENTS: lambda: _("Comments"),
        Topic.SHARES: lambda: _("Reposts"),
        Topic.SAVES: lambda: _("Saves"),
        Topic.LENGTH: lambda: _("Typical length"),
    }[finding.topic]()


def _value(finding: Finding) -> str:
    if finding.topic in RATIOS:
        return ratio(finding.value, as_times=_as_times(finding))
    return _plain(finding.topic, finding.value)


def _ends(finding: Finding, interval: Interval) -> tuple[str, str]:
    if finding.topic in RATIOS:
        times = _as_times(finding)
        return ratio(interval.low, as_times=times), ratio(interval.high, as_times=times)
    return _plain(finding.topic, interval.low), _plain(finding.topic, interval.high)


def _plain(topic: Topic, value: float) -> str:
    if topic is Topic.HITS:
        return percent(value)
    if topic is Topic.CAPTION:
        return _signed(decimal(abs(value)), round(value, 2))
    return whole(value) if topic is Topic.LENGTH else decimal(value)


def _as_times(finding: Finding) -> bool:
    return finding.value >= TIMES_FROM


def ratio(value: float, *, as_times: bool) -> str:
    """``+40 %`` of 1.4 or ``×4,2`` of 4.2; beyond ten times only that it is more."""
    if not as_times:
        if value > MOST_TIMES:
            return f">+{percent(MOST_TIMES - 1)}"
        change = max(value - 1, LEAST_CHANGE)
        # A change is no finer than a percent.
        return _signed(percent(round(abs(change), 2)), round(change, 2))
    if value > MOST_TIMES:
        return f">×{decimal(MOST_TIMES)}"
    return f"×{decimal(max(value, 1 + LEAST_CHANGE))}"


def _signed(shown: str, value: float) -> str:
    return f"+{shown}" if value > 0 else f"{MINUS}{shown}" if value < 0 else shown


def _unit(topic: Topic, value: float) -> str:
    if topic is Topic.TREND:
        return _("in views, in 30 days")
    if topic in RATIOS:
        return _("in views")
    if topic is Topic.LENGTH:
        return ngettext("second", "seconds", round(value))
    return {
        Topic.HITS: _("of videos"),
        Topic.CAPTION: _("correlation, from −1 to 1"),
        Topic.CADENCE: _("videos a week"),
    }.get(topic) or _("per 1,000 views")


def _hours(place: str) -> str:
    first = int(place)
    return f"{first:02}:00–{(first + HOURS_IN_A_SLOT) % 24:02}:00"


def _length(place: str) -> str:
    lengths = {"to15": _("up to 15 s"), "to30": _("16–30 s"), "to60": _("31–60 s")}
    return lengths.get(place) or _("over a minute")


def _tag(place: str) -> str:
    return f"#{shorten(place, LONGEST_TAG)}"


def _meaning(finding: Finding) -> str:
    """One sentence. A hypothesis says that it is one, and how to find out."""
    sure, more = finding.grade is Grade.PROVEN, finding.value >= 1
    if finding.topic is Topic.TREND:
        return _trend(sure=sure, more=more)
    if finding.topic is Topic.CAPTION:
        return _caption(sure=sure, more=finding.value >= 0)
    which = _which(finding)
    if which is None:
        return _counted(finding.topic)
    if sure:
        text = _("{which} get more views than the others.") if more else _("{which} get fewer views than the others.")
    elif more:
        text = _("{which} seem to get more views. It may be chance: try it on 8 new videos or more.")
    else:
        text = _("{which} seem to get fewer views. It may be chance: try 8 new videos or more otherwise.")
    return text.format(which=which)


def _which(finding: Finding) -> str | None:
    """The videos that a finding sets against the others."""
    if finding.topic is Topic.HOURS:
        return _("Videos published at {hours}").format(hours=_hours(finding.place))
    if finding.topic is Topic.DURATION:
        lengths = {
            "to15": _("Videos of up to 15 seconds"),
            "to30": _("Videos of 16 to 30 seconds"),
            "to60": _("Videos of 31 to 60 seconds"),
        }
        return lengths.get(finding.place) or _("Videos of over a minute")
    if finding.topic is Topic.HASHTAG:
        return _("Videos with {tag}").format(tag=_tag(finding.place))
    return {
        Topic.WEEKEND: _("Videos published on Saturday or Sunday"),
        Topic.SOUND: _("Videos with a sound of their own"),
    }.get(finding.topic)


def _trend(*, sure: bool, more: bool) -> str:
    if sure:
        return _("Newer videos get more views.") if more else _("Newer videos get fewer views.")
    if more:
        return _("Newer videos seem to get more views, but this may be chance.")
    return _("Newer videos seem to get fewer views, but this may be chance.")


def _caption(*, sure: bool, more: bool) -> str:
    if sure:
        if more:
            return _("Videos with longer captions usually get more views.")
        return _("Videos with longer captions usually get fewer views.")
    if more:
        return _("Longer captions seem to go with more views. It may be chance: try it on 8 new videos or more.")
    return _("Shorter captions seem to go with more views. It may be chance: try it on 8 new videos or more.")


def _counted(topic: Topic) -> str:
    return {
        Topic.HITS: _("So many videos get twice the typical views or more."),
        Topic.CADENCE: _("So often new videos come out on average."),
        Topic.COMMENTS: _("So many comments come from a thousand views."),
        Topic.SHARES: _("So often a video is passed on in a thousand views."),
        Topic.SAVES: _("So often a video is saved for later in a thousand views."),
    }.get(topic) or _("Half of the videos are shorter, half are longer.")
