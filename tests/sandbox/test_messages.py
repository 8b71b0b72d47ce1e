"""What the bot may send, and how it is refused."""

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramUnauthorizedError
from aiogram.types import LinkPreviewOptions, ReplyParameters

from sandbox import Person, SandboxServer
from tests.sandbox.conftest import RawBot


@pytest.fixture(autouse=True)
async def _started(anna: Person) -> None:
    await anna.send("/start", quiet=True)


async def test_the_three_ways_of_sending_parameters(
    http: aiohttp.ClientSession, raw: RawBot, anna: Person, server: SandboxServer
) -> None:
    keyboard = '{"inline_keyboard":[[{"text":"Да","callback_data":"y"}]]}'
    fields = {"chat_id": str(anna.id), "text": "привет", "reply_markup": keyboard}
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, value, content_type="text/plain")
    for content in ({"json": fields}, {"data": fields}, {"data": form}):
        async with http.post(f"{raw.base}/sendMessage", **content) as answer:
            body = await answer.json()
        assert body["result"]["text"] == "привет"
        assert body["result"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "y"
    async with http.get(f"{raw.base}/SENDMESSAGE", params={"chat_id": anna.id, "text": "адресом"}) as answer:
        assert (await answer.json())["result"]["text"] == "адресом"
    assert [call.status for call in server.calls] == [200] * 4


async def test_unknown_methods_and_tokens(http: aiohttp.ClientSession, raw: RawBot, server: SandboxServer) -> None:
    body = await raw.call("sendTelepathy", chat_id=1)
    assert (body["error_code"], body["description"]) == (404, "Not Found: method not found")
    for token, code, words in (("7:" + "A" * 35, 401, "Unauthorized"), ("nonsense", 404, "Not Found")):
        async with http.get(f"{server.url}/bot{token}/getMe") as answer:
            assert answer.status == code
            assert await answer.json() == {"ok": False, "error_code": code, "description": words}


async def test_aiogram_knows_the_errors(bot: Bot, anna: Person, ben: Person, server: SandboxServer) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(555, "x")
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await bot.send_message(ben.id, "x")
    stranger = Bot("7:" + "A" * 35, session=bot.session)
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    assert [call.description for call in server.calls][:2] == [
        "Bad Request: chat not found",
        "Forbidden: bot can't initiate conversation with a user",
    ]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"chat_id": None}, "chat_id is empty"),
        ({"chat_id": "@nobody_here"}, "chat not found"),
        ({"text": ""}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "🌿" * 2049}, "message is too long"),
        ({"text": "<i>x", "parse_mode": "html"}, "can't parse entities: Can't find end tag"),
        ({"text": "\ud83c"}, "strings must be encoded in UTF-8"),
        ({"reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"reply_markup": []}, "object expected as reply markup"),
        ({"reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"reply_parameters": {"chat_id": 1}}, 'can\'t find field "message_id"'),
        ({"link_preview_options": {"is_disabled": "no"}}, 'field "is_disabled" must be of type Boolean'),
    ],
)
async def test_what_is_no_message_is_refused(
    raw: RawBot, anna: Person, parameters: dict[str, object], sentence: str
) -> None:
    refused = await raw.refusal("sendMessage", **({"chat_id": anna.id, "text": "x"} | parameters))
    assert refused.startswith(f"Bad Request: {sentence}")
    assert all(not message.from_bot for message in anna.messages())


async def test_the_longest_message_counts_after_parsing(raw: RawBot, anna: Person) -> None:
    body = await raw.call("sendMessage", chat_id=anna.id, text=f"<b>{'🌿' * 2048}</b>", parse_mode="HTML")
    assert body["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]


def inline(**button: object) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "Кнопка"} | button]]}


@pytest.mark.parametrize(
    ("markup", "sentence"),
    [
        (inline(callback_data="я" * 33), "BUTTON_DATA_INVALID"),
        (inline(), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (inline(callback_data=""), "can't parse inline keyboard button: Text buttons are unallowed"),
        (inline(text="", callback_data="x"), "BUTTON_TEXT_INVALID"),
        (
            inline(text=None, callback_data="x"),
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        (inline(url="ftp://example.com"), "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL"),
        (inline(url="javascript:alert(1)"), "inline keyboard button URL 'javascript:alert(1)' is invalid"),
        (inline(url="http://nodots"), "inline keyboard button URL 'http://nodots' is invalid: Wrong HTTP URL"),
        (inline(callback_data="x", style="pink"), "can't parse inline keyboard button: Unsupported style specified"),
        (inline(copy_text={"text": "x" * 257}), "BUTTON_COPY_TEXT_INVALID"),
        (inline(pay=True), "BUTTON_TYPE_INVALID"),
        (
            {"inline_keyboard": [{"text": "x"}]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of',
        ),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 101]}, "reply markup is too long"),
        ({"keyboard": "x"}, 'field "keyboard" must be of type Array'),
        ({"keyboard": [["x"]], "input_field_placeholder": "x" * 65}, "input field placeholder is too long"),
    ],
)
async def test_keyboards_are_checked(raw: RawBot, anna: Person, markup: object, sentence: str) -> None:
    refused = await raw.refusal("sendMessage", chat_id=anna.id, text="x", reply_markup=markup)
    assert refused.startswith(f"Bad Request: {sentence}")


async def test_good_buttons_pass(raw: RawBot, anna: Person) -> None:
    for button in ({"callback_data": "я" * 32}, {"url": "http://localhost:8080/x"}, {"url": "tg://user?id=1001"}):
        body = await raw.call("sendMessage", chat_id=anna.id, text="x", reply_markup=inline(**button))
        assert body["ok"], body


async def test_an_answer_carries_what_it_answers(bot: Bot, anna: Person) -> None:
    own = await anna.send("вопрос", quiet=True)
    sent = await bot.send_message(
        anna.id,
        "ответ",
        reply_parameters=ReplyParameters(message_id=own.message_id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        protect_content=True,
        message_effect_id="passed over",
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "вопрос"
    assert sent.has_protected_content
    assert sent.link_preview_options is not None
    missing = ReplyParameters(message_id=999, allow_sending_without_reply=True)
    assert (await bot.send_message(anna.id, "всё равно", reply_parameters=missing)).reply_to_message is None


async def test_message_ids_grow_over_all_private_chats(bot: Bot, anna: Person, ben: Person) -> None:
    await ben.send("/start", quiet=True)
    ids = [(await bot.send_message(who.id, "x")).message_id for who in (anna, ben, anna)]
    assert ids == [3, 4, 5]


async def test_a_mention_of_somebody_known_carries_the_person(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(anna.id, '<a href="tg://user?id=1002">Бен</a> <a href="tg://user?id=7">никто</a>')
    assert sent.entities is not None
    assert [entity.user.first_name for entity in sent.entities if entity.user] == ["Бен"]
    assert len(sent.entities) == 1


async def test_typing_is_seen(bot: Bot, raw: RawBot, anna: Person) -> None:
    await bot.send_chat_action(anna.id, "typing")
    await bot.send_message(anna.id, "готово")
    await anna.sees("готово")
    assert anna.actions == ["typing"]
    assert await raw.refusal("sendChatAction", chat_id=anna.id, action="dancing") == (
        "Bad Request: wrong parameter action in request"
    )


async def test_calls_are_recorded_without_the_bytes_of_files(raw: RawBot, bot: Bot, server: SandboxServer) -> None:
    await raw.call("sendMessage", chat_id=1001, text="x", reply_markup=inline(callback_data="y"))
    call = server.calls[-1]
    assert (call.method, call.status, call.description) == ("sendMessage", 200, None)
    assert call.parameters["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "y"
    assert call.at == server.world.now()
