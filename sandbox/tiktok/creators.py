"""Who publishes on the invented TikTok: about 150 creators, the same at every start, and names for edge cases."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Final

from sandbox.tiktok.chance import Draw
from sandbox.tiktok.niches import ABROAD, FIRST_NAMES, NAMES_ABROAD, RUSSIAN, Niche

# On this day every creator has the followers of their tier; before it they grew there, after it they grow on.
ORIGIN: Final = date(2026, 1, 1)
RUSSIANS, FOREIGNERS = 130, 20
# Followers from and to, and how many of a hundred creators have so many.
TIERS: Final = ((2_000, 10_000, 16), (10_000, 100_000, 32), (100_000, 1_000_000, 32), (1_000_000, 12_000_000, 20))
# Views of a typical post by followers, and likes, comments and shares by views, tier by tier.
REACH: Final = (0.50, 0.30, 0.18, 0.10)
ENGAGEMENT: Final = (0.11, 0.07, 0.05, 0.03)
REGIONS: Final = ("RU", "RU", "RU", "RU", "RU", "KZ", "BY", "")


@dataclass(frozen=True, slots=True)
class Invented:
    """A creator as invented. Rates: posts a day; views by followers; likes, comments, shares and saves by views.

    ``hours``: those of the day (UTC) at which most posts come out, the first of them the luckiest. ``liked``: videos
    that the creator liked; 0 is what TikTok shows where that is hidden. ``only``: exactly so many posts, none
    after. ``posts_since``: the first day with posts, if it is not the first at all.
    ``fading``: the share of followers lost a day since ORIGIN.
    """

    username: str
    nickname: str
    niche: Niche
    language: str
    region: str
    bio: str
    bio_url: str
    verified: bool
    joined: date
    followers: int
    following: int
    liked: int
    cadence: float
    reach: float
    like_rate: float
    comment_rate: float
    share_rate: float
    save_rate: float
    hours: tuple[int, ...]
    pins: int
    only: int | None = None
    posts_since: date | None = None
    all_pinned: bool = False
    unseen: bool = False
    likes_hidden: bool = False
    fading: float = 0.0

    @property
    def user_id(self) -> str:
        # As TikTok numbers everything: when it began, and something.
        began = int(datetime.combine(self.joined, time(12), UTC).timestamp())
        return str(began << 32 | Draw(self.username, "id").numbers[0])

    @property
    def sec_uid(self) -> str:
        return "MS4wLjABAAAA" + "".join(f"{number:08x}" for number in Draw(self.username, "sec_uid").numbers[:8])


def creators() -> tuple[Invented, ...]:
    """The well-behaved ones."""
    return tuple(_behaved().values())


def usernames(*, russian_only: bool = False) -> tuple[str, ...]:
    """Names of the well-behaved creators, those with most followers first: what a top of the sandbox is made of."""
    chosen = [one for one in creators() if one.language == "ru" or not russian_only]
    return tuple(one.username for one in sorted(chosen, key=lambda one: -one.followers))


def find(username: str) -> Invented | None:
    """By name, whatever its case; edge cases among them."""
    return everybody().get(username.lower())


@cache
def everybody() -> dict[str, Invented]:
    return _behaved() | {one.username: one for one in _edge_cases()}


@cache
def by_sec_uid() -> dict[str, Invented]:
    return {one.sec_uid: one for one in everybody().values()}


@cache
def _behaved() -> dict[str, Invented]:
    found: dict[str, Invented] = {}
    for number in range(RUSSIANS):
        latin, russian = FIRST_NAMES[number % len(FIRST_NAMES)]
        niche = RUSSIAN[(number * 7 + number // len(FIRST_NAMES)) % len(RUSSIAN)]
        username = f"{latin}{'._'[number % 3 == 0]}{niche.handle}"
        region = Draw(username, "region").choice(REGIONS, 0)
        found[username] = _invent(username, f"{russian} {niche.title}", niche, "ru", region, number)
    for number in range(FOREIGNERS):
        language, names = NAMES_ABROAD[number % len(NAMES_ABROAD)]
        places = [(place, niche) for spoken, place, niche in ABROAD if spoken == language]
        region, niche = places[number // len(NAMES_ABROAD) % len(places)]
        name = names[number // len(NAMES_ABROAD)]
        username = f"{name}.{niche.handle}"
        found[username] = _invent(username, f"{name.title()} {niche.title}", niche, language, region, RUSSIANS + number)
    return found


def _invent(username: str, nickname: str, niche: Niche, language: str, region: str, number: int) -> Invented:
    draw = Draw(username, "creator")
    tier = _tier(number)
    low, high, _ = TIERS[tier]
    engagement = ENGAGEMENT[tier] * draw.within(0.6, 1.5, 1)
    luckiest = int(draw.within(5, 19, 2))
    link = f"https://{username.replace('_', '-').replace('.', '-')}.example" if draw.unit(3) < 0.35 else ""
    return Invented(
        username, nickname, niche, language, region, niche.bio, link,
        verified=tier == 3 and draw.unit(4) < 0.6,
        joined=date.fromordinal(date(2020, 3, 1).toordinal() + int(draw.within(0, 1_400, 5))),
        followers=round(low * (high / low) ** draw.unit(0)),
        following=int(draw.within(3, 900, 6)),
        liked=int(draw.within(40, 9_000, 7)) if draw.unit(8) < 0.3 else 0,
        cadence=draw.within(0.25, 1.3, 9),
        reach=REACH[tier] * draw.within(0.5, 2.0, 10),
        like_rate=engagement * 0.90,
        comment_rate=engagement * draw.within(0.02, 0.06, 11),
        share_rate=engagement * draw.within(0.02, 0.05, 12),
        save_rate=engagement * draw.within(0.03, 0.12, 13),
        hours=(luckiest, (luckiest + 3) % 24, (luckiest + 5) % 24, (luckiest + 10) % 24),
        pins=draw.numbers[14] % 4,
    )  # fmt: skip


def _tier(number: int) -> int:
    place = number * 37 % 100
    for tier, (_, _, share) in enumerate(TIERS):
        if place < share:
            return tier
        place -= share
    return len(TIERS) - 1


def _edge_cases() -> list[Invented]:
    """Names whose numbers are odd on purpose; names that fail are in ``sandbox.tiktok.faults``."""

    def odd(username: str, nickname: str, number: int = 3) -> Invented:
        one = _invent(username, nickname, RUSSIAN[number], "ru", "RU", number)
        return replace(one, joined=date(2024, 1, 1), followers=250_000, verified=False, bio_url="", pins=0)

    return [
        replace(odd("no_videos", "Пока пусто"), only=0),
        replace(odd("one_post", "Один ролик"), only=1, posts_since=ORIGIN),
        replace(odd("hidden_likes", "Без лайков"), likes_hidden=True, liked=0),
        replace(odd("all_pinned", "Всё закреплено"), only=6, posts_since=ORIGIN, all_pinned=True),
        replace(odd("zero_views", "Никто не видел"), only=8, posts_since=ORIGIN, unseen=True),
        replace(odd("zero_followers", "Никто не подписан"), followers=0, only=12, posts_since=ORIGIN),
        replace(odd("fading_star", "Бывшая звезда"), fading=0.0008),
        replace(
            odd("ogromny_kanal", "Огромный канал"),
            joined=date(2020, 3, 1), followers=11_800_000, cadence=1.9, reach=1.25, like_rate=0.065, verified=True,
        ),
        *(odd(name, nickname) for name, nickname in FAILING),
    ]  # fmt: skip


# They have a history that shows once they are made well.
FAILING: Final = (
    ("empty_person", "Пустой ответ"), ("gnarly_person", "Подпись нужна"), ("captcha_person", "Капча"),
    ("limited_person", "Слишком часто"), ("slow_person", "Медленный"), ("reset_person", "Обрыв"),
    ("flaky_person", "Через раз"), ("changed_shape", "Новый вид"), ("private_person", "Закрытый"),
    ("banned_person", "Заблокированный"), ("region_person", "Не для всех стран"),
)  # fmt: skip
