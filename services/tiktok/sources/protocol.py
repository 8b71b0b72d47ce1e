"""What a way to TikTok can do: show an account, or its posts, or both."""

from dataclasses import dataclass
from typing import Protocol

from services.tiktok.errors import SourceError
from services.tiktok.profiles import Post, Profile


@dataclass(frozen=True, slots=True)
class Posts:
    """``posts`` newest first, each once; ``complete``: these are all the account has."""

    posts: tuple[Post, ...]
    complete: bool


class Unshown(SourceError):
    """This way shows nothing of the account, or post, and does not say why: it may be private, or missing.

    That is no fault of the way.
    """

    reason = "unshown"


class Source(Protocol):
    """One way to TikTok. Raises AccountRefused where TikTok itself says no, and SourceError where the way fails.

    It is asked through a Guard, which bounds its time and how much it does at once, and lets it rest. A way that has
    no posts, or nothing but posts, is not asked for the other.
    """

    # A short word, kept beside what came this way: ``browser``, ``embed``, ``page``.
    name: str

    async def profile(self, username: str) -> Profile:
        """The account as its page shows it. ``username`` in small letters, without @."""

    async def posts(self, profile: Profile, count: int) -> Posts:
        """At least ``count`` newest posts, or as many as there are to be had this way."""
