"""Starts the real bot in a process that may kill itself at a named point of an update's way.

The product knows nothing of this: methods of it are watched from here.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from bot.container import open_services
from bot.inbox import Inbox
from bot.keys import webhook_secret
from bot.lease import Leadership
from bot.marks import Marks
from bot.serve_bot import serve_bot
from bot.settings import Settings
from bot.starts import in_sandbox
from bot.stopping import Role, stopping_on_signals, together
from bot.webhook import Webhook
from db.queries import links
from services.links.links import Links


@dataclass(frozen=True)
class BotOrder:
    """Talk through the sandbox at ``sandbox_url``; die at the n-th pass of ``point``, or only when told.

    ``port``: of a webhook; 0: updates are fetched. ``machine``: where it believes to run; None: where it does.
    """

    sandbox_url: str
    database_url: str
    redis_url: str | None
    folder: Path
    port: int = 0
    point: str | None = None
    nth: int = 1
    machine: str | None = None

    def settings(self) -> Settings:
        settings = Settings(
            _env_file=None,
            data_dir=self.folder,
            database_url=self.database_url,
            redis_url=self.redis_url,
            secret_key="the same before and after " * 2,
            web_port=self.port or 8080,
            webhook_url=f"http://127.0.0.1:{self.port}/telegram/webhook" if self.port else "",
        )
        return in_sandbox(settings, self.sandbox_url).model_copy(update={"admin_chat_id": None})


class Fuse:
    """Burns down with each pass."""

    def __init__(self, passes: int) -> None:
        self.left = passes

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _watched(owner: Any, name: str, fuse: Fuse, *, before: bool) -> None:
    original = getattr(owner, name)

    async def watched(*args: Any, **kwargs: Any) -> Any:
        if before:
            fuse.burn()
        result = await original(*args, **kwargs)
        if not before:
            fuse.burn()
        return result

    setattr(owner, name, watched)


def before_the_record(fuse: Fuse) -> None:
    """Updates are fetched or brought, and nothing is written."""
    _watched(Inbox, "_record", fuse, before=True)


def after_the_record(fuse: Fuse) -> None:
    """Updates are recorded, and Telegram has not been told."""
    _watched(Inbox, "_record", fuse, before=False)


def in_the_handler_s_transaction(fuse: Fuse) -> None:
    """The link is written and its effect kept, and nothing is committed."""
    _watched(links, "record_change", fuse, before=True)


def after_the_handler_s_transaction(fuse: Fuse) -> None:
    """The link is there, and nobody has been answered."""
    _watched(Links, "create", fuse, before=False)


def before_done(fuse: Fuse) -> None:
    """The person is answered, and the inbox does not know."""
    _watched(Marks, "write", fuse, before=True)


POINTS: dict[str, Callable[[Fuse], None]] = {
    point.__name__: point
    for point in (
        before_the_record,
        after_the_record,
        in_the_handler_s_transaction,
        after_the_handler_s_transaction,
        before_done,
    )
}


def talk(order: BotOrder) -> None:
    """The life of the process, until SIGTERM or worse."""
    if order.point is not None:
        POINTS[order.point](Fuse(order.nth))
    uvloop.run(_talk(order))


async def _talk(order: BotOrder) -> None:
    settings = order.settings()
    webhook = Webhook(settings.webhook_url, webhook_secret(settings)) if settings.webhook_url else None
    async with stopping_on_signals() as stopping, open_services(settings) as container:
        leadership = Leadership(container.database, machine=order.machine)
        roles: list[Role] = [lambda stop: serve_bot(container, stop, webhook, leadership=leadership)]
        if webhook is not None:
            roles.append(webhook.listen(settings))
        await together(stopping, *roles)
