"""A link's webhook, set in the chat and told of real clicks."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox import Person
from sandbox.client_views import Message
from services.webhooks.signing import signature
from tests.handlers.reading import answers, nothing_was_reported, said
from tests.handlers.test_link_routing import CHROME, sees, settings
from tests.platform import Platform, running_platform
from tests.services.webhooks.receiver import Receiver, receiving
from tests.waiting import until


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def clicks(platform: Platform, message: Message) -> None:
    """Somebody follows the link of the message's heading."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(message.links[0], headers={"User-Agent": CHROME}, allow_redirects=False) as answer,
    ):
        assert answer.status == 302


async def has_webhook(person: Person, receiver: Receiver) -> tuple[Message, str]:
    """The settings of a new link whose webhook is the receiver, and its secret."""
    opened = await settings(person)
    await person.press(opened.buttons[-3])
    await sees(person, "📡")
    await person.press("➕")
    await person.send(receiver.url)
    copied = (await person.press("📎")).copied
    await person.press("✅")
    await person.sees_button("🧪")
    return opened, copied


async def test_real_clicks_arrive_signed_under_the_secret_that_was_shown_once(
    platform: Platform, ben: Person, receiver: Receiver
):
    opened = await settings(ben)
    await ben.press("📡 Webhook: none")
    await sees(ben, "Never the visitor's address")
    await ben.press("➕ Set the address")
    await ben.sees("Which address")
    await ben.send(receiver.url)
    shown = await sees(ben, "is shown this once")
    secret = (await ben.press("📎 Copy the secret")).copied
    assert secret in shown.text
    await ben.press("✅ Kept")
    await sees(ben, "✅ On; no clicks yet")
    assert not any(secret in message.text for message in ben.messages())
    await ben.no_longer_sees("Which address")
    await clicks(platform, opened)

    async def arrived() -> int:
        return len(receiver.clicks)

    await until(arrived, 1)
    [click] = receiver.clicks
    assert (click["device"], click["browser"], click["first_visit"]) == ("Windows", "Chrome", True)
    assert "127.0.0.1" not in receiver.bodies[0]
    headers = receiver.headers[0]
    proof = signature(receiver.bodies[0], secret, int(headers["Toklink-Timestamp"]))
    assert headers["Toklink-Signature"] == f"v1={proof}"
    await ben.press("◀️ Back")
    await ben.sees_button("📡 Webhook: on")
    await ben.press("📡 Webhook: on")
    await sees(ben, "✅ On; took the last clicks")


async def test_a_test_says_how_it_went(platform: Platform, ben: Person, receiver: Receiver):
    await has_webhook(ben, receiver)
    await ben.press("🧪 Test it")
    shown = await sees(ben, "🧪 The test arrived.")
    assert "🔑 New secret" in shown.buttons
    assert receiver.batches[0]["test"] is True
    receiver.refuses(404)
    await ben.press("🧪 Test it")
    await sees(ben, "🧪 The test did not arrive: the answer was HTTP 404.")
    assert len(await answers(ben)) == 1
    await nothing_was_reported(platform)


async def test_after_a_day_of_failures_the_owner_reads_that_it_is_off(
    platform: Platform, anna: Person, receiver: Receiver
):
    receiver.refuses(500)
    opened, _ = await has_webhook(anna, receiver)
    # Nobody wants to be woken by it: notes come in the day.
    await clicks(platform, opened)

    async def tries() -> int:
        return len(receiver.bodies)

    await until(tries, 1)
    platform.clock.passes(days=1, minutes=1)
    await until(tries, 2)
    platform.clock.passes(hours=12)
    note = await anna.sees("выключен")
    assert "500" in note.text
    await anna.press("📡", on=note)
    await anna.sees_button("▶️ Включить")
    receiver.takes()
    await anna.press("▶️ Включить")
    await anna.sees_button("⏸ Выключить")
    await clicks(platform, opened)

    async def taken() -> list[str]:
        return [click["device"] for batch in receiver.batches[2:] for click in batch["clicks"]]

    await until(taken, ["Windows"])


async def test_it_is_switched_off_and_removed_and_asked_before(ben: Person, receiver: Receiver):
    await has_webhook(ben, receiver)
    await ben.press("⏸ Switch off")
    await sees(ben, "⏸ Switched off since")
    await ben.press("◀️ Back")
    await ben.press("📡 Webhook: off")
    await ben.press("▶️ Switch on")
    await sees(ben, "✅ On")
    await ben.press("🔑 New secret")
    await ben.press("◀️ Keep the old")
    await ben.press("🔑 New secret")
    await ben.press("🔑 Yes, make one")
    await sees(ben, "is shown this once")
    await ben.press("✅ Kept")
    await ben.press("🗑 Remove")
    await ben.press("◀️ Keep it")
    await ben.press("🗑 Remove")
    await ben.press("🗑 Yes, remove")
    await sees(ben, "Your server can learn of each click")
    await ben.press("◀️ Back")
    await ben.sees_button("📡 Webhook: none")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("http://example.com/hook", "begins with https://"),
        ("https://192.168.1.1/hook", "not on the public internet"),
        ("https://localhost/hook", "not on the public internet"),
        ("https://169.254.169.254/", "not on the public internet"),
        ("https://[::1]/", "not on the public internet"),
        ("https://tok.example/hook", "an address of ours"),
        ("no address at all", "not a web address"),
    ],
)
async def test_an_address_that_must_not_be_told_is_refused_and_another_can_be_sent(tmp_path, typed: str, answer: str):
    changes = {"allow_private_targets": False, "public_url": "https://tok.example"}
    async with running_platform(tmp_path, changes) as platform:
        ben = platform.world.person("Бен")
        await settings(ben)
        await ben.press("📡 Webhook: none")
        await ben.press("➕ Set the address")
        await ben.sees("Which address")
        await ben.send(typed)
        assert answer in said(ben)
        await ben.send("https://hooks.example.com/x")
        await sees(ben, "is shown this once")


async def test_a_webhook_that_redirects_into_the_house_fails_and_the_house_is_not_asked(
    platform: Platform, ben: Person, receiver: Receiver
):
    async with receiving() as house:
        receiver.refuses(307, Location=house.url)
        opened, _ = await has_webhook(ben, receiver)
        await clicks(platform, opened)

        async def tries() -> int:
            return len(receiver.bodies)

        await until(tries, 1)
        await ben.press("◀️ Back")
        await ben.sees_button("📡 Webhook: on")
        await ben.press("📡 Webhook: on")
        await sees(ben, "it redirects elsewhere, which is not followed")
        assert house.bodies == []


async def test_clicks_wait_out_a_restart(platform: Platform, ben: Person, receiver: Receiver):
    receiver.refuses(503)
    opened, _ = await has_webhook(ben, receiver)
    await clicks(platform, opened)

    async def tries() -> int:
        return len(receiver.bodies)

    await until(tries, 1)
    await platform.restart()
    await clicks(platform, opened)
    receiver.takes()
    platform.clock.passes(seconds=15)

    async def arrived() -> int:
        return len(receiver.clicks)

    await until(arrived, 2)
    assert receiver.bodies[0] == receiver.bodies[1]
