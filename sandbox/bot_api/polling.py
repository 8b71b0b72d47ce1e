"""How the bot gets its updates: getUpdates and the registration of a webhook."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.bot_api.content import is_loopback
from sandbox.bot_api.parameters import Call
from sandbox.errors import bad_request, conflict
from sandbox.limits import UPDATES_MAX, WEBHOOK_CONNECTIONS_MAX, WEBHOOK_PORTS, WEBHOOK_SECRET_MAX
from sandbox.profile import Webhook
from sandbox.text import Json
from sandbox.updates import DEFAULT_KINDS, WEBHOOK_ACTIVE
from sandbox.world import World


def read_allowed(world: World, call: Call) -> None:
    """Take the list of kinds when there is one: omitted (or not a list), the previous one holds."""
    if not call.text("allowed_updates"):
        return
    try:
        kinds: Any = json.loads(call.text("allowed_updates"))
    except ValueError:
        raise bad_request("can't parse allowed_updates JSON object") from None
    if isinstance(kinds, list):
        world.updates.allow([str(kind) for kind in kinds])


async def get_updates(world: World, call: Call) -> list[Json]:
    if world.profile.webhook.url:
        raise conflict(WEBHOOK_ACTIVE)
    read_allowed(world, call)
    return await world.updates.poll(
        offset=call.integer("offset"), limit=call.integer("limit", UPDATES_MAX), timeout=call.integer("timeout")
    )


async def set_webhook(world: World, call: Call) -> bool:
    url = call.text("url")
    secret = call.text("secret_token")
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{0,{WEBHOOK_SECRET_MAX}}}", secret):
        fault = (
            "secret token is too long"
            if len(secret) > WEBHOOK_SECRET_MAX
            else "secret token contains unallowed characters"
        )
        raise bad_request(fault)
    read_allowed(world, call)
    if not url:
        return await delete_webhook(world, call)
    check_address(url)
    if call.boolean("drop_pending_updates"):
        world.updates.clear()
    world.profile.webhook = Webhook(
        url=url,
        secret_token=secret,
        max_connections=min(max(call.integer("max_connections", 40), 1), WEBHOOK_CONNECTIONS_MAX),
        has_custom_certificate="certificate" in call.files,
    )
    world.updates.end_poll(conflict("terminated by setWebhook request"))
    await world.courier.begin(world.profile.webhook)
    return True


def check_address(url: str) -> None:
    """Raises BotApiError 400 for what Telegram would not deliver to; this machine is reached without TLS as well."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise bad_request("bad webhook: invalid webhook URL specified") from None
    if is_loopback(host) and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https" or not host:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


async def delete_webhook(world: World, call: Call) -> bool:
    await world.courier.end()
    if call.boolean("drop_pending_updates"):
        world.updates.clear()
    world.profile.webhook = Webhook()
    return True


async def get_webhook_info(world: World, _: Call) -> Json:
    webhook = world.profile.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": webhook.has_custom_certificate,
        "pending_update_count": world.updates.pending,
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
    if webhook.last_error_date is not None:
        info |= {"last_error_date": webhook.last_error_date, "last_error_message": webhook.last_error_message}
    if world.updates.allowed != DEFAULT_KINDS:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info
