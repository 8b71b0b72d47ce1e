"""A guide as a PDF: A4, as many pages as it takes."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.guides.sheet import GuideSheet
from services.language.formats import NBSP
from services.pictures.text import cut
from services.pictures.theme import BOLD, MEDIUM, drawable
from services.reports.typesetting import COLOURS, typeset

TEMPLATE = Path(__file__).with_name("guide.typ")
# How wide names may be, in tenths of a point, and how large they stand: the head's, and a finding's.
HEAD, HEAD_SIZE = 4_900, 240
NICKNAME, NICKNAME_SIZE = 2_900, 110
FINDING, FINDING_SIZE = 2_900, 120


def guide_pdf(sheet: GuideSheet) -> bytes:
    """The PDF: some 60 KB."""
    return typeset(TEMPLATE, _facts(sheet))


def _facts(sheet: GuideSheet) -> dict[str, Any]:
    facts: dict[str, Any] = _drawn(asdict(sheet))
    facts["title"] = cut(facts["title"], BOLD, HEAD_SIZE, HEAD)
    # A name in letters that Inter lacks leaves nothing, or signs alone: the username stands above it anyway.
    nickname = facts["nickname"] if any(map(str.isalnum, facts["nickname"])) else ""
    facts["nickname"] = cut(nickname, MEDIUM, NICKNAME_SIZE, NICKNAME)
    for item in facts["findings"]["items"]:
        item["title"] = cut(item["title"], BOLD, FINDING_SIZE, FINDING)
    return {**facts, "colours": list(COLOURS)}


def _drawn(value: Any) -> Any:
    """The same with every text as Inter can show it; what must not be torn apart is not."""
    if isinstance(value, str):
        return NBSP.join(drawable(part) for part in value.split(NBSP))
    if isinstance(value, dict):
        return {name: _drawn(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_drawn(each) for each in value]
    return value
