"""Who clicks with what, by the User-Agent: a person's device, system, browser and app, or no person at all.

What an agent cannot tell: an iPad's browser says Macintosh unless its person asked for mobile pages, and is counted
as a Mac. Windows 11 says that it is Windows 10, Android browsers of today say Android 10, and macOS stopped at 10.15,
so it is shown without a number.
"""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

import ua_parser
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from services.clicks.dimensions import ANDROID, APPS, IPAD, IPHONE, LINUX, MAC, OTHER_DEVICE, WINDOWS
from services.clicks.plain import plain

# What tells a crawler stands in front; a browser's agent has some 100 to 300 characters, and apps write theirs at its
# end. Bounds keep the cache small and the search short.
LONGEST = 512
LONGEST_APP = 1_024
KEPT = 8_192
# As wide as the columns are.
MOST_NAME: Final = 64
# A headless browser is a browser: people try their links with one, and it loads the page like any other. Crawlers
# that are built on one name themselves besides, and are known by that name.
BROWSERS = {"HeadlessChrome"}
# All browsers begin with one of these, in apps too. What begins otherwise is a program: apps that fetch a preview
# with the means of their system ("Dalvik/…", "Viber/… CFNetwork/…"), and tools (PostmanRuntime, Java).
BEGINNINGS = ("Mozilla/", "Opera/", "UCWEB/")

# Patterns without alternatives or repetitions: a row of characters, escapes and sets.
_ROW = re.compile(r"(?:\\.|\[[^]]*]|[^\\\[\]()|*+?{}.])+")
_ELEMENT = re.compile(r"\\.|\[[^]]*]|.")


class Agent(NamedTuple):
    """What an agent tells; the fields are those of services.clicks.dimensions, empty for a ``bot``."""

    bot: bool
    device: str = ""
    system: str = ""
    browser: str = ""
    app: str = ""


def is_bot(agent: str) -> bool:
    """Whether ``agent`` is a crawler's, a preview's or a program's; so is an empty one."""
    return _is_bot(agent[:LONGEST])


def read_agent(agent: str) -> Agent:
    """Never raises, whatever the agent is."""
    return _read(agent[:LONGEST_APP])


@lru_cache(maxsize=KEPT)
def _is_bot(agent: str) -> bool:
    return not agent.startswith(BEGINNINGS) or _CRAWLER.search(agent) is not None


@lru_cache(maxsize=KEPT)
def _read(agent: str) -> Agent:
    if is_bot(agent):
        return _BOT
    # What is no text in UTF-8 comes as surrogates, which the parser refuses.
    told = ua_parser.parse(agent.encode("ascii", "replace").decode())
    app = _app(agent)
    return Agent(False, _device(agent), _system(told.os), _browser(told.user_agent), app)


def _device(agent: str) -> str:
    for mark, device in _DEVICES:
        if mark in agent:
            return device
    return OTHER_DEVICE


def _system(system: ua_parser.OS | None) -> str:
    if system is None:
        return ""
    if system.family == "Mac OS X":
        return "macOS"
    return plain(f"{system.family} {system.major}" if system.major else system.family, MOST_NAME)


def _browser(browser: ua_parser.UserAgent | None) -> str:
    return "" if browser is None else plain(browser.family, MOST_NAME)


def _app(agent: str) -> str:
    found = _APP.search(agent)
    return "" if found is None or found.lastgroup is None else found.lastgroup


# The first that is found: iPhones say Mac too, and Androids say Linux.
_DEVICES: Final = (
    ("iPad", IPAD), ("iPhone", IPHONE), ("iPod", IPHONE), ("Windows Phone", OTHER_DEVICE), ("Android", ANDROID),
    ("Windows", WINDOWS), ("Macintosh", MAC), ("Linux", LINUX), ("CrOS", LINUX),
)  # fmt: skip
# Telegram names itself on Android alone: on iPhones its browser is the system's, and cannot be told from Safari.
# VK's on iPhones names itself in some versions only.
_APP = re.compile(
    r"(?P<Telegram>Telegram-(?:Android|iOS))|(?P<Instagram>\bInstagram )"
    r"|(?P<TikTok>musical_ly|BytedanceWebview|\btrill_|\bTikTok\b)"
    r"|(?P<VK>\bVK(?:Android|i?OS|iPhone)?App\b|VKAndroidApp|com\.vk\.vkclient)",
    re.IGNORECASE,
)
assert set(_APP.groupindex) == set(APPS)
_BOT = Agent(bot=True)


def _crawler() -> re.Pattern[str]:
    """All patterns of crawler-user-agents in one, which takes a seventh of the time of their list.

    Those that begin alike share their beginning, so that at most places of an agent a glance rules all out.
    """
    patterns = [entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA if entry["pattern"] not in BROWSERS]
    rows = [pattern for pattern in patterns if _ROW.fullmatch(pattern)]
    others = [pattern for pattern in patterns if not _ROW.fullmatch(pattern)]
    tree: dict[str, Any] = {}
    for row in rows:
        node = tree
        for element in _ELEMENT.findall(row):
            node = node.setdefault(element, {})
        node[""] = {}
    return re.compile("|".join([_written(tree), *others]))


def _written(node: dict[str, Any]) -> str:
    if "" in node:  # a pattern ends here: whatever comes after it matches too
        return ""
    ways = [element + _written(after) for element, after in sorted(node.items())]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


_CRAWLER = _crawler()
