"""Builds every service, and closes what was opened."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from redis.asyncio import Redis

from bot.heartbeats import Pulse
from bot.keys import secret_key
from bot.logs import redactor
from bot.settings import Settings
from bot.words import digest_words, news_words, proposal_words, question_words, refund_words, watch_words
from db.engine import Database
from services.clicks.countries import CREDIT
from services.deliveries import Deliveries
from services.guides.access import Tokens
from services.guides.guides import Guides
from services.guides.materials import Materials
from services.language import Catalogue
from services.links.daily import DailyReports
from services.links.health import LinkHealth
from services.links.limits import LinkLimits
from services.links.links import Links
from services.links.listing import Listing
from services.links.many import ManyLinks
from services.links.moderation import Moderation
from services.links.news import LinkNews
from services.links.options import LinkOptions
from services.links.qr import QrStyles
from services.links.routing import Routing
from services.links.utm_templates import UtmTemplates
from services.operations.alerts import Alerts
from services.operations.audit import Audit
from services.operations.desk import Desk
from services.operations.digest import Digests
from services.operations.errors import ErrorLog
from services.operations.overview import Operations
from services.operations.tallies import Tallies
from services.operations.upkeep import Upkeep
from services.payments.desk import PaymentDesk
from services.payments.handing import Handing
from services.payments.offers import Offers
from services.payments.orders import Orders
from services.payments.reconciling import Reconciling
from services.payments.referring import Referrals
from services.payments.refunds import Refunds
from services.payments.selling import PromoCodes
from services.payments.takings import Takings
from services.payments.tickets import Tickets
from services.people import People
from services.people.preferences import Notices
from services.pictures.studio import PictureStudio
from services.privacy import Privacy
from services.privacy.dialogues import Dialogues, DialoguesInDatabase, DialoguesInRedis
from services.security import Cipher
from services.services import Services
from services.statistics.statistics import Statistics
from services.throttles import MemoryThrottle, Throttle, Throttles
from services.throttles.shared import SharedThrottle
from services.tiktok.accounts import Accounts, Ways
from services.tiktok.bio import BioLinks
from services.tiktok.cards import Cards
from services.tiktok.comparing import Comparing
from services.tiktok.constants import CONSTANTS, Constants
from services.tiktok.counting import Counted
from services.tiktok.curating import TopList
from services.tiktok.finding import Finding
from services.tiktok.sources import Sources
from services.tiktok.sources.chromium import find_chromium
from services.tiktok.top import Top
from services.tiktok.usual import Usual
from services.tiktok.watch_news import WatchesNews
from services.tiktok.watches import Watches
from services.time_zones import zone
from services.webhooks import Webhooks
from services.works import Works

LOCALES = Path(__file__).parent / "locales"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Container:
    """What the roles are made of."""

    settings: Settings
    clock: Callable[[], datetime]
    database: Database
    catalogue: Catalogue
    services: Services
    pulse: Pulse


@asynccontextmanager
async def open_services(settings: Settings, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Container]:
    """All services, closed at the end of the block. The tables must be there: see db.migrate."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database.open(settings.database)
    catalogue = Catalogue(LOCALES)
    redis = Redis.from_url(settings.redis_url.get_secret_value()) if settings.redis_url else None
    services = _services(settings, database, catalogue, redis, clock)
    try:
        yield Container(settings, clock, database, catalogue, services, Pulse(database, clock))
    finally:
        await services.sources.close()
        await services.pictures.close()
        await services.webhooks.close()
        if redis is not None:
            await redis.aclose()
        await database.close()


def _services(
    settings: Settings, database: Database, catalogue: Catalogue, redis: Redis | None, clock: Callable[[], datetime]
) -> Services:
    people = People(database, default_time_zone=settings.default_timezone, owner_ids=settings.admin_ids)
    log = Audit(database)
    alerts = Alerts(database, log)
    deliveries = Deliveries(
        database, Cipher(secret_key(settings), "deliveries"), default_time_zone=settings.default_timezone
    )
    works = Works(database, deliveries)
    errors = ErrorLog(database, alerts, redactor(settings.secrets))
    sources = _sources(settings, errors, clock)
    tallies = Tallies(database, zone(settings.default_timezone))
    accounts = _accounts(settings, database, works, deliveries, Counted(sources, tallies, clock), errors)
    pictures = PictureStudio()
    refunds = Refunds(database, works, deliveries, alerts, people, refund_words(catalogue))
    orders = Orders(database, works, refunds, price=settings.report_price_stars)
    materials = Materials(database, constants=_constants(settings))
    guides = Guides(database, Tokens(secret_key(settings)), public_url=settings.links_url)
    news = LinkNews(database, people, deliveries, news_words(catalogue), public_url=settings.links_url)
    return Services(
        people=people,
        notices=Notices(database),
        links=_links(settings, database),
        listing=Listing(database, public_url=settings.links_url),
        many_links=ManyLinks(database, LinkLimits(settings.links_per_user, settings.admin_ids)),
        link_news=news,
        link_health=_link_health(settings, database, news),
        link_options=_link_options(settings, database),
        routing=_routing(settings, database),
        utm_templates=UtmTemplates(database, public_url=settings.links_url),
        webhooks=_webhooks(settings, database, works, deliveries),
        qr_styles=QrStyles(database, pictures),
        daily=_daily(settings, database, works, deliveries),
        statistics=Statistics(database, credit=None if settings.geoip_file else CREDIT),
        pictures=pictures,
        operations=Operations(database, deliveries, works, alerts, started_at=clock()),
        upkeep=Upkeep(database),
        audit=log,
        desk=Desk(database, people, log, deliveries, admin_chat_id=settings.admin_chat_id),
        moderation=Moderation(database, people, log, public_url=settings.links_url),
        tallies=tallies,
        digests=_digests(settings, database, people, deliveries, works, alerts, catalogue),
        errors=errors,
        sources=sources,
        accounts=accounts,
        watches=Watches(database, accounts),
        watches_news=WatchesNews(
            database,
            people,
            deliveries,
            watch_words(catalogue, invented=bool(settings.tiktok_resolve)),
            report=partial(errors.report, "watches"),
            default_time_zone=settings.default_timezone,
            constants=_constants(settings),
        ),
        top=Top(
            database,
            accounts,
            default_time_zone=settings.default_timezone,
            file=settings.top_file,
            invented=bool(settings.tiktok_resolve),
        ),
        top_list=_top_list(settings, database, people, log, deliveries, accounts, catalogue),
        finding=Finding(database),
        cards=Cards(accounts, Usual(database, _constants(settings), clock), invented=bool(settings.tiktok_resolve)),
        comparing=Comparing(accounts, works),
        bio_links=BioLinks(database, accounts, public_url=settings.links_url, own_hosts=settings.own_hosts),
        materials=materials,
        guides=guides,
        offers=Offers(
            database,
            accounts,
            materials,
            pictures,
            price=settings.report_price_stars,
            invented=bool(settings.tiktok_resolve),
        ),
        orders=orders,
        handing=Handing(database, orders, guides, deliveries, works),
        refunds=refunds,
        reconciling=Reconciling(database, orders, refunds, alerts),
        payment_desk=PaymentDesk(database, log, works, refunds, zone=zone(settings.default_timezone)),
        promo=PromoCodes(database, log, random.SystemRandom().choice),
        takings=Takings(database, log, zone=zone(settings.default_timezone)),
        tickets=_tickets(settings, database, people, log, deliveries, catalogue),
        referrals=Referrals(database, choose=random.SystemRandom().choice),
        alerts=alerts,
        throttle=Throttles(_throttle(redis)),
        works=works,
        privacy=Privacy(database, works, deliveries, _dialogues(redis), public_url=settings.links_url),
        deliveries=deliveries,
    )


def _links(settings: Settings, database: Database) -> Links:
    return Links(
        database,
        public_url=settings.links_url,
        own_hosts=settings.own_hosts,
        allow_private=settings.allow_private_targets,
        most_per_person=settings.links_per_user,
        choose=random.SystemRandom().choice,
        owner_ids=settings.admin_ids,
    )


def _link_options(settings: Settings, database: Database) -> LinkOptions:
    return LinkOptions(
        database,
        public_url=settings.links_url,
        own_hosts=settings.own_hosts,
        allow_private=settings.allow_private_targets,
    )


def _link_health(settings: Settings, database: Database, news: LinkNews) -> LinkHealth:
    return LinkHealth(database, news, public_url=settings.links_url, allow_private=settings.allow_private_targets)


def _routing(settings: Settings, database: Database) -> Routing:
    return Routing(
        database,
        public_url=settings.links_url,
        own_hosts=settings.own_hosts,
        allow_private=settings.allow_private_targets,
    )


def _webhooks(settings: Settings, database: Database, works: Works, deliveries: Deliveries) -> Webhooks:
    return Webhooks(
        database,
        works,
        deliveries,
        Cipher(secret_key(settings), "webhooks"),
        public_url=settings.links_url,
        own_hosts=settings.own_hosts,
        allow_private=settings.allow_private_targets,
    )


def _daily(settings: Settings, database: Database, works: Works, deliveries: Deliveries) -> DailyReports:
    return DailyReports(
        database,
        works,
        deliveries,
        public_url=settings.links_url,
        default_time_zone=settings.default_timezone,
    )


def _sources(settings: Settings, errors: ErrorLog, clock: Callable[[], datetime]) -> Sources:
    async def report(error: Exception, source: str) -> None:
        await errors.report(f"tiktok {source}", error, clock())

    return Sources.open(
        resolve=settings.tiktok_resolve,
        tokens=[token.get_secret_value() for token in settings.tiktok_ms_tokens],
        proxies=[proxy.get_secret_value() for proxy in settings.tiktok_proxies],
        chromium=find_chromium(settings.tiktok_chromium),
        clock=clock,
        report=report,
    )


def _accounts(
    settings: Settings,
    database: Database,
    works: Works,
    deliveries: Deliveries,
    sources: Ways,
    errors: ErrorLog,
) -> Accounts:
    async def report(error: Exception, now: datetime) -> None:
        await errors.report("tiktok", error, now)

    return Accounts(database, works, deliveries, sources, report=report, constants=_constants(settings))


def _constants(settings: Settings) -> Constants:
    low, mid, high = settings.tiktok_cpm
    return replace(CONSTANTS, cpm_low=low, cpm_mid=mid, cpm_high=high)


def _top_list(
    settings: Settings,
    database: Database,
    people: People,
    log: Audit,
    deliveries: Deliveries,
    accounts: Accounts,
    catalogue: Catalogue,
) -> TopList:
    return TopList(
        database,
        people,
        log,
        deliveries,
        accounts,
        proposal_words(catalogue),
        admin_chat_id=settings.admin_chat_id,
        owner_ids=settings.admin_ids,
    )


def _tickets(
    settings: Settings, database: Database, people: People, log: Audit, deliveries: Deliveries, catalogue: Catalogue
) -> Tickets:
    return Tickets(
        database,
        people,
        log,
        deliveries,
        question_words(catalogue),
        admin_chat_id=settings.admin_chat_id,
        owner_ids=settings.admin_ids,
    )


def _digests(
    settings: Settings,
    database: Database,
    people: People,
    deliveries: Deliveries,
    works: Works,
    alerts: Alerts,
    catalogue: Catalogue,
) -> Digests:
    return Digests(
        database,
        people,
        deliveries,
        works,
        alerts,
        digest_words(catalogue),
        zone=zone(settings.default_timezone),
        admin_chat_id=settings.admin_chat_id,
        owner_ids=settings.admin_ids,
    )


def _throttle(redis: Redis | None) -> Throttle:
    memory = MemoryThrottle()
    return memory if redis is None else SharedThrottle(redis, memory)


def _dialogues(redis: Redis | None) -> Dialogues:
    return DialoguesInDatabase() if redis is None else DialoguesInRedis(redis)
