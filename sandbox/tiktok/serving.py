"""A creator as TikTok shows them at one moment."""

from dataclasses import dataclass

from sandbox.tiktok.creators import Invented
from sandbox.tiktok.history import Planned, Post, history_of, served


@dataclass(frozen=True, slots=True)
class Creator:
    """A creator with all posts, newest first, as served now.

    ``likes``: of all posts together; ``liked``: videos that the creator liked, 0 where hidden.
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
    liked: int
    posts: tuple[Post, ...]


class Moment:
    """One creator at one time (unix seconds): what answers are made of, without making every post."""

    def __init__(self, creator: Invented, at: int) -> None:
        self.creator = creator
        self.at = at
        self._history = history_of(creator)
        self._planned = self._history.posts(at)
        self._pinned = self._history.pinned(at)

    @property
    def followers(self) -> int:
        return self._history.followers(self.at)

    @property
    def likes(self) -> int:
        return 0 if self.creator.likes_hidden else self._history.likes(self.at)

    @property
    def videos(self) -> int:
        return len(self._planned)

    def newest(self, count: int, before: int | None = None) -> tuple[list[Post], bool]:
        """At most ``count`` posts older than ``before`` (unix ms), newest first; and whether there are older ones."""
        older = [post for post in reversed(self._planned) if before is None or post.at * 1000 < before]
        return [self._served(post) for post in older[:count]], len(older) > count

    def pinned_first(self, count: int, before: int | None = None) -> tuple[list[Post], bool]:
        """As the profile page lists them: pinned ones lead the first page, and stand nowhere else."""
        loose = [post for post in reversed(self._planned) if post.number not in self._pinned]
        older = [post for post in loose if before is None or post.at * 1000 < before]
        leading = [post for post in reversed(self._planned) if post.number in self._pinned] if before is None else []
        room = max(0, count - len(leading))
        return [self._served(post) for post in [*leading, *older[:room]]], len(older) > room

    def post(self, post_id: str) -> Post | None:
        number = int(post_id) >> 32 if post_id.isdecimal() else -1
        found = next((post for post in self._planned if post.at == number), None)
        return self._served(found) if found is not None else None

    def whole(self) -> Creator:
        one = self.creator
        return Creator(
            one.username, one.user_id, one.sec_uid, one.nickname, one.verified, one.bio, one.bio_url, one.region,
            one.language, self.followers, one.following, self.likes, self.videos, one.liked,
            tuple(self._served(post) for post in reversed(self._planned)),
        )  # fmt: skip

    def _served(self, planned: Planned) -> Post:
        return served(self.creator, planned, self.at, planned.number in self._pinned)
