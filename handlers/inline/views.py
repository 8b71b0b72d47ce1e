"""What is offered while a person types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from aiogram.types import InlineQueryResultUnion as Result

from handlers.error_texts import error_text
from handlers.errors import plain
from handlers.screen import NO_PREVIEW
from handlers.tiktok import card_views as account_views
from handlers.tiktok.stats import STATS_PAYLOAD
from services.errors import UserError
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, shorten
from services.links.links import Link
from services.links.targets import readable_url
from services.tiktok.cards import Card

# The button above the results leads to the chat with the bot; `/start inline` opens the menu.
START = "inline"
MOST_BUTTON_CHARACTERS = 64
MOST_SHOWN_CHARACTERS = 100
MOST_NICKNAME = 40


@dataclass(frozen=True, slots=True)
class Offered:
    results: list[Result]
    button: InlineQueryResultsButton


def offered(links: Sequence[Link], cards: Sequence[Card], bot_name: str, zone: tzinfo, now: datetime) -> Offered:
    """``zone``: of who types."""
    is_nothing = not links and not cards
    words = _("🔗 Type an address: it becomes a short link") if is_nothing else _("🔗 Open Toklink")
    shared = [_card(card, bot_name, zone, now) for card in cards]
    return Offered([*shared, *(_article(link) for link in links)], _button(words))


def trouble(error: UserError) -> Offered:
    return Offered([], _button(plain(error_text(error))))


def _card(card: Card, bot_name: str, zone: tzinfo, now: datetime) -> InlineQueryResultArticle:
    content = InputTextMessageContent(
        message_text=account_views.card(card, zone, now, private=False).text, link_preview_options=NO_PREVIEW
    )
    followers = ngettext("{count} follower", "{count} followers", card.followers).format(count=number(card.followers))
    # A dot is not let through in a deep link, and no name has a hyphen.
    url = f"https://t.me/{bot_name}?start={STATS_PAYLOAD}{card.username.replace('.', '-')}"
    return InlineQueryResultArticle(
        # Links have numbers alone.
        id=f"a{card.account_id}",
        title=f"📊 @{card.username}",
        description=f"{shorten(card.nickname, MOST_NICKNAME)} · {followers}",
        input_message_content=content,
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=_("📊 More of it"), url=url)]]),
    )


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
