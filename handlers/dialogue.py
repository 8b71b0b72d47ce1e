"""Dialogues: a question, and the next message as its answer. A finished one leaves one tidy message."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramBadRequest
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.screen import Screen, show

QUESTION = "question"


async def ask(event: Message | CallbackQuery, state: FSMContext, step: State, question: Screen) -> None:
    """Show the question; the person's next message goes to the handler of ``step``."""
    shown = await show(event, question)
    await state.set_state(step)
    await state.set_data({QUESTION: shown.message_id})


async def finish(message: Message, state: FSMContext) -> None:
    """The answer was understood: the dialogue is over and its question goes away."""
    data = await state.get_data()
    await state.clear()
    question = data.get(QUESTION)
    if question is None or message.bot is None:
        return
    with suppress(TelegramBadRequest):  # the person removed it, or it is older than 48 hours
        await message.bot.delete_message(message.chat.id, question)


class CommandsEndDialogues(BaseMiddleware):
    """Who sends a command has turned to something else: the next message is no answer to an old question."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        state: FSMContext | None = data.get("state")
        if state is not None and isinstance(event, Message) and (event.text or "").startswith("/"):
            data["left_dialogue"] = await state.get_state() is not None
            if data["left_dialogue"]:
                await finish(event, state)
        return await handler(event, data)
