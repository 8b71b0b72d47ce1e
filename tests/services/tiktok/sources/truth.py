"""What was fetched, held against what the stand-in serves."""

from sandbox.tiktok.serving import Creator
from services.tiktok.profiles import Fetched, Profile


def same_account(profile: Profile, creator: Creator, *, by_embed: bool = False) -> None:
    """``by_embed``: that page does not tell everything."""
    for name in ("username", "user_id", "nickname", "verified", "bio", "followers", "following", "likes", "videos"):
        assert getattr(profile, name) == getattr(creator, name), name
    assert profile.sec_uid == (creator.sec_uid if creator.videos or not by_embed else "")
    if by_embed:
        assert (profile.region, profile.language, profile.bio_url, profile.liked) == ("", "", "", None)
    else:
        assert profile.region == creator.region
        assert profile.language == creator.language
        assert profile.bio_url == creator.bio_url
        assert profile.liked == (creator.liked or None)


def same_posts(fetched: Fetched, creator: Creator, wanted: int) -> None:
    """The newest ``wanted`` at least, in every number."""
    assert len(fetched.posts) >= min(wanted, len(creator.posts))
    assert fetched.complete == (len(fetched.posts) == len(creator.posts))
    for ours, theirs in zip(fetched.posts, creator.posts, strict=False):
        for name in (
            "post_id", "published_at", "description", "pinned", "duration", "views", "likes", "comments", "shares",
            "saves", "sound_id", "sound_title", "sound_original", "language",
        ):  # fmt: skip
            assert getattr(ours, name) == getattr(theirs, name), (ours.post_id, name)
        assert ours.hashtags == tuple(dict.fromkeys(tag.lower() for tag in theirs.hashtags))
