"""One browser with TikTokApi's sessions in it, from its start to its end."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psutil
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Response
from TikTokApi import TikTokApi
from TikTokApi.exceptions import EmptyResponseException, InvalidJSONException

from services.tiktok.errors import (
    ShapeChanged,
    SourceBroken,
    SourceCaptcha,
    SourceCut,
    SourceEmpty,
    SourceError,
    SourceForbidden,
    SourceLimited,
    SourceTimeout,
    SourceUnwelcome,
)
from services.tiktok.sources.connection import USER_AGENT
from services.tiktok.sources.processes import ProcessTree, drivers

SESSIONS = 2
START_SECONDS = 45.0
CALL_SECONDS = 12.0
CLOSE_SECONDS = 10.0
# Fetches without an answer stay in their page for ever; after so many the browser is worn.
MOST_STUCK = 3
# Refusals in a row after which fresh sessions are worth a try.
MOST_REFUSED = 3
REMEMBERED_ANSWERS = 100
SILENT = logging.CRITICAL + 1
ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--mute-audio",
)

DRIVER_GONE = "Connection closed while reading from the driver"

T = TypeVar("T")


def _is_news(record: logging.LogRecord) -> bool:
    """Playwright leaves an exception to nobody when its driver ends before it is told to, as at Ctrl-C; we notice."""
    return DRIVER_GONE not in record.getMessage()


logging.getLogger("asyncio").addFilter(_is_news)


class RunningBrowser:
    """A TikTokApi object and its browser. Sessions of one object are made once: a second time would leak processes."""

    def __init__(self, api: TikTokApi, tree: ProcessTree, *, token: str | None, proxy: str | None) -> None:
        self.api = api
        self.token, self.proxy = token, proxy
        self.profiles = 0
        self.is_worn = False
        self._tree = tree
        self._users = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stuck = self._refused = 0
        self._statuses: deque[tuple[str, int]] = deque(maxlen=REMEMBERED_ANSWERS)

    @classmethod
    async def open(cls, chromium: Path, resolve: str, *, token: str | None, proxy: str | None) -> "RunningBrowser":
        """Raises SourceError. Whatever of it had started by then is gone again."""
        before = await asyncio.to_thread(drivers)
        api = TikTokApi(logging_level=SILENT)
        # It adds a handler of its own for each object, and would write tokens and answers to standard error.
        api.logger.handlers.clear()
        api.logger.propagate = False
        try:
            await asyncio.wait_for(_create_sessions(api, chromium, resolve, token, proxy), START_SECONDS)
            browser = cls(api, await asyncio.to_thread(_new_tree, before), token=token, proxy=proxy)
        except BaseException as error:
            await _close(api, await asyncio.to_thread(_new_tree, before))
            if isinstance(error, Exception):
                raise _start_failed(error) from None
            raise
        for session in api.sessions:
            # A race in the library leaves None here, and every request fails then.
            session.headers = session.headers or {}
            session.page.on("response", browser._note)
        return browser

    @property
    def is_fit(self) -> bool:
        """It runs, it has sessions, and is not worn."""
        browser = self.api.browser
        return not self.is_worn and bool(self.api.sessions) and browser is not None and bool(browser.is_connected())

    async def call(self, question: Callable[[TikTokApi], Awaitable[T]], *, about: str, steady: bool = True) -> T:
        """The answer to what is asked by the library. Raises AccountRefused and SourceError.

        ``about``: a part of the addresses that are asked for. ``steady``: an empty answer means that we are refused.
        """
        self._users += 1
        self._idle.clear()
        # Of an earlier question about the same.
        self._statuses = deque((seen for seen in self._statuses if about not in seen[0]), REMEMBERED_ANSWERS)
        try:
            answer = await asyncio.wait_for(question(self.api), CALL_SECONDS)
        except TimeoutError:
            self._stuck += 1
            self.is_worn = self.is_worn or self._stuck >= MOST_STUCK
            raise SourceTimeout from None
        except SourceUnwelcome:
            self._was_refused(steady=steady)
            raise
        except SourceError:
            raise
        except Exception as error:
            meaning = self._meaning(error, about)
            if meaning is None:
                raise
            if isinstance(meaning, SourceUnwelcome):
                self._was_refused(steady=steady)
            raise meaning from None
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()
        if steady:
            self._refused = 0
        return answer

    async def memory(self) -> int:
        """Bytes, of all its processes."""
        return await self._tree.memory()

    async def close(self) -> None:
        """Once nobody uses it any more, and at the latest when their time is over anyway."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), CALL_SECONDS)
        await _close(self.api, self._tree)

    def processes(self) -> list[psutil.Process]:
        """Those that it consists of."""
        return self._tree.members()

    @property
    def folders(self) -> frozenset[Path]:
        """Where it keeps what it writes, as long as it runs."""
        return frozenset(self._tree.folders)

    def _was_refused(self, *, steady: bool) -> None:
        self._refused += steady
        self.is_worn = self.is_worn or self._refused >= MOST_REFUSED

    def _note(self, response: Response) -> None:
        if "/api/" in response.url:
            self._statuses.append((response.url, response.status))

    def _meaning(self, error: Exception, about: str) -> SourceError | None:
        """What the library's exception says; None where it is none of its own."""
        status = next((status for url, status in reversed(self._statuses) if about in url), 0)
        match error:
            case _ if status == 429:
                return SourceLimited()
            case _ if status == 403:
                return SourceForbidden()
            case _ if status >= 400:
                return SourceError(f"status {status}")
            case EmptyResponseException():
                return SourceEmpty()
            case InvalidJSONException():
                return SourceCaptcha()
            case TypeError() if "InvalidJSON" in str(error) or "required positional" in str(error):
                # The library stumbles over its own exception when what comes is a page instead of JSON.
                return SourceCaptcha()
            case PlaywrightError():
                browser = self.api.browser
                return SourceCut() if browser is not None and browser.is_connected() else SourceBroken()
            case KeyError():
                return ShapeChanged(f"itemList[].{error.args[0]}")
            case TypeError() | ValueError():
                return ShapeChanged("itemList[]")
            case _ if type(error) is Exception:
                # "No valid sessions available": an earlier reset took them.
                return SourceCut()
            case IndexError() | AttributeError():
                # A reset took the very session that was chosen, or the library got nothing where it looks into it.
                return SourceCut()
        return None


async def _create_sessions(api: TikTokApi, chromium: Path, resolve: str, token: str | None, proxy: str | None) -> None:
    rules = [f"--host-resolver-rules=MAP *.tiktok.com {resolve}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"] if resolve else []
    await api.create_sessions(
        num_sessions=SESSIONS,
        headless=True,
        ms_tokens=[token] if token else None,
        proxies=[_proxy(proxy)] if proxy else None,
        # Until TikTok's script has written its cookie.
        sleep_after=1,
        executable_path=str(chromium),
        override_browser_args=[*ARGUMENTS, *rules],
        context_options={
            "ignore_https_errors": bool(resolve),
            "locale": "ru-RU",
            "user_agent": USER_AGENT,
        },
        timeout=int(START_SECONDS * 1000 / 2),
        # It cannot make new ones; a browser without sessions is replaced whole.
        enable_session_recovery=False,
    )


def _new_tree(before: set[psutil.Process]) -> ProcessTree:
    """Of the driver that was started since."""
    return ProcessTree(drivers() - before)


def _proxy(address: str) -> dict[str, Any]:
    """As Playwright wants it: name and password apart."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    given = {"server": f"{parts.scheme}://{host}:{parts.port}"}
    if parts.username:
        given |= {"username": parts.username, "password": parts.password or ""}
    return given


def _start_failed(error: Exception) -> SourceError:
    if isinstance(error, SourceError):
        return error
    if isinstance(error, TimeoutError):
        return SourceTimeout()
    return SourceCut() if "net::" in str(error) else SourceBroken()


async def _close(api: TikTokApi, tree: ProcessTree) -> None:
    """Nothing of it is left, even where it does not answer any more."""
    seen = await asyncio.to_thread(tree.members)
    with suppress(Exception):
        await asyncio.wait_for(api.close_sessions(), CLOSE_SECONDS)
    await tree.end(seen)
