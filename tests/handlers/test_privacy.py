"""What is kept about a person is told, given and erased."""

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta
from zoneinfo import ZoneInfo

from aiohttp import ClientSession
from sqlalchemy import func, select

from db import tables
from db.queries.personal import PERSONAL
from sandbox import Person
from sandbox.faults import Fault
from sandbox.payments import pay
from sandbox.stars import Invoice
from services.privacy import ERASE, UNDO_TIME
from services.works import WorkKind
from tests.handlers.reading import said
from tests.handlers.sales import orders
from tests.handlers.selling import has_guide
from tests.platform import Platform
from tests.waiting import until


async def rows_about(platform: Platform, person: Person) -> dict[str, int]:
    """How many rows of each table are about the person; only tables with any."""
    found = {}
    async with platform.container.database.read() as session:
        for name, personal in PERSONAL.items():
            count = await session.scalar(
                select(func.count()).select_from(personal.table).where(personal.whose(person.id))
            )
            if count:
                found[name] = count
    return found


async def opened(person: Person) -> dict[str, bytes]:
    """The files of the ZIP that the person got."""
    message = await person.sees_document()
    assert message.file_name == "toklink-data.zip"
    with zipfile.ZipFile(io.BytesIO(await person.file(message))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def test_what_is_kept_is_told_in_one_message(anna: Person, ben: Person):
    await anna.send("/privacy")
    assert "Что я о вас храню" in said(anna)
    assert "30 дней" in said(anna)
    assert anna.last.buttons == ["📦 Мои данные", "🗑 Стереть всё", "◀️ Меню"]
    await ben.send("/privacy")
    assert "What I keep about you" in said(ben)


async def test_my_data_is_a_file_with_all_that_is_kept(platform: Platform, anna: Person, ben: Person):
    await anna.send("https://example.com/anna")
    await ben.send("https://example.com/ben")
    short_url = anna.last.links[0]
    async with ClientSession() as browser:
        for _ in range(2):
            await browser.get(short_url, allow_redirects=False, headers={"User-Agent": "Mozilla/5.0 Firefox/127.0"})
    await platform.counted(clicks=2, bots=0)
    await anna.send("/settings")
    await anna.press("📦 Мои данные")
    await anna.press("📦 Получить мои данные")
    files = await opened(anna)
    assert "Всё, что Toklink" in files["README.txt"].decode()
    data = json.loads(files["data.json"])
    assert data["profile"][0]["id"] == anna.id
    assert data["profile"][0]["username"] == "anna_demo"
    assert [link["target"] for link in data["links"]] == ["https://example.com/anna"]
    assert data["links"][0]["clicks"] == 2
    assert {update["kind"] for update in data["updates"]} == {"message", "callback_query"}
    assert [work["kind"] for work in data["works"]] == ["my-data"]
    hours = list(csv.DictReader(io.StringIO(files["hours.csv"].decode())))
    assert sum(int(row["clicks"]) for row in hours) == 2
    clicks = list(csv.DictReader(io.StringIO(files["clicks.csv"].decode())))
    assert [row["short_url"] for row in clicks] == [short_url] * 2
    assert b"example.com/ben" not in b"".join(files.values())
    ready = await anna.sees("Ваши данные готовы")
    assert ready.buttons == ["◀️ Настройки"]


async def test_my_data_can_be_had_once_an_hour(platform: Platform, ben: Person):
    async def asks() -> str:
        await ben.send("/privacy")
        await ben.press("📦 My data")
        return (await ben.press("📦 Get my data")).text

    assert await asks() == ""
    await ben.sees_document()
    refused = await asks()
    assert "hour" in refused or "minutes" in refused
    platform.clock.passes(hours=1, minutes=1)
    assert await asks() == ""

    async def documents() -> int:
        return len([message for message in ben.messages() if message.document])

    await until(documents, 2)


async def test_all_is_gone_within_a_day_however_often_it_fails(platform: Platform):
    async def kinds() -> dict[str, WorkKind]:
        return platform.container.services.works.kinds_of("bot")

    async def is_known() -> bool:
        return ERASE in await kinds()

    await until(is_known, True)
    kind = (await kinds())[ERASE]
    pauses = sum((kind.pause_after(number) for number in range(1, kind.most_attempts)), timedelta())
    assert timedelta(hours=20) < UNDO_TIME + pauses < timedelta(hours=23)


async def test_progress_that_cannot_be_shown_stops_nothing(platform: Platform, ben: Person):
    await ben.send("/privacy")
    await ben.press("📦 My data")
    await ben.sees_button("📦 Get my data")
    platform.server.faults.add(Fault("server_error", method="editMessageText", times=None, skip=1))
    await ben.press("📦 Get my data")
    await ben.sees_document()


async def test_everything_is_erased_an_hour_after_a_second_question(platform: Platform, anna: Person, ben: Person):
    await anna.send("https://example.com/anna")
    short_url = anna.last.links[0]
    await ben.send("https://example.com/ben")
    async with ClientSession() as browser:
        await browser.get(short_url, allow_redirects=False, headers={"User-Agent": "Mozilla/5.0 Firefox/127.0"})
    await platform.counted(clicks=1, bots=0)
    await anna.send("/privacy")
    await anna.press("🗑 Стереть всё")
    await anna.sees("Стереть всё?")
    await anna.press("🗑 Да, стереть всё")
    asked = await anna.sees("Всё будет стёрто в")
    in_moscow = platform.clock().astimezone(ZoneInfo("Europe/Moscow"))
    assert (in_moscow + timedelta(hours=1)).strftime("%H:") in asked.text
    await anna.send("/settings")
    platform.clock.passes(minutes=59)
    await ben.send("/help")
    async with ClientSession() as browser:
        answer = await browser.get(short_url, allow_redirects=False)
        assert answer.status == 302, "nothing has gone yet"
    platform.clock.passes(minutes=2)
    await anna.sees("Всё, что я о вас хранил, стёрто")
    async with ClientSession() as browser:

        async def status() -> int:
            return (await browser.get(short_url, allow_redirects=False)).status

        await until(status, 410)
    # The last message left a row, which goes in its turn.
    platform.clock.passes(minutes=6)

    async def left() -> list[str]:
        return list(await rows_about(platform, anna))

    nothing: list[str] = []
    await until(left, nothing)
    async with platform.container.database.read() as session:
        assert (await session.scalars(select(tables.Work.kind))).all() == []
        (link,) = (await session.scalars(select(tables.Link).where(tables.Link.owner_id.is_(None)))).all()
    assert (link.target, link.clicks, link.visitors) == ("", 0, 0)
    await ben.send("/links")
    assert "example.com/ben" in said(ben)


async def test_guides_are_in_the_file_and_close_for_all_when_everything_goes(platform: Platform, anna: Person):
    await anna.send("/start")
    guide_id = await has_guide(platform, anna.id)
    shared = await platform.container.services.guides.share(anna.id, guide_id)
    await anna.send("/privacy")
    assert "Ваши гайды и вопросы об оплате" in said(anna)
    await anna.press("📦 Мои данные")
    await anna.press("📦 Получить мои данные")
    files = await opened(anna)
    data = json.loads(files["data.json"])
    assert [(row["username"], row["state"], row["amount"]) for row in data["orders"]] == [
        ("anna.films", "fulfilled", 50)
    ]
    assert [row["state"] for row in data["payments"]] == ["kept"]
    assert json.loads(files[f"guides/{guide_id}-anna.films.json"])["username"] == "anna.films"
    await anna.send("/privacy")
    await anna.press("🗑 Стереть всё")
    asked = await anna.sees("Стереть всё?")
    assert "оплата за них не вернётся" in asked.text
    await anna.press("🗑 Да, стереть всё")
    await anna.sees("Всё будет стёрто в")
    platform.clock.passes(minutes=61)
    await anna.sees("Всё, что я о вас хранил, стёрто")
    async with ClientSession() as browser, browser.get(shared) as answer:
        assert answer.status == 404
    await anna.send("/reports")
    assert "У вас пока нет гайдов" in said(anna)
    async with platform.container.database.read() as session:
        assert (await session.scalars(select(tables.StarMovement.amount))).all() == [50]


async def test_an_order_of_before_is_not_paid_after_and_a_charge_that_comes_late_goes_back(
    platform: Platform, anna: Person
):
    order, world = await orders(platform, anna), platform.server.world
    await anna.send("/privacy")
    await anna.press("🗑 Стереть всё")
    await anna.press("🗑 Да, стереть всё")
    await anna.sees("Всё будет стёрто в")
    platform.clock.passes(minutes=61)
    await anna.sees("Всё, что я о вас хранил, стёрто")
    invoice, chat = Invoice("Guide", "A guide", order.payload, order.amount), world.chats[anna.id]
    refused = await pay(world, anna.id, invoice, chat)
    assert refused["status"] == "refused"
    # Telegram had asked before; what it then took is told now.
    payer = world.active_person(anna.id)
    charge = world.stars.charge(invoice, payer, chat.id)
    assert await anna.stars() == 950
    world.tell_bot("message", chat, world.post(chat, payer.user(), {"successful_payment": charge.json()}))
    await anna.sees("на ваш баланс")
    assert await anna.stars() == 1000


async def test_who_was_erased_is_a_new_person(platform: Platform, anna: Person):
    await anna.send("/settings")
    await anna.press("🌐 Язык: Русский")
    await anna.press("English")
    await anna.send("/privacy")
    await anna.press("🗑 Erase everything")
    await anna.press("🗑 Yes, erase everything")
    platform.clock.passes(minutes=61)
    await anna.sees("I kept about you is erased")
    await anna.send("/links")
    assert "Ссылок пока нет" in said(anna), "neither links nor a language are remembered"
    assert (await anna.commands())["links"] == "Мои ссылки и клики"
    await anna.send("https://example.com/new")
    platform.clock.passes(minutes=10)

    async def works() -> int:
        async with platform.container.database.read() as session:
            return await session.scalar(select(func.count()).select_from(tables.Work)) or 0

    await until(works, 0)
    await anna.send("/links")
    assert "example.com/new" in said(anna)


async def test_who_blocks_the_bot_after_the_last_message_is_not_remembered_again(platform: Platform, anna: Person):
    await anna.send("/privacy")
    await anna.press("🗑 Стереть всё")
    await anna.press("🗑 Да, стереть всё")
    platform.clock.passes(minutes=61)
    await anna.sees("Всё, что я о вас хранил, стёрто")
    handled = await updates_done(platform)
    await anna.blocks_bot()
    await anna.unblocks_bot()

    async def done() -> int:
        return await updates_done(platform) - handled

    await until(done, 2)
    async with platform.container.database.read() as session:
        assert await session.get(tables.Person, anna.id) is None
    await anna.send("/start")
    async with platform.container.database.read() as session:
        assert await session.get(tables.Person, anna.id) is not None


async def updates_done(platform: Platform) -> int:
    async with platform.container.database.read() as session:
        done = select(func.count()).where(tables.InboxUpdate.state == "done")
        return await session.scalar(done) or 0


async def test_an_erasure_can_be_undone_until_it_begins(platform: Platform, ben: Person):
    await ben.send("https://example.com/ben")
    await ben.send("/privacy")
    await ben.press("🗑 Erase everything")
    await ben.press("◀️ Keep it")
    await ben.sees_button("📦 Get my data")
    await ben.press("🗑 Erase everything")
    await ben.press("🗑 Yes, erase everything")
    await ben.send("/cancel")
    assert "Nothing to cancel" in said(ben), "an erasure is stopped by its own button"
    await ben.send("/settings")
    await ben.press("📦 My data")
    await ben.no_longer_sees("Your time")
    await ben.press("↩️ Keep my data")
    await ben.sees("Nothing is erased")
    platform.clock.passes(hours=2)
    await ben.send("/links")
    assert "example.com/ben" in said(ben)
    # A button of long ago, when there is nothing to be undone.
    await ben.press_data("p:k", on=ben.last)
    await ben.send("/links")
    assert "example.com/ben" in said(ben)


async def test_works_of_a_person_are_stopped_by_cancel(platform: Platform, ben: Person, monkeypatch):
    async def never(*_: object) -> list[bytes]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(type(platform.container.services.privacy), "collect", never)
    await ben.send("/privacy")
    await ben.press("📦 My data")
    await ben.press("📦 Get my data")
    await ben.sees("Collecting your data")

    async def claimed() -> bool:
        async with platform.container.database.read() as session:
            return await session.scalar(select(tables.Work.lease)) is not None

    await until(claimed, True)
    await ben.send("/cancel")
    await ben.sees("I stopped 1 task")
    await ben.no_longer_sees("Collecting your data")
    await ben.send("/cancel")
    assert "Nothing to cancel" in said(ben)


async def test_what_cannot_be_collected_is_told_to_the_person_and_to_operators(
    platform: Platform, ben: Person, olya: Person, monkeypatch
):
    tries = []

    async def fails(*_: object) -> list[bytes]:
        tries.append(platform.clock())
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(type(platform.container.services.privacy), "collect", fails)
    await ben.send("/privacy")
    await ben.press("📦 My data")
    await ben.press("📦 Get my data")

    async def tried() -> int:
        return len(tries)

    for number in range(1, 6):
        await until(tried, number)
        await until_put_back(platform)
        platform.clock.passes(minutes=11)
    await ben.sees("I could not collect your data")
    await ben.no_longer_sees("Collecting")
    await ben.send("/privacy")
    await ben.press("📦 My data")
    assert (await ben.press("📦 Get my data")).text == "", "what failed does not count"
    operators = olya.in_group(platform.world.group("Админы Toklink"))
    await operators.sees("RuntimeError")


async def until_put_back(platform: Platform) -> None:
    """Nobody has a work in hand."""

    async def in_hand() -> bool:
        async with platform.container.database.read() as session:
            return await session.scalar(select(tables.Work.lease).where(tables.Work.lease.is_not(None))) is not None

    await until(in_hand, False)
