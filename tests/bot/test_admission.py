"""Who is kept out, where no handler of ours would answer yet."""

from datetime import UTC, datetime

from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation
from aiogram.types import PreCheckoutQuery, Update, User

from bot.dispatcher import build_dispatcher
from bot.sender import open_bot
from bot.starts import SANDBOX_TOKEN
from db.queries import people
from tests.platform import running_platform


async def test_nobody_who_is_banned_can_pay(tmp_path):
    async with running_platform(tmp_path) as platform:
        container = platform.container
        dispatcher = build_dispatcher(
            container.services,
            container.catalogue,
            storage=MemoryStorage(),
            isolation=SimpleEventIsolation(),
            clock=platform.clock,
        )
        anna = User(id=1001, is_bot=False, first_name="Анна", language_code="ru")
        asked = PreCheckoutQuery(id="7", from_user=anna, currency="XTR", total_amount=50, invoice_payload="x")
        bot = open_bot(SANDBOX_TOKEN, platform.server.url)
        try:
            for update_id in (1, 2):
                await dispatcher.feed_update(bot, Update(update_id=update_id, pre_checkout_query=asked))
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
