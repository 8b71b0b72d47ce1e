"""Where people find the bot, for pages that invite to it."""

import aiohttp
import structlog

from bot.settings import Settings

log = structlog.get_logger()
ANSWER_SECONDS = 3


async def find_bot_url(settings: Settings) -> str | None:
    """``https://t.me/NAME``; None without a token, or when Telegram does not answer soon.

    By plain HTTP: the web role does without aiogram, which takes long to import and much memory.
    """
    if settings.bot_token is None:
        return None
    url = f"{settings.telegram_api_url}/bot{settings.bot_token.get_secret_value()}/getMe"
    limit = aiohttp.ClientTimeout(ANSWER_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=limit) as client, client.get(url) as answer:
            name = (await answer.json())["result"]["username"]
    except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError) as error:
        log.warning("Telegram does not say the bot's name; pages go without it", reason=type(error).__name__)
        return None
    return f"https://t.me/{name}"
