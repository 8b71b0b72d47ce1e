"""What is said of payments, refunds and guides on their way: each thing once, and nothing that is not so."""

from dataclasses import replace
from datetime import UTC

import pytest

from handlers.payments import paying, reports_views
from handlers.payments.refund_views import given_back
from services.payments.model import OrderState, Payment, Why
from services.payments.referring import Standing
from services.payments.refunds import GivenBack
from tests.services.payments.till import ANNA, NOW, an_order

STANDING = Standing(0, 0, 0)
PAYMENT = Payment("stx1", ANNA, 50, "XTR", "guide:1", NOW)


def test_a_free_guide_that_failed_is_said_to_have_failed_once():
    text = given_back(GivenBack("star", 0, Why.FAILED, "")).text
    assert text.count("could not be made") == 1
    assert "/report" in text


def test_a_refund_by_telegram_of_no_order_names_no_account():
    assert given_back(GivenBack("", 50, Why.TELEGRAM, "")).text.splitlines()[1] == "Telegram gave the payment back."
    assert "@star" in given_back(GivenBack("star", 50, Why.TELEGRAM, "")).text


@pytest.mark.parametrize(("currency", "words"), [("XTR", "The Stars come back"), ("EUR", "not in Stars")])
def test_money_that_is_no_stars_is_not_said_to_come_back(currency: str, words: str):
    told = paying._words(replace(PAYMENT, currency=currency), None)
    assert told is not None
    assert words in told.outgoing.text


def test_a_payment_s_receipt_reads_right_when_the_guide_has_come():
    told = paying._words(PAYMENT, an_order(1, OrderState.PAID))
    assert told is not None
    assert told.outgoing.text.startswith("✅ Paid")


@pytest.mark.parametrize(("count", "last"), [(5, "@star5"), (6, "and 1 more"), (40, "and 35 more")])
def test_guides_on_their_way_are_named_up_to_five(count: int, last: str):
    names = [f"star{number}" for number in range(1, count + 1)]
    lines = [
        line for line in reports_views.guides([], 0, 1, names, STANDING, UTC).text.splitlines() if line.startswith("⏳")
    ]
    assert len(lines) == min(count, 6)
    assert last in lines[-1]
