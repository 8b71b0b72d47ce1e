"""/settings: language, time zone, notices."""

from aiogram import Router

from handlers.settings import notices, settings


def router() -> Router:
    router = Router(name="all settings")
    router.include_routers(settings.router(), notices.router())
    return router
