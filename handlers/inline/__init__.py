"""``@bot address`` in any chat: a short link, offered while the person types."""

from handlers.inline.inline import router

__all__ = ["router"]
