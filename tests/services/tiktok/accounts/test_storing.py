"""What is kept of a fetch."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from services.tiktok.analytics import measure
from services.tiktok.stored import Look
from tests.services.tiktok.accounts.room import DAY, HOUR, MINUTE, NOW, Room, post, posts, profile


async def test_every_fetch_is_a_snapshot_with_the_figures_of_its_posts(room: Room):
    listed = posts(range(10))
    room.tiktok.shows(listed=listed, complete=True)
    outcome = await room.fetched()
    measures = measure(profile(), listed, NOW)
    assert measures.income is not None
    assert measures.rating is not None
    account = outcome.account
    assert account is not None
    assert (account.engagement, account.income, account.rating) == (
        measures.engagement,
        measures.income,
        measures.rating.value,
    )
    assert account.profile == profile()
    room.passes(DAY)
    room.tiktok.shows(listed=posts(range(3)), followers=12_100, complete=True)
    await room.fetched()
    first, second = await room.accounts.snapshots(account.id)
    assert (first.at, first.followers, first.posts, first.views) == (
        NOW,
        12_000,
        10,
        sum(each.views for each in listed),
    )
    assert (first.income_low, first.income_mid, first.income_high) == (
        measures.income.low,
        measures.income.mid,
        measures.income.high,
    )
    assert (second.at, second.followers, second.posts) == (NOW + DAY, 12_100, 3)
    assert (second.rating, second.income_mid) == (None, None)
    assert await room.accounts.snapshots(account.id, NOW + HOUR) == (second,)
    stored = await room.accounts.by_id(account.id)
    assert stored is not None
    assert (stored.income, stored.rating) == (None, None)


async def test_posts_are_found_again_by_their_number_and_get_their_new_figures(room: Room):
    room.tiktok.shows(listed=posts(range(5)))
    outcome = await room.fetched()
    assert outcome.account is not None
    room.passes(DAY)
    room.tiktok.shows(listed=[replace(each, views=9_000, description="заново") for each in posts(range(4))])
    await room.fetched()
    kept = await room.accounts.posts(outcome.account.id)
    assert [each.post_id for each in kept] == [each.post_id for each in posts(range(5))]
    assert [each.views for each in kept] == [9_000] * 4 + [1_004]
    assert kept[0] == replace(post(0), views=9_000, description="заново")
    assert await room.accounts.posts(outcome.account.id, limit=2) == kept[:2]


async def test_posts_that_are_gone_keep_their_last_figures_and_count_no_more(room: Room):
    room.tiktok.shows(listed=posts(range(6)), complete=True)
    outcome = await room.fetched()
    assert outcome.account is not None
    room.passes(DAY)
    left = posts([0, 2, 3, 5])
    room.tiktok.shows(listed=left, complete=True, videos=4)
    await room.fetched()
    assert await room.counting() == [each.post_id for each in left]
    assert len(await room.accounts.posts(outcome.account.id)) == 6
    snapshots = await room.accounts.snapshots(outcome.account.id)
    assert [each.posts for each in snapshots] == [6, 4]
    # One comes back.
    room.passes(DAY)
    room.tiktok.shows(listed=posts([0, 1, 2, 3, 5]), complete=True, videos=5)
    await room.fetched()
    assert await room.counting() == [each.post_id for each in posts([0, 1, 2, 3, 5])]


async def test_after_a_short_list_older_posts_go_on_counting_for_some_days(room: Room):
    room.tiktok.shows(listed=posts(range(30)), videos=200)
    await room.fetched()
    room.passes(DAY)
    # Number 3 is gone; the list reaches back to number 9.
    short = posts([0, 1, 2, 4, 5, 6, 7, 8, 9])
    room.tiktok.shows(listed=short, posts_source="embed-posts", videos=199)
    await room.fetched()
    assert await room.counting() == [each.post_id for each in posts([0, 1, 2, *range(4, 30)])]
    room.passes(8 * DAY)
    await room.fetched()
    assert await room.counting() == [each.post_id for each in short]


async def test_a_fetch_without_posts_leaves_those_of_before(room: Room):
    room.tiktok.shows(listed=posts(range(10)))
    first = (await room.fetched()).account
    room.passes(DAY)
    room.tiktok.shows(listed=[], posts_source="", followers=13_000)
    second = (await room.fetched()).account
    assert first is not None
    assert second is not None
    assert (second.profile.followers, second.posts_source) == (13_000, "videos")
    assert (second.engagement, second.income) == (first.engagement, first.income)
    assert len(await room.counting()) == 10


async def test_of_a_fetch_without_posts_the_snapshot_has_what_the_profile_tells_and_no_more(room: Room):
    room.tiktok.shows(listed=posts(range(10)))
    await room.fetched()
    room.passes(DAY)
    room.tiktok.shows(listed=[], posts_source="", followers=13_000)
    account = (await room.fetched()).account
    assert account is not None
    _, snapshot = await room.accounts.snapshots(account.id)
    assert (snapshot.followers, snapshot.likes, snapshot.videos, snapshot.posts) == (13_000, 90_000, 10, 0)
    told = (snapshot.views, snapshot.engagement, snapshot.income_low, snapshot.income_mid, snapshot.income_high)
    assert (*told, snapshot.rating) == (None,) * 6


async def test_an_account_that_never_showed_its_posts_has_no_figures_of_them(room: Room):
    room.tiktok.shows(listed=[], posts_source="")
    account = (await room.fetched()).account
    assert account is not None
    assert (account.lacks_posts, account.engagement, account.income, account.rating) == (True, None, None, None)


async def test_posts_that_could_not_be_had_are_asked_for_again_within_minutes(room: Room):
    room.tiktok.shows(listed=[], posts_source="")
    await room.fetched()
    look = await room.ask()
    assert look.account is not None, "for some minutes it is shown as it is"
    assert (await room.ask(force=True)).account is not None
    room.passes(11 * MINUTE)
    for force in (False, True):
        assert await room.ask(force=force) == Look(None)
    room.tiktok.shows(listed=posts(range(10)))
    await room.works_through()
    account = await room.accounts.stored("anna")
    assert account is not None
    assert (account.lacks_posts, account.income is None, account.failures) == (False, False, 0)
    room.passes(HOUR * 23)
    assert (await room.ask()).account == account


async def test_an_account_that_has_removed_all_its_videos_has_none(room: Room):
    room.tiktok.shows(listed=posts(range(10)))
    await room.fetched()
    room.passes(DAY)
    room.tiktok.shows(listed=[], posts_source="", complete=True, videos=0)
    account = (await room.fetched()).account
    assert account is not None
    assert (account.engagement, account.income, account.rating) == (None, None, None)
    assert await room.counting() == []


async def test_a_source_that_shows_less_takes_nothing_away(room: Room):
    room.tiktok.shows(listed=posts(range(6)))
    await room.fetched()
    room.passes(DAY)
    bare = [
        replace(each, likes=None, comments=0, shares=0, saves=0, hashtags=(), sound_id="", sound_title="", language="")
        for each in posts(range(6))
    ]
    room.tiktok.shows(
        listed=[replace(each, views=5_000, sound_original=False, duration=0) for each in bare],
        source="embed",
        posts_source="embed-posts",
        bio_url="",
        region="",
        language="",
        user_id="",
        liked=None,
    )
    account = (await room.fetched()).account
    assert account is not None
    assert account.profile == profile()
    assert account.source == "embed"
    kept = await room.accounts.latest_posts(account.id)
    assert kept == tuple(replace(each, views=5_000) for each in posts(range(6)))


async def test_a_bio_that_was_emptied_and_likes_that_were_hidden_are_so(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.passes(DAY)
    room.tiktok.shows(bio="", bio_url="", liked=None)
    account = (await room.fetched()).account
    assert account is not None
    assert (account.profile.bio, account.profile.bio_url, account.profile.liked) == ("", "", None)


async def test_a_name_that_came_to_another_account_begins_anew(room: Room):
    room.tiktok.shows(listed=posts(range(6)), complete=True)
    await room.fetched()
    room.passes(DAY)
    room.tiktok.shows(user_id="6999", sec_uid="MS4w_other", followers=7, listed=[post(50)], videos=1, complete=True)
    await room.fetched()
    assert await room.snapshots() == [7]
    assert await room.counting() == [post(50).post_id]


async def test_one_number_alone_makes_no_other_account(room: Room):
    room.tiktok.shows()
    await room.fetched()
    room.passes(DAY)
    room.tiktok.shows(user_id="6999")
    await room.fetched()
    assert await room.snapshots() == [12_000, 12_000]


async def test_texts_that_no_database_takes_and_far_too_long_ones_are_kept_as_well_as_it_goes(room: Room):
    room.tiktok.shows(
        nickname="А" * 500,
        bio="нуль\0 и половина \ud83d",
        region="R" * 50,
        listed=[post(0, description="\0\udc00" + "ы" * 9_000, hashtags=("\0тег",), sound_id="9" * 99)],
    )
    account = (await room.fetched()).account
    assert account is not None
    assert account.profile.nickname == "А" * 128
    assert account.profile.bio == "нуль и половина ?"
    (kept,) = await room.accounts.latest_posts(account.id)
    assert (kept.description[:3], kept.hashtags) == ("?ыы", ("тег",))


async def test_five_hundred_posts_are_kept_of_one_fetch_and_the_newest_count(room: Room):
    room.tiktok.shows(listed=posts(range(600)), videos=600)
    account = (await room.fetched()).account
    assert account is not None
    assert len(await room.accounts.posts(account.id, limit=1_000)) == 600
    assert await room.counting() == [each.post_id for each in posts(range(120))]


async def test_what_cannot_be_kept_whole_is_not_kept_at_all(room: Room):
    room.tiktok.shows(listed=posts(range(3)))
    await room.fetched()
    room.passes(DAY)
    broken = post(1, description="новое", comments=None)
    room.tiktok.shows(listed=[post(0, description="новое"), broken], followers=13_000)
    with pytest.raises(IntegrityError):
        await room.fetched()
    account = await room.accounts.stored("anna")
    assert account is not None
    assert (account.profile.followers, account.fetched_at) == (12_000, NOW)
    assert await room.accounts.latest_posts(account.id) == posts(range(3))
    assert await room.snapshots() == [12_000]
