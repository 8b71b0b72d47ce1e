"""What people write when they mean an account: a name, with or without @, or an address of TikTok."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from services.tiktok.errors import NotAUsername, OtherSite

# TikTok's own rules of names.
SHORTEST, LONGEST = 2, 24
_NAME = re.compile(r"[a-z0-9_.]+")
# What stands around a name in a sentence. A dot is none of it: it may be meant as a part of the name.
PARTING = re.compile("[,;]")
BEFORE, AFTER = "\"'«»„“”‘’‹›<([{*", "\"'«»„“”‘’‹›>)]}*,;:!…"
SITE = "tiktok.com"
# Hosts whose paths are one short word that leads on to a video or a profile.
SHORT_HOSTS = frozenset({f"vm.{SITE}", f"vt.{SITE}"})
_CODE = re.compile(r"[A-Za-z0-9_-]{4,40}")
_NUMBER = re.compile(r"\d{5,25}(\.html)?")
# Paths of videos that do not name whose they are, up to the video's number.
_NAMELESS = (("v",), ("video",), ("share", "video"), ("embed",), ("embed", "v2"), ("embed", "v3"), ("player", "v1"))
POSTS = frozenset({"video", "photo"})
# More of it is no name and no address.
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Username:
    """An account's ``name``: in small letters, without @."""

    name: str


@dataclass(frozen=True, slots=True)
class VideoAddress:
    """The address of a video or a photo; ``name`` is whose it is."""

    name: str


@dataclass(frozen=True, slots=True)
class ShortAddress:
    """An address of TikTok that names no account: where ``url`` leads tells. It is https, without query and sign."""

    url: str


Named = Username | VideoAddress | ShortAddress


def parse_username(text: str) -> Named:
    """What account is meant.

    Understands ``name``, ``@Name``, addresses of profiles and posts with any query, on any host of TikTok, with or
    without https://, short ones, and the sentence around a single such address, as TikTok's app shares it; quotes,
    brackets and commas around them do no harm. Raises NotAUsername, with the reason, and OtherSite for an address that
    is not TikTok's.
    """
    text = _visible(text)
    if not text:
        raise NotAUsername(text, "empty")
    if len(text) > LONGEST_TEXT:
        raise NotAUsername(text[:LONGEST_TEXT], "long")
    words = _words(text)
    if len(words) > 1:
        return _only(words, text)
    return _one(words[0] if words else text, text)


def is_name(name: str) -> bool:
    """Whether TikTok takes it as an account's name: in small letters, without @."""
    return SHORTEST <= len(name) <= LONGEST and could_begin_name(name) and not name.endswith(".")


def could_begin_name(text: str) -> bool:
    """Whether it is a name, or the beginning of one: in small letters, without @."""
    return len(text) <= LONGEST and _NAME.fullmatch(text) is not None


def _words(text: str) -> list[str]:
    """Without signs around and between them; a comma parts names, and may be a part of an address."""
    parts = (part for word in text.split() for part in ([word] if "/" in word else PARTING.split(word)))
    return [part.lstrip(BEFORE).rstrip(AFTER) for part in parts if any(map(str.isalnum, part))]


def _only(words: list[str], text: str) -> Named:
    """The one account that is named, once or more often: by addresses among other words, or by nothing but @names."""
    addresses = [word for word in words if _is_of_tiktok(word)]
    if not addresses and not all(word.startswith("@") for word in words):
        raise NotAUsername(text, "several" if PARTING.search(text) else "spaces")
    found = {_account(named): named for named in (_one(word, word) for word in addresses or words)}
    if len(found) > 1:
        raise NotAUsername(text, "several")
    return found.popitem()[1]


def _account(named: Named) -> str:
    return named.url if isinstance(named, ShortAddress) else named.name


def _one(word: str, text: str) -> Named:
    """A name or an address; ``text`` is told where it is neither."""
    if _is_address(word):
        return _address(word)
    return Username(_name(word.removeprefix("@"), text))


def _visible(text: str) -> str:
    """Without what nobody sees: marks of direction and joiners that come along when one copies."""
    return "".join(
        sign for sign in text if unicodedata.category(sign) not in {"Cf", "Cs", "Cc"} or sign.isspace()
    ).strip()


def _is_address(text: str) -> bool:
    """A name holds no slash; a host alone does not either, but is no name where it is TikTok's."""
    return "/" in text or _is_site(text.lower())


def _is_of_tiktok(word: str) -> bool:
    try:
        return "/" in word and _is_site(_split(word).hostname or "")
    except ValueError:
        return False


def _split(address: str) -> SplitResult:
    """Raises ValueError for what is no address."""
    return urlsplit(address if "://" in address else f"https://{address}")


def _is_site(host: str) -> bool:
    return host == SITE or host.endswith(f".{SITE}")


def _address(text: str) -> Named:
    try:
        parts = _split(text)
        host = (parts.hostname or "").rstrip(".")
    except ValueError as error:
        raise NotAUsername(text) from error
    if parts.scheme not in {"http", "https"} or not host:
        raise NotAUsername(text)
    if not _is_site(host):
        raise OtherSite(host)
    path = [part for part in unquote(parts.path).split("/") if part]
    of_account = _of_account(path, text)
    if of_account is not None:
        return of_account
    # The end of a sentence.
    path[-1:] = [part.rstrip(".") for part in path[-1:]]
    if not _is_short(host, path):
        raise NotAUsername(text, "page")
    return ShortAddress(f"https://{host}/{'/'.join(path)}")


def _of_account(path: list[str], text: str) -> Username | VideoAddress | None:
    """The account that the path names; None where it names none."""
    if path[:1] == ["embed"]:
        path = path[1:]
    # `/@/video/…` is a way to write an address without the name.
    if not path or not path[0].startswith("@") or path[0] == "@":
        return None
    name = _name(path[0][1:], text)
    return VideoAddress(name) if len(path) > 2 and path[1] in POSTS else Username(name)


def _is_short(host: str, path: list[str]) -> bool:
    if host in SHORT_HOSTS and len(path) == 1:
        return _CODE.fullmatch(path[0]) is not None
    if len(path) == 2 and path[0] == "t":
        return _CODE.fullmatch(path[1]) is not None
    if not path or _NUMBER.fullmatch(path[-1]) is None:
        return False
    return tuple(path[:-1]) in _NAMELESS or (path[0] == "@" and len(path) == 3 and path[1] in POSTS)


def _name(name: str, text: str) -> str:
    """In small letters; raises NotAUsername, which tells ``text``."""
    name = name.lower()
    if is_name(name):
        return name
    if not name:
        raise NotAUsername(text, "empty")
    if _NAME.fullmatch(name) is None:
        raise NotAUsername(text, "letters")
    if name.endswith("."):
        raise NotAUsername(text, "dot")
    raise NotAUsername(text, "short" if len(name) < SHORTEST else "long")
