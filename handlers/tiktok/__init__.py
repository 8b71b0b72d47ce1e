"""Accounts of TikTok in the chat."""

from aiogram import Router


def router() -> Router:
    return Router(name="tiktok")
