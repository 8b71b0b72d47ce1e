"""How an account's card looks: its numbers, a line each, and the buttons that lead on from it."""

from datetime import datetime, timedelta, tzinfo

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.menu import button, rows, to_menu
from handlers.screen import Screen
from handlers.tiktok.callbacks import (
    CardAction,
    CardPress,
    ExplainPress,
    Explanation,
    PostsOrder,
    PostsPress,
)
from handlers.tiktok.compare_views import compare_button
from handlers.tiktok.history_views import history_button
from handlers.tiktok.pasted import shorten_row
from handlers.tiktok.picture_views import picture_button
from handlers.tiktok.presses import BioAct, BioPress
from handlers.tiktok.views import ESTIMATE, anchor, lack_text, lacking, moment, total
from handlers.tiktok.watch_views import watch_button
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import NBSP, country, number, percent, quoted, said, short_ago, short_day
from services.links.links import Link
from services.tiktok.cards import Card, Lack

MOST_NICKNAME = 28
JUST_NOW = timedelta(minutes=1)
A_DAY = timedelta(days=1)


def card(
    card: Card,
    zone: tzinfo,
    now: datetime,
    *,
    note: str = "",
    address: str = "",
    private: bool = True,
    watched: bool = False,
    offered: Link | None = None,
) -> Screen:
    """``note`` (HTML) stands above the card, and says how old it is. ``address``: what can be shortened instead.

    ``private``: false where others talk too; there it has no buttons, and since nobody can bring it up to date, the
    moment of its numbers. ``watched``: by the reader; ``offered``: a link
    of theirs in the bio, whose clicks they have not asked for yet.
    """
    age = "" if note else _age(card, zone, now) if private else moment(card.fetched_at, zone, now)
    lines = [*([note] if note else []), *_figures(card, zone), _footer(card, age)]
    return Screen("\n".join(lines), _keyboard(card, address, offered, watched=watched) if private else None)


def refreshing(card: Card, zone: tzinfo) -> Screen:
    """The card while TikTok is asked anew: its buttons come back with the answer."""
    lines = [*_figures(card, zone), _("🔎 Asking TikTok anew…")]
    return Screen("\n".join(lines))


def _figures(card: Card, zone: tzinfo) -> list[str]:
    """What the numbers are, a line each."""
    measures = card.measures
    hidden = _("hidden")
    nickname = said(card.nickname, MOST_NICKNAME)
    unseen = hidden if card.tells_liked else _("unknown")
    liked = unseen if card.liked is None else number(card.liked)
    engagement = [_("⚡️ Engagement: {percent}").format(percent=_or_why(_engagement(card), card.no_engagement))]
    rating = [_("⭐️ Rating: {rating}").format(rating=_or_why(_rating(card), card.no_rating))]
    # Beside a figure there is room, and seldom beside the reason why there is none.
    (engagement if card.no_rating and not card.no_engagement else rating).extend(_of_posts(card))
    lines = [
        f"📊 <b>{nickname}</b>" + (" ✅" if card.verified else ""),
        " · ".join([anchor(card.username), *_standing(card, zone)]),
        _("👥 Followers: {count}").format(count=number(card.followers)),
        _("❤️ Likes: {count}").format(count=hidden if card.likes is None else number(card.likes)),
        _("👁 Views: {count}").format(count=total(measures.views)),
        # One line for both, so that the income has two.
        f"💬 {total(measures.comments)} · 🔁 {total(measures.reposts)}",
        _("🎬 Videos: {count} · likes given: {liked}").format(count=number(card.videos), liked=liked),
        " · ".join(engagement),
        *_income(card),
        " · ".join(rating),
    ]
    return [*lines, lacking(card)] if card.lacks_posts else lines


def _standing(card: Card, zone: tzinfo) -> list[str]:
    """Why TikTok shows it no more, and when that was seen; else where it is from, where that is known."""
    texts = {
        "missing": _("🔎 gone (as of {day})"),
        "private": _("🔒 private (as of {day})"),
        "banned": _("⛔️ banned (as of {day})"),
        "region": _("🌍 hidden here (as of {day})"),
        "unshown": _("🔒 not shown (as of {day})"),
    }
    if card.refused_at is not None and card.refusal in texts:
        return [texts[card.refusal].format(day=short_day(card.refused_at.astimezone(zone)))]
    return [quoted(country(card.region))] if card.region else []


def _engagement(card: Card) -> str:
    return "" if card.measures.engagement is None else percent(card.measures.engagement)


def _rating(card: Card) -> str:
    if card.measures.rating is None:
        return ""
    return _("{points} of 100").format(points=number(card.measures.rating.value))


def _income(card: Card) -> list[str]:
    income = card.measures.income
    if income is None:
        assert card.no_income is not None
        return [_("💰 Income from a video: — ({why})").format(why=lack_text(card.no_income))]
    roubles = f"{ESTIMATE}{number(income.low)}–{number(income.mid)}–{number(income.high)}{NBSP}₽"
    if card.lacks_posts:
        # In one line: the card has one more.
        return [_("💰 {roubles}, estimate").format(roubles=roubles)]
    return [_("💰 Income from a video, estimate:"), roubles]


def _or_why(figure: str, lack: Lack | None) -> str:
    return figure if lack is None else f"— ({lack_text(lack)})"


def _age(card: Card, zone: tzinfo, now: datetime) -> str:
    age = now - card.fetched_at
    return _("just now") if age < JUST_NOW else short_ago(age) if age < A_DAY else moment(card.fetched_at, zone, now)


def _footer(card: Card, age: str) -> str:
    """From which source, and how old where nothing else says it."""
    source = _("🧪 invented: {source}") if card.invented else _("🕓 from TikTok: {source}")
    return " · ".join([source.format(source=_short_source(card.source)), *([age] if age else [])])


def _of_posts(card: Card) -> list[str]:
    """Of how many videos the figures are."""
    posts = card.measures.posts
    return [ngettext("{count} video", "{count} videos", posts).format(count=number(posts))] if posts else []


def _short_source(source: str) -> str:
    """In one word: handlers.tiktok.views.source_text has them all."""
    if source == "browser":
        return _("browser")
    return _("widget") if source == "embed" else _("site")


def _keyboard(card: Card, address: str, offered: Link | None, *, watched: bool) -> InlineKeyboardMarkup:
    account_id = card.account_id
    posts = button(_("🎬 Videos"), PostsPress(order=PostsOrder.DATE, id=account_id))
    rating = button(_("⭐️ Rating"), ExplainPress(about=Explanation.RATING, id=account_id))
    figures = button(_("ℹ️ How exact"), ExplainPress(about=Explanation.FIGURES, id=account_id))
    about_guide = button(_("📘 Guide"), CardPress(action=CardAction.GUIDE, id=account_id))
    refresh = button(_("🔄 Refresh"), CardPress(action=CardAction.REFRESH, id=account_id))
    return rows(
        [picture_button(account_id), posts],
        [history_button(account_id), compare_button(account_id)],
        [watch_button(account_id, watched=watched), rating],
        [figures, about_guide],
        _bio(account_id, offered),
        shorten_row(address),
        [refresh, to_menu()],
    )


def _bio(account_id: int, offered: Link | None) -> list[InlineKeyboardButton]:
    """The clicks of a link of theirs, which stands in the bio."""
    if offered is None:
        return []
    return [button(_("🔗 Clicks of my link in the bio"), BioPress(act=BioAct.ACCEPT, id=account_id, link=offered.id))]
