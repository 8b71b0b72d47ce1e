"""Targets are looked at once a day, politely; owners hear of those that broke, and of those that work again."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from db import tables
from db.engine import Database
from db.queries import link_health as queries
from services.links.health import Checked, LinkHealth
from services.links.looks import Look, Looks, Pace
from services.links.news import Broken
from services.outside import public_session
from tests.servers import free_port
from tests.services.links.newsroom import ANNA, NOON, Newsroom

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUICK = Pace(a_second=1_000, between=0.0)


class Site:
    """Somebody's site: pages answer what a test says, and what was asked is noted."""

    def __init__(self) -> None:
        self.answers: dict[str, int | Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path))
        self.headers.append(dict(request.headers))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            answer = self.answers.get(request.path, 200)
            return web.Response(status=answer) if isinstance(answer, int) else await answer(request)
        finally:
            self.at_once -= 1

    def redirects(self, path: str, location: str) -> None:
        async def redirect(_request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": location})

        self.answers[path] = redirect


@asynccontextmanager
async def open_site(tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    site = Site()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    site.url = f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site


@pytest.fixture
def room(database: Database) -> Newsroom:
    return Newsroom(database)


def health_of(room: Newsroom, *, allow_private: bool = True, pace: Pace = QUICK) -> LinkHealth:
    return LinkHealth(
        room.database, room.another(), public_url="https://tok.example", allow_private=allow_private, pace=pace
    )


@pytest.fixture
def health(room: Newsroom) -> LinkHealth:
    return health_of(room)


async def look(url: str, *, allow_private: bool = True, seconds: float = 10.0) -> Look:
    async with public_session(allow_private, seconds=seconds) as session:
        return await Looks(session, QUICK).at(url)


# What a look finds


@pytest.mark.parametrize("status", [404, 410, 500, 502, 503, 522])
async def test_what_is_not_there_or_fails_is_broken(site: Site, status: int):
    site.answers["/page"] = status
    assert await look(f"{site.url}/page") == Look(str(status))
    assert site.asked == [("HEAD", "/page"), ("GET", "/page")], "a HEAD alone proves nothing"


@pytest.mark.parametrize("status", [200, 204, 206, 304, 400, 401, 402, 403, 405, 418, 429, 451, 999])
async def test_who_sends_robots_away_is_not_broken(site: Site, status: int):
    site.answers["/page"] = status
    assert await look(f"{site.url}/page") == Look()


async def test_a_page_that_a_head_shows_is_not_fetched(site: Site):
    assert await look(f"{site.url}/page") == Look()
    assert site.asked == [("HEAD", "/page")]


@pytest.mark.parametrize("status", [404, 405, 500])
async def test_a_site_that_knows_no_head_is_asked_by_get(site: Site, status: int):
    async def get_alone(request: web.Request) -> web.Response:
        return web.Response(status=status if request.method == "HEAD" else 200)

    site.answers["/page"] = get_alone
    assert await look(f"{site.url}/page") == Look()


async def test_a_site_that_hangs_up_on_a_head_is_asked_by_get(site: Site):
    async def get_alone(request: web.Request) -> web.Response:
        if request.method == "HEAD":
            assert request.transport is not None
            request.transport.abort()
        return web.Response()

    site.answers["/page"] = get_alone
    assert await look(f"{site.url}/page") == Look()


async def test_redirects_are_followed_to_their_end(site: Site):
    for number in range(5):
        site.redirects(f"/{number}", f"/{number + 1}?x=%2F#here")
    site.answers["/5"] = 404
    assert await look(f"{site.url}/0") == Look("404")
    site.answers["/5"] = 200
    assert await look(f"{site.url}/0") == Look()


async def test_more_redirects_than_we_follow_prove_nothing(site: Site):
    site.redirects("/loop", "/loop")
    assert await look(f"{site.url}/loop") == Look()
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    "location", ["tg://resolve?domain=toklink", "mailto:anna@example.com", "http://", "", "http://[x"]
)
async def test_a_redirect_to_an_app_or_to_nonsense_is_not_broken(site: Site, location: str):
    site.redirects("/page", location)
    assert await look(f"{site.url}/page") == Look()


async def test_a_body_without_end_is_not_read(site: Site):
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while request.method == "GET":
            await response.write(b"0" * 65_536)
            await asyncio.sleep(0)
        return response

    site.answers["/page"] = endless
    assert await look(f"{site.url}/page") == Look()


async def test_a_site_that_does_not_answer_in_time(site: Site):
    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    site.answers["/page"] = never
    assert await look(f"{site.url}/page", seconds=0.2) == Look("timeout", answered=False)


async def test_a_name_that_leads_nowhere_and_a_port_that_nobody_has():
    assert await look("http://no-such-name.invalid/") == Look("dns", answered=False)
    assert await look(f"http://127.0.0.1:{free_port()}/") == Look("connection", answered=False)


async def test_an_address_inside_our_own_network_is_told_apart(site: Site):
    assert await look(f"{site.url}/page", allow_private=False) == Look("private")
    assert site.asked == []


async def test_a_redirect_into_our_own_network_goes_no_further(site: Site, monkeypatch: pytest.MonkeyPatch):
    # Of this machine's addresses one plays the public internet.
    monkeypatch.setattr("services.outside.session.is_private", lambda address: address != "127.0.0.1")
    site.redirects("/page", "http://127.0.0.2:1/")
    assert await look(f"{site.url}/page", allow_private=False) == Look("private")


async def test_a_certificate_that_browsers_refuse(tmp_path):
    async with open_site(self_signed(tmp_path)) as site:
        assert await look(f"{site.url}/") == Look("tls")


async def test_one_address_is_looked_at_once_and_a_host_asked_one_thing_at_a_time(site: Site):
    async with public_session(True) as session:
        looks = Looks(session, Pace(a_second=1_000, at_once=10, between=0.0))
        await asyncio.gather(*(looks.at(f"{site.url}/{number % 5}") for number in range(50)))
    assert Counter(site.asked) == {("HEAD", f"/{number}"): 1 for number in range(5)}
    assert site.most_at_once == 1


async def test_the_pace_is_kept(site: Site):
    async with public_session(True) as session:
        looks, loop = Looks(session, Pace(a_second=20, between=0.0)), asyncio.get_running_loop()
        begun = loop.time()
        await asyncio.gather(*(looks.at(f"{site.url}/{number}") for number in range(5)))
        assert loop.time() - begun >= 4 / 20
        calm, begun = Looks(session, Pace(a_second=1_000, between=0.1)), loop.time()
        await asyncio.gather(*(calm.at(f"{site.url}/{number}") for number in range(3)))
        assert loop.time() - begun >= 0.2


# What owners hear


async def test_the_site_knows_who_looks(room: Newsroom, health: LinkHealth, site: Site):
    await room.link(target=f"{site.url}/page")
    await health.check_due(NOON)
    assert site.headers[0]["User-Agent"] == "Toklink link check (+https://tok.example)"
    assert "Cookie" not in site.headers[0]


async def test_a_target_is_looked_at_once_a_day(room: Newsroom, health: LinkHealth, site: Site):
    await room.link(target=f"{site.url}/page")
    seen = [await health.check_due(NOON + step) for step in (HOUR * 0, HOUR, DAY - HOUR, DAY, DAY + HOUR, 2 * DAY)]
    assert [checked.links for checked in seen] == [1, 0, 0, 1, 0, 1]
    assert len(site.asked) == 3


async def test_two_looks_an_hour_apart_make_it_broken_and_it_is_told_once(
    room: Newsroom, health: LinkHealth, site: Site
):
    link_id = await room.link(target=f"{site.url}/page")
    site.answers["/page"] = 404
    assert await health.check_due(NOON) == Checked(1)
    assert await health.check_due(NOON + HOUR / 2) == Checked()
    assert await health.check_due(NOON + HOUR) == Checked(1, broken=1)
    assert await health.check_due(NOON + 2 * HOUR) == Checked(), "who broke is looked at once a day again"
    assert await health.check_due(NOON + HOUR + DAY) == Checked(1)
    seconds = int((NOON + HOUR).timestamp())
    assert await room.owed() == [f"link-broken:{link_id}:{seconds}"]
    person, news = room.said[1]
    assert isinstance(news, Broken)
    assert (person, news.target, news.reason) == (ANNA, f"{site.url}/page", "404")

    site.answers["/page"] = 200
    assert await health.check_due(NOON + HOUR + 2 * DAY) == Checked(1, mended=1)
    assert await health.check_due(NOON + HOUR + 3 * DAY) == Checked(1)
    assert await room.owed() == [f"link-broken:{link_id}:{seconds}", f"link-mended:{link_id}:{seconds}"]


async def test_one_bad_minute_is_not_told(room: Newsroom, health: LinkHealth, site: Site):
    await room.link(target=f"{site.url}/page")
    for status, hours in ((503, 0), (200, 1), (503, 25), (200, 26)):
        site.answers["/page"] = status
        assert await health.check_due(NOON + HOUR * hours) == Checked(1)
    assert await room.owed() == []


async def test_targets_of_rules_and_variants_are_looked_at_too(room: Newsroom, health: LinkHealth, site: Site):
    await room.link(
        target=f"{site.url}/own",
        rules=[{"kind": "country", "values": ["RU"], "target": f"{site.url}/rule"}],
        variants=[
            {"key": "A", "weight": 1, "target": None},
            {"key": "B", "weight": 1, "target": f"{site.url}/variant"},
        ],
    )
    site.answers["/variant"] = 410
    await health.check_due(NOON)
    assert [path for method, path in site.asked if method == "HEAD"] == ["/own", "/rule", "/variant"]
    assert await health.check_due(NOON + HOUR) == Checked(1, broken=1)
    news = room.said[-1][1]
    assert isinstance(news, Broken)
    assert (news.target, news.reason) == (f"{site.url}/variant", "410")


@pytest.mark.parametrize(
    "values",
    [{"deleted_at": NOON}, {"draft_since": NOON}, {"paused_at": NOON}, {"disabled_at": NOON, "disabled_reason": "no"},
     {"valid_until": NOON}, {"owner_id": None}],
)  # fmt: skip
async def test_links_that_lead_nowhere_are_left_alone(
    room: Newsroom, health: LinkHealth, site: Site, values: dict[str, Any]
):
    link_id = await room.link(target=f"{site.url}/page")
    await room.change(tables.Link, link_id, **values)
    assert await health.check_due(NOON) == Checked()
    assert site.asked == []


async def test_a_link_to_a_blocked_host_is_left_alone(room: Newsroom, health: LinkHealth, site: Site):
    await room.link(target=f"{site.url}/page")
    await room.add(tables.BlockedHost(host="127.0.0.1", reason="no", blocked_at=NOON))
    assert await health.check_due(NOON) == Checked()
    assert site.asked == []


async def test_who_does_not_want_it_is_left_alone(room: Newsroom, health: LinkHealth, site: Site):
    await room.link("a", target=f"{site.url}/page", muted="broken")
    site.answers["/page"] = 404
    await health.check_due(NOON)
    await health.check_due(NOON + HOUR)
    assert await room.owed() == []


async def test_what_was_found_of_another_target_says_nothing_of_the_new_one(
    room: Newsroom, health: LinkHealth, site: Site
):
    link_id = await room.link(target=f"{site.url}/page")
    site.answers["/page"] = 404
    await health.check_due(NOON)
    async with room.database.write() as session:
        await queries.forget(session, link_id)
    await room.change(tables.Link, link_id, target=f"{site.url}/other")
    assert await health.check_due(NOON + HOUR) == Checked(1)
    assert await room.owed() == []


async def test_two_processes_at_once_look_once(room: Newsroom, site: Site):
    for number in range(50):
        await room.link(f"slug{number}", target=f"{site.url}/{number}")
    both = await asyncio.gather(*(health_of(room).check_due(NOON) for _ in range(2)))
    assert sum(checked.links for checked in both) == 50
    assert Counter(site.asked) == {("HEAD", f"/{number}"): 1 for number in range(50)}


async def test_a_run_looks_at_as_many_as_it_may_and_the_next_goes_on(
    room: Newsroom, health: LinkHealth, site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.links.health.MOST_LINKS", 3)
    for number in range(5):
        await room.link(f"slug{number}", target=f"{site.url}/{number}")
    assert [(await health.check_due(NOON)).links for _ in range(3)] == [3, 2, 0]


async def test_a_process_that_died_in_the_middle_leaves_the_rest_to_the_next_one(room: Newsroom, site: Site):
    async def never(_request: web.Request) -> web.Response:
        reached.set()
        await asyncio.Event().wait()
        return web.Response()

    reached = asyncio.Event()
    site.answers["/0"] = never
    for number in range(50):
        await room.link(f"slug{number}", target=f"{site.url}/{number}")
    dying = asyncio.create_task(health_of(room).check_due(NOON))
    await asyncio.wait_for(reached.wait(), 10)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    site.answers["/0"] = 200
    assert (await health_of(room).check_due(NOON + HOUR)).links == 30
    assert (await health_of(room).check_due(NOON + DAY)).links == 20
    assert {path for _, path in site.asked} == {f"/{number}" for number in range(50)}


async def test_where_nobody_answers_it_is_our_own_network_that_is_away(room: Newsroom, health: LinkHealth, site: Site):
    for number in range(3):
        await room.link(f"slug{number}", target=f"http://name{number}.invalid/")
    for hours in range(5):
        assert await health.check_due(NOON + HOUR * hours) == Checked()
    assert await room.owed() == []
    await room.link("there", target=f"{site.url}/page")
    assert await health.check_due(NOON + HOUR * 5) == Checked(4)
    assert await health.check_due(NOON + HOUR * 6) == Checked(3, broken=3), "somebody answers: it is not us"


async def test_while_our_own_network_is_away_nothing_breaks(room: Newsroom, health: LinkHealth):
    async with open_site() as site:
        await room.link(target=f"{site.url}/page")
        await health.check_due(NOON)
    await room.link("other", target="http://name.invalid/")
    for hours in (1, 2, 3, 24, 25, 26):
        assert await health.check_due(NOON + HOUR * hours) == Checked()
    assert await room.owed() == []


async def test_the_only_link_that_there_is_may_break(room: Newsroom, health: LinkHealth):
    await room.link(target="http://name.invalid/")
    assert await health.check_due(NOON) == Checked(1)
    assert await health.check_due(NOON + HOUR) == Checked(1, broken=1)


def self_signed(folder) -> ssl.SSLContext:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, now - DAY, now + DAY).sign(
        key, hashes.SHA256()
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
