"""The words that explain an account's numbers."""

from datetime import datetime, tzinfo

from handlers.menu import button, rows
from handlers.screen import Screen
from handlers.tiktok.callbacks import ExplainPress, Explanation
from handlers.tiktok.views import anchor, invented_mark, lack_text, moment, source_text, to_card
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import NBSP, number, percent
from services.tiktok.analytics import Rating
from services.tiktok.cards import Card, Lack


def rating(card: Card) -> Screen:
    """How the rating is made of its parts; without one, why."""
    points = card.measures.rating
    head = "⭐️ <b>" + _("Rating of {account}").format(account=anchor(card.username)) + "</b>"
    if points is None:
        lines = [f"{head}: —", _no_rating(card)]
    else:
        lines = [f"{head}: <b>{_of_hundred(points.value)}</b>", "", *_parts(card, points)]
    lines += ["", *_lacking(card), _how_rated(), *([invented_mark()] if card.invented else [])]
    figures = button(_("ℹ️ How exact"), ExplainPress(about=Explanation.FIGURES, id=card.account_id))
    return Screen("\n".join(lines), rows([to_card(card.account_id), figures]))


def figures(card: Card, zone: tzinfo, now: datetime) -> Screen:
    """Each kind of figure: exact or estimated, and how."""
    lines = [
        "ℹ️ <b>" + _("The numbers of {account}").format(account=anchor(card.username)) + "</b>",
        "",
        _shown_by_tiktok(card),
        *_lacking(card),
        *_totals(card),
        _engagement(card),
        _income(card),
        "",
        *_origin(card, zone, now),
    ]
    about = button(_("⭐️ Rating"), ExplainPress(about=Explanation.RATING, id=card.account_id))
    return Screen("\n".join(lines), rows([to_card(card.account_id), about]))


def _of_hundred(points: int) -> str:
    return _("{points} of 100").format(points=number(points))


def _parts(card: Card, points: Rating) -> list[str]:
    measures, usual = card.measures, card.tier
    average = measures.average_views or 0
    views = ngettext("{count} view a video", "{count} views a video", average).format(count=number(average))
    reach = percent(average / card.followers) if card.followers else "—"
    low, high = percent(usual.engagement_low).rstrip(f"{NBSP}%"), percent(usual.engagement_high)
    return [
        _("Reach: <b>{points} of 20</b>").format(points=points.reach),
        _("{views}, {percent} of the followers; usual: {usual}").format(
            views=views, percent=reach, usual=percent(usual.reach)
        ),
        _("Audience: <b>{points} of 20</b>, counts twice").format(points=points.audience),
        ngettext("{count} follower", "{count} followers", card.followers).format(count=number(card.followers)),
        _("Engagement: <b>{points} of 20</b>, counts twice").format(points=points.engagement),
        _("{percent}; usual at this size: {low}–{high}").format(
            percent=percent(measures.engagement or 0), low=low, high=high
        ),
        f"{points.reach} + 2 × {points.audience} + 2 × {points.engagement} = <b>{points.value}</b>",
    ]


def _no_rating(card: Card) -> str:
    if card.no_rating in {Lack.FEW_POSTS, Lack.NO_POSTS}:
        text = ngettext(
            "There is {count} video, and a rating takes at least {least}.",
            "There are {count} videos, and a rating takes at least {least}.",
            card.measures.posts,
        )
        return text.format(count=number(card.measures.posts), least=number(card.constants.least_posts))
    if card.no_rating is Lack.HIDDEN_LIKES:
        return _("The account hides the likes of its videos, so its engagement cannot be known.")
    return _("TikTok did not show the reactions to the videos this time. Refresh the card later.")


def _how_rated() -> str:
    return _(
        "Reach is average views against followers; engagement is likes, comments and reposts against views: "
        "one point for each whole percent. All of it over the last 30 videos."
    )


def _totals(card: Card) -> list[str]:
    views, comments = card.measures.views, card.measures.comments
    if not card.videos:
        return []
    if views.value is None:
        return [_("👁 Views, comments, reposts: unknown, TikTok showed no videos.")]
    # Of posts of before it is not known whether they are all.
    lines = [] if card.lacks_posts else [_sum(card) if views.exact else _average(card)]
    if comments.value is None:
        lines.append(_("💬 Comments and reposts: unknown, TikTok told only the views this time."))
    return lines


def _lacking(card: Card) -> list[str]:
    """Why what follows from posts is older than the rest."""
    if not card.lacks_posts or not card.measures.posts:
        return []
    text = _(
        "⏳ TikTok did not show its videos this time: views, comments, reposts, engagement, income and rating are of "
        "those that it showed before."
    )
    return [text]


def _sum(card: Card) -> str:
    text = ngettext(
        "✔️ Exact: views, comments and reposts are the sum of {count} video.",
        "✔️ Exact: views, comments and reposts are the sums of {count} videos.",
        card.videos,
    )
    return text.format(count=number(card.videos))


def _average(card: Card) -> str:
    text = _("≈ Estimate: views, comments and reposts are the average of the last {posts} videos, times all {videos}.")
    return text.format(posts=number(card.measures.posts), videos=number(card.videos))


def _shown_by_tiktok(card: Card) -> str:
    if card.likes is None:
        return _("✔️ Exact, as TikTok shows them: followers, videos. Likes are hidden.")
    return _("✔️ Exact, as TikTok shows them: followers, likes, videos.")


def _engagement(card: Card) -> str:
    if card.no_engagement is not None:
        return _("⚡️ Engagement: none, {why}.").format(why=lack_text(card.no_engagement))
    text = ngettext(
        "⚡️ Engagement: (likes + comments + reposts) / views, of {count} video.",
        "⚡️ Engagement: (likes + comments + reposts) / views, of {count} videos.",
        card.measures.engagement_posts,
    )
    return text.format(count=number(card.measures.engagement_posts))


def _income(card: Card) -> str:
    if card.no_income is not None:
        text = _("💰 Income: none, {why}. It takes {least} videos that are not pinned and at least three days old.")
        return text.format(why=lack_text(card.no_income), least=number(card.constants.least_posts))
    constants = card.constants
    prices = " / ".join(number(price) for price in (constants.cpm_low, constants.cpm_mid, constants.cpm_high))
    return _(
        "💰 Income, an estimate: {views} views, the median of {posts} videos that are not pinned and at least three "
        "days old, by {prices} ₽ for a thousand, more or less by engagement against accounts of this size."
    ).format(views=number(card.measures.median_views or 0), posts=number(card.measures.usable), prices=prices)


def _origin(card: Card, zone: tzinfo, now: datetime) -> list[str]:
    lines = [_("🕓 As of {moment}").format(moment=moment(card.fetched_at, zone, now))]
    if card.posts_source and not card.lacks_posts:
        lines.append(
            _("From: {profile}; videos: {posts}").format(
                profile=source_text(card.source), posts=source_text(card.posts_source)
            )
        )
    else:
        lines.append(_("From: {profile}").format(profile=source_text(card.source)))
    if card.invented:
        lines.append(_("🧪 This is the sandbox: its accounts and numbers are invented."))
    return lines
