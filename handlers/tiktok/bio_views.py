"""How links in a bio, and the clicks that videos brought them, look in the chat."""

from collections.abc import Sequence
from datetime import tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.links.views import bare
from handlers.menu import MenuPress, Room, button, rows
from handlers.screen import Screen
from handlers.tiktok.addresses import post_url
from handlers.tiktok.presses import BioAct, BioPress, HistoryPress
from handlers.tiktok.views import ESTIMATE, anchor, invented_mark
from services.language import gettext as _
from services.language.formats import number, quoted, short_day, shorten
from services.links.links import Link
from services.tiktok.bio import BroughtBy, LinkChoice
from services.tiktok.history import Figure
from services.tiktok.stored import StoredAccount

LINKS_ON_A_PAGE, POSTS_ON_A_PAGE = 6, 8
MOST_LABEL = 30


def choice(account: StoredAccount, found: LinkChoice) -> Screen:
    """The person's links, those in the bio with a tick."""
    back = [_to_history(account.id)]
    if not found.links:
        text = _(
            "🔗 You have no links yet. Make one, put it into your bio, and I will show its clicks beside the views."
        )
        return Screen(text, rows([button(_("🔗 New link"), MenuPress(room=Room.NEW_LINK))], back))
    text = _(
        "🔗 Which of your links stands in the bio of {account}?\n"
        "Its clicks will stand beside the views, and I will estimate which video brought them."
    ).format(account=anchor(account.username))
    links = [[_link(account.id, link, found)] for link in found.links]
    return Screen(text, rows(*links, _pages(account.id, BioAct.CHOOSE, found.number, found.pages), back))


def brought(
    account: StoredAccount, posts: Sequence[BroughtBy], page: int, zone: tzinfo, *, invented: bool = False
) -> Screen:
    """A line for each post: its day, its views, its clicks; then how they are estimated."""
    pages = max(1, -(-len(posts) // POSTS_ON_A_PAGE))
    page = min(page, pages)
    lines = [_("🎬 <b>Clicks by video</b> · {account}").format(account=anchor(account.username))]
    shown = posts[(page - 1) * POSTS_ON_A_PAGE : page * POSTS_ON_A_PAGE]
    lines += [_line(account, post, zone) for post in shown]
    if not posts:
        lines.append(_("There were no videos in the last 90 days."))
    lines += ["", _method(posts), *([invented_mark()] if invented else [])]
    choose = button(_("🔗 My link in this bio"), BioPress(act=BioAct.CHOOSE, id=account.id))
    return Screen(
        "\n".join(lines), rows(_pages(account.id, BioAct.BROUGHT, page, pages), [choose], [_to_history(account.id)])
    )


def _line(account: StoredAccount, post: BroughtBy, zone: tzinfo) -> str:
    day = short_day(post.published_at.astimezone(zone))
    where = f'<a href="{quoted(post_url(account.username, post.post_id))}">{quoted(day)}</a>'
    return f"{where} · 👁 {number(post.views)} · 🔗 {_clicks(post)}"


def _clicks(post: BroughtBy) -> str:
    """``≈ 12``; with ⏳ while its 48 hours run."""
    if post.estimate is None:
        return "—"
    clicks = f"{ESTIMATE}{number(round(post.estimate.clicks))}"
    return f"{clicks} ⏳" if post.estimate.running else clicks


def _method(posts: Sequence[BroughtBy]) -> str:
    text = _(
        "ℹ️ An estimate: clicks in the 48 hours after a video, above the median of the same hours in the four weeks "
        "before, never below 0, shared by views among videos whose hours overlap."
    )
    if any(post.estimate is not None and post.estimate.running for post in posts):
        text += "\n" + _("⏳: these 48 hours are not over.")
    if any(post.estimate is None for post in posts):
        text += "\n" + _("—: not known, the link was younger than a week.")
    return text


def _link(account_id: int, link: Link, found: LinkChoice) -> InlineKeyboardButton:
    name = link.name or bare(link.short_url).partition("/")[2]
    is_chosen = link.id in found.chosen
    act = BioAct.UNNAME if is_chosen else BioAct.NAME
    label = shorten(f"✓ {name}" if is_chosen else name, MOST_LABEL)
    return button(label, BioPress(act=act, id=account_id, link=link.id, page=found.number))


def _pages(account_id: int, act: BioAct, number_: int, pages: int) -> list[InlineKeyboardButton]:
    before = [button("◀️", BioPress(act=act, id=account_id, page=number_ - 1))] if number_ > 1 else []
    after = [button("▶️", BioPress(act=act, id=account_id, page=number_ + 1))] if number_ < pages else []
    return [*before, *after]


def _to_history(account_id: int) -> InlineKeyboardButton:
    return button(_("◀️ To the history"), HistoryPress(figure=Figure.VIEWS, id=account_id))
