"""The command lists that Telegram shows: in both languages, for private chats, groups and operators."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from services.language import LANGUAGES, Catalogue, speaking
from services.language import gettext as _

log = structlog.get_logger()
# What Telegram shows to people whose language has no list of its own.
OTHERS = "en"


def private_commands() -> list[BotCommand]:
    """In the language in use; only what works."""
    return [
        BotCommand(command="stats", description=_("A TikTok account in numbers")),
        BotCommand(command="compare", description=_("Compare TikTok accounts")),
        BotCommand(command="top", description=_("Top of Russian bloggers")),
        BotCommand(command="watch", description=_("Accounts I watch")),
        BotCommand(command="report", description=_("A guide for a TikTok account")),
        BotCommand(command="reports", description=_("My guides, and free ones")),
        BotCommand(command="link", description=_("Make a short link")),
        BotCommand(command="links", description=_("My links and their clicks")),
        BotCommand(command="settings", description=_("Language, time zone, notices")),
        BotCommand(command="privacy", description=_("What I keep about you")),
        BotCommand(command="terms", description=_("Terms of the sale of guides")),
        BotCommand(command="paysupport", description=_("Help with a payment")),
        BotCommand(command="help", description=_("What I can do")),
        BotCommand(command="cancel", description=_("Leave a question, stop a task")),
    ]


def group_commands() -> list[BotCommand]:
    return [
        BotCommand(command="stats", description=_("A TikTok account in numbers")),
        BotCommand(command="link", description=_("Make a short link")),
        BotCommand(command="help", description=_("What I can do")),
    ]


def operator_commands() -> list[BotCommand]:
    return [*private_commands(), _admin()]


def admin_group_commands() -> list[BotCommand]:
    return [*group_commands(), _admin()]


async def register_commands(
    bot: Bot, catalogue: Catalogue, operator_ids: frozenset[int], admin_chat_id: int | None
) -> None:
    """Set every list and the bot's descriptions anew."""
    for language, words in _languages(catalogue):
        with words:
            await bot.set_my_commands(private_commands(), BotCommandScopeAllPrivateChats(), language)
            await bot.set_my_commands(group_commands(), BotCommandScopeAllGroupChats(), language)
            description = _(
                "Any TikTok account in numbers: views, engagement, income, rating. Guides to what works for it. "
                "Short links with QR pictures and clicks. No registration."
            )
            await bot.set_my_description(description, language_code=language)
            await bot.set_my_short_description(_("TikTok in numbers, short links"), language_code=language)
    for operator_id in sorted(operator_ids):
        await register_for_operator(bot, catalogue, operator_id)
    if admin_chat_id is not None:
        await _register_for_chat(bot, catalogue, admin_chat_id, admin_group_commands)


async def register_for_operator(bot: Bot, catalogue: Catalogue, operator_id: int) -> None:
    """The longer list. Telegram refuses it for who never wrote to the bot; they get it with their first /start."""
    await _register_for_chat(bot, catalogue, operator_id, operator_commands)


async def _register_for_chat(
    bot: Bot, catalogue: Catalogue, chat_id: int, commands: Callable[[], list[BotCommand]]
) -> None:
    for language, words in _languages(catalogue):
        with words:
            try:
                await bot.set_my_commands(commands(), BotCommandScopeChat(chat_id=chat_id), language)
            except (TelegramBadRequest, TelegramForbiddenError) as error:
                log.info("no command list for this chat yet", chat_id=chat_id, reason=error.message)
                return


def _languages(catalogue: Catalogue) -> list[tuple[str | None, AbstractContextManager[None]]]:
    """Each language code that Telegram is told (None: everybody else), with the words to tell it in."""
    return [(language, speaking(catalogue, language or OTHERS)) for language in (None, *LANGUAGES)]


def _admin() -> BotCommand:
    return BotCommand(command="admin", description=_("State of the platform"))


async def register_in_language(
    bot: Bot, catalogue: Catalogue, person_id: int, language: str, *, is_operator: bool
) -> None:
    """The list of a person's private chat in ``language``, whatever their Telegram speaks; as well as it can be had."""
    with speaking(catalogue, language):
        commands = operator_commands() if is_operator else private_commands()
    # An operator's chat has a list for each language, and these would come before the one for any.
    codes = (None, *LANGUAGES) if is_operator else (None,)
    try:
        for code in codes:
            await bot.set_my_commands(commands, BotCommandScopeChat(chat_id=person_id), code)
    except TelegramAPIError as error:
        log.info("the command list keeps its language", person_id=person_id, reason=error.message)


async def register_role(bot: Bot, catalogue: Catalogue, person_id: int, language: str, *, is_operator: bool) -> None:
    """The list of a person whose role changed; as well as it can be had."""
    try:
        for code in (None, *LANGUAGES):
            await bot.delete_my_commands(BotCommandScopeChat(chat_id=person_id), code)
    except TelegramAPIError as error:
        log.info("the command list stays as it was", person_id=person_id, reason=error.message)
        return
    await register_in_language(bot, catalogue, person_id, language, is_operator=is_operator)


async def forget_commands(bot: Bot, person_id: int) -> None:
    """A person's private chat has no lists of its own any more; as well as it can be done."""
    try:
        for code in (None, *LANGUAGES):
            await bot.delete_my_commands(BotCommandScopeChat(chat_id=person_id), code)
    except TelegramAPIError as error:
        log.info("a command list stays", person_id=person_id, reason=error.message)
