import asyncio
import time
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from db.engine import Database
from db.queries import alerts, dialogues, effects, inbox, links, people, webhooks, works
from db.tables import (
    Alert,
    Base,
    Click,
    ClickCount,
    ClickDetail,
    DailyVisitor,
    Effect,
    GuideMaterial,
    Link,
    LinkEvent,
    LinkHealth,
    LinkLogo,
    LinkNotice,
    LinkTag,
    LinkWebhook,
    Order,
    VisitorKey,
    WebhookClick,
    Work,
)
from services.operations.upkeep import AT_ONCE, CleanUp, Upkeep

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_raw_clicks_go_after_thirty_days_in_small_batches(database: Database):
    async with database.write() as session:
        for age in [31] * (AT_ONCE + 1) + [29, 0]:
            session.add(Click(link_id=1, at=NOW - age * DAY, bot=False, first_visit=True))
    assert (await Upkeep(database).clean_up(NOW)).raw_clicks == AT_ONCE + 1
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Click)) == 2


async def test_a_deleted_link_loses_its_target_after_a_day_and_keeps_its_slug(database: Database):
    async with database.write() as session:
        await people.add_if_new(session, 1, NOW)
        for slug, deleted_at in (("old", NOW - 2 * DAY), ("fresh", NOW - DAY / 2), ("standing", None)):
            link = await links.add(session, slug=slug, owner_id=1, target="https://example.com/", now=NOW)
            assert link is not None
            link.deleted_at = deleted_at
            session.add(LinkLogo(link_id=link.id, picture=slug.encode()))
    assert (await Upkeep(database).clean_up(NOW)).deleted_targets == 1
    async with database.read() as session:
        targets = {link.slug: link.target for link in await session.scalars(select(Link))}
        logos = set(await session.scalars(select(LinkLogo.picture)))
    assert targets == {"old": "", "fresh": "https://example.com/", "standing": "https://example.com/"}
    assert logos == {b"fresh", b"standing"}


async def test_a_deleted_link_keeps_nothing_that_its_owner_told_it_after_a_day(database: Database):
    address = "https://secret.example/"
    # Of each column that can be told, something that is not what a new link has.
    settings: dict[str, Any] = {
        "name": "Secret", "paused_at": NOW, "click_limit": 5, "valid_from": NOW, "valid_until": NOW,
        "fallback_url": address, "utm": {"source": "secret"}, "opens_app": True, "has_webhook": True, "muted": "bursts",
        "rules": [{"kind": "country", "values": ["RU"], "target": address}], "qr_style": {"colour": "#123456"},
        "variants": [{"key": key, "weight": 1, "target": address} for key in "AB"],
    }  # fmt: skip
    beside = {"webhook_clicks", "link_tags", "link_logos", "link_health", "link_notices", "link_webhooks"}
    async with database.write() as session:
        await people.add_if_new(session, 1, NOW)
        for slug, deleted_at in (("old", NOW - 2 * DAY), ("standing", None), ("new", None)):
            link = await links.add(session, slug=slug, owner_id=1, target=address, now=NOW)
            assert link is not None
            link.deleted_at = deleted_at
            if slug != "new":
                for name, value in settings.items():
                    setattr(link, name, value)
                session.add_all(_beside_link(link.id, address))
    await Upkeep(database).clean_up(NOW)
    async with database.read() as session:
        told = {link.slug: link for link in await session.scalars(select(Link))}
        other = {"id", "slug", "target", "deleted_at"}
        for column in set(Link.__table__.columns.keys()) - other:
            kept, new = getattr(told["old"], column), getattr(told["new"], column)
            assert kept == new, f"{column} is kept"
            assert column not in settings or getattr(told["standing"], column) == settings[column]
        for name in beside:
            table = Base.metadata.tables[name]
            assert set(await session.scalars(select(table.c.link_id))) == {told["standing"].id}, name


def _beside_link(link_id: int, address: str) -> list[Base]:
    return [
        WebhookClick(link_id=link_id, click="{}"),
        LinkTag(link_id=link_id, tag="secret"),
        LinkLogo(link_id=link_id, picture=b"secret"),
        LinkHealth(link_id=link_id, checked_at=NOW, failures=0, reason=""),
        LinkNotice(link_id=link_id, kind="near", value=5, at=NOW),
        LinkWebhook(link_id=link_id, url=address, secret=b"secret", created_at=NOW),
    ]


async def test_what_was_counted_of_nobody_s_links_goes(database: Database):
    async with database.write() as session:
        await people.add_if_new(session, 1, NOW)
        for slug, owner_id in (("nobodys", None), ("annas", 1), ("empty", None)):
            link = await links.add(session, slug=slug, owner_id=1, target="https://a.example/", now=NOW)
            assert link is not None
            link.owner_id, link.target = owner_id, "" if owner_id is None else link.target
            if slug == "empty":
                continue
            link.clicks, link.visitors, link.bots, link.first_click_at = 3, 2, 1, NOW
            session.add_all(Click(link_id=link.id, at=NOW, bot=False, first_visit=True) for _ in range(3))
            session.add_all(
                ClickCount(link_id=link.id, bucket=bucket, clicks=1, visitors=1, bots=0) for bucket in range(3)
            )
            session.add(ClickDetail(link_id=link.id, level=2, start=0, values="{}"))
    assert await Upkeep(database).clean_up(NOW) == CleanUp(nobodys_links=1)
    async with database.read() as session:
        told = {link.slug: link for link in await session.scalars(select(Link))}
        for table, rows in ((Click, 3), (ClickCount, 3), (ClickDetail, 1)):
            assert list(await session.scalars(select(table.link_id))) == [told["annas"].id] * rows
    sums = {slug: (link.clicks, link.visitors, link.bots, link.first_click_at) for slug, link in told.items()}
    assert sums == {"nobodys": (0, 0, 0, None), "annas": (3, 2, 1, NOW), "empty": (0, 0, 0, None)}
    assert await Upkeep(database).clean_up(NOW) == CleanUp()


async def test_drafts_end_after_a_day_and_an_hour_and_are_nobody_s_then(database: Database):
    async with database.write() as session:
        await people.add_if_new(session, 1, NOW)
        for slug, hours in (("left", 25.1), ("late", 24.9)):
            since = NOW - timedelta(hours=hours)
            assert await links.add(session, slug=slug, owner_id=1, target="https://a.example/", now=since, draft=True)
    assert (await Upkeep(database).clean_up(NOW)).drafts == 1
    async with database.read() as session:
        owners = {link.slug: (link.owner_id, link.target) for link in await session.scalars(select(Link))}
    assert owners == {"left": (None, ""), "late": (1, "https://a.example/")}


async def test_old_changes_and_dialogues_go(database: Database):
    async with database.write() as session:
        await links.record_change(session, "a", NOW - 2 * DAY)
        await links.record_change(session, "b", NOW)
        await dialogues.keep(session, "left", NOW - 31 * DAY, state="x")
        await dialogues.keep(session, "fresh", NOW, state="x")
    assert await Upkeep(database).clean_up(NOW) == CleanUp(link_changes=1, dialogues=1)
    async with database.read() as session:
        assert await links.changes_since(session, 0, 10) == [(2, "b")]
        assert await dialogues.find(session, "left") is None
        assert await dialogues.find(session, "fresh") is not None


async def test_whatever_there_is_much_of_goes_in_small_batches(database: Database, monkeypatch: pytest.MonkeyPatch):
    async with database.write() as session:
        for number in range(5):
            await links.record_change(session, f"{number}", NOW - 2 * DAY)
            await dialogues.keep(session, f"{number}", NOW - 31 * DAY, state="x")
            for name in ("a", "b"):
                await effects.keep(session, number, name, {}, NOW - 3 * DAY)
            session.add(Alert(**_alert(f"{number}"), over_at=NOW - 31 * DAY))
        session.add(Alert(**_alert("stands"), standing="stands"))
        await effects.keep(session, 7, "a", {}, NOW)
    sizes: list[int] = []
    for module in (links, dialogues, effects, alerts):
        name = "forget_changes_before" if module is links else "forget_before"
        _watched(module, name, sizes, monkeypatch)
    monkeypatch.setattr(Upkeep._in_parts, "__kwdefaults__", {"at_once": 2})
    assert await Upkeep(database).clean_up(NOW) == CleanUp(link_changes=5, dialogues=5, alerts=5)
    assert max(sizes) == 2
    assert sum(sizes) == 5 + 5 + 10 + 5
    async with database.read() as session:
        assert (await session.scalars(select(Alert.fingerprint))).all() == ["stands"]
        assert (await session.scalars(select(Effect.update_id))).all() == [7]


def _alert(fingerprint: str) -> dict[str, Any]:
    times = {"first_at": NOW - 40 * DAY, "last_at": NOW - 40 * DAY}
    return {"fingerprint": fingerprint, "kind": "error", "facts": {}, "count": 1, "shown_count": 1, **times}


def _watched(module: ModuleType, name: str, sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """How many rows each transaction removes is noted."""
    forget = getattr(module, name)

    async def noted(*args: Any) -> int:
        removed: int = await forget(*args)
        sizes.append(removed)
        return removed

    monkeypatch.setattr(module, name, noted)


async def test_handled_updates_go_after_two_days_and_waiting_ones_never(database: Database):
    arrivals = [inbox.Arrival(number, 1, "message", b"locked") for number in (1, 2)]
    async with database.write() as session:
        await inbox.record(session, arrivals, NOW - 3 * DAY)
        await inbox.mark_done(session, [1])
    assert (await Upkeep(database).clean_up(NOW)).updates == 1
    async with database.read() as session:
        assert [row.update_id for row in await inbox.waiting(session, 1, 0, 10)] == [2]


async def test_finished_works_go_after_thirty_days_and_due_ones_never(database: Database):
    async with database.write() as session:
        for key, age in (("old", 31), ("fresh", 29)):
            values = {"person_id": 1, "facts": {}, "due_at": NOW - 40 * DAY, "created_at": NOW - 40 * DAY}
            work_id = await works.add(session, "do", key, chat_id=None, message_id=None, **values)
            (await session.get_one(Work, work_id)).lease = "held"
            await session.flush()
            assert await works.finish(session, work_id, "held", works.DONE, NOW - age * DAY)
        await works.add(session, "do", "due", chat_id=None, message_id=None, **values)
    assert (await Upkeep(database).clean_up(NOW)).works == 1
    async with database.read() as session:
        assert sorted((await session.scalars(select(Work.key))).all()) == ["due", "fresh"]


async def test_what_is_kept_of_visitors_and_of_where_clicks_came_from_goes_in_its_time(database: Database):
    today = int(NOW.timestamp()) // 86_400
    quarter = int(NOW.timestamp()) // 900
    async with database.write() as session:
        for age in (0, 1, 2, 3, 30):
            session.add(DailyVisitor(day=today - age, link_id=1, visitor=bytes(16)))
            session.add(VisitorKey(day=today - age, key=bytes(32)))
        session.add(VisitorKey(day=today + 1, key=bytes(32)))
        for age in (0, 61, 63):
            session.add(ClickDetail(link_id=1, level=0, start=quarter - 96 * age, values="{}"))
            session.add(ClickDetail(link_id=1, level=1, start=today - age, values="{}"))
        session.add(ClickDetail(link_id=1, level=2, start=0, values="{}"))
        for age in (8, 6):
            session.add(LinkEvent(link_id=1, kind="milestone", number=age, at=NOW - age * DAY))
    assert await Upkeep(database).clean_up(NOW) == CleanUp(visitors=2, quarters=1, events=1)
    async with database.read() as session:
        assert sorted(await session.scalars(select(DailyVisitor.day))) == [today - 2, today - 1, today]
        assert sorted(await session.scalars(select(VisitorKey.day))) == [today, today + 1]
        left = await session.execute(select(ClickDetail.level, ClickDetail.start))
        days = [(1, today - age) for age in (63, 61, 0)]
        assert sorted(map(tuple, left)) == [(0, quarter - 96 * 61), (0, quarter), *days, (2, 0)]
        assert list(await session.scalars(select(LinkEvent.number))) == [6]


async def test_clicks_that_no_webhook_waits_for_any_more_go(database: Database):
    async with database.write() as session:
        await people.add_if_new(session, 1, NOW)
        for slug, told, deleted in (("told", True, False), ("quiet", False, False), ("gone", True, True)):
            link = await links.add(session, slug=slug, owner_id=1, target="https://example.com/", now=NOW)
            assert link is not None
            link.has_webhook, link.deleted_at = told, NOW if deleted else None
            session.add(WebhookClick(link_id=link.id, click=slug))
    assert (await Upkeep(database).clean_up(NOW)).untold_clicks == 2
    async with database.read() as session:
        assert list(await session.scalars(select(WebhookClick.click))) == ["told"]


async def test_of_clicks_that_nobody_sends_to_a_webhook_only_the_newest_wait(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webhooks, "MOST_WAITING", 3)
    async with database.write() as session:
        await people.add_if_new(session, 1, NOW)
        for slug, waiting in (("busy", AT_ONCE + 10), ("calm", 2)):
            link = await links.add(session, slug=slug, owner_id=1, target="https://example.com/", now=NOW)
            assert link is not None
            link.has_webhook = True
            session.add(LinkWebhook(link_id=link.id, url="https://a.example/", secret=b"", created_at=NOW, dropped=1))
            await session.execute(
                insert(WebhookClick), [{"link_id": link.id, "click": f"{slug} {each}"} for each in range(waiting)]
            )
    sizes: list[int] = []
    _watched(webhooks, "drop_oldest", sizes, monkeypatch)
    assert await Upkeep(database).clean_up(NOW) == CleanUp(untold_clicks=AT_ONCE + 7)
    assert max(sizes) == AT_ONCE, "in small parts"
    async with database.read() as session:
        left = list(await session.scalars(select(WebhookClick.click).order_by(WebhookClick.id)))
        dropped = list(await session.scalars(select(LinkWebhook.dropped).order_by(LinkWebhook.link_id)))
    assert left == [*(f"busy {AT_ONCE + 7 + each}" for each in range(3)), "calm 0", "calm 1"]
    assert dropped == [AT_ONCE + 8, 1]


async def test_others_write_while_much_is_cleaned_up(database: Database, database_url: str):
    today = int(NOW.timestamp()) // 86_400
    rows = [{"day": today - 9, "link_id": 1, "visitor": number.to_bytes(16)} for number in range(20 * AT_ONCE)]
    async with database.write() as session:
        await session.execute(insert(DailyVisitor), rows)
    # As another process would: it shares nothing with the first but the database.
    other = Database.open(database_url)
    cleaning = asyncio.create_task(Upkeep(database).clean_up(NOW))
    waits: list[float] = []
    while not cleaning.done():
        began = time.monotonic()
        async with other.write() as session:
            await links.record_change(session, "a", NOW)
        waits.append(time.monotonic() - began)
    await other.close()
    assert (await cleaning).visitors == len(rows)
    assert len(waits) > 3
    assert max(waits) < 2


async def test_what_a_guide_is_made_of_goes_when_nobody_can_have_one_of_it_any_more(database: Database):
    ended = {"username": "star", "list_price": 50, "amount": 50, "by_credit": False, "created_at": NOW - 40 * DAY}
    states = {
        "offered today": None,
        "offered long ago": None,
        "waits": ("paid", None),
        "made lately": ("fulfilled", NOW - 29 * DAY),
        "made long ago": ("fulfilled", NOW - 31 * DAY),
        "never paid": ("expired", NOW - 31 * DAY),
    }
    names = dict(enumerate(states, 1))
    async with database.write() as session:
        for number, name in names.items():
            frozen_at = NOW - (1 if name == "offered today" else 40) * DAY
            session.add(
                GuideMaterial(id=number, account_id=1, username=name, usable=30, frozen_at=frozen_at, content=b"frozen")
            )
        await session.flush()
        for number, name in names.items():
            if (order := states[name]) is not None:
                state, ended_at = order
                session.add(
                    Order(material_id=number, state=state, ended_at=ended_at, expires_at=NOW - 40 * DAY, **ended)
                )
    assert await Upkeep(database).clean_up(NOW) == CleanUp(materials=3)
    async with database.read() as session:
        left = await session.scalars(select(GuideMaterial.username).order_by(GuideMaterial.id))
        assert left.all() == ["offered today", "waits", "made lately"]
        assert await session.scalar(select(func.count()).select_from(Order)) == 4
    assert await Upkeep(database).clean_up(NOW) == CleanUp()


async def test_a_second_run_finds_nothing_to_do(database: Database):
    async with database.write() as session:
        session.add(Click(link_id=1, at=NOW - 31 * DAY, bot=False, first_visit=True))
    upkeep = Upkeep(database)
    assert await upkeep.clean_up(NOW) == CleanUp(raw_clicks=1)
    assert await upkeep.clean_up(NOW) == CleanUp()
