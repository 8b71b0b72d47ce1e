"""What people make us call is on the public internet, however the address is written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientConnectorError, ClientError, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.typedefs import Handler

from services.outside import NotPublic, public_session


@asynccontextmanager
async def serving(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """A server; its port."""
    application = web.Application()
    application.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class House:
    """A server that nobody outside should reach, and what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.Response(text="a secret of the house")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
async def test_the_house_itself_cannot_be_reached(host: str):
    house = House()
    async with serving(house.answer) as port, public_session(allow_private=False) as session:
        with pytest.raises(ClientError):
            await session.get(f"http://{host}:{port}/")
    assert house.asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[fd00::1]", "[fe80::1]", "0.0.0.0", "[::]"],
)
async def test_private_networks_cannot_be_reached(address: str):
    async with public_session(allow_private=False) as session:
        with pytest.raises(ClientConnectorError) as refused:
            await session.get(f"http://{address}/")
    assert isinstance(refused.value.os_error, NotPublic)


class Pretends(AbstractResolver):
    """A name of somebody's own, which resolves to addresses of the house."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=2, proto=6, flags=0)
            for address in ("127.0.0.1", "10.1.1.1")
        ]

    async def close(self) -> None:
        pass


async def test_a_public_name_with_private_addresses_is_refused(monkeypatch: pytest.MonkeyPatch):
    house = House()
    async with serving(house.answer) as port, public_session(allow_private=False) as session:
        monkeypatch.setattr(session.connector, "_resolver", Pretends())
        with pytest.raises(ClientConnectorError) as refused:
            await session.get(f"http://rebinding.example:{port}/")
    assert isinstance(refused.value.os_error, NotPublic)
    assert house.asked == []


async def test_a_redirect_into_the_house_ends_at_its_door(monkeypatch: pytest.MonkeyPatch):
    # All of this machine's addresses are private: of two, one plays the public internet.
    monkeypatch.setattr("services.outside.session.is_private", lambda address: address == "127.0.0.2")
    house = House()
    async with serving(house.answer, "127.0.0.2") as inner:

        async def leads_inside(_request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": f"http://127.0.0.2:{inner}/inner"})

        async with serving(leads_inside) as port, public_session(allow_private=False) as session:
            async with session.get(f"http://127.0.0.1:{port}/", allow_redirects=False) as answer:
                assert answer.status == 302
            with pytest.raises(ClientConnectorError) as refused:
                await session.get(f"http://127.0.0.1:{port}/")
    assert isinstance(refused.value.os_error, NotPublic)
    assert house.asked == []


async def test_where_private_addresses_are_allowed_the_house_answers():
    house = House()
    async with serving(house.answer) as port, public_session(allow_private=True) as session:
        answer = await session.get(f"http://127.0.0.1:{port}/inner")
        assert await answer.content.read(100) == b"a secret of the house"
    assert house.asked == ["/inner"]


async def test_a_packed_body_is_not_unpacked():
    async def packed(_request: web.Request) -> web.Response:
        answer = web.Response(body=b"0" * 1_000_000)
        answer.enable_compression(web.ContentCoding.gzip)
        return answer

    async with serving(packed) as port, public_session(allow_private=True) as session:
        answer = await session.get(f"http://127.0.0.1:{port}/")
        body = await answer.content.read(-1)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(body) < 10_000
