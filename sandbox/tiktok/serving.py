"""A creator as TikTok shows them at one moment."""

from dataclasses import dataclass, field, replace

from sandbox.tiktok.creators import Invented
from sandbox.tiktok.history import Planned, Post, counts, history_of, served


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


@dataclass(slots=True)
class Twist:
    """What a test or a person added to a creator's history.

    ``followers``: so many more. ``flying``: how many times as often posts are seen, by their numbers. ``look``: other
    words for what Invented says of bio, bio_url, nickname and the like.
    """

    followers: int = 0
    flying: dict[int, float] = field(default_factory=dict)
    look: dict[str, str | bool] = field(default_factory=dict)


class Moment:
    """One creator at one time (unix seconds): what answers are made of, without making every post."""

    def __init__(self, creator: Invented, at: int, twist: Twist | None = None) -> None:
        self._twist = twist or Twist()
        self.creator = replace(creator, **self._twist.look) if self._twist.look else creator  # type: ignore[arg-type]
        self.at = at
        self._history = history_of(creator)
        self._planned = self._history.posts(at)
        self._pinned = self._history.pinned(at)

    @property
    def followers(self) -> int:
        return max(0, self._history.followers(self.at) + self._twist.followers)

    @property
    def likes(self) -> int:
        flying = [post for post in self._planned if post.number in self._twist.flying]
        more = sum(counts(self._flown(post), self.at, self.creator)[1] for post in flying)
        usual = sum(counts(post, self.at, self.creator)[1] for post in flying)
        return 0 if self.creator.likes_hidden else self._history.likes(self.at) + more - usual

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
        at = int(post_id) >> 32 if post_id.isdecimal() else -1
        found = next((self._served(post) for post in self._planned if post.at == at), None)
        return found if found is not None and found.post_id == post_id else None

    def whole(self) -> Creator:
        one = self.creator
        return Creator(
            one.username, one.user_id, one.sec_uid, one.nickname, one.verified, one.bio, one.bio_url, one.region,
            one.language, self.followers, one.following, self.likes, self.videos, one.liked,
            tuple(self._served(post) for post in reversed(self._planned)),
        )  # fmt: skip

    def newest_number(self) -> int:
        """Of the newest post; raises ValueError where there is none."""
        if not self._planned:
            raise ValueError(f"{self.creator.username} has no posts.")
        return self._planned[-1].number

    def _served(self, planned: Planned) -> Post:
        return served(self.creator, self._flown(planned), self.at, planned.number in self._pinned)

    def _flown(self, planned: Planned) -> Planned:
        times = self._twist.flying.get(planned.number)
        return replace(planned, views=planned.views * times) if times else planned
