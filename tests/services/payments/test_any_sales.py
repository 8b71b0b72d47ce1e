"""Whatever is bought, paid, told, lost or interrupted: each Star is paid for a guide that stands, or given back."""

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.services.payments.any_sales import AnySales

# A failing run is told as it was: to shorten it, it would have to be played again and again.
COMMON = settings(deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck), database=None)


def test_a_hundred_and_fifty_deeds_of_a_shop():
    play("", deeds=150, games=4, steps=40)


def test_some_deeds_of_a_shop_with_postgresql(postgres: str):
    play(postgres, deeds=40, games=1, steps=40)


@pytest.mark.chaos
def test_two_thousand_deeds_of_a_shop():
    play("", deeds=2_000, games=30, steps=70)


@pytest.mark.chaos
def test_a_thousand_deeds_of_a_shop_with_postgresql(postgres: str):
    play(postgres, deeds=1_000, games=15, steps=70)


def play(server: str, *, deeds: int, games: int, steps: int) -> None:
    """Games of at most ``steps`` deeds each, with a new shop each, until so many deeds were done."""
    AnySales.deeds, number = 0, 1
    while AnySales.deeds < deeds:
        machine = type(f"Seed{number}", (AnySales,), {"server": server})
        played = settings(COMMON, max_examples=games, stateful_step_count=steps)
        run_state_machine_as_test(seed(number)(machine), settings=played)
        number += 1
