"""Presses and inline mode, as the bot must answer them."""

import asyncio
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.types import (
    CallbackQuery,
    ChosenInlineResult,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Message,
)

from sandbox import Person, SandboxClient, SandboxRefused, SandboxServer
from tests.sandbox.conftest import Clock, RawBot
from tests.sandbox.test_chatting import Polling

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
KEYBOARD = {"inline_keyboard": [[{"text": "Нажми", "callback_data": "x"}]]}


async def pressed(raw: RawBot, anna: Person) -> tuple[str, "asyncio.Task[Any]"]:
    """The id of a press of Анна's, and her waiting for the answer."""
    await anna.send("/start", quiet=True)
    await raw.call("sendMessage", chat_id=anna.id, text="Меню", reply_markup=KEYBOARD)
    await raw.call("getUpdates", offset=-1)
    waiting = asyncio.create_task(anna.press("Нажми"))
    updates: list[dict[str, Any]] = []
    while not updates or "callback_query" not in updates[-1]:
        updates = (await raw.call("getUpdates", offset=updates[-1]["update_id"] + 1 if updates else 0, timeout=3))[
            "result"
        ]
    return updates[-1]["callback_query"]["id"], waiting


async def test_a_press_is_answered_once(raw: RawBot, anna: Person, server: SandboxServer) -> None:
    query_id, waiting = await pressed(raw, anna)
    assert (await raw.call("answerCallbackQuery", callback_query_id=query_id, text="Готово", show_alert=True))["ok"]
    answer = await waiting
    assert (answer.text, answer.show_alert) == ("Готово", True)
    assert server.violations == []
    assert await raw.refusal("answerCallbackQuery", callback_query_id=query_id) == TOO_OLD
    assert server.violations == [f"Press {query_id} (data 'x') was answered 2 times, not once."]


async def test_a_press_grows_old(raw: RawBot, anna: Person, clock: Clock, server: SandboxServer) -> None:
    query_id, waiting = await pressed(raw, anna)
    clock.passes(seconds=150)
    assert await raw.refusal("answerCallbackQuery", callback_query_id=query_id) == TOO_OLD
    waiting.cancel()
    assert await raw.refusal("answerCallbackQuery", callback_query_id="1") == TOO_OLD
    assert await raw.refusal("answerCallbackQuery") == 'Bad Request: parameter "callback_query_id" is required'


async def test_answers_are_checked(raw: RawBot, anna: Person, server: SandboxServer) -> None:
    query_id, waiting = await pressed(raw, anna)
    bad = await raw.refusal("answerCallbackQuery", callback_query_id=query_id, text="я" * 201)
    assert bad == "Bad Request: MESSAGE_TOO_LONG"
    bad = await raw.refusal("answerCallbackQuery", callback_query_id=query_id, url="https://example.com/")
    assert bad == "Bad Request: URL_INVALID"
    own = "https://t.me/toklink_demo_bot?start=x"
    assert (await raw.call("answerCallbackQuery", callback_query_id=query_id, text="я" * 200, url=own))["ok"]
    assert (await waiting).url == own


async def test_people_hear_when_nobody_answered(raw: RawBot, anna: Person, world: SandboxClient, clock: Clock) -> None:
    query_id, waiting = await pressed(raw, anna)
    waiting.cancel()
    clock.passes(seconds=150)
    await world.catch_up()
    expired = [event for event in world.follower.log if event["kind"] == "expired"]
    assert [(event["person_id"], event["callback_query_id"]) for event in expired] == [(anna.id, query_id)]


async def test_an_honest_press_needs_the_button(raw: RawBot, anna: Person) -> None:
    await anna.send("/start", quiet=True)
    await raw.call("sendMessage", chat_id=anna.id, text="Меню", reply_markup=KEYBOARD)
    menu = await anna.sees("Меню")
    await raw.call("editMessageReplyMarkup", chat_id=anna.id, message_id=menu.message_id)
    http = anna._watch.http
    body = {"person_id": anna.id, "chat_id": anna.id, "message_id": menu.message_id, "data": "x"}
    with pytest.raises(SandboxRefused, match="no such button now"):
        await http.post("/people/press", body)


async def test_a_press_on_a_deleted_message_says_where_it_was(raw: RawBot, anna: Person) -> None:
    await anna.send("/start", quiet=True)
    await raw.call("sendMessage", chat_id=anna.id, text="Меню", reply_markup=KEYBOARD)
    menu = await anna.sees("Меню")
    await raw.call("deleteMessage", chat_id=anna.id, message_id=menu.message_id)
    with pytest.raises(AssertionError, match="never answered"):
        await anna.press_data("x", on=menu, timeout=0.1)
    update = (await raw.call("getUpdates", offset=-1))["result"][0]
    message = update["callback_query"]["message"]
    assert (message["message_id"], message["date"], message["chat"]["id"]) == (menu.message_id, 0, anna.id)
    assert "text" not in message


@pytest.fixture
async def inline_bot(dispatcher: Dispatcher, polling: Polling) -> list[ChosenInlineResult]:
    chosen: list[ChosenInlineResult] = []
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Ещё", callback_data="more")]])

    @dispatcher.inline_query(F.query != "молчи")
    async def offer(query: InlineQuery) -> None:
        results = [
            InlineQueryResultArticle(
                id=str(number),
                title=f"Ссылка {number}",
                description=query.query,
                input_message_content=InputTextMessageContent(message_text=f"<b>{query.query}</b> {number}"),
                reply_markup=keyboard if number == 1 else None,
            )
            for number in (1, 2)
        ]
        button = InlineQueryResultsButton(text="Настроить", start_parameter="inline")
        await query.answer(list(results), cache_time=0, is_personal=True, button=button)

    @dispatcher.chosen_inline_result()
    async def remember(result: ChosenInlineResult) -> None:
        chosen.append(result)

    @dispatcher.callback_query()
    async def more(query: CallbackQuery, bot: Bot) -> None:
        assert query.message is None
        assert query.inline_message_id is not None
        await query.answer()
        await bot.edit_message_text("Дополнено", inline_message_id=query.inline_message_id)

    @dispatcher.message(F.via_bot)
    async def heard(message: Message) -> None:
        pass

    polling()
    return chosen


async def test_inline_results_are_offered_and_chosen(
    anna: Person, ben: Person, world: SandboxClient, inline_bot: list[ChosenInlineResult]
) -> None:
    friends = world.group("Друзья")
    offered = await anna.in_group(friends).inline("example.com")
    assert offered.titles == ["Ссылка 1", "Ссылка 2"]
    assert offered.button == "Настроить"
    sent = await anna.in_group(friends).choose(offered, "Ссылка 1")
    assert sent.html == "<b>example.com</b> 1"
    assert sent.raw["via_bot"]["username"] == "toklink_demo_bot"
    # Everybody in the group may press it, and the bot edits it by its inline id.
    await ben.in_group(friends).press("Ещё")
    assert (await ben.in_group(friends).sees("Дополнено")).message_id == sent.message_id
    assert [(result.result_id, result.query, result.from_user.id) for result in inline_bot] == [
        ("1", "example.com", anna.id)
    ]


@pytest.mark.usefixtures("inline_bot")
async def test_an_inline_query_can_be_used_in_private_too(anna: Person) -> None:
    offered = await anna.inline("example.com")
    assert (await anna.choose(offered, 1)).text == "example.com 2"


def article(**changes: Any) -> dict[str, Any]:
    return {"type": "article", "id": "1", "title": "T", "input_message_content": {"message_text": "x"}} | changes


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ([article()] * 51, "too many inline query results specified"),
        ([article(), article()], "RESULT_ID_DUPLICATE"),
        ([article(id="")], "RESULT_ID_INVALID"),
        ([article(id="я" * 33)], "RESULT_ID_INVALID"),
        ([article(title="")], "can't parse inline query result"),
        ([article(input_message_content=None)], "can't parse inline query result"),
        (
            [article(input_message_content={"message_text": ""})],
            "can't parse inline query result: Message text is empty",
        ),
        ([article(type="hologram")], 'can\'t parse inline query result: type "hologram" is unsupported'),
        ([article(input_message_content={"message_text": "<x>", "parse_mode": "HTML"})], "can't parse entities"),
        (
            [article(reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": "y" * 65}]]})],
            "BUTTON_DATA_INVALID",
        ),
        ({"type": "article"}, "expected an Array of inline query results"),
    ],
)
async def test_inline_results_are_checked(raw: RawBot, results: Any, sentence: str) -> None:
    refused = await raw.refusal("answerInlineQuery", inline_query_id="1", results=results)
    assert refused.startswith(f"Bad Request: {sentence}")


async def test_inline_answers_come_in_time_and_once(raw: RawBot, anna: Person, clock: Clock) -> None:
    assert await raw.refusal("answerInlineQuery", inline_query_id="1", results=[]) == TOO_OLD
    asking = asyncio.create_task(anna.inline("x"))
    query = (await raw.call("getUpdates", timeout=5))["result"][0]["inline_query"]
    button = {"text": "T", "start_parameter": "a b"}
    assert await raw.refusal("answerInlineQuery", inline_query_id=query["id"], results=[], button=button) == (
        "Bad Request: START_PARAM_INVALID"
    )
    assert (await raw.call("answerInlineQuery", inline_query_id=query["id"], results=[]))["ok"]
    assert (await asking).results == []
    assert await raw.refusal("answerInlineQuery", inline_query_id=query["id"], results=[]) == TOO_OLD
    asking = asyncio.create_task(anna.inline("y"))
    update = (await raw.call("getUpdates", offset=-1, timeout=5))["result"][0]
    clock.passes(seconds=30)
    refused = await raw.refusal("answerInlineQuery", inline_query_id=update["inline_query"]["id"], results=[])
    assert refused == TOO_OLD
    asking.cancel()
