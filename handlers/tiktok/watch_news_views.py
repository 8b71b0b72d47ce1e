"""What watchers are told, as it is sent: what happened, in few lines, and the buttons that go on from there."""

from dataclasses import replace
from datetime import tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.screen import Screen
from handlers.settings.callbacks import SwitchNotice
from handlers.tiktok.addresses import post_url
from handlers.tiktok.callbacks import CardPress, PostsOrder, PostsPress
from handlers.tiktok.views import anchor, invented_mark
from handlers.tiktok.watch_views import my_watches, refused
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import MINUS, date_of, day, hour, number, quoted, said
from services.people.preferences import Notice
from services.tiktok.watch_news import DailyNote, Flies, Growth, Passed, WatchNews
from services.tiktok.watches import WatchedAccount

MOST_WORDS = 60


def news_screen(news: WatchNews, zone: tzinfo, *, invented: bool = False) -> Screen:
    """``zone``: the reader's. ``invented``: the numbers are a sandbox's."""
    match news:
        case Flies():
            screen = _flies(news, zone)
        case Passed():
            screen = _passed(news)
        case DailyNote():
            screen = _note(news, zone)
    return replace(screen, text=f"{screen.text}\n{invented_mark()}") if invented else screen


def signed(value: int) -> str:
    """``+1 234``, ``−50``, ``0``."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{number(abs(value))}"


def _flies(news: Flies, zone: tzinfo) -> Screen:
    account, post = news.account, news.post
    views = ngettext("{count} view", "{count} views", post.views).format(count=number(post.views))
    usual = _("Usually there are {count}.").format(count=number(news.usual))
    published = post.published_at.astimezone(zone)
    words = said(post.description, MOST_WORDS) if post.description.strip() else _("The video")
    lines = [
        _("🚀 <b>A video of {account} flies: {views}</b>").format(account=anchor(account.username), views=views),
        usual,
        f'▶️ <a href="{quoted(post_url(account.username, post.post_id))}">{words}</a>',
        _("Published on {day}, {time}").format(day=day(published), time=hour(published)),
    ]
    videos = button(_("🎬 Videos"), PostsPress(order=PostsOrder.VIEWS, id=account.id))
    return Screen("\n".join(lines), rows([_card(account), videos], [_mute(Notice.FLYING)]))


def _passed(news: Passed) -> Screen:
    account = news.account
    text = ngettext("{count} follower", "{count} followers", news.milestone).format(count=number(news.milestone))
    lines = [_("🎉 <b>{account}: {followers}!</b>").format(account=anchor(account.username), followers=text)]
    if account.followers != news.milestone:
        lines.append(_("Exactly: {count}").format(count=number(account.followers)))
    return Screen("\n".join(lines), rows([_card(account), my_watches()], [_mute(Notice.FOLLOWERS)]))


def _note(note: DailyNote, zone: tzinfo) -> Screen:
    lines = [_("👁 <b>{day}: followers of whom you watch</b>").format(day=date_of(note.day))]
    lines += [_growth(growth, zone) for growth in note.accounts]
    return Screen("\n".join(lines), rows([my_watches(), _mute(Notice.WATCHED)]))


def _growth(growth: Growth, zone: tzinfo) -> str:
    account = growth.account
    if why := refused(account):
        return why
    name, followers = anchor(account.username), number(account.followers)
    if growth.is_stale:
        assert account.fetched_at is not None
        since = day(account.fetched_at.astimezone(zone))
        return _("⏳ {account}: {followers}, TikTok has told nothing since {day}").format(
            account=name, followers=followers, day=since
        )
    if growth.since is None:
        return _("🆕 {account}: {followers}").format(account=name, followers=followers)
    mark = "📈" if growth.followers > 0 else "📉" if growth.followers < 0 else "➖"
    line = f"{mark} {name}: <b>{signed(growth.followers)}</b> → {followers}"
    if growth.is_of_a_day:
        return line
    return _("{line} (since {day})").format(line=line, day=day(growth.since.astimezone(zone)))


def _card(account: WatchedAccount) -> InlineKeyboardButton:
    return button(_("📊 Card"), CardPress(id=account.id))


def _mute(notice: Notice) -> InlineKeyboardButton:
    return button(_("🔕 No more of this"), SwitchNotice(notice=notice, on=False))
