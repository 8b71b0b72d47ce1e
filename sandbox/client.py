"""Chat with a bot in the sandbox in a user's words, from a test or a script, over HTTP alone.

    async with SandboxClient(server.url) as world:
        anna = world.person("Анна")
        await anna.send("/start")
        await anna.press("Статистика")
        await anna.sees("Переходы")

Every wait has a time limit and ends in an AssertionError that shows the chat.
"""

from types import TracebackType

import aiohttp

from sandbox.client_faults import FaultDesk
from sandbox.client_http import PeopleHttp
from sandbox.client_onlooker import Watch
from sandbox.client_person import Group, Person
from sandbox.stream import Follower
from sandbox.text import Json

PATIENCE = 5.0
NOT_OPEN = "Use the client as `async with SandboxClient(url) as world:`"


class SandboxClient:
    """The people of a running sandbox; several clients may watch the same one."""

    def __init__(self, url: str, *, timeout: float = PATIENCE) -> None:
        self._url = url.rstrip("/")
        self.timeout = timeout
        self._http: aiohttp.ClientSession | None = None
        self._follower: Follower | None = None
        self._people: PeopleHttp | None = None

    async def __aenter__(self) -> "SandboxClient":
        self._http = aiohttp.ClientSession()
        self._follower = Follower(self._http, self._url)
        self._people = PeopleHttp(self._http, self._url)
        await self._follower.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._follower is not None:
            await self._follower.close()
        if self._http is not None:
            await self._http.close()

    @property
    def follower(self) -> Follower:
        if self._follower is None:
            raise RuntimeError(NOT_OPEN)
        return self._follower

    @property
    def people(self) -> PeopleHttp:
        if self._people is None:
            raise RuntimeError(NOT_OPEN)
        return self._people

    @property
    def faults(self) -> FaultDesk:
        """Where faults are scripted."""
        return FaultDesk(self.people)

    async def calls(self, *, method: str = "", limit: int = 20_000) -> list[Json]:
        """The newest calls of the bot, oldest first, of one method when it is named.

        Each is {"number", "method", "parameters", "status", "description", "at", "milliseconds", "fault",
        "by_webhook"}; status 0 is a connection that was cut.
        """
        answer = await self.people.get("/people/calls", limit=limit)
        wanted = method.lower()
        return [call for call in answer["calls"] if wanted in ("", call["method"].lower())]

    async def ledger(self) -> list[Json]:
        """The bot's Stars ledger as getStarTransactions tells it, oldest first, all of it."""
        return list((await self.people.get("/people/ledger"))["transactions"])

    def person(self, who: str | int) -> "Person":
        """Somebody by first name, @username or id, in their private chat with the bot."""
        for item in self.follower.world["people"]:
            user = item["user"]
            if who in {user["id"], user["first_name"], f"@{user.get('username')}"}:
                watch = Watch(self.follower, self.people, self.timeout)
                return Person(watch, int(user["id"]), str(user["first_name"]), int(user["id"]))
        raise LookupError(f"There is nobody called {who!r} in the sandbox.")

    async def catch_up(self) -> None:
        """Wait until everything that has happened in the sandbox by now is seen by these people."""
        await self.follower.catch_up(timeout=self.timeout)

    def group(self, which: str | int) -> Group:
        """A group by its title or id."""
        for chat in self.follower.world["chats"]:
            if chat["type"] != "private" and which in {chat["id"], chat["title"]}:
                return Group(int(chat["id"]), str(chat["title"]))
        raise LookupError(f"There is no group called {which!r} in the sandbox.")
