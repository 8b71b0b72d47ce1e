"""Slugs: the part of a short address after the slash."""

from collections.abc import Callable, Sequence

# Bitcoin's base58: no 0, O, I, l, which people mistake for one another.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 7
# What the redirect server answers itself, now or as its contract says.
RESERVED = frozenset(
    {"api", "favicon.ico", "healthz", "metrics", "qr", "r", "readyz", "robots.txt", "s", "static", "telegram", "trends"}
)


def random_slug(choose: Callable[[Sequence[str]], str]) -> str:
    """7 characters, 2.2·10¹² possibilities; ``choose`` is ``random.SystemRandom().choice`` outside tests."""
    while True:
        slug = "".join(choose(ALPHABET) for _ in range(LENGTH))
        if slug.casefold() not in RESERVED:
            return slug
