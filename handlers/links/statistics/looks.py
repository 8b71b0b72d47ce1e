"""What a person looks at, and what they are told of it: lines of text, and a picture to be drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from handlers.links.statistics.callbacks import StatisticsPress
from handlers.links.views import anchor, bare
from services.language import gettext as _
from services.language.formats import days, offset, said, shorten
from services.links.links import Link
from services.links.targets import readable_url
from services.statistics.periods import Span
from services.statistics.statistics import Scope

SIGNATURE = "Toklink"
MOST_NAME = 24


@dataclass(frozen=True, slots=True)
class Look:
    """``link``; or the links with ``tag``; or, with neither, all of the person's. ``press`` is what asked for it."""

    press: StatisticsPress
    link: Link | None
    tag: str | None
    zone: tzinfo
    now: datetime

    @property
    def scope(self) -> Scope:
        return Scope(None if self.link is None else self.link.id, self.tag)


@dataclass(frozen=True, slots=True)
class Told:
    """``lines`` in HTML; ``draw`` makes a picture of ``chart`` in a process of its own."""

    lines: tuple[str, ...]
    draw: Callable[[Any], bytes]
    chart: object


def closing(look: Look) -> tuple[str, ...]:
    """Whose figures these are, and by which clock."""
    return (_whose(look), f"🕒 {offset(look.zone, look.now)}")


def subtitle(look: Look, span: Span) -> str:
    """The same for a picture, with the days."""
    shown = days(span.start.date(), span.last_day, look.now.astimezone(look.zone).date())
    return f"{_whose_plain(look)} · {shown} · {offset(look.zone, look.now)}"


def nobody_clicked() -> str:
    """Said in a picture that would have nothing to show."""
    return _("No clicks in this time")


def _whose(look: Look) -> str:
    if look.link is not None:
        name = f" · {said(look.link.name, MOST_NAME)}" if look.link.name else ""
        return f"🔗 {anchor(look.link)}{name}"
    return f"🏷 {said(look.tag)}" if look.tag is not None else _("🔗 All links")


def _whose_plain(look: Look) -> str:
    if look.link is not None:
        return shorten(bare(readable_url(look.link.short_url)), 40)
    return f"#{look.tag}" if look.tag is not None else _("All links")
