"""What is offered while a person types."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiogram.types import InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent
from aiogram.types import InlineQueryResultUnion as Result

from handlers.error_texts import error_text
from handlers.errors import plain
from services.errors import UserError
from services.language import gettext as _
from services.language.formats import shorten
from services.links.links import Link
from services.links.targets import readable_url

# The button above the results leads to the chat with the bot; `/start inline` opens the menu.
START = "inline"
MOST_BUTTON_CHARACTERS = 64
MOST_SHOWN_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Offered:
    results: list[Result]
    button: InlineQueryResultsButton


def offered(links: Sequence[Link]) -> Offered:
    words = _("🔗 Type an address: it becomes a short link") if not links else _("🔗 Open Toklink")
    return Offered([_article(link) for link in links], _button(words))


def trouble(error: UserError) -> Offered:
    return Offered([], _button(plain(error_text(error))))


def _article(link: Link) -> InlineQueryResultArticle:
    # Nothing but the address: Telegram shows below it what it leads to.
    content = InputTextMessageContent(message_text=link.short_url)
    description = shorten(readable_url(link.target), MOST_SHOWN_CHARACTERS)
    title = link.short_url.partition("://")[2]
    return InlineQueryResultArticle(
        id=str(link.id), title=f"🔗 {title}", description=f"→ {description}", input_message_content=content
    )


def _button(words: str) -> InlineQueryResultsButton:
    return InlineQueryResultsButton(text=shorten(words, MOST_BUTTON_CHARACTERS), start_parameter=START)
