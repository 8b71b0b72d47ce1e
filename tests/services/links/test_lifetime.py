"""Memory of links is trusted the longer, the busier the machine is."""

from hypothesis import given
from hypothesis import strategies as st

from db.engine import Database
from services.links.directory import LinkDirectory
from services.links.lifetime import Lifetime, machine_load, seconds_to_live


def test_at_rest_ten_seconds_and_an_hour_when_all_is_wanted():
    assert seconds_to_live(0.0) == 10
    assert seconds_to_live(1.0) == 3600
    assert seconds_to_live(0.5) == 10 * 360**0.5


loads = st.floats(-10, 1000)


@given(loads, loads)
def test_more_load_never_means_a_shorter_time(one: float, other: float):
    less, more = sorted((one, other))
    assert 10 <= seconds_to_live(less) <= seconds_to_live(more) <= 3600


@given(st.floats(0, 1), st.floats(0, 0.1))
def test_a_little_more_load_means_a_little_more_time(load: float, more: float):
    assert seconds_to_live(load + more) <= seconds_to_live(load) * 360**0.1 * (1 + 1e-9)


async def test_a_directory_follows_the_load_and_keeps_its_time_where_the_system_says_nothing(database: Database):
    directory = LinkDirectory(database)
    load: list[float | OSError] = [0.0]

    def now() -> float:
        if isinstance(load[0], OSError):
            raise load[0]
        return load[0]

    lifetime = Lifetime(directory, load=now)
    for seen, seconds in ((0.0, 10.0), (1.0, 3600.0), (OSError("unknown"), 3600.0), (0.0, 10.0)):
        load[0] = seen
        lifetime.look()
        assert directory.seconds_to_live == seconds


async def test_it_looks_as_soon_as_it_is_started(database: Database):
    directory = LinkDirectory(database)
    lifetime = Lifetime(directory)
    lifetime.start()
    try:
        lifetime.look()
        assert directory.seconds_to_live == seconds_to_live(lifetime.load)
    finally:
        await lifetime.close()


def test_the_machine_says_how_busy_it_is():
    assert 0 <= machine_load() < 10_000
