"""How the top's list and proposals look to operators."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.operations.callbacks import (
    AddToTopPress,
    MemberPress,
    ProposalAction,
    ProposalPress,
    ProposalsPress,
    TopListPress,
)
from handlers.operations.views import cancel, reply_note, to_office, turns
from handlers.screen import Screen
from handlers.tiktok.views import anchor
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, quoted, said, shorten
from services.tiktok.curating import Listed, ListPage, Proposal
from services.tiktok.errors import REFUSALS

# Half a phone's width.
MOST_ON_BUTTON = 16
MOST_NICKNAME = 40


def members(page: ListPage) -> Screen:
    text = ngettext(
        "🏆 <b>{count} account in the top's list</b>", "🏆 <b>{count} accounts in the top's list</b>", page.total
    )
    lines = [text.format(count=number(page.total))]
    if any(member.state in REFUSALS for member in page.members):
        lines.append(_("⚠️ TikTok does not show these."))
    buttons = [_member_button(member) for member in page.members]
    waiting = [button(_("💡 Proposals: {count}").format(count=number(page.proposed)), ProposalsPress())]
    return Screen(
        "\n".join(lines),
        rows(
            *(buttons[start : start + 2] for start in range(0, len(buttons), 2)),
            turns(page.number, page.pages, lambda to: TopListPress(page=to)),
            [button(_("➕ Add an account"), AddToTopPress())],
            waiting if page.proposed else [],
            [to_office()],
        ),
    )


def question(*, in_group: bool) -> Screen:
    lines = [_("🏆 Whom to add? Send a TikTok name, such as @username.")]
    return Screen("\n".join([*lines, *reply_note(in_group=in_group)]), rows([cancel(TopListPress())]))


def added(username: str, *, is_new: bool) -> Screen:
    text = _("✅ {account} is in the top's list.") if is_new else _("👌 {account} is in the top's list already.")
    return Screen(text.format(account=anchor(username)), rows([_to_list()]))


def member(listed: Listed) -> Screen:
    lines = [f"🏆 <b>{anchor(listed.username)}</b>"]
    lines.append(_("From the file of the top.") if listed.from_file else _("Added by an operator."))
    if listed.state in REFUSALS:
        lines.append(_state(listed.state))
    off = button(_("🗑 Take off the list"), MemberPress(id=listed.account_id, off=True))
    return Screen("\n".join(lines), rows([off], [_to_list()]))


def take_off_question(listed: Listed) -> Screen:
    text = _("🗑 Take {account} off the top's list? The file does not bring it back.")
    sure = button(_("🗑 Yes, take it off"), MemberPress(id=listed.account_id, off=True, sure=True))
    back = button(_("◀️ Back"), MemberPress(id=listed.account_id))
    return Screen(text.format(account=anchor(listed.username)), rows([sure], [back]))


def proposals(found: Sequence[Proposal]) -> Screen:
    if not found:
        return Screen(_("💡 Nobody is proposed for the top just now."), rows([_to_list()]))
    buttons = [
        button(
            shorten(f"@{each.username}", MOST_ON_BUTTON),
            ProposalPress(action=ProposalAction.SHOW, id=each.account_id, in_list=True),
        )
        for each in found
    ]
    return Screen(
        _("💡 <b>For the top?</b> Looked up by people, large, and in Russian."),
        rows(*(buttons[start : start + 2] for start in range(0, len(buttons), 2)), [_to_list()]),
    )


def proposal(it: Proposal, *, in_list: bool) -> Screen:
    """As it is sent, and as it was decided."""
    followers = ngettext("{count} follower", "{count} followers", it.followers).format(count=number(it.followers))
    name = said(it.nickname, MOST_NICKNAME) if it.nickname else quoted(it.username)
    lines = [
        _("💡 <b>For the top?</b> {account}").format(account=anchor(it.username)),
        f"{name} · {followers}",
    ]
    back = [button(_("◀️ Proposals"), ProposalsPress())] if in_list else []
    if it.accepted is not None:
        lines.append(_("✅ It is in the top's list.") if it.accepted else _("✖️ Decided: not for the top."))
        return Screen("\n".join(lines), rows(back))

    def press(action: ProposalAction) -> ProposalPress:
        return ProposalPress(action=action, id=it.account_id, in_list=in_list)

    decisions = [
        button(_("➕ To the top"), press(ProposalAction.ACCEPT)),
        button(_("✖️ No"), press(ProposalAction.REFUSE)),
    ]
    return Screen("\n".join(lines), rows(decisions, back))


def _member_button(listed: Listed) -> InlineKeyboardButton:
    mark = "⚠️ " if listed.state in REFUSALS else ""
    return button(mark + shorten(f"@{listed.username}", MOST_ON_BUTTON), MemberPress(id=listed.account_id))


def _state(state: str) -> str:
    return {
        "missing": _("⚠️ TikTok has no such account."),
        "private": _("⚠️ It is private."),
        "banned": _("⚠️ TikTok has taken it down."),
        "region": _("⚠️ TikTok shows it in other countries only."),
        "unshown": _("⚠️ It is private, or gone."),
    }[state]


def _to_list() -> InlineKeyboardButton:
    return button(_("◀️ To the list"), TopListPress())
