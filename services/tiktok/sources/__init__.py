"""Ways to TikTok: each a source, tried in their order."""

from services.tiktok.sources.guard import SourceHealth
from services.tiktok.sources.protocol import Source
from services.tiktok.sources.sources import Sources

__all__ = ["Source", "SourceHealth", "Sources"]
