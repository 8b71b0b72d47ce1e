"""A webhook may answer with a call, which is then carried out."""

from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.methods import SendDocument, SendMessage
from aiogram.types import BufferedInputFile, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from sandbox import Person, SandboxServer
from tests.sandbox.conftest import RawBot
from tests.sandbox.hooks import SECRET, Hook, delays, hook, info, nothing_pends, serve, server, the_error

__all__ = ["delays", "hook", "server"]


async def test_an_aiogram_webhook_answers_a_person(bot: Bot, raw: RawBot, dispatcher: Dispatcher, anna: Person) -> None:
    @dispatcher.message()
    async def echo(message: Message) -> SendMessage | SendDocument:
        if message.text == "файл":
            return message.answer_document(BufferedInputFile(b"1;2", "table.csv"), caption="<b>Вот</b>")
        await message.answer("Принято")
        return message.answer(f"<b>{message.text}</b>")

    application = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=SECRET)
    handler.register(application, "/telegram")
    setup_application(application, dispatcher, bot=bot)
    runner, url = await serve(application)
    try:
        await bot.set_webhook(url, secret_token=SECRET)
        assert (await anna.send("привет")).text == "Принято"
        # aiogram sends what a handler returns in the answer of the webhook itself.
        assert (await anna.sees("привет")).html == "<b>привет</b>"
        sent = await anna.send("файл")
        assert (sent.html, sent.file_name, await anna.file(sent)) == ("<b>Вот</b>", "table.csv", b"1;2")
        await bot.set_webhook(url, secret_token="another")
        await anna.send("чужой ключ", quiet=True)
        assert await the_error(raw) == "Wrong response from the webhook: 401 Unauthorized"
    finally:
        await bot.delete_webhook()
        await runner.cleanup()


async def test_what_an_answer_asks_for_is_done(raw: RawBot, hook: Hook, anna: Person, server: SandboxServer) -> None:
    message = {"method": "sendMessage", "chat_id": 1001, "text": "<i>из ответа</i>", "parse_mode": "HTML"}
    form = "method=sendMessage&chat_id=1001&text=a+%26+b"
    answers = iter(
        [
            web.json_response(message),
            web.Response(text=form, content_type="application/x-www-form-urlencoded"),
            web.json_response({"method": "deleteWebhook"}),
            web.json_response({"method": "getMe"}),
            web.Response(text="{", content_type="application/json"),
            web.json_response([1]),
            web.json_response({}),
            web.json_response(message | {"chat_id": 5}),
        ]
    )

    async def answer(_: dict[str, Any]) -> web.Response:
        return next(answers)

    hook.answer = answer
    await raw.call("setWebhook", url=hook.url)
    assert (await anna.send("раз")).html == "<i>из ответа</i>"
    assert (await anna.send("два")).text == "a & b"
    for number in range(6):
        await anna.send(f"ещё {number}", quiet=True)
    await hook.got(8)
    await nothing_pends(raw)
    assert (await info(raw))["url"] == hook.url
    by_webhook = [(call.method, call.status) for call in server.calls if call.by_webhook]
    assert by_webhook == [("sendMessage", 200), ("sendMessage", 200), ("sendMessage", 400)]
