"""Who speaks to the bot in a group, where others speak to each other."""

from aiogram import Bot
from aiogram.filters import BaseFilter
from aiogram.types import Message, MessageEntity, User


class CommandToBot(BaseFilter):
    """A command with the bot's name (``/link@bot``); without any name, only as a reply to the bot."""

    async def __call__(self, message: Message, bot: Bot) -> bool:
        text = message.text or ""
        if not text.startswith("/"):
            return False
        _command, _at, name = text.split()[0].partition("@")
        return name.casefold() == await _username(bot) if name else _replies_to(message, bot)


class MentionsBot(BaseFilter):
    """The bot's name stands in a text or a caption."""

    async def __call__(self, message: Message, bot: Bot) -> bool:
        me = await bot.me()
        entities = message.entities or message.caption_entities or []
        text = message.text or message.caption or ""
        return not text.startswith("/") and any(_names(entity, text, me) for entity in entities)


class RepliesToBot(BaseFilter):
    """An answer to one of the bot's messages."""

    async def __call__(self, message: Message, bot: Bot) -> bool:
        return not (message.text or "").startswith("/") and _replies_to(message, bot)


def _names(entity: MessageEntity, text: str, me: User) -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == me.id
    return entity.type == "mention" and entity.extract_from(text).casefold() == f"@{me.username or ''}".casefold()


def _replies_to(message: Message, bot: Bot) -> bool:
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == bot.id


async def _username(bot: Bot) -> str:
    return ((await bot.me()).username or "").casefold()
