"""What a way to TikTok can do."""

from typing import Protocol

from services.tiktok.profiles import Post, Profile


class Source(Protocol):
    """One way to TikTok. Raises AccountRefused where TikTok itself says no, and SourceError where the way fails.

    Bounds its own time and how much it does at once; one that failed again and again rests (``is_resting``).
    """

    # A short word, kept beside what came this way: ``browser``, ``embed``, ``page``.
    name: str

    @property
    def is_resting(self) -> bool:
        """It is not asked just now."""

    async def profile(self, username: str) -> Profile:
        """The account as its page shows it. ``username`` in small letters, without @."""

    async def posts(self, profile: Profile, count: int) -> tuple[tuple[Post, ...], bool]:
        """At least ``count`` newest posts, newest first, or as many as there are; and whether these are all.

        Raises SourceError also where this way has no posts.
        """
