"""What is known after a fetch, whatever was known before."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.tiktok.merging import COUNTED_FOR, MOST_COUNTED, counted, merged_post
from services.tiktok.profiles import Fetched, Post
from tests.services.tiktok.accounts.room import NOW, post, profile

NUMBERS = st.sets(st.integers(0, 200), max_size=160)


@st.composite
def figures(draw: st.DrawFn) -> Post:
    return post(
        draw(st.integers(0, 5)),
        views=draw(st.integers(0, 10**9)),
        likes=draw(st.none() | st.integers(0, 10**9)),
        comments=draw(st.integers(0, 10**6)),
        shares=draw(st.integers(0, 10**6)),
        saves=draw(st.integers(0, 10**6)),
        description=draw(st.sampled_from(["", "слова"])),
        sound_id=draw(st.sampled_from(["", "s2"])),
    )


@given(NUMBERS, NUMBERS, st.sets(st.integers(0, 200)), st.booleans(), st.timedeltas(timedelta(), 2 * COUNTED_FOR))
def test_the_posts_that_count_are_the_list_and_older_ones_newest_first(
    listed: set[int], before: set[int], pinned: set[int], complete: bool, ago: timedelta
):
    posts = [post(number, pinned=number in pinned) for number in listed]
    known = [post(number) for number in before]
    fetched = Fetched(profile(videos=500), tuple(posts), "browser", "videos", complete)
    counting = counted(fetched, posts, known, {each.post_id: NOW - ago for each in known}, NOW)
    numbers = [each.post_id for each in counting]
    assert len(set(numbers)) == len(numbers) <= MOST_COUNTED
    assert [each.published_at for each in counting] == sorted((each.published_at for each in counting), reverse=True)
    together = {each.post_id for each in (*posts, *known)}
    assert set(numbers) <= together
    if len(numbers) < MOST_COUNTED:
        assert {each.post_id for each in posts} <= set(numbers)
    if complete and posts:
        assert set(numbers) <= {each.post_id for each in posts}
    if ago > COUNTED_FOR:
        assert set(numbers) <= {each.post_id for each in posts}


@given(figures(), figures())
def test_a_source_that_shows_all_is_believed_in_its_figures(known: Post, found: Post):
    merged = merged_post(known, found, "videos")
    for name in ("post_id", "views", "likes", "comments", "shares", "pinned"):
        assert getattr(merged, name) == getattr(found, name)
    assert merged.description == (found.description or known.description)


@given(figures(), figures())
def test_a_source_that_shows_less_never_makes_something_nothing(known: Post, found: Post):
    merged = merged_post(known, found, "embed-posts")
    for name in ("views", "likes", "comments", "shares", "saves", "description", "sound_id"):
        assert getattr(merged, name) == (getattr(found, name) or getattr(known, name))


@given(figures())
def test_what_is_known_already_and_found_again_is_the_same(known: Post):
    for source in ("videos", "embed-posts"):
        assert merged_post(known, known, source) == known
        assert merged_post(None, known, source) == known
        assert merged_post(known, replace(known, hashtags=()), source) == known
