"""Ways to TikTok: each a source, tried in their order."""

from services.tiktok.sources.protocol import Source

__all__ = ["Source"]
