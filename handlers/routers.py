"""All routers, in the order in which they are asked."""

from aiogram import Router

from handlers import fallback, links, operations, settings, start


def routers() -> list[Router]:
    """New ones at each call: a router belongs to one dispatcher."""
    # Operators before start, which sends everybody else's /admin in a group to the private chat.
    # Links before settings: an address that is pasted into the time zone dialogue is an address.
    return [operations.router(), start.router(), links.router(), settings.router(), fallback.router()]
