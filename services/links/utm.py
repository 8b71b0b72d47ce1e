"""UTM fields in an address: what a target's own statistics know a visit by."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote_plus

# In the order in which they are written.
FIELDS: Final = ("source", "medium", "campaign", "term", "content")
PREFIX: Final = "utm_"


def with_utm(url: str, fields: Mapping[str, str]) -> str:
    """The address with ``utm_source=…`` and its like for each field that there is, in ASCII.

    A field that the address has already is replaced; all else of it stays as it is, byte for byte. What comes after
    a # stays behind the query. Fields of other names, and empty ones, are left out.
    """
    given = {f"{PREFIX}{name}": fields[name] for name in FIELDS if fields.get(name)}
    if not given:
        return url
    rest, hash_sign, fragment = url.partition("#")
    address, _, query = rest.partition("?")
    kept = [pair for pair in query.split("&") if pair and unquote_plus(pair.partition("=")[0]) not in given]
    # A lone surrogate, which no column can hold, would have no percent-encoding.
    added = [f"{name}={quote(value, safe='', errors='replace')}" for name, value in given.items()]
    return f"{address}?{'&'.join([*kept, *added])}{hash_sign}{fragment}"
