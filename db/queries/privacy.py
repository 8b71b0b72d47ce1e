"""What a person gets of what is kept about them, and how it goes. Which tables these are: db/queries/personal.py."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, exists, func, inspect, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import links as link_queries
from db.queries.deliveries import SENDING
from db.queries.inbox import WAITING
from db.queries.personal import Personal, acts_about, dialogues_of, links_of, updates_of
from db.queries.works import DUE
from db.tables import (
    Act,
    Alert,
    Charge,
    Click,
    ClickCount,
    ClickDetail,
    Delivery,
    Dialogue,
    Effect,
    ErrorReport,
    Guide,
    GuideCredit,
    InboxUpdate,
    Link,
    Order,
    Person,
    PromoUse,
    Referral,
    ReferralCode,
    Ticket,
    TicketMessage,
    TikTokAsker,
    TikTokBioLink,
    TikTokWatch,
    UtmTemplate,
    WebhookClick,
    Work,
)

# What stands in the place of a person who was erased.
NOBODY = 0
ERASED = "person:erased"
BUCKETS_IN_AN_HOUR = 4
# Under which the data of a dialogue has the id of the person whom it is about.
SUBJECT = "subject"
# The level of click_details whose spans are days.
DETAILS_OF_DAYS = 1
NEVER_CLICKED: Mapping[str, Any] = {"clicks": 0, "visitors": 0, "bots": 0, "passed": 0, "first_click_at": None}


# What a person gets


async def rows_of(session: AsyncSession, personal: Personal, person_id: int) -> AsyncIterator[Sequence[RowMapping]]:
    """All rows of a table that are the person's, in the order of its primary key, some at a time."""
    mapper = inspect(personal.table)
    columns = [column for column in mapper.columns if column.name not in personal.hidden]
    rows = select(*columns).where(personal.whose(person_id)).order_by(*mapper.primary_key)
    result = await session.stream(rows.execution_options(yield_per=500))
    async for part in result.mappings().partitions():
        yield part


async def guides_of(session: AsyncSession, person_id: int) -> AsyncIterator[tuple[int, str, bytes]]:
    """Number, account and content of each guide of the person, refunded ones too, one at a time."""
    rows = select(Guide.id, Guide.username, Guide.content).where(Guide.person_id == person_id).order_by(Guide.id)
    result = await session.stream(rows.execution_options(yield_per=1))
    async for row in result:
        yield row.id, row.username, row.content


async def hours_of(session: AsyncSession, person_id: int) -> AsyncIterator[Sequence[RowMapping]]:
    """Counters of all of a person's links: link_id, hour (hours since 1970 in UTC), clicks, visitors, bots."""
    hour = (ClickCount.bucket // BUCKETS_IN_AN_HOUR).label("hour")
    sums = [func.sum(getattr(ClickCount, name)).label(name) for name in ("clicks", "visitors", "bots")]
    rows = (
        select(ClickCount.link_id, hour, *sums)
        .where(ClickCount.link_id.in_(links_of(person_id)))
        .group_by(ClickCount.link_id, hour)
        .order_by(ClickCount.link_id, hour)
    )
    result = await session.stream(rows.execution_options(yield_per=2_000))
    async for part in result.mappings().partitions():
        yield part


async def details_of(session: AsyncSession, person_id: int) -> AsyncIterator[Sequence[RowMapping]]:
    """What is counted of all of a person's links by days in UTC: link_id, start (days since 1970), values (JSON)."""
    days = select(ClickDetail.link_id, ClickDetail.start, ClickDetail.values)
    rows = days.where(ClickDetail.link_id.in_(links_of(person_id)), ClickDetail.level == DETAILS_OF_DAYS)
    result = await session.stream(
        rows.order_by(ClickDetail.link_id, ClickDetail.start).execution_options(yield_per=500)
    )
    async for part in result.mappings().partitions():
        yield part


async def clicks_of(session: AsyncSession, link_ids: Sequence[int], first: int, end: int) -> Sequence[RowMapping]:
    """Raw clicks of these links with ``first`` <= id < ``end``: all their columns but the id."""
    rows = await session.execute(
        select(*(column for column in inspect(Click).columns if column.name != "id"))
        .where(Click.id >= first, Click.id < end, Click.link_id.in_(link_ids))
        .order_by(Click.id)
    )
    return rows.mappings().all()


async def click_ids(session: AsyncSession) -> tuple[int, int]:
    """(first, end) of the ids of all raw clicks."""
    first, last = (await session.execute(select(func.min(Click.id), func.max(Click.id)))).one()
    return (0, 0) if first is None else (first, last + 1)


async def link_ids(session: AsyncSession, person_id: int) -> Sequence[int]:
    return (await session.scalars(links_of(person_id).order_by(Link.id))).all()


# How it goes


async def end_links(session: AsyncSession, person_id: int, now: datetime, limit: int) -> int:
    """How many links of the person led somewhere and lead nowhere from now on; web processes are told."""
    leading = Link.owner_id == person_id, or_(Link.target != "", Link.deleted_at.is_(None))
    some = select(Link.id).where(*leading).order_by(Link.id).limit(limit)
    held = await link_queries.hold(session, Link.id.in_(some), *leading)
    ended = await session.scalars(
        update(Link)
        .where(Link.id.in_(held))
        .values(
            target="",
            deleted_at=func.coalesce(Link.deleted_at, _moment(now)),
            disabled_at=None,
            disabled_reason=None,
            draft_since=None,
            **link_queries.NO_SETTINGS,
        )
        .returning(Link.slug)
    )
    slugs = ended.all()
    await link_queries.record_changes(session, slugs, now)
    return len(slugs)


def _moment(now: datetime) -> ColumnElement[datetime]:
    return literal(now, Link.deleted_at.type)


async def forget_counts(session: AsyncSession, link_id: int, limit: int) -> int:
    old = select(ClickCount.bucket).where(ClickCount.link_id == link_id).limit(limit)
    gone = await session.execute(
        delete(ClickCount).where(ClickCount.link_id == link_id, ClickCount.bucket.in_(old)).returning(ClickCount.bucket)
    )
    return len(gone.all())


async def forget_details(session: AsyncSession, link_id: int, limit: int) -> int:
    theirs = ClickDetail.link_id == link_id
    old = select(ClickDetail.level, ClickDetail.start).where(theirs).limit(limit)
    gone = await session.execute(
        delete(ClickDetail)
        .where(theirs, tuple_(ClickDetail.level, ClickDetail.start).in_(old))
        .returning(ClickDetail.start)
    )
    return len(gone.all())


async def forget_told_clicks(session: AsyncSession, link_id: int, limit: int) -> int:
    """Clicks that a webhook was still to be told of."""
    old = select(WebhookClick.id).where(WebhookClick.link_id == link_id).limit(limit)
    gone = await session.execute(delete(WebhookClick).where(WebhookClick.id.in_(old)).returning(WebhookClick.id))
    return len(gone.all())


async def forget_beside_links(session: AsyncSession, person_id: int) -> None:
    """All that stands beside the person's links and is no counter, and their templates.

    The links are held from here on.
    """
    await link_queries.hold(session, Link.owner_id == person_id)
    await link_queries.forget_beside(session, links_of(person_id))
    await session.execute(delete(UtmTemplate).where(UtmTemplate.owner_id == person_id))


async def forget_clicks(session: AsyncSession, link_ids: Sequence[int], first: int, end: int) -> None:
    await session.execute(delete(Click).where(Click.id >= first, Click.id < end, Click.link_id.in_(link_ids)))


async def leave_links(session: AsyncSession, person_id: int) -> None:
    """Links that lead nowhere are nobody's from now on, and nobody has clicked them."""
    gone = Link.owner_id == person_id, Link.target == "", Link.deleted_at.is_not(None)
    await link_queries.hold(session, *gone)
    await session.execute(update(Link).where(*gone).values(owner_id=None, **NEVER_CLICKED))


async def nobodys_clicked(session: AsyncSession, limit: int) -> Sequence[int]:
    """At most ``limit`` links that are gone for good, and of whose clicks something is still counted."""
    gone = Link.owner_id.is_(None), Link.target == ""
    counters = (exists().where(table.link_id == Link.id) for table in (ClickCount, ClickDetail))
    counted = or_(Link.clicks + Link.bots > 0, *counters)
    return (await session.scalars(select(Link.id).where(*gone, counted).order_by(Link.id).limit(limit))).all()


async def forget_sums(session: AsyncSession, link_ids: Collection[int]) -> None:
    """Nobody has clicked these links."""
    held = await link_queries.hold(session, Link.id.in_(link_ids))
    await session.execute(update(Link).where(Link.id.in_(held)).values(**NEVER_CLICKED))


async def anonymise_acts(session: AsyncSession, person_id: int) -> None:
    """Acts about the person and their links stay without who it was about; acts by the person without who acted."""
    # Which role was given says nothing of whom.
    await session.execute(update(Act).where(acts_about(person_id), Act.name != "give-role").values(facts={}))
    await session.execute(update(Act).where(Act.subject == f"person:{person_id}").values(subject=ERASED))
    await session.execute(update(Act).where(Act.actor_id == person_id).values(actor_id=NOBODY))


async def forget_updates(session: AsyncSession, person_id: int, limit: int) -> int:
    """How many updates of the person are removed with their effects. Those that wait stay: they are handled."""
    done = (
        select(InboxUpdate.id, InboxUpdate.update_id)
        .where(updates_of(person_id), InboxUpdate.state != WAITING)
        .limit(limit)
    )
    rows = (await session.execute(done)).all()
    await session.execute(delete(Effect).where(Effect.update_id.in_([row.update_id for row in rows])))
    await session.execute(delete(InboxUpdate).where(InboxUpdate.id.in_([row.id for row in rows])))
    return len(rows)


async def forget_dialogues(session: AsyncSession, person_id: int) -> None:
    """The person's own, and what operators are being asked about them."""
    await session.execute(delete(Dialogue).where(dialogues_of(person_id)))
    rows = (await session.execute(select(Dialogue.key, Dialogue.data))).all()
    about = [key for key, data in rows if data.get(SUBJECT) == person_id]
    await session.execute(delete(Dialogue).where(Dialogue.key.in_(about)))


async def forget_errors(session: AsyncSession, person_id: int) -> None:
    """Reports stay, without whose they were and without tracebacks, in which anything may stand; alerts likewise."""
    theirs = update(ErrorReport).where(ErrorReport.person_id == person_id)
    reports = set(await session.scalars(theirs.values(person_id=None, traceback="").returning(ErrorReport.id)))
    if not reports:
        return
    for alert_id, facts in (await session.execute(select(Alert.id, Alert.facts))).all():
        if facts.get("error_id") in reports:
            await session.execute(update(Alert).where(Alert.id == alert_id).values(facts=facts | {"traceback": ""}))


async def forget_works(session: AsyncSession, person_id: int, *, but: int) -> None:
    """Works of the person go, whoever does them; ``but`` this one."""
    await session.execute(delete(Work).where(Work.person_id == person_id, Work.id != but))


async def forget_work(session: AsyncSession, work_id: int) -> None:
    await session.execute(delete(Work).where(Work.id == work_id))


async def forget_deliveries(session: AsyncSession, person_id: int, limit: int, *, up_to: int | None = None) -> int:
    """How many messages to the person are removed, none of those that are on their way; none after the id ``up_to``."""
    theirs = select(Delivery.id).where(Delivery.chat_id == person_id, Delivery.state != SENDING)
    if up_to is not None:
        theirs = theirs.where(Delivery.id <= up_to)
    gone = await session.execute(
        delete(Delivery).where(Delivery.id.in_(theirs.order_by(Delivery.id).limit(limit))).returning(Delivery.id)
    )
    return len(gone.all())


async def delivery(session: AsyncSession, key: str) -> Delivery | None:
    return await session.scalar(select(Delivery).where(Delivery.key == key))


async def forget_person(session: AsyncSession, person_id: int) -> bool:
    """Whether the person's row went; False while links are theirs. A ban stays, as the id and its reason alone."""
    if await session.scalar(select(Link.id).where(Link.owner_id == person_id).limit(1)) is not None:
        return False
    await forget_interests(session, person_id)
    await forget_money(session, person_id)
    await session.execute(delete(Person).where(Person.id == person_id, Person.banned_at.is_(None)))
    nothing = {
        column.name: None
        for column in Person.__table__.columns
        if column.nullable and column.name not in {"banned_at", "ban_reason"}
    }
    await session.execute(
        update(Person).where(Person.id == person_id).values(created_at=Person.banned_at, muted="", **nothing)
    )
    return True


async def forget_interests(session: AsyncSession, person_id: int) -> None:
    """Which accounts of TikTok the person watches, asked for, and has links in."""
    tables: tuple[type[TikTokWatch | TikTokAsker | TikTokBioLink], ...] = (TikTokWatch, TikTokAsker, TikTokBioLink)
    for table in tables:
        await session.execute(delete(table).where(table.person_id == person_id))


async def forget_money(session: AsyncSession, person_id: int) -> None:
    """Guides go, and whose orders and payments were; what was paid stays. Nothing may be owed to them any more."""
    tickets = select(Ticket.id).where(Ticket.person_id == person_id)
    await session.execute(delete(TicketMessage).where(TicketMessage.ticket_id.in_(tickets)))
    # An operator's own part in others' questions stays, without whose it was.
    await session.execute(
        update(TicketMessage).where(TicketMessage.operator_id == person_id).values(operator_id=NOBODY)
    )
    # First this: whoever is bringing them a free guide is waited for, and finds nobody to bring it to afterwards.
    await session.execute(
        delete(Referral).where(or_(Referral.person_id == person_id, Referral.referrer_id == person_id))
    )
    for table in (Guide, GuideCredit, ReferralCode, Ticket):
        await session.execute(delete(table).where(table.person_id == person_id))
    await session.execute(update(Order).where(Order.person_id == person_id).values(person_id=None, chat_id=None))
    for kept in (Charge, PromoUse):
        await session.execute(update(kept).where(kept.person_id == person_id).values(person_id=None))


async def is_begun(session: AsyncSession, kind: str, key: str, now: datetime) -> bool:
    """Whether a work of this kind and key is due by now: nothing stops it any more."""
    due = select(Work.id).where(Work.kind == kind, Work.key == key, Work.state == DUE)
    begun = or_(Work.due_at <= now, Work.lease.is_not(None), Work.attempts > 0)
    return await session.scalar(due.where(begun)) is not None


async def stop_erasure(session: AsyncSession, kind: str, key: str, now: datetime) -> bool:
    """Whether a work of this kind and key was due later, had never begun, and is gone now."""
    gone = delete(Work).where(
        Work.kind == kind,
        Work.key == key,
        Work.state == DUE,
        Work.due_at > now,
        Work.lease.is_(None),
        Work.attempts == 0,
    )
    return await session.scalar(gone.returning(Work.id)) is not None
