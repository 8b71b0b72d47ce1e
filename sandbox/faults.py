"""Faults that a test or a person scripts: what a real Telegram does on a bad day, on demand.

server.faults.add(Fault("too_many_requests", method="sendMessage", times=3, retry_after=2))
server.faults.add(Fault("cut", when="after", chat_id=1001))
server.faults.add(Fault("server_error", times=None, probability=0.1, seed=7))
server.faults.add(Fault("lost_update", update="successful_payment"))
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import Final, Literal, get_args

from sandbox.text import Json

CallFault = Literal[
    "too_many_requests", "server_error", "bad_request", "cut", "slow", "blocked", "deactivated", "kicked", "migrated"
]
UpdateFault = Literal["lost_update", "doubled_update"]
Kind = CallFault | UpdateFault
When = Literal["before", "after"]

CALL_FAULTS: Final[frozenset[str]] = frozenset(get_args(CallFault))
UPDATE_FAULTS: Final[frozenset[str]] = frozenset(get_args(UpdateFault))
# Only these can come after the call has taken effect.
WITH_WHEN: Final = frozenset({"server_error", "cut", "slow"})
RETRY_AFTER_MAX: Final = 86_400
SECONDS_MAX: Final = 600.0
COPIES_MAX: Final = 100


class BadFault(ValueError):
    """A fault that cannot be scripted; its text is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, with which calls (or updates), and how often.

    kind: `too_many_requests` (429 with `retry_after`), `server_error` (500), `bad_request` (400 with `description`),
    `cut` (no answer at all), `slow` (answered `seconds` later), `blocked`, `deactivated`, `kicked` (403; the person or
    the group stays as it is), `migrated` (the group of the call really becomes another one, and its old id answers
    400 with the new one from then on); `lost_update` (what happened stands, the bot never hears of it),
    `doubled_update` (delivered `copies` times more, each with an update_id of its own).
    when: for `server_error`, `cut` and `slow`: before the call takes effect, or after it has.
    method: of which calls: a name, or a pattern as `send*`, letter case aside. None: all but getUpdates.
    update: of which updates: their kind (`callback_query`), or what their message holds (`successful_payment`).
    chat_id: only calls with this chat_id, or updates from this chat (of a query: from this person).
    skip: so many that fit are let through at first. times: how often it happens, None for always.
    probability: the chance for each that fits, drawn from a random generator of `seed`.
    """

    kind: Kind
    method: str | None = None
    update: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    when: When = "before"
    retry_after: int = 1
    seconds: float = 1.0
    copies: int = 1
    description: str = "Bad Request: scripted by the sandbox"

    def __post_init__(self) -> None:
        for complaint, fine in (
            (f"There is no fault of the kind {self.kind!r}.", self.kind in CALL_FAULTS | UPDATE_FAULTS),
            ("A fault comes before or after the call.", self.when in get_args(When)),
            (f"A fault of the kind {self.kind} never comes after.", self.when == "before" or self.kind in WITH_WHEN),
            ("A fault of calls names no update.", self.update is None or self.kind in UPDATE_FAULTS),
            ("A fault of updates names no method.", self.method is None or self.kind in CALL_FAULTS),
            ('"times" is 1 or more, or null for always.', self.times is None or self.times >= 1),
            ('"skip" is 0 or more.', self.skip >= 0),
            ('"probability" is above 0 and at most 1.', 0 < self.probability <= 1),
            (f'"retry_after" is 1 to {RETRY_AFTER_MAX} seconds.', 1 <= self.retry_after <= RETRY_AFTER_MAX),
            (f'"seconds" is 0 to {SECONDS_MAX:g}.', 0 <= self.seconds <= SECONDS_MAX),
            (f'"copies" is 1 to {COPIES_MAX}.', 1 <= self.copies <= COPIES_MAX),
        ):
            if not fine:
                raise BadFault(complaint)

    def fits_call(self, method: str, chat_id: str) -> bool:
        if self.kind not in CALL_FAULTS:
            return False
        method = method.lower()
        named = method != "getupdates" if self.method is None else fnmatchcase(method, self.method.lower())
        return named and (self.chat_id is None or chat_id.strip() == str(self.chat_id))

    def fits_update(self, kind: str, body: Json) -> bool:
        if self.kind not in UPDATE_FAULTS:
            return False
        named = self.update is None or self.update == kind or self.update in body
        place = body.get("chat") or body["from"]
        return named and (self.chat_id is None or place["id"] == self.chat_id)


@dataclass(slots=True)
class ScriptedFault:
    """A fault that waits for its calls; `fired` counts how often it has happened."""

    id: int
    fault: Fault
    fired: int = 0
    _skipped: int = 0
    _random: Random = field(default_factory=Random)

    @property
    def left(self) -> int | None:
        """How often it will still happen; None for ever."""
        return None if self.fault.times is None else self.fault.times - self.fired

    def fires(self) -> bool:
        """Whether it happens to this one that fits."""
        if self.left == 0:
            return False
        if self._skipped < self.fault.skip:
            self._skipped += 1
            return False
        if self.fault.probability < 1 and self._random.random() >= self.fault.probability:
            return False
        self.fired += 1
        return True

    def json(self) -> Json:
        return {"id": self.id, **asdict(self.fault), "fired": self.fired, "left": self.left}


class Faults:
    """The scripted faults, oldest first; a call meets the first that fits. Those that are used up are forgotten."""

    def __init__(self) -> None:
        self._scripted: dict[int, ScriptedFault] = {}
        self._count = 0
        self._closing = asyncio.Event()
        # How often each kind has happened.
        self.injected: Counter[str] = Counter()

    def __iter__(self) -> Iterator[ScriptedFault]:
        return iter(list(self._scripted.values()))

    def add(self, fault: Fault) -> ScriptedFault:
        self._count += 1
        scripted = ScriptedFault(self._count, fault, _random=Random(fault.seed))
        self._scripted[scripted.id] = scripted
        return scripted

    def remove(self, fault_id: int) -> bool:
        """Take one back; False when it is not there any more."""
        return self._scripted.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Take all back; the counters stay."""
        self._scripted.clear()

    def meet(self, method: str, chat_id: str) -> Fault | None:
        """The fault that happens to a call of this method with this chat_id (empty when it has none)."""
        for scripted in self:
            if scripted.fault.fits_call(method, chat_id) and self._fires(scripted):
                return scripted.fault
        return None

    def copies(self, kind: str, body: Json) -> int:
        """How often an update is queued: 1 unless a fault says otherwise."""
        for scripted in self:
            if scripted.fault.fits_update(kind, body) and self._fires(scripted):
                return 0 if scripted.fault.kind == "lost_update" else 1 + scripted.fault.copies
        return 1

    async def pause(self, seconds: float) -> None:
        """Wait, unless the sandbox is closing."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            pass

    def close(self) -> None:
        """End all pauses."""
        self._closing.set()

    def _fires(self, scripted: ScriptedFault) -> bool:
        if not scripted.fires():
            return False
        self.injected[scripted.fault.kind] += 1
        if scripted.left == 0:
            self._scripted.pop(scripted.id, None)
        return True
