"""Alerts as operators read them, and the buttons that silence and wake them."""

from handlers.alerts.alerts import router

__all__ = ["router"]
