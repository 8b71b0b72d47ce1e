"""PDFs by typst, with our own typeface alone. Whatever people wrote goes in as data and is never read as markup."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from services.pictures.theme import ACCENT, ACCENT_SOFT, FONTS, INK, LINE, MUTED, PAPER

RUNS_REMEMBERED = 10
# The template takes them in this order.
COLOURS = (ACCENT, ACCENT_SOFT, INK, MUTED, LINE, PAPER)


def typeset(template: Path, sheet: Mapping[str, Any], *, tags: bool = True) -> bytes:
    """The PDF of a template, which finds ``sheet`` as JSON in ``sys.inputs.sheet``. ``tags``: for screen readers."""
    inputs = {"sheet": json.dumps(sheet, ensure_ascii=False)}
    try:
        pdf = typst.compile(
            _read(template), font_paths=_fonts(), sys_inputs=inputs, format="pdf", timestamp=0, pdf_tags=tags
        )
    finally:
        _forget()
    assert isinstance(pdf, bytes)
    return pdf


def _forget() -> None:
    """Typst remembers all that it laid out in its last ten runs: 400 MB of long tables. Runs of nothing take that."""
    for _ in range(RUNS_REMEMBERED + 1):
        typst.compile(b"", font_paths=_fonts(), format="svg")


@lru_cache
def _read(template: Path) -> bytes:
    return template.read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # Ours alone: the same PDF on every machine, and no look at the machine's fonts.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
