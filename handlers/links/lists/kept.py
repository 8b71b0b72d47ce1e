"""What the lists in a chat show: a button holds 64 bytes, too few for words and for chosen links.

Kept in the storage of dialogues, under a name of its own: a question that ends leaves it alone.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup

from services.links.listing import ListView, Sort

# One of db.queries.personal.DIALOGUE_STORAGES: what is kept here is its person's.
STORAGE = "lists"
# In a chat; older ones begin anew.
MOST_LISTS = 10
# A card that was opened from a list, and became another message by a picture, leads back to that list for so long.
RECENT_SECONDS = 3600


class Lists(StatesGroup):
    """Without a state, nothing is kept."""

    shown = State()


@dataclass(frozen=True, slots=True)
class Kept:
    """Page ``page`` of ``view``; while links are being chosen, ``selected`` are their ids."""

    view: ListView = field(default_factory=ListView)
    page: int = 1
    selected: tuple[int, ...] | None = None

    def select(self, link_ids: tuple[int, ...], *, on: bool = True) -> "Kept":
        chosen = set(self.selected or ())
        return replace(self, selected=tuple(sorted(chosen | set(link_ids) if on else chosen - set(link_ids))))


async def kept(state: FSMContext, message_id: int) -> Kept | None:
    """What that message shows; None: it is not known any more."""
    return next((_kept(row) for row in await _rows(state) if row["message"] == message_id), None)


async def last_kept(state: FSMContext, now: datetime) -> Kept | None:
    """What the list that was used last shows, if that was just now."""
    rows = await _rows(state)
    if not rows or abs(now.timestamp() - rows[-1]["at"]) > RECENT_SECONDS:
        return None
    return _kept(rows[-1])


async def keep(state: FSMContext, message_id: int, shown: Kept, now: datetime) -> None:
    """That message shows this from now on."""
    context = _context(state)
    rows = await _rows(state)
    row = {
        "message": message_id,
        "view": asdict(shown.view),
        "page": shown.page,
        "selected": None if shown.selected is None else list(shown.selected),
        "at": now.timestamp(),
    }
    if not rows:
        await context.set_state(Lists.shown)
    others = [each for each in rows if each["message"] != message_id]
    await context.set_data({"lists": [*others, row][-MOST_LISTS:]})


def _context(state: FSMContext) -> FSMContext:
    return FSMContext(storage=state.storage, key=replace(state.key, destiny=STORAGE))


async def _rows(state: FSMContext) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await _context(state).get_data()).get("lists", [])
    return rows


def _kept(row: dict[str, Any]) -> Kept:
    view = ListView(row["view"]["words"], row["view"]["tag"], Sort(row["view"]["sort"]))
    return Kept(view, row["page"], None if row["selected"] is None else tuple(row["selected"]))
