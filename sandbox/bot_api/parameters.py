"""One call of a bot: its parameters, however they were sent, read with Telegram's rules and error texts."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.errors import bad_request
from sandbox.files import Upload
from sandbox.text import Json


@dataclass(frozen=True, slots=True)
class Call:
    """`fields` are strings, as the real server sees them; objects and arrays are JSON in a string."""

    method: str
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.fields

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def required_text(self, name: str) -> str:
        if not self.text(name):
            raise bad_request(f'parameter "{name}" is required')
        return self.text(name)

    def boolean(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def integer(self, name: str, default: int = 0) -> int:
        """Telegram reads rubbish as 0; here it is refused, because no good bot sends it."""
        raw = self.text(name).strip()
        if not raw:
            return default
        try:
            return int(raw)
        except ValueError:
            raise bad_request(f'parameter "{name}" must be of type Number') from None

    def chat_id(self) -> int | str:
        """The chat's number, or its @username as it was written."""
        raw = self.text("chat_id").strip()
        if not raw:
            raise bad_request("chat_id is empty")
        return int(raw) if raw.removeprefix("-").isdecimal() else raw

    def user_id(self) -> int:
        user_id = self.integer("user_id")
        if user_id <= 0:
            raise bad_request("invalid user_id specified")
        return user_id

    def message_id(self) -> int:
        message_id = self.integer("message_id")
        if message_id <= 0:
            raise bad_request("message identifier is not specified")
        return message_id

    def json(self, name: str, fault: str) -> Any:
        """The decoded value, None when absent; `fault` is Telegram's sentence for what is no JSON."""
        raw = self.text(name)
        if not raw:
            return None
        try:
            value = json.loads(raw)
        except ValueError:
            raise bad_request(fault) from None
        if "\\u" in raw and not is_text(json.dumps(value, ensure_ascii=False)):
            raise bad_request("strings must be encoded in UTF-8")
        return value

    def attached(self, reference: str) -> Upload | None:
        """The file behind `attach://name`."""
        return self.files.get(reference.removeprefix("attach://")) if reference.startswith("attach://") else None

    def recorded(self) -> Json:
        """The parameters for the record: JSON decoded, bytes of files left out."""
        shown: Json = {name: decoded(value) for name, value in self.fields.items()}
        return shown | {name: f"<{file.name}, {len(file.content)} bytes>" for name, file in self.files.items()}


def is_text(text: str) -> bool:
    """Whether it can be written as UTF-8: a JSON escape may name half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def decoded(value: str) -> Any:
    if value[:1] in "[{" and value:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read_call(request: web.Request) -> Call:
    """Query string, urlencoded form, multipart form or JSON body alike; raises BotApiError 400 for broken JSON."""
    fields = dict(request.query)
    files: dict[str, Upload] = {}
    if request.method == "POST":
        if request.content_type == "application/json":
            fields |= await json_fields(request)
        else:
            for name, value in (await request.post()).items():
                if isinstance(value, FileField):
                    files[name] = Upload(value.filename, value.file.read(), value.content_type)
                else:
                    fields[name] = value if isinstance(value, str) else value.decode()
    check_texts(fields)
    return Call(request.match_info["method"], fields, files)


def check_texts(fields: dict[str, str]) -> None:
    """Raises BotApiError 400 for a value that cannot be written as UTF-8."""
    if not all(is_text(value) for value in fields.values()):
        raise bad_request("strings must be encoded in UTF-8")


async def json_fields(request: web.Request) -> dict[str, str]:
    raw = await request.read()
    return fields_of(raw) if raw else {}


def fields_of(raw: bytes) -> dict[str, str]:
    """A JSON object's values as strings: objects and arrays as JSON, nulls left out. Raises BotApiError 400."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise bad_request("can't parse the request body as JSON") from None
    if not isinstance(body, dict):
        raise bad_request("the request body must be a JSON Object")
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in body.items()
        if value is not None
    }
