"""Dialogues: a question, and the next message as its answer. A finished one leaves one tidy message."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.screen import Screen, show

QUESTION = "question"


async def ask(
    event: Message | CallbackQuery, state: FSMContext, step: State, question: Screen, **facts: int | str
) -> None:
    """Show the question, in the place of one that is open; the next message goes to the handler of ``step``.

    ``facts``: what that handler finds in the state's data. It must do without them, too: a crash between the two steps
    below leaves a question without facts.
    """
    shown = await show(event, question)
    before = await _question(state)
    await state.set_state(step)
    await state.set_data({**facts, QUESTION: shown.message_id})
    if before != shown.message_id:
        await _remove(shown.bot, shown.chat.id, before)


async def finish(message: Message, state: FSMContext) -> None:
    """The answer was understood: the dialogue is over and its question goes away."""
    question = await _question(state)
    await state.clear()
    await _remove(message.bot, message.chat.id, question)


class CommandsEndDialogues(BaseMiddleware):
    """Who sends a command has turned to something else: the next message is no answer to an old question.

    Handlers get ``left_dialogue``: whether there was a question.
    """

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        state: FSMContext | None = data.get("state")
        if state is not None and isinstance(event, Message) and (event.text or "").startswith("/"):
            is_open = await state.get_state() is not None
            data["left_dialogue"] = is_open or data.get("left_dialogue", False)
            if is_open:
                await finish(event, state)
        return await handler(event, data)


class PressesEndDialogues(BaseMiddleware):
    """Who presses any button has turned to something else too, be it the way out of the question."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        state: FSMContext | None = data.get("state")
        pressed = event.message if isinstance(event, CallbackQuery) else None
        if state is None or pressed is None or await state.get_state() is None:
            return await handler(event, data)
        question = await _question(state)
        await state.clear()
        try:
            # First of all the handler answers the press; it may make another message of the question, or ask anew.
            return await handler(event, data)
        finally:
            if question != pressed.message_id:
                await _remove(event.bot, pressed.chat.id, question)


async def _question(state: FSMContext) -> int | None:
    """The message that asks, if one does."""
    question: int | None = (await state.get_data()).get(QUESTION)
    return question


async def _remove(bot: Bot | None, chat_id: int, question: int | None) -> None:
    if bot is None or question is None:
        return
    with suppress(TelegramAPIError):  # the person removed it, it is older than 48 hours, or Telegram is away
        await bot.delete_message(chat_id, question)
