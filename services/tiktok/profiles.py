"""What TikTok shows of an account and of its posts, whichever way it came."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """An account as its page shows it. ``username`` in small letters, without @; empty strings: not known.

    ``likes``: of all its videos together. ``liked``: videos that it liked itself; None where that is hidden.
    ``sec_uid`` is what its posts are asked by.
    """

    username: str
    user_id: str
    sec_uid: str
    nickname: str
    verified: bool
    bio: str
    bio_url: str
    region: str
    language: str
    followers: int
    following: int
    likes: int
    videos: int
    liked: int | None


@dataclass(frozen=True, slots=True)
class Post:
    """A post. ``published_at`` is aware; ``duration`` in seconds; ``likes`` None where they are hidden.

    ``hashtags`` without #, in small letters, in their order. ``sound_original``: its author's own.
    """

    post_id: str
    published_at: datetime
    description: str
    pinned: bool
    duration: int
    views: int
    likes: int | None
    comments: int
    shares: int
    saves: int
    hashtags: tuple[str, ...] = ()
    sound_id: str = ""
    sound_title: str = ""
    sound_original: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One fetch of an account: its profile by ``source``, and its newest posts by ``posts_source`` (empty: none).

    ``posts`` newest first, pinned ones where their time puts them. ``complete``: these are all the account has.
    """

    profile: Profile
    posts: tuple[Post, ...]
    source: str
    posts_source: str
    complete: bool
