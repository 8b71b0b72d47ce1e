"""What people do, over HTTP: the page's and the tests' side of the sandbox."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox import deeds
from sandbox.bot_api.parameters import is_text
from sandbox.errors import BotApiError, PeopleError
from sandbox.files import Upload
from sandbox.limits import CALLBACK_LIFETIME
from sandbox.profile import command_scopes
from sandbox.text import Json
from sandbox.world import World

KEEP_ALIVE_SECONDS: Final = 15.0
HISTORY_MAX: Final = 1000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def people_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals become {"error": sentence}; other sites' pages are kept out."""
    if not request.path.startswith("/people/"):
        return await handler(request)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return refused("Only the sandbox's own page speaks for its people.", 403)
    try:
        return await handler(request)
    except PeopleError as error:
        return refused(error.sentence, error.status)
    except BotApiError as error:
        return refused(error.description, error.code)
    except web.HTTPRequestEntityTooLarge:
        return refused("That file is too big.", 413)


def refused(sentence: str, status: int) -> web.Response:
    return web.json_response({"error": sentence}, status=status)


class Wish:
    """The fields of a request, read with plain complaints."""

    def __init__(self, fields: Json) -> None:
        self._fields = fields

    def integer(self, name: str) -> int:
        value = self._fields.get(name)
        if isinstance(value, str) and value.removeprefix("-").isdecimal():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise PeopleError(f'"{name}" must be a whole number.')
        return value

    def optional_integer(self, name: str) -> int | None:
        return self.integer(name) if self._fields.get(name) not in (None, "") else None

    def text(self, name: str, default: str | None = None) -> str:
        value = self._fields.get(name, default)
        if not isinstance(value, str):
            raise PeopleError(f'"{name}" must be a text.')
        if not is_text(value):
            raise PeopleError(f'"{name}" has half of a character in it.')
        return value

    def boolean(self, name: str) -> bool:
        return self._fields.get(name) is True

    def upload(self, name: str) -> Upload:
        value = self._fields.get(name)
        if not isinstance(value, FileField):
            raise PeopleError(f'"{name}" must be a file.')
        return Upload(value.filename, value.file.read(), value.content_type)


async def json_wish(request: web.Request) -> Wish:
    try:
        body = await request.json()
    except ValueError:
        raise PeopleError("The body must be JSON.") from None
    if not isinstance(body, dict):
        raise PeopleError("The body must be a JSON object.")
    return Wish(body)


def people_routes(world: World) -> list[web.RouteDef]:
    api = PeopleApi(world)
    return [
        web.get("/people/world", api.world_map),
        web.get("/people/chats/{chat_id:-?[0-9]+}/messages", api.messages),
        web.get("/people/commands", api.commands),
        web.get("/people/events", api.events),
        web.get("/people/files/{file_id}", api.file),
        web.post("/people/send", api.send),
        web.post("/people/send_file", api.send_file),
        web.post("/people/send_other", api.send_other),
        web.post("/people/edit", api.edit),
        web.post("/people/press", api.press),
        web.post("/people/inline", api.inline),
        web.post("/people/choose", api.choose),
        web.post("/people/start", api.start),
        web.post("/people/language", api.language),
    ]


class PeopleApi:
    def __init__(self, world: World) -> None:
        self._world = world

    async def world_map(self, _: web.Request) -> web.Response:
        world = self._world
        profile = world.profile
        bot = dict(world.bot)
        for name, texts in (
            ("short_description", profile.short_descriptions),
            ("description", profile.descriptions),
            ("first_name", profile.names),
        ):
            if "" in texts:
                bot[name] = texts[""]
        people = [{"user": person.user(), "role": person.role} for person in world.people.values()]
        chats = [
            {"id": chat.id, "type": chat.kind, "members": sorted(chat.members)}
            | ({"title": chat.title} if chat.title else {})
            for chat in world.chats.values()
        ]
        return web.json_response({"bot": bot, "people": people, "chats": chats, "event_id": world.events.last})

    async def messages(self, request: web.Request) -> web.Response:
        chat = self._world.chats.get(int(request.match_info["chat_id"]))
        if chat is None:
            raise PeopleError("There is no such chat.", status=404)
        raw = request.query.get("limit", "200")
        limit = min(int(raw), HISTORY_MAX) if raw.isdecimal() else 200
        newest = list(chat.messages.values())[-limit:] if limit else []
        return web.json_response({"messages": newest, "event_id": self._world.events.last})

    async def commands(self, request: web.Request) -> web.Response:
        wish = Wish(dict(request.query))
        person = self._world.person(wish.integer("person_id"))
        chat = self._world.persons_chat(person.id, wish.integer("chat_id"))
        scopes = command_scopes(
            chat.id, person.id, is_private=chat.is_private, is_administrator=chat.creator == person.id
        )
        return web.json_response({"commands": self._world.profile.commands_for(scopes, person.language_code)})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events from Last-Event-ID (or ?after=) on; without either, from now."""
        raw = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        after = int(raw) if raw.isdecimal() else None
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        # Says that the stream stands, so that nobody acts before they can see what comes of it.
        await stream.write(b"retry: 1000\n\n")
        try:
            async for event in self._world.events.follow(after, idle=KEEP_ALIVE_SECONDS):
                line = ":\n\n" if event is None else f"id: {event[0]}\ndata: {event[1]}\n\n"
                await stream.write(line.encode())
        except ConnectionResetError:
            pass
        return stream

    async def file(self, request: web.Request) -> web.Response:
        stored = self._world.files.get(request.match_info["file_id"])
        if stored is None:
            raise PeopleError("That file is no longer kept.", status=404)
        # Shown in the page when it is a picture or a sound; anything else is only ever downloaded.
        safe = stored.mime_type.startswith(("image/", "audio/", "video/")) and stored.mime_type != "image/svg+xml"
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
        if not safe:
            headers["Content-Disposition"] = "attachment"
        return web.Response(
            body=stored.content,
            content_type=stored.mime_type if safe else "application/octet-stream",
            headers=headers,
        )

    async def send(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        return web.json_response(
            deeds.send(
                self._world,
                wish.integer("person_id"),
                wish.integer("chat_id"),
                wish.text("text"),
                reply_to=wish.optional_integer("reply_to_message_id"),
            )
        )

    async def start(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        return web.json_response(deeds.start(self._world, wish.integer("person_id"), wish.text("payload", "")))

    async def send_file(self, request: web.Request) -> web.Response:
        fields: dict[str, Any] = dict(await request.post())
        wish = Wish(fields)
        return web.json_response(
            await deeds.send_file(
                self._world,
                wish.integer("person_id"),
                wish.integer("chat_id"),
                kind=wish.text("kind"),
                upload=wish.upload("file"),
                caption=wish.text("caption", ""),
            )
        )

    async def send_other(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        return web.json_response(
            await deeds.send_other(self._world, wish.integer("person_id"), wish.integer("chat_id"), wish.text("kind"))
        )

    async def edit(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        return web.json_response(
            deeds.edit(
                self._world,
                wish.integer("person_id"),
                wish.integer("chat_id"),
                wish.integer("message_id"),
                wish.text("text"),
            )
        )

    async def press(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        answer = deeds.press(
            self._world,
            wish.integer("person_id"),
            wish.integer("chat_id"),
            wish.integer("message_id"),
            wish.text("data"),
            forged=wish.boolean("forged"),
        )
        self._world.expire_later(CALLBACK_LIFETIME.total_seconds() + 1)
        return web.json_response(answer)

    async def inline(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        answer = await deeds.ask_inline(
            self._world,
            wish.integer("person_id"),
            wish.integer("chat_id"),
            wish.text("query"),
            wish.text("offset", ""),
        )
        return web.json_response(answer)

    async def choose(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        return web.json_response(
            await deeds.choose(
                self._world,
                wish.integer("person_id"),
                wish.integer("chat_id"),
                wish.text("query"),
                wish.text("result_id"),
            )
        )

    async def language(self, request: web.Request) -> web.Response:
        wish = await json_wish(request)
        return web.json_response(deeds.speak(self._world, wish.integer("person_id"), wish.text("language_code")))
