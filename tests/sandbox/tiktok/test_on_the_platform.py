"""The platform of tests with a TikTok beside it."""

from pathlib import Path

from tests.platform import NOWHERE, running_platform


async def test_a_platform_is_led_to_its_tiktok_and_shares_its_clock_with_it(tmp_path: Path) -> None:
    async with running_platform(tmp_path, tiktok=True) as platform:
        assert platform.container.settings.tiktok_resolve == platform.tiktok.resolve
        assert platform.container.settings.tiktok_chromium == "off"
        before = platform.tiktok.at
        platform.tiktok.turn_day()
        assert platform.clock().timestamp() - before >= 86_400
        assert platform.tiktok.at == before + 86_400


async def test_a_platform_without_one_asks_nobody(tmp_path: Path) -> None:
    async with running_platform(tmp_path) as platform:
        assert platform.container.settings.tiktok_resolve == NOWHERE
