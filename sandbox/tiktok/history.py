"""How an invented creator's numbers came about: followers day by day, posts, and how their views grow.

Everything follows from the creator and the time alone, so a history goes on where it stood after any restart, and no
count shrinks (followers of a creator who is ``fading`` excepted).
"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from sandbox.tiktok.chance import Draw
from sandbox.tiktok.creators import ORIGIN, Invented, everybody
from sandbox.tiktok.niches import EVERYWHERE, SOUNDS

DAY: Final = 86_400
UNIX_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
# A post gathers views for so long; then it is settled.
GATHERING_DAYS: Final = 120
# One post in so many flies, and by how much.
HIT_CHANCE, HIT_FROM, HIT_TO = 0.03, 4.0, 16.0
# What no post gets beyond: views, likes by views, and all else by views.
VIEWS_MAX, LIKES_MAX, OTHERS_MAX = 1.9e9, 0.6, 0.1
# Creators rest now and then, for so many days on end.
REST_DAYS, REST_CHANCE = 10, 0.06
# Followers of a day, by how far a creator has come; a burst now and then.
RISING_FROM, RISING_BY, GROWN_UP = 0.3, 1.4, 0.35
BURST, BURST_CHANCE = 9.0, 0.008
# What a creator without followers is seen by.
PASSERS_BY: Final = 900
FIRST_SOUND: Final = 7_100_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A post as it is meant to go: what it will have been seen at last, and how people respond."""

    number: int
    at: int
    views: float
    likes: float
    comments: float
    shares: float
    saves: float
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Post:
    """A post as served now. ``published_at`` is aware; ``duration`` in seconds; ``hashtags`` without #."""

    post_id: str
    published_at: datetime
    description: str
    pinned: bool
    duration: int
    views: int
    likes: int
    comments: int
    shares: int
    saves: int
    hashtags: tuple[str, ...]
    sound_id: str
    sound_title: str
    sound_original: bool
    language: str


class History:
    """Of one creator, thought out as far as somebody has asked. Times are unix seconds."""

    def __init__(self, creator: Invented) -> None:
        self.creator = creator
        self._first_day = creator.joined.toordinal() - UNIX_DAY
        self._followers = [0.0]
        self._posts: list[Planned] = []
        since = creator.posts_since or creator.joined
        self._planned_until = since.toordinal() - creator.joined.toordinal()
        # Likes of settled posts together, by how many posts there are before.
        self._likes_before = [0]
        # Counted from the first day, as all days are.
        self._origin = ORIGIN.toordinal() - creator.joined.toordinal()
        self._scale = creator.followers / self._gained(self._origin)

    def followers(self, at: int) -> int:
        day, second = divmod(at - self._first_day * DAY, DAY)
        if day < 0:
            return 0
        today = self._gained(day + 1) - self._gained(day)
        gained = self._gained(day) + today * second / DAY
        faded = max(0.0, day + second / DAY - self._origin) * self.creator.fading
        if self.creator.fading:
            gained = min(gained, self._gained(self._origin))
        return int(gained * self._scale * math.exp(-faded))

    def posts(self, at: int) -> list[Planned]:
        """Those that are out, oldest first."""
        self._plan(at)
        return self._posts[: bisect_right(self._posts, at, key=lambda post: post.at)]

    def likes(self, at: int) -> int:
        """Of all posts together, exactly."""
        posts = self.posts(at)
        settled = bisect_right(posts, at - GATHERING_DAYS * DAY, key=lambda post: post.at)
        for post in posts[len(self._likes_before) - 1 : settled]:
            self._likes_before.append(self._likes_before[-1] + counts(post, at, self.creator)[1])
        return self._likes_before[settled] + sum(counts(post, at, self.creator)[1] for post in posts[settled:])

    def pinned(self, at: int) -> set[int]:
        """Numbers of the posts that stand first on the page: hits of old."""
        posts = self.posts(at)
        if self.creator.all_pinned:
            return {post.number for post in posts}
        hits = [post.number for post in reversed(posts) if post.is_hit and at - post.at > 14 * DAY]
        return set(hits[: self.creator.pins])

    def _gained(self, day: int) -> float:
        """By the beginning of that day, in units of its own."""
        while len(self._followers) <= day:
            self._followers.append(self._followers[-1] + self._gain(len(self._followers) - 1))
        return self._followers[day]

    def _gain(self, day: int) -> float:
        draw = Draw(self.creator.username, "day", day)
        rising = RISING_FROM + RISING_BY * day / self._origin if day < self._origin else GROWN_UP
        return rising * (BURST if draw.unit(0) < BURST_CHANCE else 1.0) * draw.spread(0.5, 1)

    def _plan(self, at: int) -> None:
        until = at // DAY - self._first_day
        while self._planned_until <= until:
            if self.creator.only is not None and len(self._posts) >= self.creator.only:
                return
            self._plan_day(self._planned_until)
            self._planned_until += 1

    def _plan_day(self, day: int) -> None:
        creator = self.creator
        if Draw(creator.username, "rest", day // REST_DAYS).unit(0) < REST_CHANCE:
            return
        draw = Draw(creator.username, "posts", day)
        whole, part = divmod(creator.cadence, 1)
        begin = (self._first_day + day) * DAY
        times = sorted(
            begin + _second(creator, draw, 1 + 3 * post) for post in range(int(whole) + (draw.unit(0) < part))
        )
        for number, at in enumerate(times):
            if creator.only is None or len(self._posts) < creator.only:
                # Two posts of one second would be one post.
                self._posts.append(self._planned(at + number))

    def _planned(self, at: int) -> Planned:
        creator, number = self.creator, len(self._posts)
        draw = Draw(creator.username, "post", number)
        is_hit = draw.unit(0) < HIT_CHANCE
        lucky = 1.25 if at // 3600 % 24 == creator.hours[0] else 1.0
        audience = max(30, self.followers(at)) if creator.followers else PASSERS_BY
        views = audience * creator.reach * lucky * draw.spread(0.5, 1)
        if is_hit:
            views *= draw.within(HIT_FROM, HIT_TO, 3)
        return Planned(
            number,
            at,
            0.0 if creator.unseen else min(views, VIEWS_MAX),
            min(LIKES_MAX, creator.like_rate * draw.spread(0.2, 4)),
            min(OTHERS_MAX, creator.comment_rate * draw.spread(0.4, 6)),
            min(OTHERS_MAX, creator.share_rate * draw.spread(0.5, 8)),
            min(OTHERS_MAX, creator.save_rate * draw.spread(0.5, 10)),
            is_hit,
        )


def _second(creator: Invented, draw: Draw, index: int) -> int:
    """Of the day: mostly in one of the creator's own hours."""
    hour = draw.choice(creator.hours, index) if draw.unit(index + 1) < 0.8 else draw.numbers[index] % 24
    return hour * 3600 + draw.numbers[index + 2] % 3600


@cache
def _history(username: str) -> History:
    return History(everybody()[username])


def history_of(creator: Invented) -> History:
    return _history(creator.username)


def counts(post: Planned, at: int, creator: Invented) -> tuple[int, int, int, int, int]:
    """Views, likes, comments, shares and saves of a post by then: fast at first, then ever slower."""
    days = (at - post.at) / DAY
    reached = 1.0 if days >= GATHERING_DAYS else 1.0 - (1.0 + days / 0.8) ** -1.2
    views = int(post.views * reached)
    likes = 0 if creator.likes_hidden else int(views * post.likes)
    return views, likes, int(views * post.comments), int(views * post.shares), int(views * post.saves)


def served(creator: Invented, planned: Planned, at: int, pinned: bool) -> Post:
    """The post as TikTok shows it at that time."""
    views, likes, comments, shares, saves = counts(planned, at, creator)
    draw = Draw(creator.username, "look", planned.number)
    hashtags = _hashtags(creator, draw)
    original = draw.unit(3) < 0.45
    sound = draw.numbers[4] % len(SOUNDS)
    caption = draw.choice(creator.niche.captions, 5)
    return Post(
        str(planned.at << 32 | draw.numbers[6]),
        datetime.fromtimestamp(planned.at, UTC),
        " ".join([caption, *(f"#{tag}" for tag in hashtags)]),
        pinned,
        int(draw.within(7, 25, 7) if draw.unit(8) < 0.6 else draw.within(25, 140, 7)),
        views, likes, comments, shares, saves,
        hashtags,
        str(FIRST_SOUND + (len(SOUNDS) + draw.numbers[9] if original else sound)),
        f"оригинальный звук - {creator.nickname}" if original else SOUNDS[sound],
        original,
        creator.language,
    )  # fmt: skip


def _hashtags(creator: Invented, draw: Draw) -> tuple[str, ...]:
    own = creator.niche.hashtags
    first = draw.numbers[0]
    chosen = [own[(first + step) % len(own)] for step in range(1 + first % 3)]
    if draw.unit(1) < 0.5:
        chosen.append(draw.choice(EVERYWHERE, 2))
    return tuple(dict.fromkeys(chosen))
