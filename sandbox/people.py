"""Who lives in the sandbox at the start: a few people, an operator and two groups."""

from dataclasses import dataclass
from typing import Literal

from sandbox.text import Json


@dataclass(slots=True)
class Account:
    """Somebody with a Telegram account; `started` once they wrote to the bot in private, `blocked` while they keep it
    away, `deactivated` when the account is deleted or frozen; `stars` are what they can pay with.
    """

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "ru"
    role: Literal["person", "operator"] = "person"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    stars: int = 1000

    def user(self) -> Json:
        """The Bot API's User object."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        optional = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        return user | {name: value for name, value in optional.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Group:
    """A group; the bot is a member of each, as an ordinary one (so privacy mode holds)."""

    id: int
    title: str
    members: tuple[int, ...]
    creator: int
    kind: Literal["group", "supergroup"] = "supergroup"


OPERATOR_ID = 1900
ADMIN_GROUP_ID = -100190000000
FRIENDS_GROUP_ID = -100190000001


def demo_people() -> list[Account]:
    return [
        Account(1001, "Анна", username="anna_demo"),
        Account(1002, "Бен", username="ben_demo", language_code="en"),
        # A name that breaks careless markup.
        Account(1003, "Вера", last_name="🌿 <b>&", username=None),
        Account(1900, "Оля", username="olya_demo", role="operator"),
    ]


def demo_groups() -> list[Group]:
    return [
        Group(ADMIN_GROUP_ID, "Админы Toklink", (1900,), creator=1900),
        Group(FRIENDS_GROUP_ID, "Друзья", (1001, 1002), creator=1001),
    ]
