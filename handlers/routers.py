"""All routers, in the order in which they are asked."""

from aiogram import Router

from handlers import fallback, links, operations, settings, start


def routers() -> list[Router]:
    """New ones at each call: a router belongs to one dispatcher."""
    # Links before settings: an address that is pasted into the time zone dialogue is an address.
    return [start.router(), operations.router(), links.router(), settings.router(), fallback.router()]
