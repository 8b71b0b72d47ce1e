"""Bad days: Telegram stumbles, storage is away. Nothing happens twice, and the person is told."""

import pytest
from pydantic import SecretStr

from sandbox import Fault, Person
from tests.platform import Platform, running_platform
from tests.servers import free_port


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.inbox.PAUSES_SECONDS", (0.05, 0.05))
    monkeypatch.setattr("bot.sender.PAUSES_SECONDS", (0.02, 0.02))


@pytest.mark.parametrize(("kind", "when"), [("cut", "before"), ("cut", "after"), ("server_error", "after")])
async def test_a_link_whose_answer_was_lost_is_made_once_and_answered_again(
    platform: Platform, anna: Person, kind: str, when: str
):
    await anna.send("/start")
    platform.server.faults.add(Fault(kind, method="sendMessage", when=when))  # type: ignore[arg-type]
    await anna.send("https://example.com/once", timeout=15)
    await anna.sees("example.com/once")
    await anna.send("/links")
    assert "1\u00a0ссылка" in (await anna.sees("📋")).text


async def test_a_press_whose_answer_was_lost_does_its_work_and_is_answered(platform: Platform, anna: Person):
    await anna.send("/start")
    platform.server.faults.add(Fault("cut", method="answerCallbackQuery"))
    await anna.press("❓ Помощь")
    await anna.sees("Что я умею")


async def test_a_deletion_whose_message_could_not_be_edited_is_still_said_to_be_done(platform: Platform, anna: Person):
    await anna.send("https://example.com")
    await anna.press("🗑 Удалить")
    await anna.sees_button("🗑 Да, удалить")
    platform.server.faults.add(Fault("server_error", method="editMessageText", times=4))
    await anna.press("🗑 Да, удалить")
    await anna.sees("удалена")


async def test_with_the_storage_of_dialogues_away_the_person_gets_an_apology_and_operators_the_reason(tmp_path):
    changes = {"redis_url": SecretStr(f"redis://127.0.0.1:{free_port()}")}
    async with running_platform(tmp_path, changes) as platform:
        anna, olya = platform.world.person("Анна"), platform.world.person("Оля")
        await anna.send("/help")
        assert "что-то сломалось" in anna.last.text
        await olya.in_group(platform.world.group("Админы Toklink")).sees("ConnectionError")


async def test_a_slow_chat_holds_up_nobody_else(platform: Platform, anna: Person, ben: Person):
    await anna.send("/start")
    await ben.send("/start")
    platform.server.faults.add(Fault("too_many_requests", method="sendMessage", chat_id=anna.id, retry_after=7))
    await anna.send("/help", quiet=True)
    await ben.send("/help", timeout=6)
    assert "What I can do" in ben.last.text
    await anna.sees("Что я умею")
