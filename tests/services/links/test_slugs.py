import random

from hypothesis import given
from hypothesis import strategies as st

from services.links.slugs import ALPHABET, RESERVED, random_slug


@given(st.integers())
def test_a_slug_has_seven_characters_that_nobody_mistakes(seed: int):
    slug = random_slug(random.Random(seed).choice)
    assert len(slug) == 7
    assert not set(slug) & set("0OIl")
    assert set(slug) <= set(ALPHABET)


def test_a_word_that_the_server_answers_itself_is_never_given_out():
    letters = iter("metricsmeTRicsabcdefg")
    assert "metrics" in RESERVED
    assert random_slug(lambda _alphabet: next(letters)) == "abcdefg"
