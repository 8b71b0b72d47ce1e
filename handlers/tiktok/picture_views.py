"""What a picture of an account says."""

from datetime import tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.screen import Screen
from handlers.tiktok.presses import PictureAct, PicturePress
from handlers.tiktok.views import ESTIMATE, anchor, dated, invented_mark, lack_text, to_card, total
from services.language import gettext as _
from services.language.formats import NBSP, full_date, number, percent
from services.pictures.account import AccountPicture, IncomePanel, RatingRing, Tile
from services.tiktok.cards import Card


def picture_button(account_id: int) -> InlineKeyboardButton:
    """For the card."""
    return button(_("🖼 Picture"), PicturePress(id=account_id))


def picture(card: Card, act: PictureAct, signature: str, zone: tzinfo) -> AccountPicture:
    """The card's numbers, in full; the date is that of the numbers."""
    day = full_date(card.fetched_at.astimezone(zone).date())
    return AccountPicture(
        username=card.username,
        nickname=card.nickname,
        verified=card.verified,
        followers=Tile(_("Followers"), number(card.followers)),
        rating=_rating(card),
        tiles=_tiles(card),
        income=_income(card),
        date=dated(day, invented=card.invented),
        signature=signature,
        dark=act is PictureAct.DARK,
    )


def shown(card: Card, act: PictureAct, png: bytes | None) -> Screen:
    """The picture, made to be sent on: few words beneath it."""
    is_dark = act is PictureAct.DARK
    other = PictureAct.LIGHT if is_dark else PictureAct.DARK
    file = PictureAct.DARK_FILE if is_dark else PictureAct.LIGHT_FILE
    switch = button(_("☀️ Light") if is_dark else _("🌙 Dark"), PicturePress(act=other, id=card.account_id))
    as_file = button(_("📄 As a file"), PicturePress(act=file, id=card.account_id))
    text = _("🖼 {account}: a picture to send on.").format(account=anchor(card.username))
    if png is None:
        text = _("⚠️ I could not draw the picture just now. Please try again in a minute.")
    elif card.invented:
        text += "\n" + invented_mark()
    return Screen(text, rows([switch, as_file], [to_card(card.account_id)]), png)


def _tiles(card: Card) -> tuple[Tile, ...]:
    measures = card.measures
    engagement = "—" if measures.engagement is None else percent(measures.engagement)
    return (
        Tile(_("Likes"), _("hidden") if card.likes is None else number(card.likes)),
        Tile(_("Views"), total(measures.views)),
        Tile(_("Comments"), total(measures.comments)),
        Tile(_("Reposts"), total(measures.reposts)),
        Tile(_("Videos"), number(card.videos)),
        Tile(_("Engagement"), engagement),
    )


def _rating(card: Card) -> RatingRing:
    rating = card.measures.rating
    if rating is None:
        return RatingRing(None, "—", _("rating"))
    return RatingRing(rating.value, number(rating.value), _("rating"))


def _income(card: Card) -> IncomePanel:
    label, income = _("Income from one video, estimate"), card.measures.income
    if income is None:
        assert card.no_income is not None
        why = lack_text(card.no_income)
        return IncomePanel(label, why[:1].upper() + why[1:], has_value=False)
    middle = f"{ESTIMATE}{number(income.mid)}{NBSP}₽"
    return IncomePanel(label, middle, f"{number(income.low)}–{number(income.high)}{NBSP}₽")
