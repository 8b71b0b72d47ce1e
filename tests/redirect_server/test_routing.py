"""Whom a link leads where: by rules, by variants, with UTM fields; and scans of its QR."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.engine import Database
from tests.redirect_server.web import (
    ANDROID,
    COMPUTER,
    LOOPBACK,
    PHONE,
    TELEGRAM_PREVIEW,
    Answer,
    Web,
    clicks_of,
    make_link,
    web_process,
)

# Addresses that the file of countries knows for good: a university's, a public resolver's.
RUSSIAN, AMERICAN = "188.44.42.38", "8.8.8.8"
TWO = [{"key": "A", "weight": 50, "target": "https://a.example/"}, {"key": "B", "weight": 50, "target": None}]


@pytest.fixture
async def proxied(database: Database, tmp_path: Path) -> AsyncIterator[Web]:
    """A process behind a proxy: the tests are the proxy, and say where visitors come from."""
    async with web_process(database, tmp_path / "journals", trusted_proxies=LOOPBACK) as process:
        yield process


def target(answer: Answer) -> str:
    assert answer.status == 302, answer
    return answer.headers["Location"]


async def test_the_first_rule_that_fits_decides_and_who_fits_none_goes_to_the_target(proxied: Web):
    await make_link(
        proxied.database,
        "abc1234",
        "https://rest.example/",
        rules=[
            {"kind": "country", "values": ["RU", "BY"], "target": "https://russia.example/"},
            {"kind": "device", "values": ["Android"], "target": "https://android.example/"},
            {"kind": "language", "values": ["de"], "target": "https://german.example/"},
            {"kind": "device", "values": ["phones"], "target": "https://phones.example/"},
        ],
    )

    async def led(address: str, agent: str, language: str) -> str:
        answer = await proxied.opens("/abc1234", agent=agent, X_Forwarded_For=address, Accept_Language=language)
        return target(answer)

    assert await led(RUSSIAN, ANDROID, "de") == "https://russia.example/"
    assert await led(AMERICAN, ANDROID, "de") == "https://android.example/"
    assert await led(AMERICAN, PHONE, "de-AT,de;q=0.9,ru;q=0.8") == "https://german.example/"
    assert await led(AMERICAN, PHONE, "en") == "https://phones.example/"
    assert await led(AMERICAN, COMPUTER, "en,de;q=0.5") == "https://rest.example/"


async def test_a_rule_comes_before_the_variants(web: Web):
    rules = [{"kind": "device", "values": ["iPhone"], "target": "https://rule.example/"}]
    link_id = await make_link(web.database, "abc1234", rules=rules, variants=TWO)
    answer = await web.opens("/abc1234")
    assert target(answer) == "https://rule.example/"
    assert re.match(r"visitor=[0-9a-f]{24};", answer.headers["Set-Cookie"])
    await web.counted("abc1234")
    assert [click.variant for click in await clicks_of(web.database, link_id)] == [""]


async def test_a_visitor_stays_with_their_variant(web: Web):
    link_id = await make_link(web.database, "abc1234", "https://own.example/", variants=TWO)
    first = await web.opens("/abc1234")
    key = "A" if target(first) == "https://a.example/" else "B"
    assert re.match(rf"visitor=[0-9a-f]{{24}}\.{key};", first.headers["Set-Cookie"])
    for _ in range(5):
        again = await web.opens("/abc1234")
        assert target(again) == target(first)
        assert "Set-Cookie" not in again.headers
    await web.counted("abc1234")
    assert [click.variant for click in await clicks_of(web.database, link_id)] == [key] * 6


async def test_who_keeps_no_cookie_stays_with_their_variant_all_day(proxied: Web):
    await make_link(proxied.database, "abc1234", "https://own.example/", variants=TWO)
    led: dict[str, set[str]] = {}
    for _ in range(3):
        for number in range(20):
            address = f"95.24.1.{number}"
            proxied.browser.cookie_jar.clear()
            led.setdefault(address, set()).add(target(await proxied.opens("/abc1234", X_Forwarded_For=address)))
    assert all(len(targets) == 1 for targets in led.values())
    assert len(set.union(*led.values())) == 2, "not all of them have the same"


async def test_a_cookie_of_before_there_were_variants_gets_one_that_stays(web: Web):
    await make_link(web.database, "abc1234", "https://own.example/", variants=TWO)
    cookie = "0123456789abcdef01234567"
    first = await web.opens("/abc1234", Cookie=f"visitor={cookie}")
    assert re.match(rf"visitor={cookie}\.[AB];", first.headers["Set-Cookie"]), "the visitor is the same"
    link = await web.counted("abc1234")
    assert (link.clicks, link.visitors) == (1, 0)


async def test_a_cookie_whose_variant_is_gone_gets_another(web: Web):
    await make_link(web.database, "abc1234", "https://own.example/", variants=TWO)
    answer = await web.opens("/abc1234", Cookie="visitor=0123456789abcdef01234567.Z")
    assert target(answer) in {"https://a.example/", "https://own.example/"}
    assert re.match(r"visitor=0123456789abcdef01234567\.[AB];", answer.headers["Set-Cookie"])


async def test_who_wants_no_cookie_gets_a_variant_and_no_cookie(web: Web):
    await make_link(web.database, "abc1234", "https://own.example/", variants=TWO)
    answers = [await web.opens("/abc1234", DNT="1") for _ in range(4)]
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert len({target(answer) for answer in answers}) == 1


async def test_shares_follow_the_weights(proxied: Web):
    variants = [{"key": "A", "weight": 80, "target": "https://a.example/"}, {"key": "B", "weight": 20, "target": None}]
    await make_link(proxied.database, "abc1234", "https://own.example/", variants=variants)
    led: Counter[str] = Counter()
    for number in range(400):
        led[
            target(await proxied.opens("/abc1234", DNT="1", X_Forwarded_For=f"95.24.{number // 200}.{number % 200}"))
        ] += 1
    # 320 of 400, give or take five times the root of 400 · 0.8 · 0.2.
    assert 280 <= led["https://a.example/"] <= 360


async def test_previews_are_all_led_to_the_same_variant(web: Web):
    variants = [{"key": "A", "weight": 40, "target": "https://a.example/"}, {"key": "B", "weight": 60, "target": None}]
    link_id = await make_link(web.database, "abc1234", "https://own.example/", variants=variants)
    assert target(await web.opens("/abc1234", agent=TELEGRAM_PREVIEW)) == "https://own.example/"
    assert target(await web.opens("/abc1234", method="HEAD")) == "https://own.example/"
    await web.counted("abc1234")
    assert {(click.bot, click.variant) for click in await clicks_of(web.database, link_id)} == {(True, "")}


async def test_utm_fields_are_added_to_where_one_is_led(web: Web):
    utm = {"source": "tiktok", "campaign": "весна 2026"}
    await make_link(web.database, "abc1234", "https://own.example/p?utm_source=old&x=1#top", utm=utm)
    answer = await web.opens("/abc1234")
    campaign = "%D0%B2%D0%B5%D1%81%D0%BD%D0%B0%202026"
    assert target(answer) == f"https://own.example/p?x=1&utm_source=tiktok&utm_campaign={campaign}#top"


@pytest.mark.parametrize(
    ("path", "is_scan"),
    [
        ("/abc1234?qr", True),
        ("/abc1234?qr=", True),
        ("/abc1234?fbclid=x&qr", True),
        ("/abc1234/?qr", True),
        ("/abc1234", False),
        ("/abc1234?", False),
        ("/abc1234?qrcode", False),
        ("/abc1234?x=qr", False),
    ],
)
async def test_scans_of_the_qr_are_told_apart_and_the_target_hears_nothing_of_it(web: Web, path: str, is_scan: bool):
    link_id = await make_link(web.database, "abc1234", "https://own.example/")
    assert target(await web.opens(path)) == "https://own.example/"
    await web.counted("abc1234")
    assert [click.qr for click in await clicks_of(web.database, link_id)] == [is_scan]
