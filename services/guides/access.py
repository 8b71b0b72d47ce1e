"""Who may read a guide: its buyer by an address of their own, and anybody by a share link while it stands.

An address ends in a token: what it opens, and a keyed hash of that. So nothing is stored that would open a guide, and
a link that was given out is taken back by counting on.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES, MAC_BYTES = 32, 14
# A guide's number, and the number of the share link: 0 for the buyer's own.
NUMBER_BYTES, SHARE_BYTES = 6, 4
TOKEN_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token opens. ``share``: the number of a share link; 0: it is the buyer's own."""

    guide_id: int
    share: int


class Tokens:
    """Makes and reads tokens.

    >>> tokens = Tokens("secret")
    >>> tokens.read(tokens.make(Pass(7, 0)))
    Pass(guide_id=7, share=0)
    """

    def __init__(self, secret_key: str) -> None:
        derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"toklink guides")
        self._key = derive.derive(secret_key.encode())

    def make(self, opens: Pass) -> str:
        """32 characters of ``A-Za-z0-9_-``."""
        plain = opens.guide_id.to_bytes(NUMBER_BYTES, "big") + opens.share.to_bytes(SHARE_BYTES, "big")
        return base64.urlsafe_b64encode(plain + self._mac(plain)).decode()

    def read(self, token: str) -> Pass | None:
        """None: nobody was ever given this one."""
        if len(token) != TOKEN_LENGTH or not token.isascii():
            return None
        try:
            whole = base64.b64decode(token, altchars=b"-_", validate=True)
        except binascii.Error:
            return None
        plain, mac = whole[: NUMBER_BYTES + SHARE_BYTES], whole[NUMBER_BYTES + SHARE_BYTES :]
        if not hmac.compare_digest(mac, self._mac(plain)):
            return None
        return Pass(int.from_bytes(plain[:NUMBER_BYTES], "big"), int.from_bytes(plain[NUMBER_BYTES:], "big"))

    def _mac(self, plain: bytes) -> bytes:
        return hmac.new(self._key, plain, sha256).digest()[:MAC_BYTES]
