"""The first of a top as a picture that people send on."""

from dataclasses import dataclass

MOST_TOP = 10


@dataclass(frozen=True, slots=True)
class TopRow:
    """``value``: what the top goes by; ``note`` small beneath it, may be empty.

    ``won``: by how many places it rose since yesterday (fell: below 0); None: it was not there, and ``new`` says so.
    """

    nickname: str
    username: str
    verified: bool
    value: str
    note: str = ""
    won: int | None = 0
    new: str = ""


@dataclass(frozen=True, slots=True)
class TopPicture:
    """One to ten rows, the first one on top. Every text is ready to be shown; names as in AccountPicture."""

    title: str
    subtitle: str
    date: str
    signature: str
    rows: tuple[TopRow, ...]
    dark: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.rows) <= MOST_TOP:
            raise ValueError(f"{len(self.rows)} rows")


def top_picture(picture: TopPicture) -> bytes:
    """A PNG 1200 pixels wide, 1,680 high for ten rows."""
    from services.pictures.draw_top import draw_top

    return draw_top(picture)
