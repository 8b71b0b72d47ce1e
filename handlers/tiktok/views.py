"""How an account looks in the chat: its card, and what is said while there is none."""

from datetime import datetime, timedelta, tzinfo

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.menu import MenuPress, Room, button, cancel_to, rows, to_menu
from handlers.screen import Screen
from handlers.tiktok.addresses import account_url
from handlers.tiktok.callbacks import (
    CardAction,
    CardPress,
    ExplainPress,
    Explanation,
    PostsOrder,
    PostsPress,
    ShortenPress,
)
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import NBSP, ago, country, day_in_full, hour, number, percent, quoted, said
from services.tiktok.analytics import Income, Total
from services.tiktok.cards import Card, Lack

MOST_NICKNAME = 28
JUST_NOW = timedelta(minutes=1)
A_DAY = timedelta(days=1)
ESTIMATE = f"≈{NBSP}"


def question() -> Screen:
    text = _("📊 Whose statistics? Send me a TikTok name, such as @username, or the address of a profile or a video.")
    return Screen(text, rows([cancel_to(Room.CANCEL)]))


def how_in_group() -> Screen:
    return Screen(_("📊 Put the name after the command: /stats username"))


def looking(name: str, address: str = "") -> Screen:
    """While TikTok is asked. ``name`` empty: a short address tells it. ``address``: as ShortenPress has it."""
    text = _("🔎 Looking up {account} in TikTok… It takes a few seconds.")
    who = anchor(name) if name else _("the account")
    return Screen(text.format(account=who), rows(_shorten(address)))


def card(card: Card, zone: tzinfo, now: datetime, *, note: str = "", address: str = "", private: bool = True) -> Screen:
    """``note`` (HTML) stands above the card, and says how old it is. ``address``: what can be shortened instead.

    ``private``: false where others talk too; there it has no buttons.
    """
    age = "" if note else _age(card, zone, now)
    lines = [*([note] if note else []), *_figures(card), _footer(card, age)]
    return Screen("\n".join(lines), _keyboard(card, address) if private else None)


def refreshing(card: Card) -> Screen:
    """The card while TikTok is asked anew: its buttons come back with the answer."""
    lines = [*_figures(card), _("🔎 Asking TikTok anew…")]
    return Screen("\n".join(lines))


def silent_note(fetched_at: datetime, zone: tzinfo, now: datetime) -> str:
    """Above the last numbers, when TikTok does not answer."""
    text = _("⚠️ TikTok does not answer just now. The last known numbers, from {moment}; I will write when it does.")
    return text.format(moment=moment(fetched_at, zone, now))


def silent(username: str, *, private: bool = True) -> Screen:
    """There are no numbers, and TikTok does not answer."""
    text = _("⏳ TikTok does not answer just now. I will write to you about {account} when it does.")
    return refused(text.format(account=anchor(username)), private=private)


def silent_address(*, private: bool = True) -> Screen:
    text = _("⚠️ TikTok does not answer just now, and I cannot see where this address leads. Send the account's name.")
    return refused(text, private=private)


def gave_up(username: str, *, private: bool = True) -> Screen:
    text = _("⚠️ TikTok has not answered about {account} for a whole day. Please try again later.")
    return refused(text.format(account=anchor(username)), private=private)


def refused(sentence: str, *, private: bool = True) -> Screen:
    """Instead of a card: ``sentence`` says why there is none."""
    return Screen(sentence, rows([another()], [to_menu()]) if private else None)


def too_soon(fetched_at: datetime, wait: timedelta, zone: tzinfo, now: datetime) -> str:
    """For an alert."""
    minutes = max(1, round(wait.total_seconds() / 60))
    text = ngettext(
        "These numbers are from {time}. They can be asked anew in {count} minute.",
        "These numbers are from {time}. They can be asked anew in {count} minutes.",
        minutes,
    )
    return text.format(time=hour(fetched_at.astimezone(zone)), count=number(minutes))


def guide(card: Card) -> Screen:
    """What a guide about the account will hold."""
    text = _(
        "📘 <b>A guide for {account}: what it will hold</b>\n"
        "• typical reach, and against accounts of this size\n"
        "• engagement, the share of hits, the trend\n"
        "• the best hours and days, how often to post\n"
        "• length, hashtags, topics, sounds, captions\n"
        "• what the hits have in common; suspicious ratios\n"
        "• 3–5 steps with an experiment for two weeks each\n\n"
        "Each finding says how sure it is: proven, or only a hypothesis.\n"
        "It cannot be bought yet."
    )
    return Screen(text.format(account=anchor(card.username)), rows([to_card(card.account_id)]))


def anchor(username: str) -> str:
    """Leads to TikTok: bare, Telegram would take it for one of its own."""
    return f'<a href="{quoted(account_url(username))}">@{quoted(username)}</a>'


def moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """``22 November, 14:05``, with the year where it is not this one."""
    local = at.astimezone(zone)
    return f"{day_in_full(local, now)}, {hour(local)}"


def total(of_all: Total) -> str:
    """``1,234``, ``≈ 1,234`` where it is estimated."""
    if of_all.value is None:
        return _("unknown")
    return number(of_all.value) if of_all.exact else f"{ESTIMATE}{number(of_all.value)}"


def roubles(income: Income) -> str:
    """``≈ 80–150–400 ₽``."""
    return f"{ESTIMATE}{number(income.low)}–{number(income.mid)}–{number(income.high)}{NBSP}₽"


def lack_text(lack: Lack) -> str:
    """Why a figure is not there, in two or three words."""
    return {
        Lack.NO_POSTS: _("no videos"),
        Lack.FEW_POSTS: _("fewer than 5 videos"),
        Lack.FEW_SETTLED: _("too few older videos"),
        Lack.HIDDEN_LIKES: _("likes are hidden"),
        Lack.NO_VIEWS: _("no views yet"),
        Lack.NOT_TOLD: _("TikTok did not say"),
    }[lack]


def to_card(account_id: int) -> InlineKeyboardButton:
    return button(_("◀️ To the card"), CardPress(id=account_id))


def another() -> InlineKeyboardButton:
    return button(_("🔎 Another name"), MenuPress(room=Room.STATS))


def _figures(card: Card) -> list[str]:
    """What the numbers are, a line each."""
    measures = card.measures
    hidden = _("hidden")
    nickname = said(card.nickname, MOST_NICKNAME)
    unseen = hidden if card.tells_liked else _("unknown")
    liked = unseen if card.liked is None else number(card.liked)
    return [
        f"📊 <b>{nickname}</b>" + (" ✅" if card.verified else ""),
        " · ".join([anchor(card.username), *([quoted(country(card.region))] if card.region else [])]),
        _("👥 Followers: {count}").format(count=number(card.followers)),
        _("❤️ Likes: {count}").format(count=hidden if card.likes is None else number(card.likes)),
        _("👁 Views: {count}").format(count=total(measures.views)),
        _("💬 Comments: {count}").format(count=total(measures.comments)),
        _("🔁 Reposts: {count}").format(count=total(measures.reposts)),
        _("🎬 Videos: {count} · likes given: {liked}").format(count=number(card.videos), liked=liked),
        _("⚡️ Engagement: {percent}").format(percent=_or_why(_engagement(card), card.no_engagement)),
        _income_line(card),
        _("⭐️ Rating: {rating}").format(rating=_or_why(_rating(card), card.no_rating)),
    ]


def _engagement(card: Card) -> str:
    return "" if card.measures.engagement is None else percent(card.measures.engagement)


def _rating(card: Card) -> str:
    if card.measures.rating is None:
        return ""
    return _("{points} of 100").format(points=number(card.measures.rating.value))


def _income_line(card: Card) -> str:
    if card.measures.income is None:
        assert card.no_income is not None
        return _("💰 Income from a video: — ({why})").format(why=lack_text(card.no_income))
    return _("💰 {roubles} a video, estimate").format(roubles=roubles(card.measures.income))


def _or_why(figure: str, lack: Lack | None) -> str:
    return figure if lack is None else f"— ({lack_text(lack)})"


def _age(card: Card, zone: tzinfo, now: datetime) -> str:
    age = now - card.fetched_at
    return _("just now") if age < JUST_NOW else ago(age) if age < A_DAY else moment(card.fetched_at, zone, now)


def _footer(card: Card, age: str) -> str:
    """Which source, of how many posts, and how old where nothing else says it."""
    if card.measures.posts:
        of_posts = ngettext("by {count} video", "by {count} videos", card.measures.posts)
    else:
        of_posts = _("no videos")
    source = _("🧪 invented data") if card.invented else f"🕓 {source_text(card.source)}"
    return " · ".join([source, of_posts.format(count=number(card.measures.posts)), *([age] if age else [])])


def source_text(source: str) -> str:
    """How a source is called among people."""
    if source in {"browser", "videos", "creator", "script"}:
        return _("TikTok in a browser")
    return _("TikTok's widget") if source in {"embed", "embed-posts"} else _("TikTok's site")


def _keyboard(card: Card, address: str) -> InlineKeyboardMarkup:
    # Their words are made of ours, too.
    from handlers.tiktok.compare_views import compare_button
    from handlers.tiktok.history_views import history_button
    from handlers.tiktok.picture_views import picture_button
    from handlers.tiktok.watch_views import watch_button

    account_id = card.account_id
    posts = button(_("🎬 Videos"), PostsPress(order=PostsOrder.DATE, id=account_id))
    rating = button(_("⭐️ Rating"), ExplainPress(about=Explanation.RATING, id=account_id))
    figures = button(_("ℹ️ What is exact"), ExplainPress(about=Explanation.FIGURES, id=account_id))
    about_guide = button(_("📘 Guide"), CardPress(action=CardAction.GUIDE, id=account_id))
    refresh = button(_("🔄 Refresh"), CardPress(action=CardAction.REFRESH, id=account_id))
    return rows(
        [picture_button(account_id), posts],
        [history_button(account_id), compare_button(account_id)],
        [watch_button(account_id), rating],
        [figures, about_guide],
        _shorten(address),
        [refresh, to_menu()],
    )


def _shorten(address: str) -> list[InlineKeyboardButton]:
    return [button(_("🔗 Shorten instead"), ShortenPress(address=address))] if address else []
