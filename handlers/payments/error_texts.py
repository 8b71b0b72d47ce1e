"""What is wrong with what people want to buy: part of the table in handlers.error_texts."""

from collections.abc import Callable
from typing import Any

from services.errors import UserError
from services.guides.guides import GuideNotFound
from services.guides.materials import TooFewPosts
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, quoted, said
from services.payments.model import (
    AlreadyBought,
    CheckoutRefused,
    CodeRefused,
    MaterialGone,
    NoCredit,
    NotRefundable,
)


def checkout_refused(error: CheckoutRefused) -> str:
    """Plain text: Telegram shows it beside the Pay button."""
    texts = {
        "unknown": _("There is no such order any more. Ask for the guide again: /report"),
        "foreign": _("This is somebody else's order. Open your own: /report"),
        "banned": _("I don't take payments from this account."),
        "erasing": _("All your data is being erased right now: nothing can be paid for."),
        "amount": _("The price has changed since. Ask for the guide again: /report"),
        "paid": _("This guide is paid for already: /reports"),
        "expired": _("The order has expired: it holds for 30 minutes. Ask for the guide again: /report"),
    }
    return texts[error.reason]


def _code_refused(error: CodeRefused) -> str:
    texts = {
        "unknown": _("⚠️ There is no code {code}. Check the letters, and send it again."),
        "over": _("⚠️ The code {code} is over. Send another one."),
        "used-up": _("⚠️ The code {code} is used up. Send another one."),
        "used": _("⚠️ You have used the code {code} already. Send another one."),
    }
    return texts[error.reason].format(code=said(error.code))


def _too_few_posts(error: TooFewPosts) -> str:
    text = ngettext(
        "📘 There is too little for a guide about @{username}: {count} video that is older than three days and not "
        "pinned; {needed} are needed.",
        "📘 There is too little for a guide about @{username}: {count} videos that are older than three days and not "
        "pinned; {needed} are needed.",
        error.usable,
    )
    return text.format(username=quoted(error.username), count=number(error.usable), needed=number(error.needed))


TEXTS: dict[type[UserError], Callable[[Any], str]] = {
    AlreadyBought: lambda error: _("📘 You have this guide about @{username} already: /reports").format(
        username=quoted(error.username)
    ),
    CheckoutRefused: checkout_refused,
    CodeRefused: _code_refused,
    GuideNotFound: lambda _error: _("⚠️ There is no such guide of yours. Yours: /reports"),
    MaterialGone: lambda _error: _("⚠️ This offer is too old. Ask for a new one: /report"),
    NoCredit: lambda _error: _("⚠️ You have no free guide left. Bring a friend for another one: /reports"),
    NotRefundable: lambda _error: _("⚠️ There is nothing to give back: it was given back already, or never paid."),
    TooFewPosts: _too_few_posts,
}
