"""The command lists that Telegram shows: in both languages, for private chats, groups and operators."""

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeUnion,
)

from services.language import LANGUAGES, Catalogue, speaking
from services.language import gettext as _

log = structlog.get_logger()
# What Telegram shows to people whose language has no list of its own.
OTHERS = "en"


def private_commands() -> list[BotCommand]:
    """In the language in use; only what works."""
    return [
        BotCommand(command="link", description=_("Make a short link")),
        BotCommand(command="links", description=_("My links and their clicks")),
        BotCommand(command="settings", description=_("Language and time zone")),
        BotCommand(command="help", description=_("What I can do")),
        BotCommand(command="cancel", description=_("Leave a question")),
    ]


def group_commands() -> list[BotCommand]:
    return [
        BotCommand(command="link", description=_("Make a short link")),
        BotCommand(command="help", description=_("What I can do")),
    ]


def operator_commands() -> list[BotCommand]:
    return [*private_commands(), BotCommand(command="admin", description=_("State of the platform"))]


async def register_commands(bot: Bot, catalogue: Catalogue, operator_ids: frozenset[int]) -> None:
    """Set every list anew. An operator who never wrote to the bot gets theirs at the next start."""
    for language in (None, *LANGUAGES):
        with speaking(catalogue, language or OTHERS):
            private, group, operator = private_commands(), group_commands(), operator_commands()
            await _set(bot, private, BotCommandScopeAllPrivateChats(), language)
            await _set(bot, group, BotCommandScopeAllGroupChats(), language)
            for operator_id in sorted(operator_ids):
                try:
                    await _set(bot, operator, BotCommandScopeChat(chat_id=operator_id), language)
                except (TelegramBadRequest, TelegramForbiddenError) as error:
                    log.info("no command list for an operator yet", operator_id=operator_id, reason=error.message)
            await bot.set_my_description(
                _("I make short links and count their clicks: QR pictures, statistics, no registration."),
                language_code=language,
            )
            await bot.set_my_short_description(_("Short links with statistics"), language_code=language)


async def _set(bot: Bot, commands: list[BotCommand], scope: BotCommandScopeUnion, language: str | None) -> None:
    await bot.set_my_commands(commands, scope=scope, language_code=language)
