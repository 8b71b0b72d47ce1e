"""What goes wrong on the invented TikTok: for names that misbehave on purpose, and wherever a test or a person asks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

# TikTok's own codes.
CODES: Final = {
    "missing": 10221,
    "gone": 10202,
    "private": 10222,
    "banned": 10204,
    "region": 10231,
    "captcha-code": 10000,
}
KINDS: Final = (
    *CODES, "empty", "captcha", "limited", "slow", "reset", "flaky", "gnarly", "shape", "sparse",
)  # fmt: skip
PLACES: Final = ("start", "detail", "item_list", "creator", "embed", "page", "video", "short")
EVERYBODY: Final = "*"
LACKING: Final = "userInfo.stats.followerCount"


@dataclass(frozen=True, slots=True)
class Fault:
    """``kind`` is one of KINDS; ``where``: some of PLACES, empty: everywhere.

    ``lacks``: the path that answers lack (of kind "shape"): ``userInfo.…``, or ``itemList.…`` of each post.
    """

    kind: str
    where: frozenset[str] = frozenset()
    lacks: str = LACKING


NAMED: Final = {
    "ghost": Fault("missing"),
    "gone": Fault("gone"),
    "private_person": Fault("private"),
    "banned_person": Fault("banned"),
    "region_person": Fault("region"),
    "empty_person": Fault("empty"),
    "gnarly_person": Fault("gnarly"),
    "captcha_person": Fault("captcha"),
    "limited_person": Fault("limited"),
    "slow_person": Fault("slow"),
    "reset_person": Fault("reset"),
    "flaky_person": Fault("flaky"),
    "changed_shape": Fault("shape"),
}


class Faults:
    """Faults by name; one of everybody's goes before."""

    def __init__(self) -> None:
        self._by_name: dict[str, Fault] = dict(NAMED)
        self._seen: Counter[str] = Counter()

    def put(self, name: str, kind: str, where: Iterable[str] | None = None, lacks: str | None = None) -> None:
        """An empty ``kind`` makes ``name`` well. Raises ValueError for a kind or a place that there is not."""
        places = frozenset(where or ())
        if kind and kind not in KINDS:
            raise ValueError(f"There is no fault {kind}; there are: {', '.join(KINDS)}.")
        if places - set(PLACES):
            raise ValueError(f"Faults happen in: {', '.join(PLACES)}.")
        name = name.lower()
        if not kind:
            self._by_name.pop(name, None)
            return
        self._by_name[name] = Fault(kind, places, lacks or LACKING)

    def of(self, name: str, place: str) -> Fault | None:
        """What happens to this request; one of a flaky name counts it."""
        for fault in (self._by_name.get(EVERYBODY), self._by_name.get(name.lower())):
            if fault is None or (fault.where and place not in fault.where):
                continue
            if fault.kind == "flaky":
                self._seen[name] += 1
                if self._seen[name] % 2:
                    continue
            return fault
        return None

    def list(self) -> dict[str, str]:
        return {name: fault.kind for name, fault in self._by_name.items()}


def without(tree: dict[str, Any], path: str) -> dict[str, Any]:
    """``tree`` with nothing at ``path``, nor in what says the same in strings (``statsV2``); the tree itself stays."""
    first, _, rest = path.partition(".")
    twins = {first, "statsV2"} if first == "stats" else {first}
    if not rest:
        return {name: value for name, value in tree.items() if name not in twins}
    return tree | {name: without(tree[name], rest) for name in twins & tree.keys()}
