"""What comes in from people's clients: fields read with plain complaints, refusals said in one sentence."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.bot_api.parameters import is_text
from sandbox.errors import BotApiError, PeopleError
from sandbox.files import Upload
from sandbox.text import Json

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
    """The fields of a request."""

    def __init__(self, fields: Json) -> None:
        self.fields = fields

    def integer(self, name: str) -> int:
        value = self.fields.get(name)
        if isinstance(value, str) and value.removeprefix("-").isdecimal():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise PeopleError(f'"{name}" must be a whole number.')
        return value

    def optional_integer(self, name: str) -> int | None:
        return self.integer(name) if self.fields.get(name) not in (None, "") else None

    def text(self, name: str, default: str | None = None) -> str:
        value = self.fields.get(name, default)
        if not isinstance(value, str):
            raise PeopleError(f'"{name}" must be a text.')
        if not is_text(value):
            raise PeopleError(f'"{name}" has half of a character in it.')
        return value

    def boolean(self, name: str) -> bool:
        return self.fields.get(name) is True

    def upload(self, name: str) -> Upload:
        value = self.fields.get(name)
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
