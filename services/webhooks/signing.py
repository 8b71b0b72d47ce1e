"""What a webhook receives: the body of a batch, and the headers that prove whose it is. See docs/webhooks.md."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from typing import Any, Final

SECRET_BYTES: Final = 32
TIMESTAMP, SIGNATURE, BATCH = "Toklink-Timestamp", "Toklink-Signature", "Toklink-Batch"
# Of the way in which it is signed; another way would be another version.
VERSION: Final = "v1"


def new_secret() -> str:
    """What batches are signed under: printable, and with more to it than anybody can try."""
    return secrets.token_urlsafe(SECRET_BYTES)


def batch_body(slug: str, batch_id: str, clicks: Sequence[str], *, dropped: int = 0, test: bool = False) -> str:
    """JSON of a batch. ``clicks``: each as JSON already; ``dropped``: how many before these are told nowhere."""
    head: dict[str, Any] = {"batch": batch_id, "link": slug, "dropped": dropped}
    if test:
        head["test"] = True
    return f'{json.dumps(head)[:-1]}, "clicks": [{", ".join(clicks)}]}}'


def batch_id(body: str) -> str:
    """Of a body that ``batch_body`` made."""
    return str(json.loads(body)["batch"])


def clicks_in(body: str | None) -> int:
    """How many clicks a body has that ``batch_body`` made; None: there is none."""
    return 0 if body is None else len(json.loads(body)["clicks"])


def headers(body: str, secret: str, timestamp: int) -> dict[str, str]:
    """``timestamp``: seconds since 1970, of this very try: who receives it refuses an old one."""
    return {
        "Content-Type": "application/json",
        TIMESTAMP: str(timestamp),
        SIGNATURE: f"{VERSION}={signature(body, secret, timestamp)}",
        BATCH: batch_id(body),
    }


def signature(body: str, secret: str, timestamp: int) -> str:
    """HMAC-SHA256 (RFC 2104) of the timestamp, a dot and the body, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
