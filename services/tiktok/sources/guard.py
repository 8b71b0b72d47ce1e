"""What stands before every way to TikTok: a time limit, a bound on how much at once, a breaker, and figures."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from typing import Literal, Protocol, TypeVar

from services.tiktok.errors import AccountRefused, BrowserDown, Resting, SourceError, SourceTimeout
from services.tiktok.sources.breaker import Breaker, Patience
from services.tiktok.sources.protocol import Unshown
from services.tiktok.sources.steady import Steady

# Of how many answers the usual time is told.
REMEMBERED = 100
USUAL = Patience()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a way fares since the start. ``failures``: in a row; ``last_reason``: of the last error, as SourceError's.

    ``seconds_median``: of the last hundred answers; None before the first.
    """

    name: str
    state: Literal["ready", "resting", "off"]
    failures: int
    last_reason: str
    answers: int
    errors: int
    seconds_median: float | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """``at_once`` questions, each for ``seconds`` at most."""

    at_once: int
    seconds: float
    patience: Patience = USUAL


class Needed(Protocol):
    """What several ways share, and what has a breaker of its own: the browser. ``last_reason``: why it rests."""

    @property
    def is_resting(self) -> bool: ...

    @property
    def failures(self) -> int: ...

    @property
    def last_reason(self) -> str: ...


class Unforeseen(SourceError):
    """It failed as nobody thought of; its cause says how."""

    reason = "unforeseen"


class Guard:
    """One way's. That TikTok refuses an account is an answer like any other."""

    def __init__(
        self, name: str, clock: Steady, bounds: Bounds, *, off: bool = False, needs: Needed | None = None
    ) -> None:
        """``off``: this way does not exist here; it is never asked. ``needs``: what it cannot do without."""
        self.name = name
        self.is_off = off
        self._needs = needs
        self._seconds = bounds.seconds
        self._breaker = Breaker(clock, bounds.patience)
        self._room = asyncio.Semaphore(bounds.at_once)
        self._took: deque[float] = deque(maxlen=REMEMBERED)
        self._answers = self._errors = 0
        self._last_reason = ""

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """The answer. Raises AccountRefused and SourceError, Resting and Unforeseen among these."""
        async with self._room:
            # Looked at here: those who waited while it failed do not all try it once more.
            if self.is_off or not self._breaker.begin():
                raise Resting
            began = time.monotonic()
            try:
                answer = await self._in_time(question)
            except (AccountRefused, Unshown):
                self._worked(began)
                raise
            except (BrowserDown, Resting) as error:
                # What this way needs failed, or rests: no word of the way itself.
                self._breaker.left()
                if isinstance(error, BrowserDown):
                    self._note(error)
                raise
            except SourceError as error:
                self._failed(error)
                raise
            except Exception as error:
                unforeseen = Unforeseen(type(error).__name__)
                self._failed(unforeseen)
                raise unforeseen from error
            except BaseException:
                self._breaker.left()
                raise
            self._worked(began)
            return answer

    @property
    def health(self) -> SourceHealth:
        resting, failures, reason = self._breaker.is_resting, self._breaker.failures, self._last_reason
        if self._needs is not None and self._needs.is_resting and not resting:
            resting, failures, reason = True, self._needs.failures, self._needs.last_reason
        return SourceHealth(
            name=self.name,
            state="off" if self.is_off else "resting" if resting else "ready",
            failures=failures,
            last_reason=reason,
            answers=self._answers,
            errors=self._errors,
            seconds_median=median(self._took) if self._took else None,
        )

    async def _in_time(self, question: Callable[[], Awaitable[T]]) -> T:
        try:
            return await asyncio.wait_for(question(), self._seconds)
        except TimeoutError:
            raise SourceTimeout from None

    def _failed(self, error: SourceError) -> None:
        self._breaker.failed()
        self._note(error)

    def _note(self, error: SourceError) -> None:
        self._errors += 1
        self._last_reason = error.reason

    def _worked(self, began: float) -> None:
        self._breaker.worked()
        self._answers += 1
        self._took.append(time.monotonic() - began)
