"""Invoices without a bot behind them, for tests of what is sold."""

from typing import Any

from sandbox import Person
from tests.sandbox.conftest import RawBot

PRICE = 50


async def an_invoice(raw: RawBot, person: Person, **changes: Any) -> Any:
    """Send an invoice with these parameters; the message as the person sees it."""
    await person.send("/start", quiet=True)
    body = await raw.call("sendInvoice", **invoice_of(person.id, **changes))
    assert body["ok"], body
    await person.looks()
    return person.last


def invoice_of(chat_id: int, **changes: Any) -> dict[str, Any]:
    parameters = {"title": "Разбор", "description": "Аккаунта", "payload": "order:7", "currency": "XTR"}
    return {"chat_id": chat_id, **parameters, "prices": [{"label": "Разбор", "amount": PRICE}], **changes}


async def a_checkout(raw: RawBot) -> dict[str, Any]:
    """Wait for the bot to be asked."""
    for _ in range(10):
        for update in (await raw.call("getUpdates", offset=-1, timeout=3))["result"]:
            if "pre_checkout_query" in update:
                found: dict[str, Any] = update["pre_checkout_query"]
                return found
    raise AssertionError("The bot was never asked.")
