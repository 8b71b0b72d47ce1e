"""Setting a webhook: what is refused, what a secret is, and that nobody else reaches it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from db import tables
from db.engine import Database
from services.errors import UserError
from services.links import errors
from services.links.link import Link
from services.webhooks import Webhooks
from services.webhooks.errors import NoWebhook, WebhookNotSecure, WebhookToOurselves
from tests.services.webhooks.conftest import ANNA, BEN, Scene, webhooks_of
from tests.services.works.workshop import Clock

HOOK = "https://hooks.example.com/x"


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("http://example.com/hook", WebhookNotSecure),
        ("https://tok.example/x", WebhookToOurselves),
        ("https://127.0.0.1/hook", errors.PrivateAddress),
        ("https://localhost/hook", errors.PrivateAddress),
        ("https://169.254.169.254/latest/meta-data", errors.PrivateAddress),
        ("https://[::ffff:10.0.0.1]/", errors.PrivateAddress),
        ("https://2130706433/", errors.PrivateAddress),
        ("https://name:secret@example.com/", errors.AddressWithPassword),
        ("ftp://example.com/", errors.SchemeRefused),
        ("привет", errors.AddressNotUnderstood),
    ],
)
async def test_only_public_https_addresses_of_others_are_told(
    database: Database, link: Link, clock: Clock, address: str, refused: type[UserError]
):
    strict = webhooks_of(database, allow_private=False)
    with pytest.raises(refused):
        await strict.set(ANNA, link.id, address, clock.now)
    assert await strict.of(ANNA, link.id) is None


async def test_an_address_without_its_scheme_is_https(database: Database, link: Link, clock: Clock):
    strict = webhooks_of(database, allow_private=False)
    webhook, _ = await strict.set(ANNA, link.id, "hooks.example.com/x#part", clock.now)
    assert webhook.url == HOOK
    assert await strict.of(ANNA, link.id) == webhook


async def test_a_secret_is_kept_encrypted_and_given_again_to_the_same_update_alone(scene: Scene):
    webhooks, link_id, now = scene.webhooks, scene.link.id, scene.clock.now
    _, secret = await webhooks.set(ANNA, link_id, HOOK, now, cause=1)
    assert len(secret) >= 43
    assert (await webhooks.set(ANNA, link_id, HOOK, now, cause=1))[1] == secret
    _, renewed = await webhooks.renew_secret(ANNA, link_id, now, cause=2)
    assert renewed != secret
    assert (await webhooks.renew_secret(ANNA, link_id, now, cause=2))[1] == renewed
    assert (await webhooks.set(ANNA, link_id, HOOK, now, cause=3))[1] not in {secret, renewed}
    async with scene.database.read() as session:
        row = await session.scalar(select(tables.LinkWebhook))
    assert row is not None
    assert secret.encode() not in row.secret


async def test_who_switches_it_off_is_told_nothing_until_it_is_on_again(scene: Scene):
    webhooks, link_id = scene.webhooks, scene.link.id
    await webhooks.set(ANNA, link_id, HOOK, scene.clock.now)
    await scene.clicks(1, 2)
    off = await webhooks.switch(ANNA, link_id, scene.clock.now, on=False)
    assert (off.off_since, off.waiting, await scene.is_told()) == (scene.clock.now, 0, False)
    since = scene.clock.now
    scene.clock.passes(hours=1)
    assert (await webhooks.switch(ANNA, link_id, scene.clock.now, on=False)).off_since == since
    on = await webhooks.switch(ANNA, link_id, scene.clock.now, on=True)
    assert (on.off_since, await scene.is_told()) == (None, True)


Act = Callable[[Webhooks, int, int, Clock], Awaitable[Any]]
ACTS: list[Act] = [
    lambda webhooks, owner, link, clock: webhooks.of(owner, link),
    lambda webhooks, owner, link, clock: webhooks.set(owner, link, HOOK, clock.now),
    lambda webhooks, owner, link, clock: webhooks.renew_secret(owner, link, clock.now),
    lambda webhooks, owner, link, clock: webhooks.switch(owner, link, clock.now, on=False),
    lambda webhooks, owner, link, clock: webhooks.remove(owner, link),
    lambda webhooks, owner, link, clock: webhooks.ask_to_test(
        owner, link, clock.now, page=0, chat_id=owner, message_id=1, cause=1
    ),
]


@pytest.mark.parametrize("act", ACTS)
async def test_only_the_owner_reaches_a_webhook(scene: Scene, act: Act):
    webhook, _ = await scene.webhooks.set(ANNA, scene.link.id, HOOK, scene.clock.now)
    with pytest.raises(errors.LinkNotFound):
        await act(scene.webhooks, BEN, scene.link.id, scene.clock)
    with pytest.raises(errors.LinkNotFound):
        await act(scene.webhooks, ANNA, scene.link.id + 1, scene.clock)
    assert await scene.webhooks.of(ANNA, scene.link.id) == webhook


async def test_a_webhook_that_is_gone_has_no_secret_and_no_switch(scene: Scene):
    await scene.webhooks.remove(ANNA, scene.link.id)
    for act in (ACTS[2], ACTS[3], ACTS[5]):
        with pytest.raises(NoWebhook):
            await act(scene.webhooks, ANNA, scene.link.id, scene.clock)
