"""What people see and say."""

from typing import Any, Final

from aiohttp import web

from sandbox import deeds
from sandbox.errors import PeopleError
from sandbox.limits import CALLBACK_LIFETIME
from sandbox.people_api.streams import KEEP_ALIVE_SECONDS, resume_after, stream
from sandbox.people_api.wishes import Wish, json_wish
from sandbox.profile import command_scopes
from sandbox.world import World

HISTORY_MAX: Final = 1000


def chatting_routes(world: World) -> list[web.RouteDef]:
    api = ChattingApi(world)
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


class ChattingApi:
    def __init__(self, world: World) -> None:
        self._world = world

    async def world_map(self, _: web.Request) -> web.Response:
        return web.json_response(self._world.map() | {"event_id": self._world.events.last})

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
        return await stream(request, self._world.events.follow(resume_after(request), idle=KEEP_ALIVE_SECONDS))

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
