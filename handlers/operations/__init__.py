"""/admin: what operators see. Everybody else gets the answer that an unknown command gets."""

from handlers.operations.admin import router

__all__ = ["router"]
