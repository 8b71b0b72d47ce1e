"""Places in the top, by what must hold of any two days."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.placing import Figures, Order, placed, value_of

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SOME = st.none() | st.integers(-5, 5)


@st.composite
def days(draw: st.DrawFn) -> list[Figures]:
    """A day with few accounts and few values, so that many are equal."""
    ids = draw(st.lists(st.integers(1, 12), unique=True))
    return [
        Figures(each, draw(st.integers(0, 4)), draw(SOME), draw(SOME), draw(SOME), NOON, fresh=True) for each in ids
    ]


def figures(account_id: int, followers: int, income: int | None = None) -> Figures:
    return Figures(account_id, followers, income, None, None, NOON, fresh=True)


@given(days(), days(), st.sampled_from(Order))
def test_everybody_with_a_value_has_one_place_and_the_greater_stands_above(today, before, order):
    top = placed(today, before, order)
    assert [each.place for each in top] == list(range(1, len(top) + 1))
    assert {each.figures.account_id for each in top} == {
        each.account_id for each in today if value_of(each, order) is not None
    }
    values = [value for each in top if (value := value_of(each.figures, order)) is not None]
    assert values == sorted(values, reverse=True)


@given(days(), st.randoms(), st.sampled_from(Order))
def test_the_top_does_not_depend_on_the_order_of_the_rows(today, random, order):
    mixed = random.sample(today, len(today))
    assert placed(mixed, [], order) == placed(today, [], order)


@given(days(), st.sampled_from(Order))
def test_who_stands_as_yesterday_moved_by_nothing(today, order):
    assert all((each.moved, each.is_new) == (0, False) for each in placed(today, today, order))


@given(days(), days(), st.sampled_from(Order))
def test_moves_lead_from_yesterday_s_place_to_today_s(today, before, order):
    stood = {each.figures.account_id: each.place for each in placed(before, [], order)}
    for each in placed(today, before, order):
        was = stood.get(each.figures.account_id)
        if was is None:
            assert each.moved is None
            assert each.is_new is bool(stood)
        else:
            assert each.moved is not None
            assert each.place + each.moved == was
            assert not each.is_new


@given(days(), st.randoms(), st.sampled_from(Order))
def test_among_the_same_accounts_what_some_win_others_lose(today, random, order):
    known = [each for each in today if value_of(each, order) is not None]
    ids = [each.account_id for each in known]
    shuffled = [
        Figures(new, each.followers, each.income, each.rating, each.growth, NOON, fresh=True)
        for new, each in zip(random.sample(ids, len(ids)), known, strict=True)
    ]
    assert sum(each.moved or 0 for each in placed(known, shuffled, order)) == 0


def test_two_days_by_hand():
    before = [figures(1, 10, income=300), figures(2, 20, income=200), figures(3, 30, income=100)]
    today = [figures(1, 10, income=150), figures(2, 20, income=250), figures(4, 5, income=200), figures(3, 30)]
    assert [(each.figures.account_id, each.moved, each.is_new) for each in placed(today, before, Order.INCOME)] == [
        (2, 1, False),
        (4, None, True),
        (1, -2, False),
    ]


def test_on_the_first_day_nobody_moved_and_nobody_is_new():
    assert [(each.moved, each.is_new) for each in placed([figures(1, 10), figures(2, 20)], [], Order.FOLLOWERS)] == [
        (None, False),
        (None, False),
    ]
