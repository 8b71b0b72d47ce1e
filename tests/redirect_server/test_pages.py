"""The pages that people see when a link does not lead on."""

import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web as aiohttp_web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from redirect_server.assets import Assets
from redirect_server.languages import preferred_language
from redirect_server.pages import Pages
from tests.redirect_server.web import CATALOGUE, Web, delete_link, make_link


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("en;q=0.5, ru;q=0.8", "ru"),
        ("de,fr;q=0.9", "en"),
        ("de,ru;q=0.3", "ru"),
        ("kk-KZ,kk;q=0.9", "ru"),
        ("ru;q=0", "en"),
        ("ru;q=abc, en;q=0.1", "en"),
        ("*", "en"),
        ("ru;q=9;;=,,;", "en"),
        ("," * 5000, "en"),
    ],
)
def test_the_page_speaks_the_language_that_the_browser_ranks_first(header: str, language: str):
    assert preferred_language(header) == language


@pytest.mark.parametrize(("asked", "title"), [("en", "There is no such link"), ("ru", "Такой ссылки нет")])
async def test_an_unknown_link_gets_a_page_in_the_readers_language(web: Web, asked: str, title: str):
    answer = await web.opens("/nothere", Accept_Language=asked)
    assert answer.status == 404
    assert f'<html lang="{asked}">' in answer.text
    assert f"<h1>{title}</h1>" in answer.text
    assert 'href="https://t.me/toklink_bot"' in answer.text


async def test_a_page_is_safe_and_kept_by_nobody(web: Web):
    headers = (await web.opens("/nothere")).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Vary"] == "Accept-Language"


async def test_pages_load_nothing_from_elsewhere_and_have_nothing_that_the_policy_forbids(web: Web):
    for path in ("/", "/nothere"):
        page = (await web.opens(path)).text
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert {address for address in loaded if not address.startswith("/")} == {"https://t.me/toklink_bot"}
        assert "<script" not in page
        assert "<style" not in page
        assert " style=" not in page
        for address in loaded:
            if address.startswith("/static/"):
                assert (await web.opens(address)).status == 200
    stylesheet = (await web.opens("/static/page.css")).text
    fonts = re.findall(r'url\("([^"]+)"\)', stylesheet)
    assert len(fonts) == 2
    for font in fonts:
        answer = await web.opens(f"/static/{font}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "font/woff2")


async def test_what_was_typed_into_the_address_does_not_get_into_the_page(web: Web):
    answer = await web.opens("/<script>alert(1)</script>")
    assert answer.status == 404
    assert "alert" not in answer.text


async def test_a_finished_link_says_so_in_russian_too(web: Web):
    await delete_link(web.database, await make_link(web.database, "abc1234"))
    answer = await web.opens("/abc1234", Accept_Language="ru")
    assert answer.status == 410
    assert "Ссылка больше не работает" in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_a_link_can_only_be_opened(web: Web, method: str):
    await make_link(web.database, "abc1234")
    answer = await web.opens("/abc1234", method=method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert "That does not work here" in answer.text
    assert (await web.counted("abc1234")).clicks == 0


async def test_the_start_page_says_what_this_is_and_leads_to_the_bot(web: Web):
    answer = await web.opens("/", Accept_Language="ru")
    assert answer.status == 200
    assert "Короткие ссылки со счётчиком" in answer.text
    assert '<a class="button" href="https://t.me/toklink_bot">Открыть бота</a>' in answer.text


async def test_files_are_kept_by_browsers_until_they_change(web: Web):
    page = (await web.opens("/")).text
    found = re.search(r'href="(/static/page\.css\?v=\w+)"', page)
    assert found is not None
    answer = await web.opens(found[1])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = await web.opens(found[1], If_None_Match=answer.headers["ETag"])
    assert (again.status, again.text) == (304, "")


@pytest.mark.parametrize("path", ["/static/", "/static/nothing.css", "/static/..%2fpages.py", "/static/fonts/LICENSE"])
async def test_no_other_files_are_served(web: Web, path: str):
    assert (await web.opens(path)).status == 404


async def test_crawlers_and_browsers_find_what_they_look_for(web: Web):
    assert "Disallow: /" in (await web.opens("/robots.txt")).text
    assert (await web.opens("/favicon.ico")).headers["Content-Type"] == "image/x-icon"


@pytest.fixture
async def troubled() -> AsyncIterator[str]:
    """The address of a server whose handlers fail in several ways."""

    async def breaks(_request: aiohttp_web.Request) -> aiohttp_web.Response:
        raise ZeroDivisionError("secret detail")

    async def reads(request: aiohttp_web.Request) -> aiohttp_web.Response:
        return aiohttp_web.Response(text=await request.text())

    pages = Pages(CATALOGUE, Assets(), bot_url=None)
    application = aiohttp_web.Application(client_max_size=100)
    application.add_routes(
        [aiohttp_web.get("/breaks", pages.guarded(breaks)), aiohttp_web.post("/reads", pages.guarded(reads))]
    )
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


async def test_an_unexpected_error_gets_an_apology_with_a_number_that_is_in_the_log(troubled: str):
    with capture_logs() as logs:
        async with aiohttp.request("GET", f"{troubled}breaks") as response:
            page = await response.text()
    assert response.status == 500
    assert "Something went wrong on our side" in page
    number = re.search(r"<code>(\w+)</code>", page)
    assert number is not None
    assert [entry["error_id"] for entry in logs] == [number[1]]
    assert logs[0]["exc_info"]
    assert "secret detail" not in page
    assert "Traceback" not in page


async def test_too_much_at_once_gets_a_page(troubled: str):
    async with aiohttp.request("POST", f"{troubled}reads", data=b"x" * 1000) as response:
        page = await response.text()
    assert response.status == 413
    assert "That is too much at once" in page


async def test_old_and_impatient_clients_are_answered_in_their_way(web: Web):
    await make_link(web.database, "abc1234")
    for head in ("GET /abc1234 HTTP/1.0\r\n\r\n", "GET /abc1234 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        writer.write(head.encode())
        answer = (await asyncio.wait_for(reader.read(), 5)).decode()
        assert answer.startswith("HTTP/1.1 302 Found\r\n")
        assert "\r\nConnection: close\r\n" in answer
        assert re.search(r"\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n", answer)
        writer.close()


async def test_requests_sent_without_waiting_are_answered_in_their_order(web: Web):
    await make_link(web.database, "abc1234")
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    paths = ["/abc1234", "/nothere", "/abc1234", "/healthz", "/abc1234"]
    last = "Connection: close\r\n"
    for number, path in enumerate(paths, 1):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{last if number == len(paths) else ''}\r\n".encode())
    answers = (await asyncio.wait_for(reader.read(), 5)).decode()
    assert re.findall(r"HTTP/1\.1 (\d+)", answers) == ["302", "404", "302", "200", "302"]
    writer.close()
