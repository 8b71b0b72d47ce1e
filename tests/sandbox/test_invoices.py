"""What Telegram lets a bot sell for Stars, and what it does not."""

from typing import Any

import pytest

from sandbox import Person
from tests.sandbox.conftest import RawBot
from tests.sandbox.selling import an_invoice, invoice_of


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"reply_markup": {"inline_keyboard": [[button] for button in buttons]}}


WORD = {"text": "Да", "callback_data": "yes"}
BUY = {"text": "Купить", "pay": True}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, 'parameter "title" is required'),
        ({"title": "я" * 33}, "INVOICE_TITLE_INVALID"),
        ({"description": "я" * 256}, "INVOICE_DESCRIPTION_INVALID"),
        ({"payload": "я" * 65}, "INVOICE_PAYLOAD_INVALID"),
        ({"currency": "RUB"}, "PAYMENT_PROVIDER_INVALID"),
        ({"provider_token": "1:TEST"}, "STARS_INVOICE_INVALID"),
        ({"max_tip_amount": 5}, "STARS_INVOICE_INVALID"),
        ({"prices": "["}, "can't parse prices JSON object"),
        ({"prices": {}}, "expected an Array of labeled prices"),
        ({"prices": []}, "STARS_INVOICE_INVALID"),
        ({"prices": [{"label": "a", "amount": 1}] * 2}, "STARS_INVOICE_INVALID"),
        ({"prices": [{"label": "a", "amount": 0}]}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ({"prices": [{"label": "a", "amount": 100_001}]}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ({"prices": [{"label": "a", "amount": 1.5}]}, "can't parse labeled price: Can't find field \"amount\""),
        ({"prices": [{"amount": 1}]}, "can't parse labeled price: Can't find field \"label\""),
        ({"start_parameter": "a b"}, "START_PARAM_INVALID"),
        (keyboard(WORD), "REPLY_MARKUP_BUY_EMPTY"),
        (keyboard(WORD, BUY), "BUTTON_POS_INVALID"),
        (keyboard(BUY, BUY), "BUTTON_POS_INVALID"),
    ],
)
async def test_invoices_are_checked(raw: RawBot, anna: Person, changes: dict[str, Any], sentence: str) -> None:
    await anna.send("/start", quiet=True)
    assert await raw.refusal("sendInvoice", **invoice_of(anna.id, **changes)) == f"Bad Request: {sentence}"
    assert all(not message.from_bot for message in anna.messages())


async def test_good_invoices_pass(raw: RawBot, anna: Person) -> None:
    await anna.send("/start", quiet=True)
    longest = {"title": "я" * 32, "description": "я" * 255, "payload": "я" * 64, "provider_token": ""}
    for changes in (longest, keyboard(BUY, WORD), {"prices": [{"label": "a", "amount": "7"}]}):
        assert (await raw.call("sendInvoice", **invoice_of(anna.id, **changes)))["ok"]


async def test_subscriptions_are_refused_clearly(raw: RawBot, anna: Person) -> None:
    parameters = invoice_of(anna.id)
    del parameters["chat_id"]
    assert await raw.refusal("createInvoiceLink", **parameters, subscription_period=86_400) == (
        "Bad Request: SUBSCRIPTION_PERIOD_INVALID"
    )
    assert await raw.refusal("createInvoiceLink", **parameters, subscription_period=2_592_000) == (
        "Bad Request: the sandbox sells no subscriptions"
    )


async def test_an_invoice_keeps_its_pay_button_when_its_keyboard_is_edited(raw: RawBot, anna: Person) -> None:
    invoice = await an_invoice(raw, anna)
    place = {"chat_id": anna.id, "message_id": invoice.message_id}
    assert await raw.refusal("editMessageReplyMarkup", **place, **keyboard(WORD)) == (
        "Bad Request: REPLY_MARKUP_BUY_EMPTY"
    )
    assert (await raw.call("editMessageReplyMarkup", **place, **keyboard(BUY)))["ok"]
    assert await raw.refusal("editMessageText", **place, text="x") == (
        "Bad Request: there is no text in the message to edit"
    )
