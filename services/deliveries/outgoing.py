"""What is sent: a text, buttons, a file; and what kinds of messages there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class File:
    """``name`` as people see it. A photo that Telegram does not take as one goes as a document."""

    name: str
    content: bytes
    kind: Literal["photo", "document"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that the product owes.

    ``text``: HTML of any length; what is longer than Telegram takes becomes several messages. Under a file it is the
    caption, and may be empty. ``keyboard``: the Bot API's InlineKeyboardMarkup as plain data; it stands under the last
    message. ``reply_to``: Telegram's number of the message that is answered, if it is still there.
    """

    text: str
    keyboard: Mapping[str, Any] | None = None
    file: File | None = None
    silent: bool = False
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryKind:
    """What sort of message it is; a kind's ``name`` (up to 32 characters) is stored and never changes.

    ``may_repeat``: where nobody knows whether it arrived, it is sent again: better twice than never.
    ``waits``: kept for the return of a person who blocked the bot.
    ``notice``: which switchable kind of notice it is (:mod:`services.people.preferences`), which also waits for the
    end of a person's quiet hours and lets other messages go first; None: always sent, and at once.
    ``urgent``: goes before all others.
    """

    name: str
    may_repeat: bool = False
    waits: bool = False
    notice: str | None = None
    urgent: bool = False

    @property
    def urgency(self) -> int:
        """What has a lower one goes first."""
        if self.urgent:
            return 0
        return 1 if self.notice is None else 2
