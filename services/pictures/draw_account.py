"""Draws the picture of an account."""

from pathlib import Path as File

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle, Wedge

from services.pictures.account import AccountPicture, IncomePanel, RatingRing, Tile
from services.pictures.names import initials, lettered
from services.pictures.sheet import MARGIN, ROOM, WIDTH, Sheet, png, sheet, write
from services.pictures.text import cut, largest, width
from services.pictures.theme import BOLD, DARK, LIGHT, MEDIUM, REGULAR, SEMIBOLD, Shades, drawable

# From the top: the heading, rows of tiles, the income, the foot.
HEADING, TILE, GAP, INCOME, FOOT = 590, 150, 20, 210, 110
FACE_X, FACE_Y, FACE_RADIUS = 164, 168, 100
RING_X, RING_Y, RING_RADIUS, RING_THICK = 976, 430, 132, 26
WHITE, PALE, FAINT = "#FFFFFF", "#E0E0FF", (1, 1, 1, 0.22)


def draw_account(picture: AccountPicture) -> bytes:
    """A PNG 1200 pixels wide; its height follows the tiles."""
    shades = DARK if picture.dark else LIGHT
    rows = len(picture.tiles) // 2
    income_top = HEADING + 30 + rows * (TILE + GAP)
    on = sheet(income_top + INCOME + FOOT, shades.paper)
    _heading(on, picture, shades)
    for number, tile in enumerate(picture.tiles):
        wide = (ROOM - GAP) / 2
        x, y = MARGIN + number % 2 * (wide + GAP), HEADING + 30 + number // 2 * (TILE + GAP)
        _tile(on.axes, tile, shades, x, y, wide)
    _income(on.axes, picture.income, shades, income_top)
    _foot(on, picture, shades)
    return png(on)


def _heading(on: Sheet, picture: AccountPicture, shades: Shades) -> None:
    axes = on.axes
    # From corner to corner.
    slope = np.add.outer(np.linspace(0, 1, 64), np.linspace(0, 2, 64))
    colours = LinearSegmentedColormap.from_list("glow", list(shades.glow))
    axes.imshow(slope, extent=(0, WIDTH, HEADING, 0), cmap=colours, aspect="auto", interpolation="bicubic", zorder=0)
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(on.height, 0)
    for x, y, radius in ((1130, 40, 260), (60, 600, 210)):
        circle = Circle((x, y), radius, facecolor=WHITE, alpha=0.05, linewidth=0, zorder=0.5)
        axes.add_patch(circle)
        circle.set_clip_path(Rectangle((0, 0), WIDTH, HEADING, transform=axes.transData))
    _face(axes, picture)
    _name(axes, picture)
    _followers(axes, picture.followers)
    _ring(axes, picture.rating)


def _face(axes: Axes, picture: AccountPicture) -> None:
    axes.add_patch(Circle((FACE_X, FACE_Y), FACE_RADIUS, facecolor=FAINT, edgecolor=WHITE, linewidth=4))
    name = lettered(picture.nickname, picture.username, BOLD)
    letters = initials(name.text)
    size = largest(letters, name.face, range(88, 40, -4), 1.4 * FACE_RADIUS)
    write(axes, FACE_X, FACE_Y + 0.36 * size, letters, size=size, face=name.face, colour=WHITE, side="center")


def _name(axes: Axes, picture: AccountPicture) -> None:
    """The nickname, as large as it fits; a tick beside it; the @name beneath, or in its place."""
    left = FACE_X + FACE_RADIUS + 40
    room = WIDTH - MARGIN - left - (76 if picture.verified else 0)
    name = lettered(picture.nickname, picture.username, BOLD)
    size = name.largest(range(72, 44, -2), room)
    name = name.fitting(size, room)
    y = 158 if not name.is_username else FACE_Y + 0.36 * size
    write(axes, left, y, name.text, size=size, face=name.face, colour=WHITE)
    if picture.verified:
        _tick(axes, left + name.width(size) + 46, y - 0.36 * size)
    if name.is_username:
        return
    handle = cut(f"@{drawable(picture.username)}", MEDIUM, 44, WIDTH - MARGIN - left)
    write(axes, left, 228, handle, size=44, face=MEDIUM, colour=PALE)


def _tick(axes: Axes, x: float, y: float) -> None:
    axes.add_patch(Circle((x, y), 26, facecolor=WHITE, linewidth=0))
    look = {"solid_capstyle": "round", "solid_joinstyle": "round"}
    axes.plot([x - 12, x - 3, x + 12], [y + 1, y + 10, y - 9], color="#5B50E6", linewidth=5, **look)  # type: ignore[arg-type]


def _followers(axes: Axes, followers: Tile) -> None:
    room = RING_X - RING_RADIUS - 50 - MARGIN
    label, value = drawable(followers.label), drawable(followers.value)
    write(axes, MARGIN, 390, cut(label, MEDIUM, 42, room), size=42, face=MEDIUM, colour=PALE)
    size = largest(value, BOLD, range(124, 60, -2), room)
    write(axes, MARGIN, 510, cut(value, BOLD, size, room), size=size, face=BOLD, colour=WHITE)


def _ring(axes: Axes, rating: RatingRing) -> None:
    outer = RING_RADIUS
    axes.add_patch(Wedge((RING_X, RING_Y), outer, 0, 360, width=RING_THICK, facecolor=FAINT, linewidth=0))
    if rating.value:
        # From the top, as a clock goes; the axes stand upside down, so angles do too.
        end = -90 + 3.6 * rating.value
        axes.add_patch(Wedge((RING_X, RING_Y), outer, -90, end, width=RING_THICK, facecolor=WHITE, linewidth=0))
    room = 2 * (outer - RING_THICK) - 40
    for text, y, size, face, colour in (
        (rating.text, RING_Y + 26, 92, BOLD, WHITE),
        (rating.label, RING_Y + 74, 34, MEDIUM, PALE),
    ):
        _middle(axes, RING_X, y, drawable(text), size, face, colour, room)


def _middle(axes: Axes, x: float, y: float, text: str, size: int, face: File, colour: str, room: float) -> None:
    size = largest(text, face, range(size, 22, -2), room)
    write(axes, x, y, cut(text, face, size, room), size=size, face=face, colour=colour, side="center")


def _tile(axes: Axes, tile: Tile, shades: Shades, x: float, y: float, wide: float) -> None:
    _panel(axes, shades, x, y, wide, TILE)
    room = wide - 72
    write(axes, x + 36, y + 56, cut(drawable(tile.label), MEDIUM, 34, room), size=34, face=MEDIUM, colour=shades.muted)
    value = drawable(tile.value)
    size = largest(value, BOLD, range(60, 34, -2), room)
    write(axes, x + 36, y + 120, cut(value, BOLD, size, room), size=size, face=BOLD, colour=shades.ink)


def _income(axes: Axes, income: IncomePanel, shades: Shades, top: float) -> None:
    _panel(axes, shades, MARGIN, top, ROOM, INCOME - GAP)
    left, room = MARGIN + 36, ROOM - 72
    write(
        axes, left, top + 58, cut(drawable(income.label), MEDIUM, 34, room), size=34, face=MEDIUM, colour=shades.muted
    )
    value, note = drawable(income.value), drawable(income.note)
    if not income.has_value:
        size = largest(value, MEDIUM, range(44, 28, -2), room)
        write(axes, left, top + 130, cut(value, MEDIUM, size, room), size=size, face=MEDIUM, colour=shades.ink)
        return
    note = cut(note, SEMIBOLD, 38, room / 2)
    noted = width(note, SEMIBOLD, 38)
    size = largest(value, BOLD, range(84, 48, -2), room - noted - 50)
    write(axes, left, top + 146, cut(value, BOLD, size, room), size=size, face=BOLD, colour=shades.accent)
    write(axes, MARGIN + ROOM - 36, top + 146, note, size=38, face=SEMIBOLD, colour=shades.muted, side="right")


def _foot(on: Sheet, picture: AccountPicture, shades: Shades) -> None:
    y = on.height - 54
    date, signature = drawable(picture.date), drawable(picture.signature)
    write(on.axes, MARGIN, y, cut(date, REGULAR, 36, ROOM / 2), size=36, colour=shades.muted)
    room = ROOM - min(width(date, REGULAR, 36), ROOM / 2) - 40
    size = largest(signature, SEMIBOLD, range(36, 24, -2), room)
    text = cut(signature, SEMIBOLD, size, room)
    write(on.axes, WIDTH - MARGIN, y, text, size=size, face=SEMIBOLD, colour=shades.accent, side="right")


def _panel(axes: Axes, shades: Shades, x: float, y: float, wide: float, high: float) -> None:
    corner = 28
    box = FancyBboxPatch(
        (x + corner, y + corner), wide - 2 * corner, high - 2 * corner,
        boxstyle=f"round,pad={corner},rounding_size={corner}", facecolor=shades.panel, linewidth=0,
    )  # fmt: skip
    axes.add_patch(box)
