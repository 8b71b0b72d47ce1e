"""Encryption at rest: AES-256-GCM under keys that come from SECRET_KEY."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):
    """Locked with another key, for another place, or changed since."""


class Cipher:
    """Locks bytes for one purpose: what is locked for ``inbox`` opens nowhere else."""

    def __init__(self, secret_key: str, purpose: str) -> None:
        # SECRET_KEY is random and long, so HKDF (RFC 5869) suffices; a password would need a slow function.
        derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"toklink {purpose}".encode())
        self._aead = AESGCM(derive.derive(secret_key.encode()))

    def lock(self, plain: bytes, place: str) -> bytes:
        """``place`` names what it belongs to (a row, say): moved elsewhere it cannot be opened."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, place.encode())

    def open(self, locked: bytes, place: str) -> bytes:
        """Raises Unreadable."""
        try:
            return self._aead.decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], place.encode())
        except InvalidTag:
            raise Unreadable(place) from None
