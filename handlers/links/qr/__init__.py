"""The QR of a link."""

from handlers.links.qr.qr import router

__all__ = ["router"]
