"""/settings: language and time zone."""

from handlers.settings.settings import router

__all__ = ["router"]
