"""The terms of the sale."""

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows, to_menu
from handlers.payments.reports_callbacks import TermsPress
from handlers.payments.reports_views import to_guides, to_support
from handlers.privacy.views import to_privacy
from handlers.screen import Screen
from services.guides.materials import LEAST_USABLE, POSTS
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import NBSP, number
from services.payments.model import EXPIRES_AFTER, MADE_WITHIN


def terms(price: int) -> Screen:
    """``price`` of a guide, in Stars."""
    stars = ngettext("{count} Star", "{count} Stars", price).format(count=number(price)).replace(" ", NBSP)
    sections = [
        _("📄 <b>Terms</b>"),
        _("<b>What is sold, and by whom.</b> A guide about one TikTok account, made by a program of its open figures. "
          "The seller is the operator of this bot; questions go to /paysupport."),
        _("<b>Price.</b> {stars}, paid in Telegram; I never see a card. With a promo code it is less. An invoice holds "
          "for {minutes} minutes.").format(stars=stars, minutes=number(_minutes(EXPIRES_AFTER.total_seconds()))),
        _("<b>What you get.</b> A message, a PDF and a page, usually within a minute. They are made of up to {posts} "
          "newest videos as they were when you saw the offer. With fewer than {least} usable ones no guide is "
          "sold.").format(posts=number(POSTS), least=number(LEAST_USABLE)),
        _("<b>Refunds.</b> What is not there within {minutes} minutes comes back by itself, and so does a second "
          "payment for the same guide. If a guide is faulty, write to /paysupport. A refunded guide is "
          "closed.").format(minutes=number(_minutes(MADE_WITHIN.total_seconds()))),
        _("<b>What a guide is not.</b> No promise: figures and findings say how it was so far, estimates of income are "
          "estimates. It is neither made nor approved by TikTok."),
        _("<b>Your guides.</b> They stay in /reports until you erase your data. A link that you share opens the guide "
          "for everybody who has it, until you close it."),
        _("<b>Data.</b> Who bought what is kept as /privacy says."),
        _("<b>Disputes.</b> First to /paysupport: a person answers. Telegram's own support cannot help with purchases "
          "made in bots."),
    ]  # fmt: skip
    return Screen("\n\n".join(sections), rows([to_support()], [to_guides()], [to_privacy()], [to_menu()]))


def to_terms() -> InlineKeyboardButton:
    """For whatever speaks of a price."""
    return button(_("📄 Terms"), TermsPress())


def _minutes(seconds: float) -> int:
    return round(seconds / 60)
