"""What happens when somebody opens a short link."""

import asyncio
import time

import pytest
from sqlalchemy import func, select

from db.tables import Click, ClickCount, LinkSlug
from tests.redirect_server.web import ANDROID, PHONE, TELEGRAM_PREVIEW, Web, delete_link, make_link, web_process
from tests.waiting import until


async def test_a_link_leads_to_its_target_and_browsers_do_not_remember_it(web: Web):
    await make_link(web.database, "abc1234", "https://example.com/a?b=c&d=%20e#f")
    answer = await web.opens("/abc1234")
    assert answer.status == 302
    assert answer.headers["Location"] == "https://example.com/a?b=c&d=%20e#f"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Referrer-Policy" not in answer.headers


async def test_a_click_is_in_the_counters_within_two_seconds(web: Web):
    await make_link(web.database, "abc1234")
    await web.opens("/abc1234")
    clicked_at = time.monotonic()
    link = await web.counted("abc1234")
    assert time.monotonic() - clicked_at < 2
    assert (link.clicks, link.visitors, link.bots) == (1, 1, 0)


async def test_who_comes_back_is_a_repeat_and_no_new_visitor(web: Web):
    await make_link(web.database, "abc1234")
    await make_link(web.database, "other12")
    for _ in range(3):
        await web.opens("/abc1234")
    await web.opens("/other12")
    link, other = await web.counted("abc1234"), await web.counted("other12")
    assert (link.clicks, link.visitors) == (3, 1)
    assert (other.clicks, other.visitors) == (1, 1)


async def test_the_cookie_belongs_to_the_link_alone(web: Web):
    await make_link(web.database, "привет")
    cookie = (await web.opens("/привет")).headers["Set-Cookie"]
    value, *attributes = cookie.split("; ")
    assert value.startswith("visitor=")
    assert set(attributes) == {
        "Path=/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82", "Max-Age=34560000", "HttpOnly", "SameSite=Lax"
    }  # fmt: skip
    # As a browser sends it, among cookies of our own host.
    again = await web.opens("/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82", Cookie=f"theme=dark; {value}")
    assert "Set-Cookie" not in again.headers
    assert (await web.counted("привет")).visitors == 1


async def test_every_visitor_gets_a_cookie_of_their_own(web: Web):
    await make_link(web.database, "abc1234")
    first = (await web.opens("/abc1234")).headers["Set-Cookie"]
    web.browser.cookie_jar.clear()
    second = (await web.opens("/abc1234", agent=ANDROID)).headers["Set-Cookie"]
    assert first != second
    assert (await web.counted("abc1234")).visitors == 2


async def test_a_slash_that_somebody_added_changes_nothing(web: Web):
    await make_link(web.database, "abc1234", "https://example.com/a")
    await make_link(web.database, "привет", "https://example.com/b")
    assert (await web.opens("/abc1234/")).headers["Location"] == "https://example.com/a"
    assert (await web.opens("/привет/")).headers["Location"] == "https://example.com/b"
    assert "Set-Cookie" not in (await web.opens("/abc1234")).headers, "it is the same visitor"
    assert (await web.opens("/abc1234//")).status == 404


async def test_a_slug_of_before_leads_where_its_link_leads_and_is_told_apart_by_nobody(web: Web):
    link_id = await make_link(web.database, "new-one", "https://example.com/a")
    async with web.database.write() as session:
        session.add(LinkSlug(slug="abc1234", link_id=link_id, skeleton="abc1234"))
    for slug in ("abc1234", "new-one"):
        assert (await web.opens(f"/{slug}")).headers["Location"] == "https://example.com/a"
    assert (await web.counted("new-one")).clicks == 2
    await delete_link(web.database, link_id)

    async def statuses() -> list[int]:
        return [(await web.opens(f"/{slug}")).status for slug in ("abc1234", "new-one")]

    await until(statuses, [410, 410])


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/robots.txt", "/favicon.ico", "/"])
async def test_no_link_takes_the_place_of_our_own_pages(web: Web, path: str):
    await make_link(web.database, "healthz")
    assert (await web.opens(path)).status == 200


@pytest.mark.parametrize("path", ["/abc1234", "/abc1234?x=1&y=/a", "/%61bc1234", "/abc1234/"])
async def test_however_its_path_is_written_a_link_is_found(web: Web, path: str):
    await make_link(web.database, "abc1234")
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {PHONE}\r\n\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 302")
    writer.close()


async def test_over_https_the_cookie_is_secure(database, tmp_path):
    async with web_process(database, tmp_path / "journals", secure=True) as web:
        await make_link(database, "abc1234")
        assert "; Secure" in (await web.opens("/abc1234")).headers["Set-Cookie"]


@pytest.mark.parametrize("wish", [{"DNT": "1"}, {"Sec_GPC": "1"}])
async def test_who_does_not_want_to_be_followed_gets_no_cookie_and_is_counted(web: Web, wish: dict[str, str]):
    await make_link(web.database, "abc1234")
    answer = await web.opens("/abc1234", **wish)
    assert answer.status == 302
    assert "Set-Cookie" not in answer.headers
    assert (await web.counted("abc1234")).clicks == 1


@pytest.mark.parametrize(
    "request_of_a_machine",
    [
        {"agent": TELEGRAM_PREVIEW},
        {"agent": "vkShare; +http://vk.com/dev/Share"},
        {"agent": ""},
        {"method": "HEAD"},
        {"Sec_Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X_Purpose": "preview"},
    ],
)
async def test_previews_crawlers_and_prefetches_are_led_on_but_are_nobodys_clicks(web: Web, request_of_a_machine):
    await make_link(web.database, "abc1234")
    answer = await web.opens("/abc1234", **request_of_a_machine)
    assert answer.status == 302
    assert "Set-Cookie" not in answer.headers
    link = await web.counted("abc1234")
    assert (link.clicks, link.visitors, link.bots) == (0, 0, 1)


async def test_capital_letters_make_another_link(web: Web):
    await make_link(web.database, "abcdefg", "https://example.com/small")
    await make_link(web.database, "ABCDEFG", "https://example.com/CAPITAL")
    assert (await web.opens("/ABCDEFG")).headers["Location"] == "https://example.com/CAPITAL"
    assert (await web.opens("/abcdefg")).headers["Location"] == "https://example.com/small"
    assert (await web.opens("/Abcdefg")).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/nothere",
        "/" + "a" * 65,
        "/" + "a" * 4000,
        "/%00",
        "/%FF",
        "/a%2Fb",
        "/a/b/c",
        "/😀",
        "/%0d%0aX:1",
        "/a b",
    ],
)
async def test_what_is_no_link_is_unknown(web: Web, path: str):
    answer = await web.opens(path)
    assert answer.status == 404
    assert "There is no such link" in answer.text


async def test_a_deleted_link_has_ended(web: Web):
    link_id = await make_link(web.database, "abc1234")
    await delete_link(web.database, link_id)
    answer = await web.opens("/abc1234")
    assert answer.status == 410
    assert "This link has ended" in answer.text
    assert "example.com" not in answer.text


async def test_an_address_with_letters_that_no_header_may_hold_still_leads_on(web: Web):
    await make_link(web.database, "abc1234", "https://example.com/путь?q=\r\nX: 1")
    answer = await web.opens("/abc1234")
    assert answer.status == 302
    assert answer.headers["Location"] == "https://example.com/%D0%BF%D1%83%D1%82%D1%8C?q=%0D%0AX:%201"


async def test_a_thousand_clicks_at_once_are_all_counted(web: Web):
    ids = [await make_link(web.database, f"link{number:03}") for number in range(10)]

    async def click(number: int) -> int:
        return (await web.opens(f"/link{number % 10:03}", agent=PHONE, DNT="1")).status

    assert set(await asyncio.gather(*(click(number) for number in range(1000)))) == {302}
    await web.counted("link000")
    async with web.database.read() as session:
        counts = dict(
            (
                await session.execute(
                    select(ClickCount.link_id, func.sum(ClickCount.clicks)).group_by(ClickCount.link_id)
                )
            ).all()
        )
        raw = dict((await session.execute(select(Click.link_id, func.count()).group_by(Click.link_id))).all())
    assert counts == raw == dict.fromkeys(ids, 100)
