"""Alerts as operators live with them: one message a trouble, its counter, its end, and silence at a press."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.watching import Bounds
from db.queries import alerts as queries
from handlers.alerts.callbacks import AlertAction, AlertPress
from sandbox import Fault, Person
from services.deliveries import Outgoing
from services.deliveries.kinds import ANSWER
from services.links.directory import LinkDirectory
from services.operations.alerts import AlertKind
from tests.handlers.reading import UNSEEN
from tests.platform import Platform, running_platform
from tests.waiting import until

MINUTES_OF_AN_HOUR = 61


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.inbox.PAUSES_SECONDS", (0.01, 0.01))


@pytest.fixture
def broken(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """/links fails for everybody."""
    break_links(platform, monkeypatch)


def break_links(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(type(platform.container.services.listing), "page", fails)


@pytest.fixture
def operators(platform: Platform) -> Person:
    """Оля, who looks at the admin group."""
    return admin_group(platform)


def admin_group(platform: Platform) -> Person:
    return platform.world.person("Оля").in_group(platform.world.group("Админы Toklink"))


def texts(person: Person) -> list[str]:
    return [message.text.translate(UNSEEN) for message in person.messages() if message.from_bot]


async def fails_for(person: Person) -> None:
    await person.send("/links")
    assert "что-то сломалось" in person.last.text or "Something broke" in person.last.text


async def shows(person: Person, words: str) -> None:
    """Wait until some message of the bot says so; spaces that do not break count as spaces."""

    async def found() -> bool:
        return any(words in text for text in texts(person))

    try:
        await until(found, True)
    except AssertionError:
        raise AssertionError(f"nowhere {words!r}:\n" + "\n---\n".join(texts(person))) from None


@pytest.mark.usefixtures("broken")
async def test_equal_errors_are_one_message_with_a_counter(anna: Person, operators: Person):
    for _ in range(3):
        await fails_for(anna)
    await shows(operators, "3 раза")
    [alert] = texts(operators)
    assert "RuntimeError" in alert
    assert alert.startswith("⚠️")
    number = texts(anna)[0].split("№ ")[1].split(")")[0]
    assert number in alert


async def test_a_thousand_equal_errors_are_one_message_and_its_number_is_exact(platform: Platform, operators: Person):
    errors = platform.container.services.errors

    async def one(number: int) -> None:
        try:
            raise LookupError(f"differently worded {number}")
        except LookupError as error:
            await errors.report("work", error, platform.clock())

    for _ in range(20):
        await asyncio.gather(*(one(number) for number in range(50)))
    await shows(operators, "1 000 раз")
    assert len(texts(operators)) == 1


@pytest.mark.usefixtures("broken")
async def test_when_none_came_for_an_hour_it_is_over_and_the_next_one_is_news(
    platform: Platform, anna: Person, operators: Person
):
    await fails_for(anna)
    await fails_for(anna)
    await shows(operators, "RuntimeError")
    platform.clock.passes(minutes=MINUTES_OF_AN_HOUR)
    await shows(operators, "Закончилось:")

    async def end_shown() -> bool:
        return texts(operators)[0].startswith("✅")

    await until(end_shown, True)
    _first, over = texts(operators)
    assert "2 раза" in over
    assert operators.messages()[0].buttons == []
    await fails_for(anna)

    async def messages() -> int:
        return len(texts(operators))

    await until(messages, 3)


@pytest.mark.usefixtures("broken")
async def test_a_silenced_alert_says_nothing_but_counts_until_it_is_woken(
    platform: Platform, anna: Person, operators: Person
):
    await fails_for(anna)
    await operators.sees_button("🔕 На день")
    answer = await operators.press("🔕 На день")
    assert "считается" in answer.text
    await operators.sees("🔕 Молчит до")
    await fails_for(anna)
    platform.clock.passes(minutes=MINUTES_OF_AN_HOUR)
    await operators.sees("✅")
    await fails_for(anna)
    await fails_for(anna)

    async def counts() -> list[int]:
        return [alert.count for alert in await platform.container.services.alerts.standing(platform.clock())]

    await until(counts, [2])
    assert len(texts(operators)) == 1
    await operators.press("🔔 Снова говорить")
    await shows(operators, "2 раза")


@pytest.mark.usefixtures("broken")
async def test_only_support_and_those_above_may_silence(platform: Platform, anna: Person, operators: Person):
    await fails_for(anna)
    await shows(operators, "RuntimeError")
    [alert] = await platform.container.services.alerts.standing(platform.clock())
    forged = AlertPress(action=AlertAction.ALWAYS, id=alert.id).pack()
    answer = await anna.press_data(forged, on=anna.last)
    assert answer.text.startswith("🚫")
    [alert] = await platform.container.services.alerts.standing(platform.clock())
    assert alert.silent_until is None
    assert "сломалось" in anna.last.text


@pytest.mark.usefixtures("broken")
async def test_a_group_that_is_gone_is_replaced_by_each_operator(
    platform: Platform, anna: Person, olya: Person, operators: Person
):
    await olya.send("/start")
    await operators.kicks_bot()
    await fails_for(anna)
    await shows(olya, "RuntimeError")
    await fails_for(anna)
    await shows(olya, "2 раза")
    platform.clock.passes(minutes=MINUTES_OF_AN_HOUR)
    await shows(olya, "Закончилось:")


@pytest.mark.usefixtures("broken")
async def test_a_group_that_became_another_is_followed(platform: Platform, anna: Person, operators: Person):
    moved = await operators.migrates_group()
    await fails_for(anna)
    there = platform.world.person("Оля").in_group(moved)
    await shows(there, "RuntimeError")
    await fails_for(anna)
    await shows(there, "2 раза")


@pytest.mark.usefixtures("broken")
async def test_an_alert_outlives_telegram_s_absence_and_a_restart(platform: Platform, anna: Person, operators: Person):
    group = operators.chat_id
    fault = platform.server.faults.add(Fault("server_error", method="sendMessage", chat_id=group, times=None))
    await fails_for(anna)
    await fails_for(anna)

    async def tried() -> bool:
        return fault.fired > 0

    await until(tried, True)
    await platform.restart()
    platform.server.faults.clear()
    platform.clock.passes(minutes=5)
    await shows(operators, "2 раза")
    assert len(texts(operators)) == 1


async def test_what_a_silent_moment_s_flood_of_different_errors_says_is_a_message_each(
    platform: Platform, operators: Person
):
    for kind in (KeyError, ValueError, OSError):
        try:
            raise kind("x")
        except kind as error:
            await platform.container.services.errors.report("job", error, platform.clock())
    for name in ("KeyError", "ValueError", "OSError"):
        await shows(operators, name)
    assert len(texts(operators)) == 3


@pytest.fixture
async def lone(tmp_path: Path) -> AsyncIterator[Platform]:
    """A platform without an admin group, whose owner is Бен, who speaks English."""
    async with running_platform(tmp_path, {"admin_chat_id": None, "admin_ids": frozenset({1002})}) as platform:
        yield platform


async def test_without_a_group_each_operator_is_told_in_their_language(lone: Platform, monkeypatch: pytest.MonkeyPatch):
    ben, anna = lone.world.person("Бен"), lone.world.person("Анна")
    await ben.send("/start")
    break_links(lone, monkeypatch)
    await fails_for(anna)
    await shows(ben, "An update was set aside: RuntimeError")
    await ben.press("🔕 For an hour")
    await ben.sees("🔕 Silent until")
    await ben.press("🔔 Speak again")
    await ben.sees_button("🔕 For a day")


async def test_an_error_that_a_visitor_met_reaches_operators_under_the_number_that_the_visitor_saw(
    platform: Platform, operators: Person, monkeypatch: pytest.MonkeyPatch
):
    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(LinkDirectory, "find", fails)
    async with aiohttp.ClientSession() as http, http.get(f"{platform.settings.links_url}/abc") as page:
        assert page.status == 500
        shown = await page.text()
    await shows(operators, "Ошибка ZeroDivisionError")
    number = texts(operators)[0].split("№ ")[1].split("\n")[0]
    assert number in shown


async def test_messages_that_fail_are_an_alert_until_they_do_not_any_more(platform: Platform, operators: Person):
    deliveries, now = platform.container.services.deliveries, platform.clock()
    for number in range(Bounds().failed):
        await deliveries.enqueue(ANSWER, f"to-nobody-{number}", 555_000 + number, Outgoing("hello"), now)
    await shows(operators, "За десять минут не ушло 5 сообщений")
    await shows(operators, "chat not found")
    platform.clock.passes(minutes=14)
    await shows(operators, "✅ Сообщения снова доходят.")
    assert len(texts(operators)) == 2


async def test_a_telegram_that_hangs_at_edits_keeps_neither_a_new_alert_nor_the_end_waiting(
    platform: Platform, operators: Person
):
    errors = platform.container.services.errors
    await errors.report("job", ValueError("x"), platform.clock())
    await shows(operators, "ValueError")
    await operators.sees_button("🔕 На день")
    hanging = platform.server.faults.add(Fault("slow", method="editMessageText", seconds=30, times=None))
    await operators.press("🔕 На день")

    async def hangs() -> bool:
        return hanging.fired > 0

    await until(hangs, True)
    began = time.monotonic()
    await errors.report("job", LookupError("x"), platform.clock())
    await shows(operators, "LookupError")
    await platform.stop()
    assert time.monotonic() - began < 8


async def test_after_a_refusal_to_be_edited_a_chat_is_left_alone_for_as_long_as_telegram_asks(
    platform: Platform, operators: Person
):
    await platform.container.services.errors.report("job", LookupError("x"), platform.clock())
    await operators.sees_button("🔕 На день")
    refusals = platform.server.faults.add(Fault("too_many_requests", method="editMessageText", retry_after=2, times=1))
    await operators.press("🔕 На день")

    async def refused() -> bool:
        return refusals.fired > 0

    await until(refused, True)
    began = time.monotonic()
    await operators.sees("🔕 Молчит до")
    assert time.monotonic() - began > 1.5


async def test_an_alert_of_another_version_silences_no_other_and_health_is_shown(
    platform: Platform, operators: Person, olya: Person
):
    now = platform.clock()
    async with platform.container.database.write() as session:
        await queries.stand(session, "new", "a-kind-of-tomorrow", {}, now)
        await queries.stand(session, "old", AlertKind.ROLE_UNSEEN, {"called": "web"}, now)
        await queries.stand(session, "worse", AlertKind.ERROR, {}, now)
    await platform.container.services.errors.report("job", LookupError("x"), now)
    await shows(operators, "LookupError")
    await shows(operators, "role-unseen")
    await olya.send("/admin")
    await olya.press("🩺 Здоровье")
    await olya.sees("role-unseen")
