"""SECRET_KEY: from the settings, or made once and kept beside the database."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from bot.refusals import Refused
from bot.settings import Settings

FILE = "secret.key"


def secret_key(settings: Settings) -> str:
    """Raises Refused where a key that is made here would not be the one of the other machines."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    if settings.is_on_postgresql or settings.webhook_url:
        command = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        raise Refused(
            f"With PostgreSQL or a webhook, SECRET_KEY must be in .env, the same on every machine. Make one: {command}"
        )
    return _kept(settings.data_dir / FILE)


def webhook_secret(settings: Settings) -> str:
    """WEBHOOK_SECRET, or one that follows from SECRET_KEY: the same after a restart and on a standby."""
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    return hmac.new(secret_key(settings).encode(), b"toklink webhook", hashlib.sha256).hexdigest()


def _kept(path: Path) -> str:
    """The key in the file; two processes that start at once agree on one."""
    made = path.with_name(f"{FILE}.{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(secrets.token_urlsafe(48), encoding="ascii")
    try:
        # Unlike a rename, a link never replaces what is there.
        path.hardlink_to(made)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return path.read_text(encoding="ascii").strip()
