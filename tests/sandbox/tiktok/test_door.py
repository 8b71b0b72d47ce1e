"""The invented TikTok's controls, on the sandbox's own port."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox import SandboxServer
from sandbox.clock import Clock as RunningClock
from sandbox.clock import KeptClock
from sandbox.tiktok import TikTokServer
from sandbox.tiktok.creators import creators, everybody
from sandbox.tiktok.faults import KINDS, NAMED, PLACES
from tests.sandbox.conftest import TOKEN, Clock
from tests.sandbox.tiktok.conftest import Reader


@pytest.fixture
async def server(clock: Clock, tiktok: TikTokServer) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(TOKEN, now=clock, tiktok=tiktok) as running:
        yield running


class Door:
    def __init__(self, http: aiohttp.ClientSession, server: SandboxServer) -> None:
        self._http, self._url = http, f"{server.url}/people/tiktok"

    async def look(self) -> dict[str, Any]:
        async with self._http.get(self._url) as answer:
            assert answer.status == 200
            told: dict[str, Any] = await answer.json()
            return told

    async def post(self, path: str, /, **wish: object) -> tuple[int, dict[str, Any]]:
        async with self._http.post(f"{self._url}/{path}", json=wish) as answer:
            return answer.status, await answer.json()


@pytest.fixture
def door(http: aiohttp.ClientSession, server: SandboxServer) -> Door:
    return Door(http, server)


async def test_a_day_is_turned_for_all_of_the_sandbox(door: Door, clock: Clock, tiktok: TikTokServer) -> None:
    before, followers = clock.time, tiktok.creator("gosha_sad").followers
    status, told = await door.post("day")
    assert status == 200
    assert told["now"] == (before + timedelta(days=1)).isoformat()
    await door.post("day", days=7)
    assert clock.time == before + timedelta(days=8)
    assert tiktok.creator("gosha_sad").followers > followers


@pytest.mark.parametrize("days", [0, -1, 91, "many", True])
async def test_nobody_turns_back_a_day_or_turns_years(door: Door, clock: Clock, days: object) -> None:
    before = clock.time
    status, told = await door.post("day", days=days)
    assert status == 400
    assert '"days"' in told["error"]
    assert clock.time == before


async def test_a_name_is_made_to_misbehave_and_well_again(door: Door, reader: Reader) -> None:
    assert (await door.post("fault", username="gosha_sad", kind="limited", where=["embed"]))[1]["faults"]["gosha_sad"]
    assert (await reader.get("/embed/@gosha_sad"))[0] == 429
    await door.post("fault", username="gosha_sad", kind="")
    assert (await reader.get("/embed/@gosha_sad"))[0] == 200


async def test_a_wrong_wish_is_refused_in_a_sentence(door: Door) -> None:
    status, told = await door.post("fault", username="gosha_sad", kind="tired")
    assert status == 400
    assert told["error"].startswith("There is no fault tired; there are: missing, ")
    assert (await door.post("fault", username="gosha_sad", kind="empty", where="page"))[0] == 400


async def test_the_door_tells_who_lives_there_and_who_was_asked_for(door: Door, reader: Reader) -> None:
    await reader.embed("gosha_sad")
    told = await door.look()
    assert "gosha_sad" in told["creators"]
    assert told["faults"]["ghost"] == "missing"
    assert told["requests"] == [{"place": "embed", "username": "gosha_sad", "count": 1}]


async def test_a_creator_puts_an_address_into_the_bio_and_a_post_flies(door: Door, reader: Reader) -> None:
    before = (await reader.embed("gosha_sad"))["videoList"][0]["playCount"]
    await door.post("twist", username="gosha_sad", bio_url="https://example.com/x", flying=30)
    assert (await reader.page("gosha_sad"))["userInfo"]["user"]["bioLink"]["link"] == "https://example.com/x"
    assert (await reader.embed("gosha_sad"))["videoList"][0]["playCount"] > 20 * before
    assert await door.post("twist", username="nobody") == (404, {"error": "Nobody is called nobody there."})
    for wrong in ({"shoes": "red"}, {"self": "x"}, {"flying": "high"}, {"bio": 7}):
        assert (await door.post("twist", **{"username": "gosha_sad"} | wrong))[0] == 400


async def test_the_other_signature_is_switched_off(door: Door, tiktok: TikTokServer) -> None:
    assert (await door.look())["signed"] is True
    await door.post("signed", signed=False)
    assert tiktok.signed is False


async def test_a_sandbox_without_tiktok_says_so(http: aiohttp.ClientSession, clock: Clock) -> None:
    async with SandboxServer(TOKEN, now=clock) as alone:
        async with http.get(f"{alone.url}/people/tiktok") as answer:
            assert answer.status == 404
            assert (await answer.json())["error"] == "There is no TikTok in this sandbox."
        async with http.get(f"{alone.url}/people/world") as answer:
            assert (await answer.json())["has_tiktok"] is False


def test_a_clock_that_was_put_forward_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    KeptClock(path).passes(days=2)
    assert timedelta(days=1, hours=23) < KeptClock(path)() - RunningClock()() <= timedelta(days=2)
    path.write_text("broken")
    assert abs(KeptClock(path)() - RunningClock()()) < timedelta(minutes=1)


def test_the_documentation_names_all_that_misbehaves() -> None:
    text = (Path(__file__).parents[3] / "docs/sandbox.md").read_text("utf-8")
    odd = everybody().keys() - {one.username for one in creators()}
    assert f"`{TikTokServer().short('lera_pechet')}` is `lera_pechet`" in text
    for name in (*KINDS, *PLACES, *NAMED, *odd):
        assert f"`{name}`" in text
