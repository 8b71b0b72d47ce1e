"""What arrives at somebody's server, and what becomes of what does not."""

import asyncio
import hashlib
import hmac
from datetime import timedelta
from pathlib import Path
from ssl import create_default_context

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from db.queries import webhooks as queries
from db.queries.links import mark_deleted
from services.outside import public_session
from services.webhooks.sending import CLICKS_IN_A_BATCH, LONGEST_PAUSE, pause_after
from tests.servers import free_port
from tests.services.webhooks.conftest import ANNA, Scene, webhooks_of
from tests.services.webhooks.receiver import Receiver, receiving, self_signed
from tests.waiting import until


async def test_clicks_arrive_in_signed_batches_and_in_their_order(scene: Scene, receiver: Receiver):
    _, secret = await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(*range(CLICKS_IN_A_BATCH + 50))
    assert await scene.sends() is None
    first, second = receiver.batches
    assert [len(batch["clicks"]) for batch in (first, second)] == [100, 50]
    assert first["clicks"] + second["clicks"] == list(range(150))
    assert first["link"] == scene.link.slug
    assert first["dropped"] == 0
    assert first["batch"] != second["batch"]
    for headers, body in zip(receiver.headers, receiver.bodies, strict=True):
        said = f"{headers['Toklink-Timestamp']}.{body}".encode()
        proof = hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
        assert headers["Toklink-Signature"] == f"v1={proof}"
        assert headers["Toklink-Timestamp"] == str(int(scene.clock.now.timestamp()))
        assert headers["Content-Type"] == "application/json"
        assert "Toklink webhooks (+https://tok.example)" in headers["User-Agent"]
    assert [headers["Toklink-Batch"] for headers in receiver.headers] == [first["batch"], second["batch"]]
    state = await scene.state()
    assert (state.waiting, state.taken_at, state.failing_since) == (0, scene.clock.now, None)
    assert await scene.works() == 0, "nobody is due to send anything"


async def test_an_address_is_called_as_its_owner_wrote_it(scene: Scene, receiver: Receiver):
    signed = "?sig=%41%2f&v=%7E%27"
    await scene.webhooks.set(ANNA, scene.link.id, f"{receiver.url}{signed}", scene.clock.now)
    await scene.clicks(1)
    await scene.sends()
    assert [path.partition("?")[2] for path in receiver.paths] == [signed.removeprefix("?")]


async def test_a_batch_that_is_refused_comes_again_to_the_letter(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    receiver.refuses(500)
    await scene.clicks(1, 2)
    assert await scene.sends() == 10
    await scene.clicks(3)
    scene.clock.passes(seconds=20)
    assert await scene.sends() == 20
    state = await scene.state()
    assert (state.trouble, state.waiting) == ("HTTP 500", 3)
    assert scene.clock.now - (state.failing_since or scene.clock.now) == timedelta(seconds=20)
    receiver.takes()
    assert await scene.sends() is None
    refused, again, taken, new = receiver.bodies
    assert refused == again == taken
    assert (receiver.batches[3]["clicks"], len(new)) == ([3], len(new))
    assert receiver.clicks == [1, 2, 3]
    timestamps = [int(headers["Toklink-Timestamp"]) for headers in receiver.headers]
    assert timestamps[1] - timestamps[0] == 20, "each try is signed anew"
    state = await scene.state()
    assert (state.trouble, state.failing_since, state.waiting) == (None, None, 0)


async def test_after_a_crash_a_batch_comes_again_under_its_number(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1, 2)
    died = webhooks_of(scene.database)
    arrived = asyncio.Event()

    def answer() -> web.Response:
        arrived.set()
        return web.Response()

    receiver.answer = answer
    # The receiver has answered, and nobody has noted it yet.
    died.sender._taken = lambda *_: asyncio.Event().wait()  # type: ignore[assignment,method-assign]
    sending = asyncio.create_task(scene.sends(died))
    await asyncio.wait_for(arrived.wait(), 10)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await died.close()
    await scene.clicks(3)
    assert await scene.sends() is None
    assert receiver.bodies[0] == receiver.bodies[1]
    assert receiver.clicks == [1, 2, 3]


async def test_after_a_day_of_failures_it_is_switched_off_and_its_owner_told(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    receiver.refuses(503)
    tries = 0
    await scene.clicks(1)
    while (pause := await scene.sends()) is not None:
        tries += 1
        scene.clock.passes(seconds=pause)
        await scene.clicks(tries)
    assert 30 <= tries <= 50
    [note] = scene.notes
    assert (note.owner_id, note.short_url, note.trouble) == (ANNA, scene.link.short_url, "HTTP 503")
    assert len(await scene.owed()) == 1
    state = await scene.state()
    assert state.off_since == scene.clock.now
    assert state.failing_since is not None
    assert timedelta(days=1) <= state.off_since - state.failing_since < timedelta(days=1, hours=1)
    assert (state.waiting, await scene.is_told(), await scene.works()) == (0, False, 0)
    receiver.takes()
    await scene.webhooks.switch(ANNA, scene.link.id, scene.clock.now, on=True)
    await scene.clicks(77)
    assert await scene.sends() is None
    assert receiver.batches[-1]["clicks"] == [77]
    assert (await scene.state()).failing_since is None


async def test_of_a_link_that_is_deleted_nobody_is_told(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    receiver.refuses(500)
    await scene.clicks(1)
    assert await scene.sends() == 10
    async with scene.database.write() as session:
        await mark_deleted(session, scene.link.id, ANNA, scene.clock.now)
    scene.clock.passes(days=1)
    assert await scene.sends() is None
    assert (scene.notes, await scene.owed(), await scene.works()) == ([], [], 0)


async def test_a_redirect_is_a_failure_and_is_not_followed(scene: Scene, receiver: Receiver):
    async with receiving() as house:
        receiver.refuses(307, Location=house.url)
        await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
        await scene.clicks(1)
        assert await scene.sends() == 10
        assert house.bodies == []
    assert (await scene.state()).trouble == "redirect"


async def test_a_name_that_leads_into_the_house_is_not_called(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1)
    strict = webhooks_of(scene.database, allow_private=False)
    assert await scene.sends(strict) == 10
    await strict.close()
    assert receiver.bodies == []
    assert (await scene.state()).trouble == "private"


async def test_what_cannot_be_reached_says_why(scene: Scene):
    await scene.clicks(1)
    for url, trouble in (
        (f"http://localhost:{free_port()}/", "unreachable"),
        ("http://nobody.invalid/", "name"),
        (f"https://localhost:{free_port()}/", "unreachable"),
    ):
        await scene.webhooks.set(ANNA, scene.link.id, url, scene.clock.now)
        assert await scene.sends() == 10
        assert (await scene.state()).trouble == trouble


async def test_a_server_without_tls_is_not_believed(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url.replace("http:", "https:"), scene.clock.now)
    await scene.clicks(1)
    assert await scene.sends() == 10
    assert (await scene.state()).trouble == "tls"
    assert receiver.bodies == []


async def test_a_server_that_vouches_for_itself_is_not_believed(scene: Scene, tmp_path: Path):
    async with receiving(self_signed(tmp_path)) as receiver:
        await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
        await scene.clicks(1)
        assert await scene.sends() == 10
        assert (await scene.state()).trouble == "tls"
        assert receiver.bodies == []


async def test_clicks_arrive_over_tls(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tls = self_signed(tmp_path)
    # What the machine trusts is read when the session is made.
    trusting = create_default_context(cafile=str(tmp_path / "certificate.pem"))
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    async with receiving(tls) as receiver:
        await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
        await scene.clicks(1, 2)
        assert await scene.sends() is None
        assert receiver.clicks == [1, 2]


async def test_a_server_that_answers_too_slowly_is_left_alone(scene: Scene):
    never = asyncio.Event()

    async def waits(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await never.wait()
        writer.close()

    server = await asyncio.start_server(waits, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await scene.webhooks.set(ANNA, scene.link.id, f"http://localhost:{port}/", scene.clock.now)
        await scene.clicks(1)
        hurried = webhooks_of(scene.database)
        hurried.sender._session = public_session(True, seconds=0.2)
        assert await scene.sends(hurried) == 10
        await hurried.close()
        never.set()
    assert (await scene.state()).trouble == "timeout"


async def test_a_server_may_ask_for_patience_within_bounds(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1)
    receiver.refuses(429, Retry_After="120")
    assert await scene.sends() == 120
    receiver.refuses(429, Retry_After="999999")
    assert await scene.sends() == 3600
    receiver.refuses(429, Retry_After="soon")
    assert await scene.sends() == 10


async def test_what_is_left_out_is_counted_and_told(scene: Scene, receiver: Receiver, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queries, "MOST_WAITING", 5)
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    receiver.refuses(500)
    await scene.clicks(0)
    await scene.sends()
    await scene.clicks(*range(1, 21))
    assert (await scene.state()).dropped == 15
    receiver.takes()
    await scene.sends()
    assert [(batch["dropped"], batch["clicks"]) for batch in receiver.batches[1:]] == [
        (0, [0]),
        (15, [16, 17, 18, 19, 20]),
    ]
    assert (await scene.state()).dropped == 0


async def test_a_queue_that_grew_while_nobody_sent_is_shortened_in_small_parts_before_it_is_sent(
    scene: Scene, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queries, "MOST_WAITING", 5)
    monkeypatch.setattr(queries, "DROPPED_AT_ONCE", 4)
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(*range(20))
    await scene.sends()
    assert [(batch["dropped"], batch["clicks"]) for batch in receiver.batches] == [(15, [15, 16, 17, 18, 19])]


async def test_long_queues_take_turns(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(*range(2_050))
    assert await scene.sends() == 0, "it is another's turn, and then this one's again"
    assert await scene.sends() is None
    assert receiver.clicks == list(range(2_050))


async def test_a_new_address_gets_what_the_old_one_did_not_take(scene: Scene, receiver: Receiver):
    receiver.refuses(500)
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1)
    assert await scene.sends() == 10
    async with receiving() as other:
        await scene.webhooks.set(ANNA, scene.link.id, other.url, scene.clock.now)
        await scene.clicks(2)
        assert await scene.sends() is None
        assert other.clicks == [1, 2]


async def test_when_the_webhook_goes_so_does_what_waits(scene: Scene, receiver: Receiver):
    receiver.refuses(500)
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1)
    assert await scene.sends() == 10
    await scene.webhooks.remove(ANNA, scene.link.id)
    assert await scene.webhooks.of(ANNA, scene.link.id) is None
    assert (await scene.is_told(), await scene.works()) == (False, 0)
    assert await scene.sends() is None
    assert len(receiver.bodies) == 1


async def test_a_secret_that_cannot_be_read_is_a_trouble_and_a_new_one_mends_it(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1)
    moved = webhooks_of(scene.database, secret_key="another secret")
    assert await scene.sends(moved) == 10
    assert (await scene.state()).trouble == "secret"
    await moved.renew_secret(ANNA, scene.link.id, scene.clock.now)
    assert await scene.sends(moved) is None
    await moved.close()
    assert receiver.clicks == [1]


async def test_a_test_is_a_batch_that_says_so_and_leaves_all_else_alone(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1)
    assert await scene.webhooks.sender.send_test(scene.link.id, scene.clock.now) is None
    [batch] = receiver.batches
    assert batch["test"] is True
    assert batch["clicks"][0]["device"] == "iPhone"
    assert "Toklink-Signature" in receiver.headers[0]
    receiver.refuses(404)
    assert await scene.webhooks.sender.send_test(scene.link.id, scene.clock.now) == "HTTP 404"
    state = await scene.state()
    assert (state.waiting, state.failing_since, state.taken_at) == (1, None, None)


@given(st.timedeltas(timedelta(), timedelta(days=2)), st.timedeltas(timedelta(), timedelta(days=2)))
def test_the_pause_grows_and_has_an_end(failing_for: timedelta, more: timedelta):
    assert timedelta(seconds=10) <= pause_after(failing_for) <= pause_after(failing_for + more) <= LONGEST_PAUSE


async def test_an_answer_that_comes_late_takes_no_other_batch(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    await scene.clicks(1)
    receiver.gate = gate = asyncio.Event()
    slow = webhooks_of(scene.database)
    late = asyncio.create_task(scene.sends(slow))

    async def asked() -> int:
        return len(receiver.bodies)

    await until(asked, 1)
    # Its lease ran out, say: another sends the same batch, and has the next one refused.
    assert await scene.sends() is None
    receiver.refuses(500)
    await scene.clicks(2)
    assert await scene.sends() == 10
    gate.set()
    assert await late == 10, "it goes on with the batch that was refused"
    await slow.close()
    receiver.takes()
    assert await scene.sends() is None
    assert receiver.clicks == [1, 2]
    assert len(receiver.bodies) == 5


async def test_what_is_added_while_batches_leave_and_fail_arrives_once_and_in_order(scene: Scene, receiver: Receiver):
    await scene.webhooks.set(ANNA, scene.link.id, receiver.url, scene.clock.now)
    turns = iter(range(10_000))

    def answer() -> web.Response:
        return web.Response(status=500 if next(turns) % 3 == 1 else 204)

    receiver.answer = answer
    other = webhooks_of(scene.database)
    adding = asyncio.create_task(add(scene, 40))
    while not adding.done():
        # Two processes that both believe the work to be theirs.
        await asyncio.gather(scene.sends(), scene.sends(other))
    await adding
    receiver.takes()
    assert await scene.sends() is None
    await other.close()
    assert receiver.clicks == list(range(400))
    assert (await scene.state()).waiting == 0


async def add(scene: Scene, times: int) -> None:
    for number in range(times):
        await scene.clicks(*range(10 * number, 10 * number + 10))
