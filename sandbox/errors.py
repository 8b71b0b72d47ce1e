"""What goes wrong, in Telegram's words for bots and in plain words for people."""

from typing import Any, Final

BLOCKED: Final = "bot was blocked by the user"
DEACTIVATED: Final = "user is deactivated"


class BotApiError(Exception):
    """A refused call of a bot: `code` and `description` as Telegram's JSON carries them.

    `parameters` becomes the ResponseParameters object (retry_after, migrate_to_chat_id).
    """

    def __init__(self, code: int, description: str, *, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.parameters = parameters


class PeopleError(Exception):
    """A refused wish of a person: an HTTP status and one plain sentence."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def bad_request(text: str) -> BotApiError:
    return BotApiError(400, f"Bad Request: {text}")


def forbidden(text: str) -> BotApiError:
    return BotApiError(403, f"Forbidden: {text}")


def migrated(chat_id: int) -> BotApiError:
    """A group is now another one, with this id."""
    return BotApiError(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        parameters={"migrate_to_chat_id": chat_id},
    )


def kicked(chat_kind: str) -> BotApiError:
    return forbidden(f"bot was kicked from the {chat_kind} chat")


def conflict(text: str) -> BotApiError:
    return BotApiError(409, f"Conflict: {text}")


def too_many_requests(retry_after: int) -> BotApiError:
    return BotApiError(429, f"Too Many Requests: retry after {retry_after}", parameters={"retry_after": retry_after})
