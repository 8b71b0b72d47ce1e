"""The front room of payments as operators see it, and the comparison with Telegram's ledger."""

from datetime import datetime, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.operations.payment_callbacks import CodesPress, PaymentsAction, PaymentsPress, TakingsPress
from handlers.operations.views import cancel, moment, reply_note, to_office
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number
from services.payments.reconciling import Compared
from services.people import Person, Right


def front(person: Person, questions: int, compared_at: datetime | None) -> Screen:
    """``questions`` are open."""
    lines = [_("⭐ <b>Payments</b>")]
    if compared_at is not None:
        lines.append(_("Compared with Telegram: {time}").format(time=moment(compared_at, person.zone)))
    else:
        lines.append(_("Not compared with Telegram yet; that is done every night."))
    return Screen("\n".join(lines), rows(*_doors(person, questions), [to_office()]))


def find_question(*, in_group: bool) -> Screen:
    lines = [
        _("🔎 Whose order, or which one? Send № and its number, an id, an @name or the charge, or forward a message.")
    ]
    return Screen("\n".join([*lines, *reply_note(in_group=in_group)]), rows([cancel(PaymentsPress())]))


def comparing() -> Screen:
    return Screen(_("⏳ I compare our ledger of Stars with Telegram's. This takes some seconds."))


def compared(found: Compared, at: datetime, zone: tzinfo) -> Screen:
    if found.differences:
        text = ngettext(
            "⚠️ <b>{count} difference from Telegram's ledger</b>",
            "⚠️ <b>{count} differences from Telegram's ledger</b>",
            found.differences,
        )
        heading = text.format(count=number(found.differences))
    else:
        heading = _("✅ <b>Our ledger agrees with Telegram's</b>")
    lines = [
        heading,
        _("New lines compared: {count}").format(count=number(found.lines)),
        _("Lost payments found: {count}").format(count=number(found.payments)),
        _("Lost refunds found: {count}").format(count=number(found.refunds)),
        _("At {time}; what is younger than five minutes waits for the next time.").format(time=moment(at, zone)),
    ]
    again = button(_("🔄 Once more"), PaymentsPress(action=PaymentsAction.COMPARE))
    return Screen("\n".join(lines), rows([again], [to_payments()]))


def not_compared() -> Screen:
    text = _("⚠️ Telegram did not give its ledger. The next night I compare it again, or you now.")
    again = button(_("🔄 Once more"), PaymentsPress(action=PaymentsAction.COMPARE))
    return Screen(text, rows([again], [to_payments()]))


def to_payments() -> InlineKeyboardButton:
    return button(_("◀️ Payments"), PaymentsPress())


def _doors(person: Person, questions: int) -> list[list[InlineKeyboardButton]]:
    """What the person may enter."""
    waiting = _("💬 Questions: {count}").format(count=number(questions))
    doors = [
        (Right.SEE_PAYMENTS, button(_("🔎 Find an order"), PaymentsPress(action=PaymentsAction.FIND))),
        (Right.ANSWER_QUESTIONS, button(waiting, PaymentsPress(action=PaymentsAction.QUESTIONS))),
        (Right.SELL, button(_("🎟 Promo codes"), CodesPress())),
        (Right.SEE_TAKINGS, button(_("📈 Takings"), TakingsPress())),
    ]
    open_ = [door for right, door in doors if person.may(right)]
    compare = [button(_("⭐ Compare with Telegram"), PaymentsPress(action=PaymentsAction.COMPARE))]
    lines = [open_[place : place + 2] for place in range(0, len(open_), 2)]
    return [*lines, compare if person.may(Right.SEE_TAKINGS) else []]
