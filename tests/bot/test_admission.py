"""Who is kept out, where no handler of ours would answer yet."""

import asyncio
from datetime import UTC, datetime

from aiogram import Dispatcher
from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation
from aiogram.types import PreCheckoutQuery, Update, User

from bot.dispatcher import build_dispatcher
from bot.sender import open_bot
from bot.starts import SANDBOX_TOKEN
from db.queries import people
from tests.platform import Platform, running_platform

ANNA = User(id=1001, is_bot=False, first_name="Анна", language_code="ru")
ASKED = PreCheckoutQuery(id="7", from_user=ANNA, currency="XTR", total_amount=50, invoice_payload="x")


def dispatcher_of(platform: Platform) -> Dispatcher:
    return build_dispatcher(
        platform.container.services,
        platform.container.catalogue,
        storage=MemoryStorage(),
        isolation=SimpleEventIsolation(),
        clock=platform.clock,
    )


async def test_whether_somebody_may_pay_waits_for_no_writer_though_nobody_knows_them_yet(tmp_path):
    async with running_platform(tmp_path) as platform:
        dispatcher, database = dispatcher_of(platform), platform.container.database
        bot = open_bot(SANDBOX_TOKEN, platform.server.url)
        try:
            async with database.write() as session:
                await people.add_if_new(session, 7, platform.clock())
                async with asyncio.timeout(15):
                    await dispatcher.feed_update(bot, Update(update_id=1, pre_checkout_query=ASKED))
        finally:
            await bot.session.close()
        (answer,) = await platform.world.calls(method="answerPreCheckoutQuery")
        assert "Такого заказа больше нет" in str(answer["parameters"]["error_message"])
        async with database.read() as session:
            assert await people.find(session, ANNA.id) is None
        # Made up, so the sandbox does not know it.
        platform.server.violations.clear()


async def test_nobody_who_is_banned_can_pay(tmp_path):
    async with running_platform(tmp_path) as platform:
        container = platform.container
        dispatcher = dispatcher_of(platform)
        bot = open_bot(SANDBOX_TOKEN, platform.server.url)
        await container.services.people.meet(ANNA.id, ANNA.language_code, platform.clock())
        try:
            for update_id in (1, 2):
                await dispatcher.feed_update(bot, Update(update_id=update_id, pre_checkout_query=ASKED))
                async with container.database.write() as session:
                    await people.ban(session, 1001, "x", datetime.now(UTC))
        finally:
            await bot.session.close()
        answers = await platform.world.calls(method="answerPreCheckoutQuery")
        assert [call["parameters"]["ok"] for call in answers] == ["false", "false"]
        reasons = [str(call["parameters"]["error_message"]) for call in answers]
        assert "Такого заказа больше нет" in reasons[0]
        assert "не принимаю платежи" in reasons[1]
        # Made up, so the sandbox does not know it.
        platform.server.violations.clear()
