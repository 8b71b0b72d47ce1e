"""A machine without Chromium asks TikTok all the same, and says so once."""

from pathlib import Path

import pytest
import structlog

from services.tiktok.sources.chromium import find_chromium, why_none
from tests.platform import running_platform
from tests.waiting import until


async def test_the_bot_says_at_its_start_that_it_asks_without_a_browser(tmp_path: Path):
    with structlog.testing.capture_logs() as lines:
        async with running_platform(tmp_path):

            async def said() -> int:
                return [line["event"] for line in lines].count(why_none("off"))

            await until(said, 1)


def test_it_is_found_by_its_usual_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium("") is None
    program = tmp_path / "google-chrome"
    program.touch(mode=0o755)
    assert find_chromium("") == program


def test_the_one_that_is_named_is_taken_and_no_other(tmp_path: Path):
    program = tmp_path / "my-chromium"
    assert find_chromium(str(program)) is None
    program.touch(mode=0o644)
    assert find_chromium(str(program)) is None
    program.chmod(0o755)
    assert find_chromium(str(program)) == program
    assert find_chromium("off") is None
