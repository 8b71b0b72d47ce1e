"""/privacy, and "my data" in the settings: what is kept, how to get it, how to erase it."""

from handlers.privacy.privacy import router

__all__ = ["router"]
