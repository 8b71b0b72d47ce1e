"""Who clicks: what is recorded of them, and how they are known again."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from db.engine import Database
from tests.redirect_server.web import ANDROID, LOOPBACK, PHONE, Web, clicks_of, make_link, web_process

COOKIE = "0123456789abcdef01234567"


@pytest.fixture
async def proxied(database: Database, tmp_path: Path) -> AsyncIterator[Web]:
    trusted = [*LOOPBACK, ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
    async with web_process(database, tmp_path / "journals", trusted_proxies=trusted) as process:
        yield process


async def test_everything_that_a_click_tells_is_recorded_and_its_address_is_not(proxied: Web):
    link_id = await make_link(proxied.database, "abc1234")
    agent = f"{ANDROID} Instagram 331.0.0.5 Android"
    await proxied.opens(
        "/abc1234?qr",
        agent=agent,
        X_Forwarded_For="8.8.8.8",
        Accept_Language="kk-KZ,ru;q=0.8",
        Referer="https://www.Example.com:8443/path?secret=1",
    )
    await proxied.counted("abc1234")
    (click,) = await clicks_of(proxied.database, link_id)
    assert (click.country, click.device, click.system, click.app) == ("US", "Android", "Android 14", "Instagram")
    assert (click.referrer, click.language, click.qr, click.variant) == ("example.com", "kk", True, "")
    assert (click.bot, click.first_visit) == (False, True)
    assert "8.8.8.8" not in str(vars(click))


async def test_people_behind_one_address_are_told_apart_by_their_browsers(proxied: Web):
    await make_link(proxied.database, "abc1234")
    for agent in (PHONE, ANDROID):
        for language in ("ru", "en"):
            proxied.browser.cookie_jar.clear()
            await proxied.opens("/abc1234", agent=agent, Accept_Language=language, X_Forwarded_For="95.24.1.1")
    assert (await proxied.counted("abc1234")).visitors == 4


async def test_who_keeps_no_cookies_is_one_visitor_a_day(proxied: Web):
    await make_link(proxied.database, "abc1234")
    for _ in range(5):
        proxied.browser.cookie_jar.clear()
        await proxied.opens("/abc1234", X_Forwarded_For="95.24.1.1")
    link = await proxied.counted("abc1234")
    assert (link.clicks, link.visitors) == (5, 1)


@pytest.mark.parametrize("wish", [{"DNT": "1"}, {"Sec_GPC": "1"}])
async def test_who_wants_not_to_be_followed_is_one_visitor_a_day(proxied: Web, wish: dict[str, str]):
    await make_link(proxied.database, "abc1234")
    for address in ("95.24.1.1", "95.24.1.2", "95.24.1.1"):
        await proxied.opens("/abc1234", X_Forwarded_For=address, **wish)
    link = await proxied.counted("abc1234")
    assert (link.clicks, link.visitors) == (3, 2)


async def test_a_cookie_says_for_certain_that_one_was_here(proxied: Web):
    await make_link(proxied.database, "abc1234")
    await proxied.opens("/abc1234", X_Forwarded_For="95.24.1.1")
    # Another network, another version of the browser.
    await proxied.opens("/abc1234", X_Forwarded_For="8.8.8.8", agent=PHONE.replace("17", "18"))
    link = await proxied.counted("abc1234")
    assert (link.clicks, link.visitors) == (2, 1)


@pytest.mark.parametrize(
    "cookie",
    [
        "visitor=somebody",
        "visitor=",
        f"visitor={COOKIE}0",
        f"visitor={COOKIE.upper()}",
        f"visitor={COOKIE}.AB",
        f"visitor={COOKIE}.a",
        f"xvisitor={COOKIE}",
        f"a=b,visitor={COOKIE}",
        f"Visitor={COOKIE}",
        "visitor=" + "0" * 3000,
        "visitor='; DROP TABLE links",
    ],
)
async def test_a_cookie_that_we_never_gave_is_none(web: Web, cookie: str):
    await make_link(web.database, "abc1234")
    answer = await web.opens("/abc1234", Cookie=cookie)
    assert answer.status == 302
    assert answer.headers["Set-Cookie"].startswith("visitor=")
    assert COOKIE not in answer.headers["Set-Cookie"]
    assert (await web.counted("abc1234")).visitors == 1


@pytest.mark.parametrize(
    "cookie", [f"visitor={COOKIE}", f"theme=dark; visitor={COOKIE}", f"visitor={COOKIE}.A; b=c", f"x=;visitor={COOKIE}"]
)
async def test_our_cookie_is_found_among_others(web: Web, cookie: str):
    await make_link(web.database, "abc1234")
    assert "Set-Cookie" not in (await web.opens("/abc1234", Cookie=cookie)).headers
    link = await web.counted("abc1234")
    assert (link.clicks, link.visitors) == (1, 0)


ODD = [
    b"User-Agent: \xff\xfe\x80 \xd0\x9f",
    b"User-Agent: Mozilla/5.0 \xd0\x9f\xd1\x80\xd0\xb8",
    b"Accept-Language: \xff\xff,ru",
    b"Accept-Language: " + b"," * 3000,
    b"Referer: \xff\xfe://\x80",
    b"Referer: https://[::1",
    b"Referer: https://" + b"a" * 4000 + b".com/",
    b"Cookie: \xff=visitor=\xfe; visitor=\x80",
    b"X-Forwarded-For: \xff, ,,, unknown, 1.2.3.4.5",
    b"X-Forwarded-For: " + b"1.1.1.1, " * 800,
    b"DNT: \xff",
    b"Sec-Purpose: \xff",
]


@pytest.mark.parametrize("line", ODD)
async def test_no_header_stops_a_redirect(proxied: Web, line: bytes):
    await make_link(proxied.database, "abc1234")
    reader, writer = await asyncio.open_connection("127.0.0.1", proxied.port)
    agent = b"" if line.startswith(b"User-Agent") else b"User-Agent: Mozilla/5.0 (X11; Linux) Firefox/127\r\n"
    writer.write(b"GET /abc1234 HTTP/1.1\r\nHost: x\r\n" + agent + line + b"\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 302")
    writer.close()
    link = await proxied.counted("abc1234")
    assert link.clicks + link.bots == 1


@pytest.mark.parametrize(
    ("forwarded", "country"),
    [
        ("8.8.8.8", "US"),
        ("8.8.8.8, 10.1.2.3", "US"),
        ("8.8.8.8:4711, 10.1.2.3, 10.9.9.9:80", "US"),
        ("188.44.42.38, 8.8.8.8", "US"),
        ("8.8.8.8, 188.44.42.38", "RU"),
        ("2a02:6b8:a::a", "RU"),
        ("[2a02:6b8:a::a]:443, 2001:db8::7", "RU"),
        ("::ffff:8.8.8.8", "US"),
        ("8.8.8.8, unknown", ""),
        ("", ""),
    ],
)
async def test_of_forwarded_addresses_the_last_one_that_no_proxy_of_ours_is_counts(
    proxied: Web, forwarded: str, country: str
):
    link_id = await make_link(proxied.database, "abc1234")
    await proxied.opens("/abc1234", X_Forwarded_For=forwarded)
    await proxied.counted("abc1234")
    assert [click.country for click in await clicks_of(proxied.database, link_id)] == [country]


async def test_without_a_trusted_proxy_nobody_is_believed(web: Web):
    link_id = await make_link(web.database, "abc1234")
    await web.opens("/abc1234", X_Forwarded_For="8.8.8.8")
    await web.counted("abc1234")
    assert [click.country for click in await clicks_of(web.database, link_id)] == [""]
