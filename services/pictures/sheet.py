"""A sheet to draw charts on: 1200 pixels wide, readable when shown at 360. Head and foot are the same on all."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path as File

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle
from matplotlib.path import Path

from services.pictures.text import cut, largest, width
from services.pictures.theme import ACCENT, BOLD, INK, MEDIUM, MUTED, PAPER, REGULAR, SEMIBOLD, drawable

WIDTH, HEIGHT = 1200, 800
MARGIN = 64
# From the top; and the foot from the bottom.
TITLE, SUBTITLE, FOOT = 100, 156, 42
DOTS_PER_INCH = 100
ROOM = WIDTH - 2 * MARGIN


@dataclass(frozen=True, slots=True)
class Sheet:
    """Measured in pixels from its upper left corner."""

    figure: Figure
    axes: Axes
    height: int

    @property
    def foot(self) -> float:
        """The baseline of what stands at the foot."""
        return self.height - FOOT


def sheet(height: int = HEIGHT, paper: str = PAPER) -> Sheet:
    """An empty one."""
    figure = Figure(figsize=(WIDTH / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH, facecolor=paper)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return Sheet(figure, axes, height)


def png(of: Sheet) -> bytes:
    picture = BytesIO()
    FigureCanvasAgg(of.figure)
    of.figure.savefig(picture, format="png")
    return picture.getvalue()


def write(
    axes: Axes, x: float, y: float, text: str, *, size: int, face: File = REGULAR, colour: str = INK, side: str = "left"
) -> None:
    """``text`` with its baseline at ``y``; ``size`` in pixels."""
    axes.text(
        x, y, text, ha=side, va="baseline", color=colour, parse_math=False,
        fontproperties=FontProperties(fname=str(face)), fontsize=size * 72 / DOTS_PER_INCH,
    )  # fmt: skip


def head(axes: Axes, title: str, subtitle: str, total: str) -> None:
    """The title at the left, the large number at the right, and what it is about beneath."""
    total = drawable(total)
    size = largest(total, BOLD, range(56, 30, -2), ROOM / 2)
    total = cut(total, BOLD, size, ROOM / 2)
    write(axes, WIDTH - MARGIN, TITLE, total, size=size, face=BOLD, colour=ACCENT, side="right")
    left = ROOM - width(total, BOLD, size) - 40
    title = drawable(title)
    size = largest(title, SEMIBOLD, range(56, 34, -2), left)
    write(axes, MARGIN, TITLE, cut(title, SEMIBOLD, size, left), size=size, face=SEMIBOLD)
    subtitle = drawable(subtitle)
    size = largest(subtitle, REGULAR, range(36, 28, -2), ROOM)
    write(axes, MARGIN, SUBTITLE, cut(subtitle, REGULAR, size, ROOM), size=size, colour=MUTED)


def say(axes: Axes, y: float, text: str) -> None:
    """Words in the middle, where there is nothing to draw."""
    text = drawable(text)
    size = largest(text, MEDIUM, range(44, 26, -2), ROOM)
    write(axes, WIDTH / 2, y, cut(text, MEDIUM, size, ROOM), size=size, face=MEDIUM, colour=MUTED, side="center")


def sign(on: Sheet, signature: str, x: float = MARGIN) -> None:
    """The signature at the right of the foot, right of ``x``."""
    signature, room = drawable(signature), WIDTH - MARGIN - x
    size = largest(signature, REGULAR, range(30, 22, -2), room)
    text = cut(signature, REGULAR, size, room)
    write(on.axes, WIDTH - MARGIN, on.foot, text, size=size, colour=MUTED, side="right")


def dot(on: Sheet, x: float, colour: str) -> None:
    """A sign of the key at the foot, its left edge at ``x``; its word stands 40 pixels right of that."""
    on.axes.add_patch(Circle((x + 13, on.foot - 12), 13, facecolor=colour, linewidth=0))


def standing(x: float, top: float, wide: float, high: float, corner: float = 8) -> Path:
    """A rectangle standing on its base, the upper corners round."""
    corner = min(corner, wide / 2, high)
    right, bottom = x + wide, top + high
    corners = [
        (x, bottom), (x, top + corner), (x, top), (x + corner, top), (right - corner, top), (right, top),
        (right, top + corner), (right, bottom), (x, bottom),
    ]  # fmt: skip
    turn = [Path.CURVE3, Path.CURVE3]
    return Path(corners, [Path.MOVETO, Path.LINETO, *turn, Path.LINETO, *turn, Path.LINETO, Path.CLOSEPOLY])
