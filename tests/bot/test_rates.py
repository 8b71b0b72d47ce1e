"""How fast the bot may write, with a clock that the test moves."""

import pytest

from bot.rates import Rates

ANNA, BEN, VERA, GROUP = 1, 2, 3, -100


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def rates(seconds: Seconds) -> Rates:
    return Rates(clock=seconds)


def test_a_chat_gets_one_message_a_second_and_others_do_not_wait(rates: Rates, seconds: Seconds):
    rates.note(ANNA)
    assert (rates.wait_of(ANNA), rates.wait_of(BEN), rates.wait()) == (1.0, 0.0, 0.0)
    seconds.now += 0.75
    assert (rates.wait_of(ANNA), rates.waiting()) == (0.25, 1)
    seconds.now += 0.25
    assert (rates.wait_of(ANNA), rates.waiting()) == (0.0, 0)


def test_all_together_get_no_more_a_second_than_leaves_room_for_answers(rates: Rates, seconds: Seconds):
    for chat in range(24):
        rates.note(chat, owed=True)
    assert rates.wait() == 0.0
    rates.note(24)
    assert rates.wait() == 1.0
    seconds.now += 1
    assert rates.wait() == 0.0


def test_however_many_answers_there_are_five_deliveries_a_second_leave(rates: Rates, seconds: Seconds):
    left = 0
    for hundredth in range(12_000):
        if hundredth % 4 < 2:
            rates.note(hundredth)  # 50 answers a second
        if rates.wait() == 0.0:
            rates.note(-hundredth, owed=True)
            left += 1
        seconds.now += 0.01
    assert 595 <= left <= 610


def test_a_group_gets_twenty_a_minute(rates: Rates, seconds: Seconds):
    for _ in range(20):
        assert rates.wait_of(GROUP) == 0.0
        rates.note(GROUP)
        seconds.now += 1
    assert rates.wait_of(GROUP) == 40.0
    seconds.now += 40
    assert rates.wait_of(GROUP) == 0.0


def test_a_refused_chat_waits_as_long_as_telegram_says(rates: Rates, seconds: Seconds):
    rates.refused(ANNA, 7)
    assert (rates.wait_of(ANNA), rates.wait()) == (7.0, 0.0)
    seconds.now += 7
    assert rates.wait_of(ANNA) == 0.0


def test_no_word_of_telegram_s_silences_a_chat_for_good(rates: Rates, seconds: Seconds):
    rates.refused(ANNA, 10**15)
    assert rates.wait_of(ANNA) == 3600.0


def test_several_chats_refused_in_a_row_mean_that_all_are(rates: Rates, seconds: Seconds):
    rates.refused(ANNA, 5)
    rates.refused(BEN, 9)
    assert rates.wait() == 0.0
    rates.refused(VERA, 5)
    assert rates.wait() == 9.0
    seconds.now += 9
    assert rates.wait() == 0.0


def test_several_chats_refused_while_others_are_served_are_refused_for_themselves(rates: Rates, seconds: Seconds):
    for chat in range(10):
        rates.refused(chat, 5)
        rates.accepted()
    assert rates.wait() == 0.0
    rates.refused(ANNA, 5)
    seconds.now += 3
    rates.refused(BEN, 5)
    rates.refused(BEN, 5)
    rates.refused(VERA, 5)
    assert rates.wait() == 0.0


def test_chats_of_long_ago_are_forgotten(rates: Rates, seconds: Seconds):
    for chat in range(25_000):
        rates.note(-chat)
        seconds.now += 0.04
    assert len(rates._chats) + len(rates._groups) < 25_000
