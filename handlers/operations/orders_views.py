"""Orders as operators see them. Neither payloads nor addresses of guides' pages are shown."""

from datetime import tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.operations.callbacks import PersonAction, PersonPress
from handlers.operations.payment_callbacks import OrderAction, OrderPress, PayerPress
from handlers.operations.payments_views import to_payments
from handlers.operations.views import cancel, moment, reply_note, turns
from handlers.screen import Screen
from handlers.tiktok.views import anchor
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, quoted, said, shorten
from services.payments.desk import KnownCharge, OrderCard, OrderPage, Step
from services.payments.model import Order, OrderState, Why
from services.payments.refunds import OUTSIDE
from services.people import Person, Right

MARKS = {"pending": "⏳", "paid": "⭐", "fulfilled": "✅", "refunding": "↩️", "refunded": "↩️", "expired": "⌛️"}
# Causes that say what became of the order.
OWN_WORDS = frozenset({"buy", "charge", "ledger", "free", "guide", "expiry", "replaced"})
# Half a phone's width.
MOST_ON_BUTTON = 16
MOST_NOTE, STEPS_SHOWN, CHARGES_SHOWN = 200, 8, 4


def state_name(state: str) -> str:
    names = {
        OrderState.PENDING: _("waits for its payment"),
        OrderState.PAID: _("paid, the guide is being made"),
        OrderState.FULFILLED: _("the guide is there"),
        OrderState.REFUNDING: _("being refunded"),
        OrderState.REFUNDED: _("refunded"),
        OrderState.EXPIRED: _("not paid in time"),
    }
    return names[OrderState(state)]


def order_line(order: Order, zone: tzinfo) -> str:
    """``№ 12 · @star · 50 ⭐ · ✅ the guide is there · 22 November, 18:00``"""
    stars = _("free") if not order.amount else f"{number(order.amount)} ⭐"
    name = f"№ {order.id} · {anchor(order.username)} · {stars}"
    return f"{name}\n{MARKS[order.state]} {state_name(order.state)}, {moment(order.created_at, zone)}"


def page(found: OrderPage, zone: tzinfo) -> Screen:
    name = said(found.person_name)
    if not found.total and not found.charges:
        text = _("🧾 {name} has ordered nothing yet.").format(name=name)
        return Screen(text, rows([to_person(found.person_id)], [to_payments()]))
    text = ngettext("🧾 <b>{name}: {count} order</b>", "🧾 <b>{name}: {count} orders</b>", found.total)
    lines = [text.format(name=name, count=number(found.total))]
    lines += [order_line(order, zone) for order in found.orders]
    if found.charges:
        lines += ["", _("Paid for no order:"), *(_charge_line(each, zone) for each in found.charges)]
    buttons = [_order_button(order) for order in found.orders]
    return Screen(
        "\n".join(lines),
        rows(
            *(buttons[start : start + 2] for start in range(0, len(buttons), 2)),
            turns(found.number, found.pages, lambda to: PayerPress(id=found.person_id, page=to)),
            [to_person(found.person_id), to_payments()],
        ),
    )


def card(found: OrderCard, actor: Person) -> Screen:
    order, zone = found.order, actor.zone
    lines = [
        f"🧾 <b>№ {order.id}</b> · {anchor(order.username)}",
        f"{MARKS[order.state]} {state_name(order.state)}",
        _price(found),
        *(_("👤 {name} · № {id}").format(name=said(found.person_name), id=each) for each in [order.person_id] if each),
        *([] if order.person_id else [_("👤 The person was erased.")]),
    ]
    lines += [_step_line(step, zone) for step in found.steps[-STEPS_SHOWN:]]
    if found.charges:
        lines += ["", _("Payments:"), *(_charge_line(each, zone) for each in found.charges[:CHARGES_SHOWN])]
    return Screen("\n".join(lines), rows(*_buttons(found, actor)))


def sent_again(found: OrderCard, actor: Person) -> Screen:
    shown = card(found, actor)
    return Screen(_("✅ The guide is on its way to them again.") + "\n\n" + shown.text, shown.keyboard)


def refund_asked(order: Order) -> Screen:
    """Once more, before anything happens."""
    if order.amount:
        text = ngettext(
            "↩️ Give back {count} Star for order № {id}? The guide about {account} will be closed.",
            "↩️ Give back {count} Stars for order № {id}? The guide about {account} will be closed.",
            order.amount,
        )
    else:
        text = _("↩️ Close the guide about {account} of order № {id}? It was free.")
    shown = text.format(count=number(order.amount), id=order.id, account=anchor(order.username))
    sure = OrderPress(action=OrderAction.REFUND_SURELY, id=order.id)
    back = OrderPress(action=OrderAction.CARD, id=order.id)
    return Screen(shown, rows([button(_("↩️ Yes, give it back"), sure)], [button(_("◀️ Back"), back)]))


def reason_question(order: Order, *, in_group: bool) -> Screen:
    lines = [_("↩️ Why is order № {id} given back? The person reads it.").format(id=order.id)]
    back = cancel(OrderPress(action=OrderAction.CARD, id=order.id))
    return Screen("\n".join([*lines, *reply_note(in_group=in_group)]), rows([back]))


def settled_question(order: Order, *, in_group: bool) -> Screen:
    text = _(
        "🤝 Telegram does not give back the Stars of order № {id}? Write how you have settled it with the person: "
        "only operators read it, and Telegram is not asked any more."
    )
    back = cancel(OrderPress(action=OrderAction.CARD, id=order.id))
    return Screen("\n".join([text.format(id=order.id), *reply_note(in_group=in_group)]), rows([back]))


def to_person(person_id: int) -> InlineKeyboardButton:
    return button(_("👤 The person"), PersonPress(action=PersonAction.CARD, id=person_id))


def _price(found: OrderCard) -> str:
    order = found.order
    if order.by_credit:
        return _("💰 Free: for bringing a friend")
    paid = _("free") if not order.amount else f"{number(order.amount)} ⭐"
    if found.code is None:
        return _("💰 {price}").format(price=paid)
    return _("💰 {price} instead of {full} ⭐, code {code}").format(
        price=paid, full=number(order.list_price), code=f"<code>{quoted(found.code)}</code>"
    )


def _step_line(step: Step, zone: tzinfo) -> str:
    what = _cause(step.cause)
    return f"• {moment(step.at, zone)}: " + (what if step.cause in OWN_WORDS else f"{state_name(step.new)} ({what})")


def _cause(cause: str) -> str:
    causes = {
        "buy": _("asked for"),
        "charge": _("paid"),
        "ledger": _("paid, as Telegram's ledger tells"),
        "free": _("free"),
        "guide": _("the guide is made"),
        "expiry": _("not paid in time"),
        "replaced": _("asked for at another price"),
        Why.SURPLUS: _("a second payment"),
        Why.UNKNOWN: _("a payment for no order"),
        Why.FOREIGN: _("a payment for somebody else's order"),
        Why.AMOUNT: _("a payment of another amount"),
        Why.BANNED: _("the person is banned"),
        Why.FAILED: _("the guide could not be made"),
        Why.OPERATOR: _("an operator"),
        Why.TELEGRAM: _("by Telegram"),
        "erasure": _("the person was erased"),
        OUTSIDE: _("settled outside"),
    }
    return causes.get(cause) or quoted(cause)


def _charge_line(charge: KnownCharge, zone: tzinfo) -> str:
    states = {
        "kept": _("received"),
        "due": _("to be given back"),
        "refunded": _("given back"),
        "settled": _("settled outside"),
    }
    line = f"{number(charge.amount)} ⭐ · {states.get(charge.state) or quoted(charge.state)}"
    why = f" ({_cause(charge.why)})" if charge.why else ""
    note = f"\n— {said(charge.note, MOST_NOTE)}" if charge.note else ""
    found = _(", found in Telegram's ledger") if charge.source == "ledger" else ""
    return f"{line}{why}, {moment(charge.at, zone)}{found}\n<code>{quoted(charge.id)}</code>{note}"


def _order_button(order: Order) -> InlineKeyboardButton:
    label = f"{MARKS[order.state]} № {order.id} " + shorten(f"@{order.username}", MOST_ON_BUTTON - 6)
    return button(label, OrderPress(action=OrderAction.CARD, id=order.id))


def _buttons(found: OrderCard, actor: Person) -> list[list[InlineKeyboardButton]]:
    order = found.order
    again = button(_("📘 Send the guide again"), OrderPress(action=OrderAction.SEND_AGAIN, id=order.id))
    refund = button(_("↩️ Give it back"), OrderPress(action=OrderAction.REFUND, id=order.id))
    may_refund = found.can_be_refunded and actor.may(Right.REFUND)
    settle = button(_("🤝 Settled outside"), OrderPress(action=OrderAction.SETTLE, id=order.id))
    may_settle = found.is_due and actor.may(Right.REFUND)
    payer = []
    if order.person_id is not None:
        payer = [to_person(order.person_id), button(_("🧾 All orders"), PayerPress(id=order.person_id))]
    return [
        [again] if found.has_guide else [],
        [refund] if may_refund else [],
        [settle] if may_settle else [],
        payer,
        [to_payments()],
    ]
