"""Who is too fast is told so once, and costs nobody else anything."""

import asyncio
import time
from datetime import timedelta

import pytest

from sandbox import Person
from services.throttles import ANY_UPDATE, INLINE, LINKS
from services.throttles.kinds import ThrottleKind
from tests.handlers.reading import left_to_handle, mentions, nothing_waits, said, sends
from tests.platform import Platform

TOO_FAST = "Слишком быстро"


async def bot_said(person: Person, words: str) -> int:
    """How many messages of the bot have these words."""
    return sum(words in message.text for message in person.messages() if message.from_bot)


async def test_a_flood_is_told_once_in_a_while_and_then_met_with_silence(platform: Platform, anna: Person):
    for _ in range(3 * ANY_UPDATE.burst):
        sends(platform, anna, {"text": "привет"})
    await nothing_waits(platform)
    answered = await bot_said(anna, "Я читаю адреса")
    assert ANY_UPDATE.burst <= answered < 2 * ANY_UPDATE.burst
    told = await bot_said(anna, TOO_FAST)
    assert 1 <= told <= 1 + (answered - ANY_UPDATE.burst) / ANY_UPDATE.resume + 1
    assert "Снова отвечу через" in said(anna)
    platform.clock.passes(seconds=30)
    await anna.send("привет")
    assert "Я читаю адреса" in said(anna)


async def test_a_press_too_many_is_answered_by_an_alert_and_then_silently(platform: Platform, anna: Person):
    await anna.send("/start")
    menu = anna.last
    answers = [await anna.press_data("m:h", on=menu) for _ in range(ANY_UPDATE.burst)]
    # What the clock gave meanwhile is pressed away, too.
    while not answers[-1].text:
        answers.append(await anna.press_data("m:h", on=menu))
    assert TOO_FAST in answers[-1].text
    assert answers[-1].show_alert
    assert (await anna.press_data("m:h", on=menu)).text == ""


async def test_in_a_group_nobody_hears_of_it(platform: Platform, anna: Person):
    group = anna.in_group(platform.world.group("Друзья"))
    for _ in range(2 * ANY_UPDATE.burst):
        mentions(platform, group, "@toklink_demo_bot привет")
    await nothing_waits(platform)
    assert await bot_said(group, "Здесь: /link") >= ANY_UPDATE.burst
    assert await bot_said(group, TOO_FAST) == 0


async def test_keystrokes_have_a_measure_of_their_own(platform: Platform, anna: Person):
    await anna.send("/start")
    spent = platform.container.services.throttle
    person = await platform.container.services.people.find(anna.id)
    assert person is not None
    while (await spent.take(person, INLINE, platform.clock() - timedelta(hours=1))).is_allowed:
        pass
    await anna.inline("https://example.com")
    await anna.send("/help")
    assert "Что я умею" in said(anna)


async def test_making_links_has_a_limit_that_says_when_the_next_can_be_made(platform: Platform, anna: Person):
    for number in range(LINKS.burst):
        await anna.send(f"https://example.com/{number}")
        platform.clock.passes(seconds=0.2)
    await anna.send("https://example.com/more")
    assert "Следующую можно сделать через" in said(anna)
    await anna.send("https://example.com/more", quiet=True)
    await anna.send("/help")
    assert "Что я умею" in said(anna)
    assert await bot_said(anna, "Следующую можно сделать") == 1
    platform.clock.passes(seconds=20)
    await anna.send("https://example.com/more")
    assert "example.com/more" in said(anna)


async def test_drawing_has_a_limit_too(platform: Platform, ben: Person, monkeypatch: pytest.MonkeyPatch):
    kind = ThrottleKind("picture", 1, timedelta(minutes=1))
    monkeypatch.setattr("handlers.links.statistics.presses.PICTURES", kind)
    await ben.send("https://example.com")
    await ben.press("📊 Statistics")
    await ben.sees_photo()
    refused = await ben.press("🌍 Countries")
    assert refused.text.startswith("⏳ Many pictures at once. The next one can be drawn in ")
    assert refused.show_alert
    assert (await ben.press("🌍 Countries")).text == ""


async def test_operators_are_not_held_up(platform: Platform, olya: Person):
    for _ in range(2 * ANY_UPDATE.burst):
        sends(platform, olya, {"text": "привет"})
    await nothing_waits(platform)
    assert await bot_said(olya, "Я читаю адреса") == 2 * ANY_UPDATE.burst


@pytest.mark.parametrize("updates", [1_000, pytest.param(10_000, marks=pytest.mark.chaos)])
async def test_a_flood_from_one_person_costs_others_nothing(
    platform: Platform, anna: Person, ben: Person, updates: int
):
    """As fast as 10,000 in a minute are."""

    async def flood() -> None:
        for sent in range(updates):
            sends(platform, anna, {"text": "привет"})
            if sent % 16 == 0:
                await asyncio.sleep(16 * 60 / 10_000)

    await ben.send("/start")
    began, waits = time.monotonic(), []
    flooding = asyncio.create_task(flood())
    while not flooding.done() or await left_to_handle(platform):
        started = time.monotonic()
        await ben.send("/start")
        waits.append(time.monotonic() - started)
        # As fast as a person may write all day long.
        await asyncio.sleep(ANY_UPDATE.pause.total_seconds())
    await flooding
    waits.sort()
    print(f"{updates:,} updates of one person in {time.monotonic() - began:.1f} s; {len(waits)} others' /start:")
    print(f"median {waits[len(waits) // 2]:.3f} s, the slowest {waits[-1]:.3f} s")
    assert waits[-1] < 2.0
    assert await bot_said(anna, "Я читаю адреса") < updates / 2
