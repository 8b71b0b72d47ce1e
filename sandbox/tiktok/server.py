"""The invented TikTok itself: www.tiktok.com and its short addresses over TLS, on this machine alone."""

import secrets
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import Protocol

from aiohttp import web

from sandbox.clock import Clock
from sandbox.tiktok.answers import Answers
from sandbox.tiktok.certificate import server_context
from sandbox.tiktok.chance import Draw
from sandbox.tiktok.creators import Invented, everybody, find
from sandbox.tiktok.faults import Faults
from sandbox.tiktok.serving import Creator, Moment, Twist

HOUR = 3600
# What can be changed of how a creator looks.
LOOK = frozenset({"bio", "bio_url", "nickname", "region", "verified"})


class Days(Protocol):
    """A clock that can be put forward; gives aware times."""

    def __call__(self) -> datetime: ...

    def passes(self, **how_long: float) -> None: ...


class TikTokServer:
    """A stand-in for TikTok, for one machine. Usable as an async context manager.

    ``port`` 0 takes a free one. Numbers change once an hour of ``clock``, counted from the start: what was fetched a
    moment ago is what ``creator`` tells. ``signed``: lists of posts want X-Gnarly, as they do since July 2026.
    """

    def __init__(self, clock: Days | None = None, *, port: int = 0, signed: bool = True) -> None:
        self.clock = clock or Clock()
        self.signed = signed
        # How often what was asked of whom: ("detail", "lera.pechet"). Names as they were written, in small letters.
        self.requests: Counter[tuple[str, str]] = Counter()
        # msTokens that TikTok wants to see no more.
        self.blocked_tokens: set[str] = set()
        self.faults = Faults()
        # Drawn at every start: nobody can sign but the pages.
        self.bogus_key, self.gnarly_key = secrets.randbits(32), secrets.randbits(32)
        self._codes: dict[str, str] = {}
        self._twists: dict[str, Twist] = {}
        for username in everybody():
            self.short(username)
        self._wanted_port = port
        self._runner: web.AppRunner | None = None
        self._began = self.clock()

    @property
    def port(self) -> int:
        """Known once started."""
        if self._runner is None:
            raise RuntimeError("The stand-in for TikTok has not started.")
        port: int = self._runner.addresses[0][1]
        return port

    @property
    def resolve(self) -> str:
        """What TIKTOK_RESOLVE must say."""
        return f"127.0.0.1:{self.port}"

    @property
    def at(self) -> int:
        """The time that answers are of (unix seconds)."""
        hours = (self.clock() - self._began).total_seconds() // HOUR
        return int(self._began.timestamp() + hours * HOUR)

    def creator(self, username: str) -> Creator:
        """With all posts, as served now. Raises KeyError where nobody is called so."""
        moment = self.moment(username)
        if moment is None:
            raise KeyError(username)
        return moment.whole()

    def moment(self, username: str) -> Moment | None:
        found = find(username)
        return self.moment_of(found) if found is not None else None

    def moment_of(self, creator: Invented) -> Moment:
        return Moment(creator, self.at, self._twists.get(creator.username))

    def twist(self, username: str, /, *, followers: int = 0, flying: float = 0.0, **look: str | bool) -> None:
        """Change a creator from now on, beside their history.

        ``followers``: so many more (or fewer) than before. ``flying``: the newest post is seen so many times as often
        as it would be. ``look``: ``bio``, ``bio_url``, ``nickname``, ``region``, ``verified``. Raises KeyError where
        nobody is called so, and ValueError where nothing can fly or is called so.
        """
        moment = self.moment(username)
        if moment is None:
            raise KeyError(username)
        if unknown := sorted(look.keys() - LOOK):
            raise ValueError(f"{unknown[0]} cannot be changed; what can: {', '.join(sorted(LOOK))}.")
        twist = self._twists.setdefault(moment.creator.username, Twist())
        twist.followers += followers
        twist.look |= look
        if flying:
            twist.flying[moment.newest_number()] = flying

    def fault(self, username: str, kind: str, where: Iterable[str] | None = None, *, lacks: str | None = None) -> None:
        """From now on this goes wrong for ``username`` (``*``: for everybody); an empty ``kind`` makes it well.

        Kinds and places: ``sandbox.tiktok.faults``. Raises ValueError for others.
        """
        self.faults.put(username, kind, where, lacks)

    def turn_day(self, days: int = 1) -> None:
        """Put the clock forward: posts come out, views and followers grow."""
        self.clock.passes(days=days)

    def short(self, username: str, post_id: str | None = None) -> str:
        """A short address of a profile or of a post, as people pass it on; those of profiles are always there."""
        path = f"@{username}/video/{post_id}" if post_id else f"@{username}"
        code = f"ZM{Draw(path, 'short').numbers[0]:08X}"
        self._codes[code] = path
        return f"https://vm.tiktok.com/{code}/"

    def long(self, code: str) -> str | None:
        """The path that a short address leads to."""
        return self._codes.get(code)

    async def start(self) -> None:
        answers = Answers(self)
        application = web.Application()
        application.add_routes(answers.routes())
        application.on_shutdown.append(answers.end)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._wanted_port, ssl_context=server_context()).start()
        self._runner = runner

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "TikTokServer":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
