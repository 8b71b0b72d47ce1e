"""Questions about payments as operators read them."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.operations.callbacks import PersonAction, PersonPress
from handlers.operations.orders_views import MARKS, state_name
from handlers.operations.payment_callbacks import (
    OrderAction,
    OrderPress,
    PayerPress,
    PaymentsAction,
    PaymentsPress,
    QuestionAction,
    QuestionPress,
)
from handlers.operations.payments_views import to_payments
from handlers.operations.views import cancel, moment, reply_note
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, quoted, said, shorten
from services.payments.model import Order
from services.payments.tickets import Question, Said, Waiting
from services.people import Person, Right

# With orders around it, all fits into a message.
MOST_TEXT, MOST_SAID, MOST_ON_BUTTON = 1_500, 300, 24
SHOWN_OF_CHARGE = 8


def told(question: Question) -> Screen:
    """As it comes to operators, and as it stays in their chat."""
    return Screen("\n".join(_about(question, question.newest)), rows(*_buttons(question, below=True, may_refund=True)))


def card(question: Question, actor: Person) -> Screen:
    """As one opens it, with what was said about it."""
    lines = _about(question, question.text)
    if question.said:
        lines += ["", *(_said_line(each, actor) for each in question.said)]
    buttons = _buttons(question, below=False, may_refund=actor.may(Right.REFUND))
    return Screen("\n".join(lines), rows(*buttons, [_to_list()]))


def sent(question: Question, actor: Person, *, waits: bool) -> Screen:
    """``waits``: Telegram takes nothing for the person just now."""
    shown = card(question, actor)
    note = (
        _("⏳ They cannot be written to now. The answer goes out when they come back.")
        if waits
        else _("✅ The answer is on its way.")
    )
    return Screen(f"{note}\n\n{shown.text}", shown.keyboard)


def listed(found: Sequence[Waiting]) -> Screen:
    if not found:
        return Screen(_("💬 Nobody waits for an answer."), rows([to_payments()]))
    text = ngettext("💬 <b>{count} open question</b>", "💬 <b>{count} open questions</b>", len(found))
    buttons = [button(_label(each), QuestionPress(action=QuestionAction.CARD, id=each.id)) for each in found]
    return Screen(text.format(count=number(len(found))), rows(*([each] for each in buttons), [to_payments()]))


def answer_question(question: Question, *, in_group: bool) -> Screen:
    text = _("✍️ What do I answer to {name}? Your words go to them as they are, without your name.")
    lines = [text.format(name=said(question.person_name)), _quoted(question.newest, MOST_SAID)]
    back = cancel(QuestionPress(action=QuestionAction.CARD, id=question.id))
    return Screen("\n".join([*lines, *reply_note(in_group=in_group)]), rows([back]))


def _about(question: Question, text: str) -> list[str]:
    state = _("💬 <b>Question № {id}</b>") if question.is_open else _("✅ <b>Question № {id}, closed</b>")
    name = f"@{quoted(question.username)}" if question.username else ""
    person = " · ".join(each for each in (f"👤 {said(question.person_name)}", name, f"№ {question.person_id}") if each)
    lines = [state.format(id=question.id), person, _quoted(text, MOST_TEXT)]
    lines += [_order_line(each) for each in question.orders]
    lines += [f"• {number(stars)} ⭐ · …{quoted(charge[-SHOWN_OF_CHARGE:])}" for charge, stars in question.charges]
    if not question.orders and not question.charges:
        lines.append(_("🧾 They have ordered nothing."))
    return lines


def _order_line(order: Order) -> str:
    stars = _("free") if not order.amount else f"{number(order.amount)} ⭐"
    charge = f" · …{quoted(order.charge_id[-SHOWN_OF_CHARGE:])}" if order.charge_id else ""
    return (
        f"{MARKS[order.state]} № {order.id} · @{quoted(order.username)} · {stars} · {state_name(order.state)}{charge}"
    )


def _said_line(each: Said, actor: Person) -> str:
    who = "👤" if each.by_person else "🛠"
    return f"{who} {moment(each.at, actor.zone)}\n{_quoted(each.text, MOST_SAID)}"


def _quoted(text: str, most: int) -> str:
    return f"<blockquote>{quoted(shorten(text, most))}</blockquote>"


def _label(each: Waiting) -> str:
    mark = "💬" if each.is_answered else "🔴"
    return f"{mark} № {each.id} " + shorten(f"{each.person_name}: {each.text}", MOST_ON_BUTTON)


def _buttons(question: Question, *, below: bool, may_refund: bool) -> list[list[InlineKeyboardButton]]:
    """``below``: the message stays, and what is pressed comes beneath it."""

    def press(action: QuestionAction) -> QuestionPress:
        return QuestionPress(action=action, id=question.id, below=below)

    refunds = [
        button(
            _("↩️ Give back: № {id}").format(id=order_id),
            OrderPress(action=OrderAction.REFUND, id=order_id, below=True),
        )
        for order_id in (question.refundable if may_refund else ())
    ]
    person = PersonPress(action=PersonAction.CARD, id=question.person_id)
    who = (
        [] if below else [button(_("👤 The person"), person), button(_("🧾 Orders"), PayerPress(id=question.person_id))]
    )
    close = [button(_("✅ Close"), press(QuestionAction.CLOSE))] if question.is_open else []
    return [[button(_("✍️ Answer"), press(QuestionAction.ANSWER))], *([each] for each in refunds), who, close]


def _to_list() -> InlineKeyboardButton:
    return button(_("◀️ Questions"), PaymentsPress(action=PaymentsAction.QUESTIONS))
