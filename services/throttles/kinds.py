"""The one table of what people may do how often."""

from dataclasses import dataclass
from datetime import timedelta

from services.people import Role


@dataclass(frozen=True, slots=True)
class ThrottleKind:
    """``burst`` at once, then one each ``pause``.

    Once refused, a person goes on when ``resume`` are there again: who sends without end is told so once a while, and
    not each time that one is let through between two refusals. Roles from ``spares`` on are never throttled.
    """

    name: str
    burst: int
    pause: timedelta
    resume: int = 1
    spares: Role | None = None

    def __post_init__(self) -> None:
        assert 1 <= self.resume <= self.burst


# Whatever Telegram brings from a person: no finger is that fast for long. Operators work through lists.
ANY_UPDATE = ThrottleKind("update", burst=40, pause=timedelta(seconds=0.5), resume=10, spares=Role.SUPPORT)
# One a keystroke, and nobody reads an answer to each.
INLINE = ThrottleKind("inline", burst=60, pause=timedelta(seconds=0.2), spares=Role.SUPPORT)
LINKS = ThrottleKind("link", burst=30, pause=timedelta(seconds=10))
# QR codes and charts: each takes a core for a tenth of a second.
PICTURES = ThrottleKind("picture", burst=20, pause=timedelta(seconds=3), resume=2)
# Each may be a request to TikTok, which takes notice of who asks much.
STATS = ThrottleKind("stats", burst=20, pause=timedelta(seconds=10), resume=2)
# Not a bucket but the work itself knows when it was asked for: a collection that fails costs nothing.
MY_DATA = ThrottleKind("my-data", burst=1, pause=timedelta(hours=1))
# Right or wrong: who guesses learns nothing faster.
PROMO_CODES = ThrottleKind("promo-code", burst=8, pause=timedelta(minutes=10))
# Each is a request to somebody's server.
WEBHOOK_TESTS = ThrottleKind("webhook-test", burst=5, pause=timedelta(seconds=20))
# Questions about payments: somebody reads each.
QUESTIONS = ThrottleKind("question", burst=5, pause=timedelta(minutes=10))
KINDS = (PROMO_CODES, QUESTIONS, ANY_UPDATE, INLINE, LINKS, PICTURES, WEBHOOK_TESTS, STATS, MY_DATA)
