"""Whatever people do: no error that nobody foresaw, every press answered, none of Telegram's limits broken."""

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.end_to_end.anything import AnythingGoes

# A failing run is told as it was: to shorten it, it would have to be played again and again.
COMMON = settings(deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck), database=None)


def test_two_hundred_things_that_people_do():
    play(deeds=200, games=8, steps=40)


@pytest.mark.chaos
def test_two_thousand_things_that_people_do():
    play(deeds=2_000, games=40, steps=100)


def play(*, deeds: int, games: int, steps: int) -> None:
    """Games of at most ``steps`` things each, with new people on a new platform, until so many things were done."""
    AnythingGoes.deeds, number = 0, 1
    while AnythingGoes.deeds < deeds:
        machine = type(f"Seed{number}", (AnythingGoes,), {})
        played = settings(COMMON, max_examples=games, stateful_step_count=steps)
        run_state_machine_as_test(seed(number)(machine), settings=played)
        number += 1
