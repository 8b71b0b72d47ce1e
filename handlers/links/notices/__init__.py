"""Notices about one link: what its owner hears of it, and what not."""

from handlers.links.notices.notices import router

__all__ = ["router"]
