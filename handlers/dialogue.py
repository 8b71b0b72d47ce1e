"""Dialogues: a question, and the next message as its answer. A finished one leaves one tidy message.

An answer that is refused brings the question again, at the end of the chat and with what is wrong as its first line:
see :func:`repeat`. What was asked is kept with the dialogue, so that this needs nothing of whoever asked.

Where others talk too, a question is its asker's alone: only their reply to it is its answer, and only they press its
buttons, which say whose they are.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import BaseFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message, TelegramObject

from handlers.contents import unreadable_text
from handlers.screen import Screen, show
from services.errors import UserError

QUESTION = "question"
# What is asked again: {"text": HTML, "buttons": rows of what InlineKeyboardButton is made of}.
ASKED = "asked"
# What the buttons of a question in a group begin with; then come the asker and what the button does.
ASKED_BY = "q"


class OthersQuestion(UserError):
    """The pressed message asks somebody else."""


class AnswersQuestion(BaseFilter):
    """The answer to an open question: in private any message, where others talk too only a reply to the question."""

    async def __call__(self, message: Message, state: FSMContext) -> bool:
        if message.chat.type == "private":
            return True
        replied = message.reply_to_message
        if replied is None or message.from_user is None or replied.message_id != await _question(state):
            return False
        # Somebody's press from before the question may have made something else of the message.
        return replied.reply_markup is None or _asker(replied.reply_markup) == message.from_user.id


async def ask(
    event: Message | CallbackQuery,
    state: FSMContext,
    step: State,
    question: Screen,
    *,
    again: Screen | None = None,
    **facts: int | str,
) -> None:
    """Show the question, in the place of one that is open; the next message goes to the handler of ``step``.

    ``again``: what is asked after an answer that is refused, where that is not the question itself.
    ``facts``: what that handler finds in the state's data. It must do without them, too: a crash between the two steps
    below leaves a question without facts.
    """
    shown = await show(event, _as_asked(event, question))
    before = await _question(state)
    await state.set_state(step)
    await state.set_data({**facts, ASKED: _kept(again or question), QUESTION: shown.message_id})
    if before != shown.message_id:
        await _remove(shown.bot, shown.chat.id, before)


async def expect(state: FSMContext, step: State, question: Screen) -> None:
    """Before an error is raised: it comes with ``question`` below it, and the next message goes to ``step``."""
    before = await _question(state)
    await state.set_state(step)
    await state.set_data({ASKED: _kept(question)} | ({} if before is None else {QUESTION: before}))


async def repeat(message: Message, state: FSMContext, note: str, way_out: InlineKeyboardMarkup | None = None) -> bool:
    """After ``message``, which is no answer: the open question comes again in the place of the old one.

    ``note`` (HTML) says why, above it; the buttons of ``way_out`` stand above its own. False: no question is open, or
    a crash forgot what was asked.
    """
    data = await state.get_data()
    if ASKED not in data:
        return False
    lines = way_out.inline_keyboard if way_out else []
    asked = Screen(
        f"{note}\n\n{data[ASKED]['text']}",
        InlineKeyboardMarkup.model_validate({"inline_keyboard": [*lines, *data[ASKED]["buttons"]]}),
    )
    shown = await show(message, _as_asked(message, asked))
    await state.update_data({QUESTION: shown.message_id})
    await _remove(shown.bot, shown.chat.id, data.get(QUESTION))
    return True


async def ask_for_text(message: Message, state: FSMContext) -> None:
    """After something that is no text."""
    if not await repeat(message, state, unreadable_text()):
        await show(message, Screen(unreadable_text()))


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
    """Who presses any button has turned to something else too, be it the way out of the question.

    Raises OthersQuestion for a press on somebody else's question, and changes nothing.
    """

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        state: FSMContext | None = data.get("state")
        if not isinstance(event, CallbackQuery):
            return await handler(event, data)
        event, pressed = _own(event), event.message
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


def _as_asked(event: Message | CallbackQuery, question: Screen) -> Screen:
    """The question; in a group its buttons are the asker's."""
    message = event.message if isinstance(event, CallbackQuery) else event
    asker = event.from_user
    if message is None or message.chat.type == "private" or asker is None or question.keyboard is None:
        return question
    mark = f"{ASKED_BY}:{asker.id}:"
    lines = [
        [button.model_copy(update={"callback_data": f"{mark}{button.callback_data}"}) for button in line]
        for line in question.keyboard.inline_keyboard
    ]
    return replace(question, keyboard=InlineKeyboardMarkup(inline_keyboard=lines))


def _own(press: CallbackQuery) -> CallbackQuery:
    """The press as handlers know it. Raises OthersQuestion."""
    asker, data = _asked_by(press.data or "")
    shown = press.message.reply_markup if isinstance(press.message, Message) else None
    if any(each not in (None, press.from_user.id) for each in (asker, _asker(shown))):
        raise OthersQuestion
    return press if asker is None else press.model_copy(update={"data": data})


def _asker(keyboard: InlineKeyboardMarkup | None) -> int | None:
    """Whom the message with these buttons asks, if it asks anybody."""
    buttons = [button for line in keyboard.inline_keyboard for button in line] if keyboard else []
    return next((asker for button in buttons if (asker := _asked_by(button.callback_data or "")[0]) is not None), None)


def _asked_by(data: str) -> tuple[int | None, str]:
    """Whose button it is, if it is one's alone, and what it does."""
    kind, _colon, rest = data.partition(":")
    asker, _colon, inner = rest.partition(":")
    is_one_s = kind == ASKED_BY and asker.isascii() and asker.isdecimal() and len(asker) <= 18
    return (int(asker), inner) if is_one_s else (None, data)


def _kept(question: Screen) -> dict[str, Any]:
    lines = question.keyboard.inline_keyboard if question.keyboard else []
    buttons = [[each.model_dump(mode="json", exclude_none=True) for each in line] for line in lines]
    return {"text": question.text, "buttons": buttons}


async def _question(state: FSMContext) -> int | None:
    """The message that asks, if one does."""
    question: int | None = (await state.get_data()).get(QUESTION)
    return question


async def _remove(bot: Bot | None, chat_id: int, question: int | None) -> None:
    if bot is None or question is None:
        return
    with suppress(TelegramAPIError):  # the person removed it, it is older than 48 hours, or Telegram is away
        await bot.delete_message(chat_id, question)
