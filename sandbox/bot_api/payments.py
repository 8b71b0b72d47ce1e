"""Selling for Telegram Stars: sendInvoice, createInvoiceLink, the word before checkout, refunds and the ledger."""

import re
from typing import Any, Final

from sandbox.bot_api.markup import read_invoice_markup
from sandbox.bot_api.messages import open_chat, send_content
from sandbox.bot_api.parameters import Call
from sandbox.errors import BotApiError, bad_request
from sandbox.limits import (
    INVOICE_DESCRIPTION_MAX,
    INVOICE_PAYLOAD_BYTES_MAX,
    INVOICE_TITLE_MAX,
    STARS_MAX,
    START_PAYLOAD_MAX,
    SUBSCRIPTION_SECONDS,
    TRANSACTIONS_MAX,
)
from sandbox.standing import notice
from sandbox.stars import CURRENCY, Invoice
from sandbox.text import Json
from sandbox.world import World

# Stars are no shop's money: no provider stands behind them, and nobody tips with them.
NOT_WITH_STARS: Final = ("provider_token", "max_tip_amount", "suggested_tip_amounts")


def read_invoice(call: Call) -> Invoice:
    """Raises BotApiError 400 for what Telegram would not sell."""
    title, description = call.required_text("title"), call.required_text("description")
    payload = call.required_text("payload")
    if call.required_text("currency") != CURRENCY:
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    amount = read_amount(call)
    if len(title) > INVOICE_TITLE_MAX:
        raise bad_request("INVOICE_TITLE_INVALID")
    if len(description) > INVOICE_DESCRIPTION_MAX:
        raise bad_request("INVOICE_DESCRIPTION_INVALID")
    if len(payload.encode()) > INVOICE_PAYLOAD_BYTES_MAX:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    if any(call.text(name) not in ("", "0", "[]") for name in NOT_WITH_STARS):
        raise bad_request("STARS_INVOICE_INVALID")
    start_parameter = call.text("start_parameter")
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{0,{START_PAYLOAD_MAX}}}", start_parameter):
        raise bad_request("START_PARAM_INVALID")
    return Invoice(title, description, payload, amount, start_parameter)


def read_amount(call: Call) -> int:
    """The one price of an invoice in Stars."""
    call.required_text("prices")
    prices = call.json("prices", "can't parse prices JSON object")
    if not isinstance(prices, list):
        raise bad_request("expected an Array of labeled prices")
    amounts = [read_price(price) for price in prices]
    if len(amounts) != 1:
        raise bad_request("STARS_INVOICE_INVALID")
    if not 1 <= amounts[0] <= STARS_MAX:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    return amounts[0]


def read_price(raw: Any) -> int:
    fault = "can't parse labeled price"
    if not isinstance(raw, dict):
        raise bad_request(f"{fault}: expected an Object")
    if not isinstance(raw.get("label"), str) or not raw["label"]:
        raise bad_request(f'{fault}: Can\'t find field "label"')
    amount = raw.get("amount")
    if isinstance(amount, bool) or not re.fullmatch(r"-?\d{1,18}", str(amount)):
        raise bad_request(f'{fault}: Can\'t find field "amount"')
    return int(str(amount))


async def send_invoice(world: World, call: Call) -> Json:
    chat = open_chat(world, call)
    invoice = read_invoice(call)
    markup = read_invoice_markup(call, invoice.amount)
    sent = send_content(world, call, chat, {"invoice": invoice.json()}, markup)
    world.stars.place(chat.id, sent["message_id"], invoice)
    return sent


async def create_invoice_link(world: World, call: Call) -> str:
    invoice = read_invoice(call)
    period = call.integer("subscription_period")
    if period not in (0, SUBSCRIPTION_SECONDS):
        raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
    if period:
        raise bad_request("the sandbox sells no subscriptions")
    return world.stars.link(invoice)


async def answer_pre_checkout_query(world: World, call: Call) -> bool:
    query_id = call.required_text("pre_checkout_query_id")
    error_message = "" if call.boolean("ok") else call.required_text("error_message")
    try:
        world.stars.answer(query_id, error_message)
    except BotApiError:
        known = world.stars.checkout(query_id)
        if known is not None:
            late = f"{known.answers} times, not once" if known.answers > 1 else "too late"
            world.violations.append(f"The pre-checkout query {query_id} was answered {late}.")
        raise
    return True


async def refund_star_payment(world: World, call: Call) -> bool:
    person = world.people.get(call.user_id())
    if person is None:
        raise bad_request("USER_ID_INVALID")
    charge = world.stars.refund(call.required_text("telegram_payment_charge_id"), person)
    world.tell_stars(person)
    # At Telegram too this message is from the bot itself, and the bot gets it nevertheless.
    notice(world, world.successor(charge.chat_id), None, {"refunded_payment": charge.json()})
    return True


async def get_star_transactions(world: World, call: Call) -> Json:
    offset = max(call.integer("offset"), 0)
    limit = min(max(call.integer("limit", TRANSACTIONS_MAX), 1), TRANSACTIONS_MAX)
    lines = world.stars.ledger[offset : offset + limit]
    return {"transactions": [line.json(world.people[line.charge.person_id]) for line in lines]}


async def get_my_star_balance(world: World, _: Call) -> Json:
    return {"amount": world.stars.balance}
