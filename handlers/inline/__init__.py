"""``@bot address`` or ``@bot name`` in any chat: a short link or an account's card, offered while the person types."""

from handlers.inline.inline import router

__all__ = ["router"]
