"""/admin: what support, operators and owners see and do. To all others it is a command like any unknown one."""

from aiogram import Router

from handlers.operations import (
    admin,
    codes,
    digest,
    health,
    hosts,
    links,
    orders,
    payments,
    people,
    takings,
    tickets,
    top,
)


def router() -> Router:
    router = Router(name="operations")
    router.include_routers(
        admin.router(),
        people.router(),
        links.router(),
        hosts.router(),
        top.router(),
        health.router(),
        digest.router(),
        payments.router(),
        orders.router(),
        codes.router(),
        takings.router(),
        tickets.router(),
    )
    return router
