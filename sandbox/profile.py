"""What the bot says of itself: commands by scope and language, name, descriptions, menu button, webhook."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.text import Json

# A scope of commands: its type and, where it has them, the chat and the person.
Scope = tuple[Any, ...]


@dataclass(slots=True)
class Webhook:
    """Where updates are brought to; no `url`: they wait to be fetched. `last_error_date` is in Unix time."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    has_custom_certificate: bool = False
    last_error_date: int | None = None
    last_error_message: str = ""


@dataclass(slots=True)
class BotProfile:
    commands: dict[tuple[Scope, str], list[Json]] = field(default_factory=dict)
    # Texts by language code; "" is for everybody else.
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    # Menu buttons by the private chat's id; 0 is the default.
    menu_buttons: dict[int, Json] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)

    def public_texts(self) -> Json:
        """Name and descriptions that hold for every language, where they are set; ``descriptions`` by language."""
        texts = {
            "first_name": self.names,
            "description": self.descriptions,
            "short_description": self.short_descriptions,
        }
        return {name: kept[""] for name, kept in texts.items() if "" in kept} | {"descriptions": self.descriptions}

    def commands_for(self, scopes: list[Scope], language_code: str | None) -> list[Json]:
        """The first list that is set, scope by scope, each in the person's language and then in none."""
        for scope in scopes:
            for language in (language_code or "", ""):
                commands = self.commands.get((scope, language))
                if commands:
                    return commands
        return []


def command_scopes(chat_id: int, person_id: int, *, is_private: bool, is_administrator: bool) -> list[Scope]:
    """The scopes that hold for a person in a chat, the narrowest first."""
    if is_private:
        return [("chat", chat_id), ("all_private_chats",), ("default",)]
    scopes: list[Scope] = [("chat_member", chat_id, person_id)]
    if is_administrator:
        scopes.append(("chat_administrators", chat_id))
    scopes.append(("chat", chat_id))
    if is_administrator:
        scopes.append(("all_chat_administrators",))
    return [*scopes, ("all_group_chats",), ("default",)]
