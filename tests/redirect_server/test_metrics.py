"""/metrics tells how a process fares, to whom it may."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.engine import Database
from tests.full_disk import full_disk
from tests.redirect_server.network import network_to
from tests.redirect_server.web import LOOPBACK, PHONE, TELEGRAM_PREVIEW, Web, make_link, web_process


async def figures(web: Web, **headers: str) -> dict[str, float]:
    """Each figure by its name and its outcome, if it has one."""
    answer = await web.opens("/metrics", agent="Prometheus/3.0", **headers)
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            bare, _, labels = name.partition("{")
            assert 'process="' in labels
            outcome = labels.partition('outcome="')[2].partition('"')[0]
            found[f"{bare} {outcome}".strip()] = float(value)
    return found


async def test_it_tells_of_redirects_clicks_the_cache_and_the_database(database: Database, tmp_path: Path):
    await make_link(database, "abc1234")
    await make_link(database, "paused1", paused_at=datetime.now(UTC))
    async with web_process(database, tmp_path / "journals", load=lambda: 0.5) as web:
        web.lifetime.look()
        for agent in (PHONE, PHONE, TELEGRAM_PREVIEW):
            await web.opens("/abc1234", agent=agent)
        for path in ("/paused1", "/nothere"):
            await web.opens(path)
        await web.counted("abc1234")
        seen = await figures(web)
        assert seen["toklink_redirects_total redirected"] == 2
        assert seen["toklink_redirects_total bot"] == 1
        assert seen["toklink_redirects_total paused"] == 1
        assert seen["toklink_redirects_total unknown"] == 1
        assert seen["toklink_redirects_total used_up"] == 0
        assert seen["toklink_clicks_recorded_total"] == 3
        assert (seen["toklink_clicks_lost_total"], seen["toklink_clicks_waiting"]) == (0, 0)
        assert seen["toklink_link_cache_hits_total"] + seen["toklink_link_cache_misses_total"] == 5
        assert seen["toklink_link_cache_misses_total"] >= 3
        assert 1 <= seen["toklink_link_cache_links"] <= 2
        assert seen["toklink_machine_load"] == 0.5
        assert seen["toklink_link_cache_seconds_to_live"] == pytest.approx(10 * 360**0.5)
        assert (seen["toklink_database_up"], seen["toklink_journal_ok"]) == (1, 1)
        assert seen["toklink_process_seconds_total"] > 0
        with full_disk():
            await web.opens("/abc1234")
            seen = await figures(web)
        assert (seen["toklink_clicks_lost_total"], seen["toklink_clicks_recorded_total"]) == (1, 3)
        assert seen["toklink_journal_ok"] == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_it_tells_that_the_database_is_away(database: Database, database_url: str, tmp_path: Path):
    async with network_to(database_url) as (network, address):
        far = Database.open(address)
        async with web_process(far, tmp_path / "journals") as web:
            assert (await figures(web))["toklink_database_up"] == 1
            await network.cut()
            assert (await figures(web))["toklink_database_up"] == 0
        await far.close()


async def test_with_a_token_it_is_for_those_who_show_it(database: Database, tmp_path: Path):
    async with web_process(database, tmp_path / "journals", metrics_token="geheim") as web:
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic geheim"},
            {"Authorization": "geheim"},
            {"Authorization": "Bearer \xff"},
        ):
            answer = await web.opens("/metrics", **headers)
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert "toklink_" not in answer.text
        assert await figures(web, Authorization="Bearer geheim")
        assert await figures(web, Authorization="bearer geheim", X_Forwarded_For="8.8.8.8")


@pytest.mark.parametrize("trace", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
async def test_without_a_token_a_proxy_on_this_machine_opens_it_to_nobody(web: Web, trace: str):
    assert await figures(web)
    answer = await web.opens("/metrics", **{trace: "127.0.0.1"})
    assert answer.status == 403
    assert "toklink_" not in answer.text


async def test_a_trusted_proxy_may_pass_on_a_program_of_this_machine_and_nobody_else(
    database: Database, tmp_path: Path
):
    async with web_process(database, tmp_path / "journals", trusted_proxies=LOOPBACK) as web:
        assert await figures(web, X_Forwarded_For="127.0.0.1")
        assert await figures(web, X_Forwarded_For="::1")
        for address in ("8.8.8.8", "unknown", "127.0.0.1, 8.8.8.8"):
            assert (await web.opens("/metrics", X_Forwarded_For=address)).status == 403
