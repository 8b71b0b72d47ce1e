"""A web process in the test's own: the real application on a real port, and a browser without a picture."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from bot.catalogues import LOCALES
from db.engine import Database
from db.queries import links, people
from db.tables import Click, Link
from redirect_server.application import WebServices, WebSettings, build_application, listening
from redirect_server.guides import GuideShelf
from services.clicks.countries import Countries
from services.clicks.river import ClickRiver
from services.clicks.visitors import VisitorHashes
from services.clicks.visits import Visits
from services.guides.access import Tokens
from services.guides.guides import Guides
from services.language import Catalogue
from services.links.directory import LinkDirectory
from services.links.lifetime import Lifetime
from services.links.slots import Slots

OWNER = 7
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.5 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Mobile Safari/537.36"
)
COMPUTER = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
TELEGRAM_PREVIEW = "TelegramBot (like TwitterBot)"
PATIENCE = 10.0
# Read once for all tests.
VISITS = Visits(Countries())

CATALOGUE = Catalogue(LOCALES)


class Clock:
    """Seconds since 1970 that pass when a test says so."""

    def __init__(self, moment: datetime) -> None:
        self.now = moment.timestamp()

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Web:
    """``browser`` keeps cookies and follows nothing by itself."""

    address: str
    port: int
    database: Database
    directory: LinkDirectory
    river: ClickRiver
    browser: aiohttp.ClientSession
    lifetime: Lifetime
    # Their addresses are paths.
    guides: Guides

    async def opens(self, path: str, *, method: str = "GET", agent: str = PHONE, **headers: str) -> Answer:
        """What a browser gets at ``path``; header names with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if agent:
            sent["User-Agent"] = agent
        async with self.browser.request(
            method, self.address + path, headers=sent, skip_auto_headers=["User-Agent"], allow_redirects=False
        ) as response:
            return Answer(response.status, response.headers, await response.text(errors="replace"))

    async def counted(self, slug: str) -> Link:
        """The link after all clicks so far are counted."""
        async with asyncio.timeout(PATIENCE):
            await self.river.drain.settled()
        async with self.database.read() as session:
            link = await links.by_slug(session, slug)
        assert link is not None
        return link


# Of the tests that speak as a proxy does, who tells where a visitor comes from.
LOOPBACK = (ip_network("127.0.0.0/8"),)


@asynccontextmanager
async def web_process(
    database: Database,
    folder: Path,
    *,
    secure: bool = False,
    bot_url: str | None = None,
    port: int = 0,
    reuse_port: bool = False,
    seconds_to_live: float = 300.0,
    clock: Callable[[], float] = time.time,
    trusted_proxies: Sequence[Any] = (),
    metrics_token: str = "",
    load: Callable[[], float] = lambda: 0.0,
) -> AsyncIterator[Web]:
    """``clock`` gives seconds since 1970, for links; ``load`` is the machine's."""
    async with AsyncExitStack() as stack:
        directory = LinkDirectory(database, seconds_to_live=seconds_to_live)
        directory.start()
        stack.push_async_callback(directory.close)
        slots, hashes = Slots(database), VisitorHashes(database)
        stack.push_async_callback(slots.close)
        hashes.start()
        stack.push_async_callback(hashes.close)
        await hashes.asked()
        river = ClickRiver(database, folder)
        river.open()
        stack.push_async_callback(river.close)
        lifetime = Lifetime(directory, load=load)
        guides = Guides(database, Tokens("a secret for tests"), public_url="")
        application = build_application(
            WebSettings(secure=secure, bot_url=bot_url, trusted_proxies=trusted_proxies, metrics_token=metrics_token),
            WebServices(
                ping=database.ping,
                directory=directory,
                lifetime=lifetime,
                slots=slots,
                visits=VISITS,
                hashes=hashes,
                river=river,
                texts=CATALOGUE,
                guides=GuideShelf(guides, CATALOGUE),
            ),
            clock=clock,
        )
        bound = await stack.enter_async_context(
            listening(application, host="127.0.0.1", port=port, reuse_port=reuse_port)
        )
        jar = aiohttp.CookieJar(unsafe=True)
        browser = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        yield Web(f"http://127.0.0.1:{bound}", bound, database, directory, river, browser, lifetime, guides)


async def make_link(database: Database, slug: str, target: str = "https://example.com/page", **settings: Any) -> int:
    """The id of a new link of OWNER; ``settings`` as in the columns of links."""
    now = datetime.now(UTC)
    async with database.write() as session:
        await people.add_if_new(session, OWNER, now)
        link = await links.add(session, slug=slug, owner_id=OWNER, target=target, now=now)
        assert link is not None
        for name, value in settings.items():
            setattr(link, name, value)
        await session.flush()
        await links.record_change(session, slug, now)
        return link.id


async def change_link(database: Database, slug: str, **settings: Any) -> None:
    """What its owner's dialogues do, in one stroke; every process hears of it within a second."""
    async with database.write() as session:
        link = await links.by_slug(session, slug)
        assert link is not None
        for name, value in settings.items():
            setattr(link, name, value)
        await session.flush()
        await links.record_change(session, slug, datetime.now(UTC))


async def clicks_of(database: Database, link_id: int) -> list[Click]:
    """What is recorded of each click, in their order."""
    async with database.read() as session:
        return list(await session.scalars(select(Click).where(Click.link_id == link_id).order_by(Click.id)))


async def delete_link(database: Database, link_id: int) -> None:
    now = datetime.now(UTC)
    async with database.write() as session:
        slug = await links.mark_deleted(session, link_id, OWNER, now)
        assert slug is not None
        await links.record_change(session, slug, now)
