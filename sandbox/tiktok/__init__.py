"""A local TikTok with invented creators, for trying and testing; imports nothing of the product."""

from sandbox.tiktok.server import TikTokServer

__all__ = ["TikTokServer"]
