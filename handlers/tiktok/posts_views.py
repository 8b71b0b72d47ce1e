"""How an account's posts look in the chat."""

from collections.abc import Sequence
from datetime import tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.screen import Screen
from handlers.tiktok.addresses import post_url
from handlers.tiktok.callbacks import PostsOrder, PostsPress
from handlers.tiktok.views import anchor, invented_mark, to_card
from services.language import gettext as _
from services.language.formats import number, quoted, said, short_day
from services.tiktok.analytics import is_bare
from services.tiktok.profiles import Post
from services.tiktok.stored import StoredAccount

SHOWN = 10
MOST_TITLE = 30


def posts(
    account: StoredAccount, posts: Sequence[Post], order: PostsOrder, zone: tzinfo, *, invented: bool = False
) -> Screen:
    """The newest ten of ``posts``, which come newest first. ``invented``: all of it is a sandbox's."""
    newest = list(posts[:SHOWN])
    if order is PostsOrder.VIEWS:
        newest.sort(key=lambda post: post.views, reverse=True)
    head = "🎬 <b>" + _("Last videos of {account}").format(account=anchor(account.username)) + "</b>"
    lines = [line for post in newest for line in _lines(account.username, post, zone)]
    lines = lines or [_("There are no videos yet, or TikTok does not show them.")]
    text = "\n".join([head, "", *lines, *([invented_mark()] if invented else [])])
    return Screen(text, rows(_orders(account.id, order) if newest else [], [to_card(account.id)]))


def _lines(username: str, post: Post, zone: tzinfo) -> list[str]:
    """What it is, with its link; then its figures."""
    title = said(post.description, MOST_TITLE) if post.description.strip() else _("Without a title")
    pin = "📌 " if post.pinned else ""
    likes = number(post.likes) if post.likes is not None else _("unknown") if is_bare(post) else _("hidden")
    figures = [short_day(post.published_at.astimezone(zone)), f"👁 {number(post.views)}", f"❤️ {likes}"]
    return [f'{pin}<a href="{quoted(post_url(username, post.post_id))}">{title}</a>', " · ".join(figures)]


def _orders(account_id: int, order: PostsOrder) -> list[InlineKeyboardButton]:
    labels = {PostsOrder.DATE: _("By date"), PostsOrder.VIEWS: _("By views")}
    return [
        button(f"✓ {label}" if each is order else label, PostsPress(order=each, id=account_id))
        for each, label in labels.items()
    ]
