"""A guide as it is read: ready texts in the language in use, and where figures lie in their charts.

The PDF, the page and the chat are made of it, so that all of them say the same.
"""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from services.guides.facts import Benchmark, Grade, GuideContent
from services.guides.sections import Benchmarks, Findings, Gauge, Lines, Money, Part, Points, Reach
from services.guides.words import FindingText, around, finding_text, usual, videos, whole
from services.language import current_language, ngettext
from services.language import gettext as _
from services.language.formats import NBSP, full_date, number, offset, percent, quoted
from services.tiktok.analytics import Income, Rating
from services.tiktok.constants import CONSTANTS
from services.time_zones import zone as zone_of

NAME = "Toklink"
MOST_POINTS = 20
# The chart of views is cut where more would make all others invisible.
MOST_TYPICAL = 4.0
ROOM_AT_THE_END = 1.15
SIGNS = {Grade.PROVEN: "✅", Grade.HYPOTHESIS: "💡", Grade.COUNTED: "🔢"}


@dataclass(frozen=True, slots=True)
class GuideSheet:
    """All texts are plain and ready to be shown; ``nickname`` is whatever its owner made of it.

    ``basis``: of how many videos, from when to when. ``invented``: the sandbox's mark; empty: real data. ``page``: the
    number of a page, with ``{page}`` and ``{pages}`` in it.
    """

    language: str
    signature: str
    title: str
    nickname: str
    subtitle: str
    basis: str
    invented: str
    reach: Reach
    benchmarks: Benchmarks
    rating: Points
    income: Money
    findings: Findings
    words: Lines
    notes: Lines
    foot: str
    page: str


def guide_sheet(content: GuideContent, zone: tzinfo) -> GuideSheet:
    """The whole guide; dates are in ``zone``."""
    on = _date(content.at, zone)
    return GuideSheet(
        language=current_language(),
        signature=NAME,
        title=_("Guide for @{username}").format(username=content.username),
        nickname=content.nickname,
        subtitle=f"{_followers(content)} · {on}",
        basis=_basis(content, zone),
        invented=_("🧪 Invented data: this account lives in the sandbox") if content.invented else "",
        reach=_reach(content),
        benchmarks=_benchmarks(content),
        rating=_rating(content),
        income=_income(content.income),
        findings=_findings(content),
        words=_words(),
        notes=_notes(content),
        foot=_("{name} · guide for @{username} · {date}").format(name=NAME, username=content.username, date=on),
        page=_("Page {page} of {pages}"),
    )


def gist(content: GuideContent) -> str:
    """The guide in at most ten short lines of HTML."""
    sheet = guide_sheet(content, zone_of(content.time_zone))
    head = f"📘 <b>{quoted(sheet.title)}</b>"
    if content.invented:
        head += " · " + _("🧪 invented data")
    engagement = sheet.benchmarks.gauges[0]
    lines = [
        head,
        f"👁 {sheet.reach.title}: <b>{sheet.reach.value}</b>",
        f"⚡️ {engagement.name}: <b>{engagement.value}</b> ({engagement.usual})",
        f"💰 {sheet.income.title}: <b>{sheet.income.value}</b>",
        f"⭐️ {sheet.rating.title}: <b>{sheet.rating.value}</b> {sheet.rating.unit}".rstrip(),
    ]
    lines += [_line(each) for each in sheet.findings.items]
    return "\n".join(lines)


def _line(finding: FindingText) -> str:
    """A finding in the chat: what was counted needs its unit, what was tested its grade."""
    head = f"{SIGNS[finding.grade]} {quoted(finding.title)}: <b>{quoted(finding.value)}</b>"
    return f"{head} {finding.unit}" if finding.grade is Grade.COUNTED else f"{head}, {finding.grade_text}"


def sample(content: GuideContent) -> str:
    """What may be seen before buying, as HTML: typical reach and the benchmarks, and of all else the titles."""
    sheet = guide_sheet(content, zone_of(content.time_zone))
    lines = [
        f"👁 <b>{sheet.reach.title}: {sheet.reach.value}</b>",
        f"{sheet.reach.around}, {videos(content.usable)}",
        f"📏 <b>{sheet.benchmarks.title}</b>",
        *(f"{each.name}: <b>{each.value}</b> ({each.usual})" for each in sheet.benchmarks.gauges),
        *(f"🔒 {each}" for each in (_("Rating and its three parts"), sheet.income.title, sheet.findings.title)),
    ]
    if content.invented:
        lines.append(_("🧪 invented data"))
    return "\n".join(lines)


# Its sections


def _reach(content: GuideContent) -> Reach:
    typical, between = content.typical_views, content.views_interval
    highest = float(max(content.views, default=0))
    top = max(min(highest, MOST_TYPICAL * typical) if typical else highest, between.high, 1.0)
    cut = sum(each > top for each in content.views)
    caption = _("Each bar is a video, from the oldest to the newest. Line: typical reach; band: its interval.")
    if cut:
        caption += " " + ngettext(
            "{count} bar is cut: it has more than {most} views.",
            "{count} bars are cut: they have more than {most} views.",
            cut,
        ).format(count=number(cut), most=whole(top))
    return Reach(
        title=_("Typical reach"),
        value=whole(typical),
        unit=ngettext("view", "views", round(typical)),
        around=around(whole(between.low), whole(between.high)),
        meaning=_("Half of the videos get more views than this, half get fewer."),
        caption=caption,
        bars=tuple(min(each / top, 1.0) for each in reversed(content.views)),
        line=typical / top,
        band=(between.low / top, between.high / top),
    )


def _benchmarks(content: GuideContent) -> Benchmarks:
    missing = "" if content.followers else _("The account has no followers yet.")
    return Benchmarks(
        title=_("Against accounts of the same size"),
        subtitle=_tier(content.tier),
        caption=_("Shaded: what is usual. Dot: this account; line through it: its interval."),
        gauges=(
            _gauge(_("Engagement"), content.engagement, _("Likes are hidden, or nobody has looked yet.")),
            _gauge(_("Reach to followers"), content.reach, missing),
        ),
    )


def _gauge(name: str, figure: Benchmark, missing: str) -> Gauge:
    between = figure.interval
    ends = [figure.high, figure.value or 0.0, between.high if between else 0.0]
    scale = max(max(ends) * ROOM_AT_THE_END, 1e-9)
    return Gauge(
        name=name,
        value="—" if figure.value is None else percent(figure.value),
        around="" if between is None else around(percent(between.low), percent(between.high)),
        usual=_("usual: {range}").format(range=usual(figure.low, figure.high)),
        verdict=missing if figure.value is None else _verdict(figure),
        at=None if figure.value is None else figure.value / scale,
        interval=None if between is None else (between.low / scale, between.high / scale),
        usual_range=(figure.low / scale, figure.high / scale),
    )


def _verdict(figure: Benchmark) -> str:
    """Above or below only where the whole interval is."""
    between = figure.interval
    if between is None or figure.value is None:
        return ""
    if between.low > figure.high:
        return _("Above the usual.")
    if between.high < figure.low:
        return _("Below the usual.")
    if figure.low <= figure.value <= figure.high:
        return _("Within the usual.")
    return _("The difference from the usual may be chance.")


def _rating(content: GuideContent) -> Points:
    rating = content.rating
    return Points(
        title=_("Rating"),
        value="—" if rating is None else number(rating.value),
        unit="" if rating is None else _("of 100"),
        meaning=_("There is no rating: the newest videos do not show their likes.")
        if rating is None
        else _("The parts add up, audience and engagement twice: up to 100 points, by the last 30 videos."),
        share=0.0 if rating is None else rating.value / 100,
        parts=() if rating is None else _parts(rating),
    )


def _parts(rating: Rating) -> tuple[Part, ...]:
    once, twice, of_most = _("counts once"), _("counts twice"), _("{points} of {most}")
    parts = (
        (_("Reach"), rating.reach, once, _("average views of a video to followers")),
        (_("Audience"), rating.audience, twice, _("how many followers there are")),
        (_("Engagement"), rating.engagement, twice, _("likes, comments and reposts to views")),
    )
    return tuple(
        Part(name, of_most.format(points=points, most=MOST_POINTS), weight, meaning, points / MOST_POINTS)
        for name, points, weight, meaning in parts
    )


def _income(income: Income | None) -> Money:
    title = _("Income from a video")
    if income is None:
        return Money(title, "—", _("There are too few videos to estimate it."))
    prices = " / ".join(number(each) for each in (CONSTANTS.cpm_low, CONSTANTS.cpm_mid, CONSTANTS.cpm_high))
    meaning = _(
        "An estimate of what an advertisement in one video may bring: typical views of the last 30 videos by "
        "{prices} ₽ for a thousand, more or less by engagement. The middle: ≈ {mid} ₽."
    ).format(prices=prices, mid=number(income.mid))
    shown = number(income.low) if income.low == income.high else f"{number(income.low)}–{number(income.high)}"
    return Money(title, _("≈ {range} ₽, estimate").format(range=shown), meaning)


def _findings(content: GuideContent) -> Findings:
    count = len(content.findings)
    return Findings(
        title=ngettext("{count} finding from the videos", "{count} findings from the videos", count).format(
            count=number(count)
        ),
        subtitle=_("The surest ones first. Hours and days are in {offset}.").format(
            offset=offset(zone_of(content.time_zone), content.at)
        )
        if count
        else _("The videos are too few or too much alike."),
        items=tuple(finding_text(each) for each in content.findings),
    )


def _words() -> Lines:
    return Lines(
        _("What the words mean"),
        (
            (_("Proven"), _("It holds after a correction for all checks of this guide: of ten such findings one is "
                            "wrong on average. It says what goes together, and not why.")),
            (_("Hypothesis"), _("Likely, but it may be chance. Worth an experiment: two weeks, 8 videos so and "
                                "8 otherwise.")),
            (_("Counted"), _("A plain figure of these videos; nothing is compared.")),
            (_("90% interval"), _("Nine times of ten the true figure lies in it. The wider, the less is known.")),
            (_("Engagement"), _("Likes, comments and reposts together, to views.")),
            (_("Usual"), _("What accounts of this size have, as a rule.")),
        ),
    )  # fmt: skip


def _notes(content: GuideContent) -> Lines:
    left = content.posts - content.usable
    entries = [
        _("Views are compared by their logarithms and without the trend, by permutation tests with the correction of "
          "Benjamini and Hochberg; intervals come from the bootstrap."),
        _("Income is an estimate, and usual figures are averages of the market: none of it is a promise."),
    ]  # fmt: skip
    if left > 0:
        entries.insert(
            0,
            ngettext(
                "{count} video is left out: pinned, or younger than three days.",
                "{count} videos are left out: pinned, or younger than three days.",
                left,
            ).format(count=number(left)),
        )
    if content.invented:
        entries.append(_("The account and its figures are invented: they show what a guide looks like."))
    return Lines(_("How it was reckoned"), tuple(("", each) for each in entries))


# Words of the head


def _followers(content: GuideContent) -> str:
    return ngettext("{count} follower", "{count} followers", content.followers).format(count=number(content.followers))


def _basis(content: GuideContent, zone: tzinfo) -> str:
    return ngettext(
        "By {count} video, {since} – {until}", "By {count} videos, {since} – {until}", content.usable
    ).format(count=number(content.usable), since=_date(content.since, zone), until=_date(content.until, zone))


def _tier(followers: int) -> str:
    above = min((each.followers for each in CONSTANTS.tiers if each.followers > followers), default=None)
    if above is None:
        return _("{count} followers and more").format(count=number(followers))
    if not followers:
        return _("fewer than {count} followers").format(count=number(above))
    return _("from {low} to {high} followers").format(low=number(followers), high=number(above))


def _date(moment: datetime, zone: tzinfo) -> str:
    on: date = moment.astimezone(zone).date()
    return full_date(on).replace(" ", NBSP)
