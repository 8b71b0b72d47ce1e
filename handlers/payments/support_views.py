"""What a person reads who asks about a payment."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton

from handlers.menu import Room, button, cancel_to, rows, to_menu
from handlers.payments.support_callbacks import SupportPress
from handlers.screen import Screen
from handlers.tiktok.views import anchor
from services.language import gettext as _
from services.language.formats import number, quoted
from services.payments.model import Order


def question(orders: Sequence[Order]) -> Screen:
    lines = [_("💬 What is wrong with your payment? Write it in one message.")]
    if orders:
        lines += [_("Your orders go with it:"), *(_line(each) for each in orders)]
    else:
        lines.append(_("You have ordered nothing yet; write all the same."))
    return Screen("\n".join(lines), rows([cancel_to(Room.MENU)]))


def more_question(ticket_id: int) -> Screen:
    text = _("✍️ Question № {id}: what shall I add? Write it in one message.")
    return Screen(text.format(id=ticket_id), rows([cancel_to(Room.MENU)]))


def asked(ticket_id: int) -> Screen:
    text = _("✅ Question № {id} is with the people who run me. Their answer comes here.")
    return Screen(text.format(id=ticket_id), rows([_write_on(ticket_id, _("✍️ Add something"))], [to_menu()]))


def answered(ticket_id: int, text: str) -> Screen:
    lines = [
        _("💬 <b>Answer to question № {id}</b>").format(id=ticket_id),
        f"<blockquote>{quoted(text.strip())}</blockquote>",
    ]
    return Screen("\n".join(lines), rows([_write_on(ticket_id, _("✍️ Answer"))]))


def _write_on(ticket_id: int, label: str) -> InlineKeyboardButton:
    return button(label, SupportPress(id=ticket_id))


def _line(order: Order) -> str:
    stars = _("free") if not order.amount else f"{number(order.amount)} ⭐"
    return f"• № {order.id}, {anchor(order.username)}, {stars}"
