"""Requests to addresses that people gave us: they reach the public internet, and nothing of our own."""

from services.outside.session import NotPublic, public_session

__all__ = ["NotPublic", "public_session"]
