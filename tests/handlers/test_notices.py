"""What the bot tells unasked: set by buttons, and sent as it was set."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db.queries.clicks import Count, add_counts
from db.tables import Link
from sandbox import Person
from scheduler.jobs import JOBS
from services.statistics.periods import bucket_of
from tests.handlers.reading import UNSEEN
from tests.platform import Platform


async def opened(person: Person, settings: str = "🔔 Notices") -> None:
    await person.send("/settings")
    await person.press(settings)


async def test_everything_is_set_in_one_message(platform: Platform, ben: Person):
    await opened(ben)
    shown = await ben.sees("What I tell you unasked")
    assert shown.buttons == [
        "✅ Daily note about my links",
        "✅ Daily note of what I watch",
        "✅ A watched account's hit",
        "✅ Its follower milestones",
        "✅ Link or webhook switched off",
        "✅ First click, round numbers",
        "✅ Bursts of clicks",
        "✅ Limit or time nearly over",
        "✅ Broken targets",
        "🕒 Daily note at 09:00",
        "🌙 Quiet hours: 23:00–08:00",
        "◀️ Settings",
    ]
    await ben.press("✅ Link or webhook switched off")
    await ben.press("🔕 Link or webhook switched off")
    await ben.press("✅ Link or webhook switched off")
    await ben.press("🕒 Daily note at 09:00")
    await ben.sees("When should the daily note come?")
    await ben.press("07:00")
    await ben.sees("07:00 is in your quiet hours: the daily note comes at 08:00.")
    await ben.press("🌙 Quiet hours")
    await ben.press("22:00")
    await ben.sees("Quiet from 22:00 on")
    await ben.press("06:00")
    changed = await ben.sees_button("🌙 Quiet hours: 22:00–06:00")
    assert changed.message_id == shown.message_id
    assert "quiet hours:" not in changed.text
    await platform.restart()
    await opened(ben)
    kept = await ben.sees("What I tell you unasked")
    assert (kept.buttons[0], kept.buttons[4]) == ("✅ Daily note about my links", "🔕 Link or webhook switched off")
    assert kept.buttons[9:11] == ["🕒 Daily note at 07:00", "🌙 Quiet hours: 22:00–06:00"]
    await ben.press("🌙 Quiet hours")
    await ben.press("No quiet hours")
    await ben.sees_button("🌙 Quiet hours: none")
    await ben.press("◀️ Settings")
    await ben.sees_button("🔔 Notices")


async def test_questions_lead_back(ben: Person):
    await opened(ben)
    await ben.press("🕒 Daily note")
    await ben.press("◀️ Back")
    await ben.press("🌙 Quiet hours")
    await ben.sees("From which hour on")
    await ben.press("23:00")
    await ben.sees("Until when?")
    await ben.press("◀️ Back")
    await ben.sees("From which hour on")
    await ben.press("◀️ Back")
    await ben.sees("What I tell you unasked")


@pytest.mark.parametrize("data", ["sH:24", "sH:-1", "sQ:24", "sW:1:99", "sN:nothing:1", "sH:x"])
async def test_an_hour_or_a_kind_that_there_is_not_changes_nothing(ben: Person, data: str):
    await opened(ben)
    answer = await ben.press_data(data, on=ben.last)
    assert "does not work any more" in answer.text


async def test_the_daily_note_comes_with_a_button_to_each_card(platform: Platform, anna: Person, ben: Person):
    await anna.send("https://example.com/anna")
    await ben.send("https://example.com/ben")
    services = platform.container.services
    await clicked(platform)
    await at_ten_tomorrow(platform)
    for _ in range(2):
        await JOBS["daily-link-reports"](services, platform.clock())
    note = await anna.sees("☀️")
    assert note.text.translate(UNSEEN).splitlines()[0].startswith("☀️ 2 клика за ")
    assert note.buttons == ["1", "🔔 Уведомления"]
    await ben.sees("☀️ 2 clicks on ")
    await ben.press("1")
    await ben.sees("example.com/ben")
    assert "☀️" in ben.transcript(), "the note has a file, which stays"
    assert len([message for message in anna.messages() if "☀️" in message.text]) == 1


async def test_a_daily_note_that_is_switched_off_does_not_come(platform: Platform, anna: Person, ben: Person):
    await anna.send("https://example.com/anna")
    await ben.send("https://example.com/ben")
    await opened(ben)
    await ben.press("✅ Daily note about my links")
    await ben.sees_button("🔕 Daily note about my links")
    await clicked(platform)
    await at_ten_tomorrow(platform)
    await JOBS["daily-link-reports"](platform.container.services, platform.clock())
    await anna.sees("☀️")
    assert "☀️" not in ben.transcript()


async def clicked(platform: Platform) -> None:
    """Each link that there is, twice, just now."""
    async with platform.container.database.write() as session:
        for link_id in (await session.scalars(select(Link.id))).all():
            await add_counts(session, [Count(link_id, bucket_of(platform.clock()), 2, 1, 0)])


async def at_ten_tomorrow(platform: Platform) -> None:
    """In Moscow, where both live."""
    local = platform.clock().astimezone(ZoneInfo("Europe/Moscow"))
    tomorrow = (local + timedelta(days=1)).replace(hour=10, minute=0, second=0)
    platform.clock.passes(seconds=(tomorrow - local).total_seconds())
