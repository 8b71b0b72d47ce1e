"""An account of TikTok as a picture that people send on: its numbers, the date and the bot's name, nothing else."""

from dataclasses import dataclass

MOST_TILES = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with what it counts; both as they are to be shown."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class RatingRing:
    """``value`` 0 to 100, None: there is none, and ``text`` says so in its place; ``label`` stands beneath."""

    value: int | None
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class IncomePanel:
    """``value`` is large, ``note`` small beside it; without ``has_value`` the value is words: why there is none."""

    label: str
    value: str
    note: str = ""
    has_value: bool = True


@dataclass(frozen=True, slots=True)
class AccountPicture:
    """Every text is ready to be shown. Two to six ``tiles``, an even number of them.

    ``username`` without @. ``nickname`` as its owner wrote it: what no typeface has is left out, and where nothing is
    left the @name stands in its place. There is no photo: the first letters of the name stand for it.
    """

    username: str
    nickname: str
    verified: bool
    followers: Tile
    rating: RatingRing
    tiles: tuple[Tile, ...]
    income: IncomePanel
    date: str
    signature: str
    dark: bool = False

    def __post_init__(self) -> None:
        if not 2 <= len(self.tiles) <= MOST_TILES or len(self.tiles) % 2:
            raise ValueError(f"{len(self.tiles)} tiles")
        if self.rating.value is not None and not 0 <= self.rating.value <= 100:
            raise ValueError(f"a rating of {self.rating.value}")


def account_picture(picture: AccountPicture) -> bytes:
    """A PNG 1200 pixels wide and 1,110 to 1,450 high, readable on a phone."""
    from services.pictures.draw_account import draw_account

    return draw_account(picture)
