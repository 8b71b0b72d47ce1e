"""What a person hears when Stars come back to them."""

from handlers.menu import rows, to_menu
from handlers.screen import Screen
from handlers.tiktok.views import anchor
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, quoted
from services.payments.model import Why
from services.payments.refunds import GivenBack


def given_back(given: GivenBack) -> Screen:
    """First what came back, then why, then an operator's own words."""
    lines = [_amount(given), _reason(given)]
    if given.note:
        lines.append(_("From support: {note}").format(note=quoted(given.note)))
    return Screen("\n".join(lines), rows([to_menu()]))


def _amount(given: GivenBack) -> str:
    if not given.amount and given.why is Why.OPERATOR:
        return _("↩️ <b>The guide about {account}, which was free, is taken back.</b>").format(
            account=anchor(given.username)
        )
    if not given.amount:
        return _("↩️ <b>The guide about {account} could not be made; nothing was paid for it.</b>").format(
            account=anchor(given.username)
        )
    text = ngettext(
        "↩️ <b>{count} Star is back on your balance.</b>",
        "↩️ <b>{count} Stars are back on your balance.</b>",
        given.amount,
    )
    return text.format(count=number(given.amount))


def _reason(given: GivenBack) -> str:
    about = anchor(given.username) if given.username else ""
    reasons = {
        Why.SURPLUS: _("The guide was paid for already: this was a second payment."),
        Why.UNKNOWN: _("The payment was for no order that I know."),
        Why.FOREIGN: _("The payment was for somebody else's order. Open your own: /report"),
        Why.AMOUNT: _("The amount was not the one of the order."),
        Why.BANNED: _("I don't sell to this account."),
        Why.FAILED: _("The guide about {account} could not be made in time. You can ask for it again: /report"),
        Why.OPERATOR: _("The guide about {account} is closed."),
        Why.TELEGRAM: _("Telegram gave the payment back, so the guide about {account} is closed."),
    }
    if given.why is Why.TELEGRAM and not about:
        return _("Telegram gave the payment back.")
    if given.why is Why.FAILED and not given.amount:
        # That it failed is said in the first line.
        return _("You can ask for it again: /report")
    return reasons[given.why].format(account=about)
