"""What a request tells of the click that it is."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from multidict import istr

from services.clicks.agents import read_agent
from services.clicks.countries import Countries
from services.clicks.referrers import Referrers

LONGEST_LANGUAGES: Final = 256
# Names that headers are looked up by without being folded anew for each request.
_AGENT, _LANGUAGES, _REFERRER = istr("User-Agent"), istr("Accept-Language"), istr("Referer")
_LANGUAGE = re.compile(r"(?:^|,)[ \t]*([A-Za-z]{2})(?=[-_;, \t]|$)")
# Codes of before 1989, which Java and old Androids still send.
_RENAMED: Final = {"iw": "he", "in": "id", "ji": "yi"}


class Visit(NamedTuple):
    """The dimensions of a click that its request tells; see services.clicks.dimensions. Immutable.

    ``bot``: its agent is no person's, and all else is empty. (A tuple costs a third of a dataclass, at
    thousands a second.)
    """

    bot: bool
    country: str
    device: str
    system: str
    browser: str
    app: str
    referrer: str
    language: str


class Visits:
    """Reads requests. What costs time is remembered by the header's text; addresses are not remembered.

    >>> visit = visits.read(request.headers, request.remote)
    >>> visit.country, visit.device
    ('RU', 'iPhone')
    """

    def __init__(self, countries: Countries, *, own_hosts: Collection[str] = ()) -> None:
        """``own_hosts``: hosts of the platform, in small letters and punycode, whose pages are nobody's referrer."""
        # The parser reads its patterns at its first use, a tenth of a second that no visitor shall wait for.
        read_agent("Mozilla/5.0")
        self._country = countries.country
        self._referrer = Referrers(own_hosts).host

    def read(self, headers: Mapping[str, str], address: str) -> Visit:
        """Never raises, whatever stands in the headers. ``address``: the visitor's, without a port."""
        get = headers.get
        agent = read_agent(get(_AGENT, ""))
        if agent.bot:
            return Visit(True, "", "", "", "", "", "", "")
        _, device, system, browser, app = agent
        return Visit(
            False,
            self._country(address),
            device,
            system,
            browser,
            app,
            self._referrer(get(_REFERRER, "")),
            language_of(get(_LANGUAGES, "")),
        )


def language_of(languages: str) -> str:
    """The first language of an Accept-Language header that has a code of two letters (ISO 639-1); empty: none."""
    return _first(languages[:LONGEST_LANGUAGES])


@lru_cache(maxsize=4_096)
def _first(languages: str) -> str:
    found = _LANGUAGE.search(languages)
    if found is None:
        return ""
    language = found[1].casefold()
    return _RENAMED.get(language, language)
