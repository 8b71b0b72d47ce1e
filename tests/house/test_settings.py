"""The settings, .env.example and the README say the same."""

import re
from pathlib import Path

from bot.settings import Settings, environment_name

HOUSE = Path(__file__).parents[2]
NAMES = {environment_name(field) for field in Settings.model_fields}


def test_the_example_names_every_setting_and_no_other():
    example = (HOUSE / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE)) == NAMES


def test_the_readme_lists_every_setting_and_no_other():
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", readme, re.MULTILINE)) == NAMES
