"""Keys and what is locked with them."""

from services.security.cipher import Cipher, Unreadable

__all__ = ["Cipher", "Unreadable"]
