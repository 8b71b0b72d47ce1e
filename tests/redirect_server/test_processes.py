"""Web processes beside each other, without their database, and at their end."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from db.engine import Database
from db.queries import directory as directory_queries
from db.queries import links as queries
from tests.full_disk import full_disk
from tests.kill.launch import Order
from tests.kill.siege import Clicks, click_for
from tests.kill.siege import web_process as real_process
from tests.redirect_server.network import network_to
from tests.redirect_server.web import Web, delete_link, make_link, web_process
from tests.servers import free_port
from tests.waiting import until


async def readiness(web: Web) -> tuple[int, dict[str, Any]]:
    answer = await web.opens("/readyz")
    return answer.status, json.loads(answer.text)


async def test_a_process_that_can_do_its_work_is_ready(web: Web):
    assert (await web.opens("/healthz")).status == 200
    assert await readiness(web) == (200, {"ready": True, "database": "ok", "journal": "ok"})


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_without_the_database_redirects_go_on_and_every_click_is_counted_after(
    database: Database, database_url: str, tmp_path: Path
):
    await make_link(database, "abc1234")
    async with network_to(database_url) as (network, address):
        far = Database.open(address)
        async with web_process(far, tmp_path / "journals") as web:

            async def has_looked_for_changes() -> bool:
                return web.directory._seen is not None

            await until(has_looked_for_changes, True)
            await web.opens("/abc1234")
            await network.cut()
            for _ in range(50):
                assert (await web.opens("/abc1234")).status == 302
            unknown = await web.opens("/other12")
            assert unknown.status == 503
            assert "Retry-After" in unknown.headers
            assert "This link cannot be opened right now" in unknown.text
            status, state = await readiness(web)
            assert (status, state["journal"]) == (503, "ok")
            assert state["database"].startswith("no answer")
            assert (await web.opens("/healthz")).status == 200
            await network.mend()
            assert (await web.counted("abc1234")).clicks == 51
            assert (await readiness(web))[0] == 200
        await far.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_process_starts_without_its_database_and_counts_once_it_is_there(
    database: Database, database_url: str, tmp_path: Path
):
    await make_link(database, "abc1234")
    async with network_to(database_url) as (network, address):
        await network.cut()
        far = Database.open(address)
        async with web_process(far, tmp_path / "journals") as web:
            assert (await web.opens("/abc1234")).status == 503
            await network.mend()

            async def status() -> int:
                return (await web.opens("/abc1234")).status

            await until(status, 302)
            assert (await web.counted("abc1234")).clicks == 1
        await far.close()


async def test_on_a_full_disk_redirects_go_on_and_the_process_says_that_it_loses_clicks(web: Web):
    await make_link(web.database, "abc1234")
    await web.opens("/abc1234")
    await web.counted("abc1234")
    with full_disk():
        assert (await web.opens("/abc1234")).status == 302
        status, state = await readiness(web)
    assert status == 503
    assert state["journal"].startswith("cannot be written")
    assert web.river.journal.lost == 1
    assert (await readiness(web))[0] == 200
    await web.opens("/abc1234")
    assert (await web.counted("abc1234")).clicks == 2


async def test_what_is_in_hand_at_the_end_is_finished_and_counted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await make_link(database, "abc1234")
    asked, go_on = asyncio.Event(), asyncio.Event()
    ask = directory_queries.leading

    async def ask_slowly(*args: Any) -> Any:
        asked.set()
        await go_on.wait()
        return await ask(*args)

    monkeypatch.setattr(directory_queries, "leading", ask_slowly)
    async with asyncio.TaskGroup() as tasks, web_process(database, tmp_path / "journals") as web:
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        writer.write(b"GET /abc1234 HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0 Firefox/127.0\r\n\r\n")
        await asked.wait()

        async def answers_once_nobody_new_is_let_in() -> bytes:
            async def is_closed() -> bool:
                try:
                    _, second = await asyncio.open_connection("127.0.0.1", web.port)
                except ConnectionError:
                    return True
                second.close()
                return False

            await until(is_closed, True)
            go_on.set()
            return await reader.readuntil(b"\r\n\r\n")

        answer = tasks.create_task(answers_once_nobody_new_is_let_in())
    assert answer.result().startswith(b"HTTP/1.1 302")
    writer.close()
    async with database.read() as session:
        link = await queries.by_slug(session, "abc1234")
    assert link is not None
    assert link.clicks == 1


async def test_two_processes_share_a_port_and_a_database(database: Database, database_url: str, tmp_path: Path):
    link_id = await make_link(database, "abc1234")
    order = Order(database_url, tmp_path / "journals", port=free_port())
    clicks = Clicks()
    async with real_process(order) as one, real_process(order) as two:
        assert one.port == two.port == order.port
        await click_for(1.0, order.port, ["abc1234"], clicks)
        assert await one.settled() == await two.settled() == 0
        served = [await process.recorded() for process in (one, two)]
        assert all(served)
        assert sum(served) == clicks.answered

        async def counted() -> int:
            async with database.read() as session:
                link = await queries.by_slug(session, "abc1234")
            assert link is not None
            return link.clicks + link.bots

        assert await counted() == clicks.answered
        # Both have the link in memory, and both hear that it is gone.
        await delete_link(database, link_id)

        async def answers() -> set[int]:
            return set(await asyncio.gather(*(_status(order.port) for _ in range(20))))

        await until(answers, {410})
        await one.stop()
        await two.stop()


async def _status(port: int) -> int:
    """Over a connection of its own, so that either process may have it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HEAD /abc1234 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])
