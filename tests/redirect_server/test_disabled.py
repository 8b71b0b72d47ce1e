"""Links that operators switched off, and hosts that they blocked, in every web process."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.engine import Database
from db.queries import links as queries
from services.links.directory import SECONDS_TO_LIVE
from services.links.moderation import Moderation
from services.operations.audit import Audit
from services.people import People, Person, Role
from tests.redirect_server.web import PHONE, TELEGRAM_PREVIEW, Web, make_link, web_process
from tests.waiting import until

OPERATOR = Person(9, "ru", "UTC", role=Role.OPERATOR)


@pytest.fixture
def moderation(database: Database) -> Moderation:
    people = People(database, default_time_zone="UTC", owner_ids=frozenset())
    return Moderation(database, people, Audit(database), public_url="https://tok.example")


def now() -> datetime:
    return datetime.now(UTC)


async def status_becomes(web: Web, path: str, status: int) -> None:
    """Within a small part of the time that a process remembers a link for."""

    async def status_now() -> int:
        return (await web.opens(path)).status

    await until(status_now, status, within=SECONDS_TO_LIVE / 20)


@pytest.mark.parametrize(("asked", "title"), [("en", "This link is switched off"), ("ru", "Эта ссылка отключена")])
async def test_a_link_that_is_switched_off_says_so_and_why(
    database: Database, web: Web, moderation: Moderation, asked: str, title: str
):
    link_id = await make_link(database, "abc1234")
    await moderation.disable(OPERATOR, link_id, "Выманивает пароли <b>банка</b>", now())
    answer = await web.opens("/abc1234", Accept_Language=asked)
    assert answer.status == 403
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"<h1>{title}</h1>" in answer.text
    assert '<blockquote dir="auto">Выманивает пароли &lt;b&gt;банка&lt;/b&gt;</blockquote>' in answer.text
    assert "example.com" not in answer.text, "nobody is shown the way there"
    assert "Location" not in answer.headers


async def test_nobody_s_visit_to_such_a_page_is_a_click(database: Database, web: Web, moderation: Moderation):
    link_id = await make_link(database, "abc1234")
    assert (await web.opens("/abc1234")).status == 302
    await moderation.disable(OPERATOR, link_id, "x", now())
    await status_becomes(web, "/abc1234", 403)
    before = await web.counted("abc1234")
    for agent in (PHONE, "", TELEGRAM_PREVIEW):
        assert (await web.opens("/abc1234", agent=agent)).status == 403
    after = await web.counted("abc1234")
    assert (after.clicks, after.visitors, after.bots) == (before.clicks, before.visitors, before.bots)
    await moderation.enable(OPERATOR, link_id, now())
    await status_becomes(web, "/abc1234", 302)


async def test_every_process_follows_long_before_it_would_ask_for_the_link_again(
    database: Database, moderation: Moderation, tmp_path: Path
):
    first = await make_link(database, "first12", "https://example.com/x")
    await make_link(database, "second1", "https://www.bad.com/x")
    await make_link(database, "other12", "https://notbad.com/x")
    async with (
        web_process(database, tmp_path / "one") as one,
        web_process(database, tmp_path / "two") as two,
    ):
        paths = ("/first12", "/second1", "/other12")
        for web in (one, two):
            assert [(await web.opens(path)).status for path in paths] == [302] * 3
        await moderation.disable(OPERATOR, first, "x", now())
        await moderation.block(OPERATOR, "bad.com", "Фишинг", now())
        await asyncio.gather(*(status_becomes(web, path, 403) for web in (one, two) for path in paths[:2]))
        for web in (one, two):
            assert "Фишинг" in (await web.opens("/second1")).text
            assert (await web.opens("/other12")).status == 302
        await moderation.unblock(OPERATOR, "bad.com", now())
        await asyncio.gather(*(status_becomes(web, "/second1", 302) for web in (one, two)))


async def test_a_process_that_starts_after_the_block_knows_it_at_the_first_click(
    database: Database, moderation: Moderation, tmp_path: Path
):
    await make_link(database, "abc1234", "https://a.b.bad.com:8443/x")
    await moderation.block(OPERATOR, "bad.com", "x", now())
    async with web_process(database, tmp_path / "journals") as web:
        assert (await web.opens("/abc1234")).status == 403


async def test_a_process_that_missed_changes_asks_for_all_blocks_again(
    database: Database, web: Web, moderation: Moderation
):

    await make_link(database, "abc1234", "https://bad.com/x")
    assert (await web.opens("/abc1234")).status == 302
    async with database.write() as session:
        await queries.forget_changes_before(session, datetime.max.replace(tzinfo=UTC), 100)
    await moderation.block(OPERATOR, "bad.com", "x", now())
    async with database.write() as session:
        await queries.forget_changes_before(session, datetime.max.replace(tzinfo=UTC), 100)
        await queries.record_change(session, "else123", now())
    await status_becomes(web, "/abc1234", 403)
