"""What is left of a price, and which order a payload names."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.payments.model import OrderState, order_number, reduced
from tests.services.payments.till import an_order

prices, percents = st.integers(1, 100_000), st.integers(0, 100)


@given(price=prices, percent=percents)
def test_a_code_makes_a_price_never_dearer_and_free_only_at_a_hundred(price: int, percent: int):
    left = reduced(price, percent)
    assert 0 <= left <= price
    assert (left == 0) == (percent == 100)
    assert percent or left == price


@given(price=prices, percent=st.integers(0, 99))
def test_more_off_never_costs_more(price: int, percent: int):
    assert reduced(price, percent + 1) <= reduced(price, percent)


@given(price=prices, percent=percents)
def test_what_is_left_is_the_exact_share_without_its_fraction(price: int, percent: int):
    exact = price * (100 - percent) / 100
    assert reduced(price, percent) <= exact or reduced(price, percent) == 1
    assert exact - reduced(price, percent) < 1


@pytest.mark.parametrize(("percent", "left"), [(0, 50), (1, 49), (20, 40), (33, 33), (50, 25), (99, 1), (100, 0)])
def test_fifty_stars_with_so_much_off(percent: int, left: int):
    assert reduced(50, percent) == left


@pytest.mark.parametrize("percent", [-1, 101, 1_000])
def test_nothing_is_more_than_free_or_dearer_by_a_code(percent: int):
    with pytest.raises(ValueError, match="percent"):
        reduced(50, percent)


@given(number=st.integers(1, 10**18 - 1))
def test_an_order_is_found_again_by_its_payload(number: int):
    payload = an_order(number, OrderState.PENDING).payload
    assert order_number(payload) == number
    assert len(payload.encode()) <= 128


@example(text="guide:1\n")
@example(text="guide:٣")
@given(text=st.one_of(st.text(max_size=40), st.from_regex(r"guide:[\s\d+-]*", fullmatch=True)))
def test_a_made_up_payload_names_no_order_but_by_its_very_number(text: str):
    number = order_number(text)
    assert number is None or text == f"guide:{number}"
    assert number is None or 0 < number < 2**63
