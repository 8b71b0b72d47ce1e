"""Where a link leads whom: UTM fields, rules, variants, apps; and whom it tells."""

from aiogram import Router

from handlers.links.routing import app, rules, utm, variants, webhooks


def router() -> Router:
    router = Router(name="links.routing")
    router.include_routers(utm.router(), rules.router(), variants.router(), app.router(), webhooks.router())
    return router
