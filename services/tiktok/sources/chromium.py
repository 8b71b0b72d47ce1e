"""Which Chromium TikTok is asked with."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OFF = "off"


def find_chromium(setting: str) -> Path | None:
    """By TIKTOK_CHROMIUM: the one named, the one found where it is empty; None where it is off or there is none."""
    if setting == OFF:
        return None
    if setting:
        named = Path(setting)
        return named if named.is_file() and os.access(named, os.X_OK) else None
    return next((Path(path) for path in map(shutil.which, NAMES) if path), None)


def why_none(setting: str) -> str:
    """One sentence for who keeps the platform, where ``find_chromium`` finds none."""
    if setting == OFF:
        return "TIKTOK_CHROMIUM is off: TikTok is asked without a browser"
    if setting:
        return "there is no program at TIKTOK_CHROMIUM: TikTok is asked without a browser"
    return "no Chromium was found on this machine: TikTok is asked without a browser"
