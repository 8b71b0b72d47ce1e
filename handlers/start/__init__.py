"""The front door: greeting, help, the menu, and the way out of any dialogue."""

from handlers.start.start import router

__all__ = ["router"]
