"""How a guide is offered, sold and handed over."""

from aiogram.types import InlineKeyboardButton, LabeledPrice

from handlers.menu import MenuPress, Room, button, cancel_to, rows, to_menu
from handlers.payments.callbacks import BuyAct, BuyPress
from handlers.payments.reports_callbacks import GuideAction, GuidePress
from handlers.payments.reports_views import page_button, to_guides
from handlers.screen import Screen
from handlers.tiktok.callbacks import CardAction, CardPress
from handlers.tiktok.views import anchor, to_card
from services.guides.facts import GuideContent
from services.guides.materials import FrozenMaterial
from services.guides.sheet import sample
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number
from services.payments.model import Order
from services.payments.offers import Terms

MOST_TITLE, MOST_DESCRIPTION = 32, 255


# Asking


def question() -> Screen:
    text = _("📘 A guide about which account? Send me a TikTok name, such as @username, or an address of TikTok.")
    return Screen(text, rows([cancel_to(Room.CANCEL)]))


def gathering(username: str) -> Screen:
    """``username`` empty: a short address tells it."""
    who = anchor(username) if username else _("the account")
    return Screen(_("📘 Looking through the videos of {account}… It takes up to a minute.").format(account=who))


def silent(username: str) -> Screen:
    """TikTok does not answer, and is asked again."""
    text = _("⏳ TikTok does not show the videos of {account} just now. I will write to you when it does.")
    return Screen(text.format(account=anchor(username) if username else _("the account")), rows([to_menu()]))


def gave_up(username: str) -> Screen:
    text = _("⚠️ TikTok has not shown the videos of {account} for a whole day. Please try again later.")
    return refused(text.format(account=anchor(username) if username else _("the account")))


def not_offered() -> Screen:
    """An offer failed for good."""
    return refused(_("⚠️ The offer did not work just now. Please ask for it again."))


def refused(sentence: str) -> Screen:
    """Instead of an offer."""
    return Screen(sentence, rows([another()], [to_menu()]))


def another() -> InlineKeyboardButton:
    return button(_("📘 Another account"), MenuPress(room=Room.REPORT))


# The offer


def offer(frozen: FrozenMaterial, content: GuideContent, terms: Terms) -> Screen:
    """What a guide holds, a sample, its price, what becomes of money and of data."""
    lines = [
        _("📘 <b>Guide about {account}:</b> the gist, a PDF and a page").format(account=anchor(content.username)),
        sample(content),
        "",
        _price(terms),
        _("↩️ No guide within 10 minutes, and the Stars come back by themselves. /terms, /paysupport"),
        _("🗄 The guide is kept for you until you erase your data: /privacy"),
    ]
    return Screen("\n".join(lines), rows(*_ways(frozen.id, terms), [to_card(frozen.account_id), to_menu()]))


def code_question(account_id: int) -> Screen:
    text = _("🎟 Send me the promo code.")
    back = button(_("◀️ To the offer"), CardPress(action=CardAction.GUIDE, id=account_id))
    return Screen(text, rows([back]))


def _price(terms: Terms) -> str:
    if terms.price == terms.list_price:
        return _("⭐ Price: <b>{price}</b>").format(price=stars(terms.price))
    new = stars(terms.price) if terms.price else _("free")
    return _("⭐ Price: <s>{old}</s> <b>{price}</b> with the code {code}").format(
        old=number(terms.list_price), price=new, code=terms.code
    )


def stars(count: int) -> str:
    return ngettext("{count} Star", "{count} Stars", count).format(count=number(count))


def _ways(material_id: int, terms: Terms) -> list[list[InlineKeyboardButton]]:
    buy = BuyPress(act=BuyAct.BUY, id=material_id, code=terms.code)
    if not terms.price:
        return [[button(_("🎁 Take it for free"), buy)]]
    ways = [[button(_("Buy for {price} ⭐").format(price=number(terms.price)), buy)]]
    if terms.free:
        label = _("🎁 Take it for free: {count}").format(count=number(terms.free))
        ways.append([button(label, BuyPress(act=BuyAct.FREE, id=material_id))])
    return [*ways, [button(_("🎟 Promo code"), BuyPress(act=BuyAct.CODE, id=material_id))]]


# Paying


def invoice_title() -> str:
    return _("Guide to a TikTok account")[:MOST_TITLE]


def invoice_description(order: Order) -> str:
    text = _("@{username}: typical reach, benchmarks, rating, income and what the videos show. Message, PDF and page.")
    return text.format(username=order.username)[:MOST_DESCRIPTION]


def invoice_prices(order: Order) -> list[LabeledPrice]:
    return [LabeledPrice(label=_("Guide"), amount=order.amount)]


def paid(order: Order) -> Screen:
    # It stays as it is when the guide stands below it.
    text = _("✅ Paid, thank you. The guide about {account} comes within a minute.")
    return Screen(text.format(account=anchor(order.username)))


def taken_free(order: Order) -> Screen:
    text = _("🎁 It is yours. The guide about {account} comes within a minute.")
    return Screen(text.format(account=anchor(order.username)), rows([to_menu()]))


def comes_back() -> Screen:
    """A payment that was not to be made."""
    return Screen(_("↩️ This payment was not needed. The Stars come back in a moment; I will say so."))


def not_stars() -> Screen:
    """A payment in another currency, which I can neither take nor give back."""
    text = _("⚠️ This payment was not in Stars, so it buys nothing here. Operators know of it; write to /paysupport.")
    return Screen(text, rows([to_menu()]))


# The guide


def owned(username: str, guide_id: int, address: str) -> Screen:
    """What they want to buy is theirs already."""
    text = _("📘 You have this guide about {account} already.").format(account=anchor(username))
    return Screen(text, rows([page_button(address), button(_("📄 PDF"), _pdf(guide_id))], [to_guides()]))


def being_made(username: str) -> Screen:
    text = _("⏳ You have bought this guide about {account}: it is being made, and comes within a minute.")
    return Screen(text.format(account=anchor(username)), rows([to_menu()]))


def address_instead(username: str, address: str) -> Screen:
    """Telegram does not take the file."""
    text = _("⚠️ Telegram did not take the PDF of the guide about {account}. All of it stands on its page.")
    return Screen(text.format(account=anchor(username)), rows([page_button(address)], [to_guides()]))


def page_instead(username: str, address: str) -> Screen:
    """Telegram does not take the guide in short."""
    text = _("✅ The guide about {account} is ready. All of it stands on its page.")
    return Screen(text.format(account=anchor(username)), rows([page_button(address)], [to_guides()]))


def _pdf(guide_id: int) -> GuidePress:
    return GuidePress(action=GuideAction.PDF, id=guide_id)
