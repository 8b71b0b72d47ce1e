import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pictures.text import cut, largest, width
from services.pictures.theme import BOLD, FONTS, MEDIUM, REGULAR, SEMIBOLD, drawable


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Клики за 24 часа", "Клики за 24 часа"),
        ("Ёлки № 5 — 1 500 ₽ ≈ 12,5 % → ▲▼", "Ёлки № 5 — 1 500 ₽ ≈ 12,5 % → ▲▼"),
        ("Їжак ґречний, қазақ", "Їжак ґречний, қазақ"),
        ("🔥 Скидки 🔥 каждый день 👨‍👩‍👧", "Скидки каждый день"),
        ("𝓣𝓲𝓴𝓣𝓸𝓴", "TikTok"),
        ("مرحبا link", "link"),
        ("Z̷̢̛a̴l̶g̷o", "Zalgo"),
        ("a\u202eb\u2066c\x00", "abc"),
        ("две\nстроки\tи\u00a0табуляция", "две строки и табуляция"),
        ("", ""),
    ],
)
def test_what_the_typeface_lacks_leaves_no_boxes(written: str, shown: str) -> None:
    assert drawable(written) == shown


@given(st.text())
def test_every_text_becomes_one_line_and_stays_so(written: str) -> None:
    shown = drawable(written)
    assert drawable(shown) == shown
    assert shown.split() == shown.split(" ") or not shown


@given(st.text("абв wi.", max_size=200), st.integers(50, 800))
def test_a_text_is_cut_to_its_room(text: str, room: int) -> None:
    assert width(cut(text, REGULAR, 40, room), REGULAR, 40) <= room
    assert width(text, BOLD, largest(text, BOLD, range(60, 10, -5), room)) <= room or len(text) > 3


def test_the_fonts_lie_beside_their_licence() -> None:
    assert all(path.exists() for path in (REGULAR, MEDIUM, SEMIBOLD, BOLD))
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()


def test_the_colours_alone_cost_no_heavy_import() -> None:
    code = "import sys, services.pictures.theme; print([m for m in ('matplotlib', 'numpy', 'PIL') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
