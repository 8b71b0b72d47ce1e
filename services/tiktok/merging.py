"""What is known of an account after a fetch, from what was known before and what the fetch says: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.tiktok.profiles import Fetched, Post, Profile

# Sources that show less than there is: what they leave empty is not known, rather than gone.
THIN_SOURCES = frozenset({"embed", "embed-posts"})
# Of so many posts the figures are made, at most.
MOST_COUNTED = 120
# Figures that were not seen for so long count no more.
COUNTED_FOR = timedelta(days=7)


def is_another(known: Profile, found: Profile) -> bool:
    """Whether the name has come to another account. Both numbers must differ: one alone may be a slip of a source."""
    ids, keys = {known.user_id, found.user_id}, {known.sec_uid, found.sec_uid}
    return all(len(each) == 2 and "" not in each for each in (ids, keys))


def merged_profile(known: Profile, found: Profile, source: str) -> Profile:
    """``found``, with what is still known where it knows nothing. A bio that its owner emptied is empty."""
    kept = {
        name: getattr(found, name) or getattr(known, name)
        for name in ("user_id", "sec_uid", "nickname", "region", "language")
    }
    if source in THIN_SOURCES:
        kept["bio_url"] = found.bio_url or known.bio_url
        kept["liked"] = known.liked if found.liked is None else found.liked
    return replace(found, username=known.username, **kept)


def merged_post(known: Post | None, found: Post, source: str) -> Post:
    """``found``, with what is still known where its source shows less."""
    if known is None:
        return found
    kept = {
        name: getattr(found, name) or getattr(known, name)
        for name in ("description", "duration", "saves", "hashtags", "sound_id", "sound_title", "language")
    }
    kept["sound_original"] = found.sound_original if found.sound_id else known.sound_original
    if source in THIN_SOURCES:
        # It knows nothing of pins, and a figure that it lacks is 0.
        figures = ("pinned", "views", "likes", "comments", "shares")
        kept |= {name: getattr(found, name) or getattr(known, name) for name in figures}
    return replace(found, **kept)


def counted(
    fetched: Fetched, posts: Sequence[Post], before: Sequence[Post], seen_at: Mapping[str, datetime], now: datetime
) -> tuple[Post, ...]:
    """The posts that the account's figures are made of, newest first.

    ``posts``: the new list, merged with what was known; ``before``: those that counted until now, ``seen_at`` by their
    numbers. A post that the new list should have and lacks is gone from TikTok, and counts no more. Of posts older
    than the list reaches it says nothing: what counted until now goes on counting, for some days.
    """
    # An account with videos and an empty list "of all": the list is what is wrong.
    is_whole = fetched.complete and (bool(posts) or not fetched.profile.videos)
    listed = {post.post_id for post in posts}
    reaches = min((post.published_at for post in posts if not post.pinned), default=None)
    older = [
        post
        for post in before
        if not is_whole
        and post.post_id not in listed
        and now - seen_at[post.post_id] <= COUNTED_FOR
        and (reaches is None or post.published_at < reaches)
    ]
    together = sorted([*posts, *older], key=lambda post: (post.published_at, post.post_id), reverse=True)
    return tuple(together[:MOST_COUNTED])
