"""Draws the first of a top."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle, FancyBboxPatch, Polygon

from services.pictures.names import Lettered, initials, lettered
from services.pictures.sheet import MARGIN, ROOM, WIDTH, Sheet, png, sheet, write
from services.pictures.text import cut, largest, width
from services.pictures.theme import BOLD, DARK, LIGHT, MEDIUM, REGULAR, SEMIBOLD, SERIES, Shades, drawable
from services.pictures.top import TopPicture, TopRow

HEADING, ROW, GAP, FOOT = 236, 122, 12, 110
WHITE, PALE = "#FFFFFF", "#E0E0FF"
# Rose, fell: light and dark paper alike.
UP, DOWN = "#10B981", "#EF4444"
FACES = (*SERIES, "#7C3AED", "#0284C7")
MEDALS = ("#F5B301", "#A7B0BE", "#C77B3B")


def draw_top(picture: TopPicture) -> bytes:
    """A PNG 1200 pixels wide."""
    shades = DARK if picture.dark else LIGHT
    on = sheet(HEADING + 28 + (ROW + GAP) * len(picture.rows) + FOOT, shades.paper)
    _heading(on, picture, shades)
    room = max(_value_width(row) for row in picture.rows)
    for place, row in enumerate(picture.rows):
        _row(on.axes, place, row, shades, HEADING + 28 + (ROW + GAP) * place, min(room, ROOM * 0.42))
    _foot(on, picture, shades)
    return png(on)


def _heading(on: Sheet, picture: TopPicture, shades: Shades) -> None:
    slope = np.add.outer(np.linspace(0, 0.6, 32), np.linspace(0, 2, 64))
    colours = LinearSegmentedColormap.from_list("glow", list(shades.glow))
    on.axes.imshow(slope, extent=(0, WIDTH, HEADING, 0), cmap=colours, aspect="auto", interpolation="bicubic", zorder=0)
    on.axes.set_xlim(0, WIDTH)
    on.axes.set_ylim(on.height, 0)
    title, subtitle = drawable(picture.title), drawable(picture.subtitle)
    size = largest(title, BOLD, range(68, 40, -2), ROOM)
    write(on.axes, MARGIN, 118, cut(title, BOLD, size, ROOM), size=size, face=BOLD, colour=WHITE)
    size = largest(subtitle, MEDIUM, range(40, 28, -2), ROOM)
    write(on.axes, MARGIN, 184, cut(subtitle, MEDIUM, size, ROOM), size=size, face=MEDIUM, colour=PALE)


def _row(axes: Axes, place: int, row: TopRow, shades: Shades, top: float, value_room: float) -> None:
    corner = 24
    box = FancyBboxPatch(
        (MARGIN - 24 + corner, top + corner), ROOM + 48 - 2 * corner, ROW - 2 * corner,
        boxstyle=f"round,pad={corner},rounding_size={corner}", facecolor=shades.panel, linewidth=0,
    )  # fmt: skip
    axes.add_patch(box)
    middle = top + ROW / 2
    colour = MEDALS[place] if place < len(MEDALS) else shades.muted
    write(axes, MARGIN + 20, middle + 18, str(place + 1), size=50, face=BOLD, colour=colour, side="center")
    _moved(axes, row, shades, MARGIN + 96, middle)
    name = lettered(row.nickname, row.username, SEMIBOLD)
    _face(axes, name, FACES[place % len(FACES)], MARGIN + 190, middle)
    _name(axes, name, row, shades, MARGIN + 252, middle, ROOM - 252 - value_room - 30)
    _value(axes, row, shades, middle, value_room)


def _moved(axes: Axes, row: TopRow, shades: Shades, x: float, middle: float) -> None:
    """A triangle with how many places; a word for who is new; a dash for who stayed."""
    if row.won is None:
        word = drawable(row.new)
        size = largest(word, SEMIBOLD, range(28, 18, -2), 84)
        write(axes, x, middle + 9, cut(word, SEMIBOLD, size, 84), size=size, face=SEMIBOLD, colour=UP, side="center")
    elif row.won == 0:
        axes.plot([x - 9, x + 9], [middle, middle], color=shades.line, linewidth=4, solid_capstyle="round")
    else:
        rose = row.won > 0
        tip, base = (middle - 26, middle - 6) if rose else (middle - 6, middle - 26)
        axes.add_patch(Polygon([(x, tip), (x - 14, base), (x + 14, base)], facecolor=UP if rose else DOWN, linewidth=0))
        number = str(abs(row.won))
        write(axes, x, middle + 28, number, size=30, face=SEMIBOLD, colour=UP if rose else DOWN, side="center")


def _face(axes: Axes, name: Lettered, colour: str, x: float, middle: float) -> None:
    axes.add_patch(Circle((x, middle), 42, facecolor=colour, linewidth=0))
    letters = initials(name.text)
    size = largest(letters, name.face, range(38, 20, -2), 60)
    write(axes, x, middle + 0.36 * size, letters, size=size, face=name.face, colour=WHITE, side="center")


def _name(axes: Axes, name: Lettered, row: TopRow, shades: Shades, x: float, middle: float, room: float) -> None:
    room_of_name = room - (44 if row.verified else 0)
    name = name.fitting(40, room_of_name)
    y = middle + 14 if name.is_username else middle - 6
    write(axes, x, y, name.text, size=40, face=name.face, colour=shades.ink)
    if row.verified:
        _tick(axes, x + name.width(40) + 27, y - 14, shades)
    if not name.is_username:
        handle = cut(f"@{drawable(row.username)}", REGULAR, 32, room)
        write(axes, x, middle + 40, handle, size=32, colour=shades.muted)


def _tick(axes: Axes, x: float, y: float, shades: Shades) -> None:
    axes.add_patch(Circle((x, y), 15, facecolor=shades.accent, linewidth=0))
    look = {"solid_capstyle": "round", "solid_joinstyle": "round"}
    axes.plot([x - 7, x - 2, x + 7], [y + 1, y + 6, y - 5], color=shades.panel, linewidth=3, **look)  # type: ignore[arg-type]


def _value(axes: Axes, row: TopRow, shades: Shades, middle: float, room: float) -> None:
    value, note = drawable(row.value), drawable(row.note)
    size = largest(value, BOLD, range(42, 26, -2), room)
    right = WIDTH - MARGIN
    y = middle - 4 if note else middle + 15
    write(axes, right, y, cut(value, BOLD, size, room), size=size, face=BOLD, colour=shades.ink, side="right")
    if note:
        text = cut(note, REGULAR, 30, room)
        write(axes, right, middle + 40, text, size=30, colour=shades.muted, side="right")


def _value_width(row: TopRow) -> float:
    return max(width(drawable(row.value), BOLD, 42), width(drawable(row.note), REGULAR, 30))


def _foot(on: Sheet, picture: TopPicture, shades: Shades) -> None:
    y = on.height - 48
    write(on.axes, MARGIN, y, cut(drawable(picture.date), REGULAR, 36, ROOM / 2), size=36, colour=shades.muted)
    signature = cut(drawable(picture.signature), SEMIBOLD, 36, ROOM / 2 - 20)
    write(on.axes, WIDTH - MARGIN, y, signature, size=36, face=SEMIBOLD, colour=shades.accent, side="right")
