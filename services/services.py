"""All services in one place, as handlers and jobs get them."""

from dataclasses import dataclass

from services.deliveries import Deliveries
from services.guides.guides import Guides
from services.guides.materials import Materials
from services.links.daily import DailyReports
from services.links.health import LinkHealth
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
from services.statistics.statistics import Statistics
from services.throttles import Throttles
from services.tiktok.accounts import Accounts
from services.tiktok.bio import BioLinks
from services.tiktok.cards import Cards
from services.tiktok.comparing import Comparing
from services.tiktok.curating import TopList
from services.tiktok.finding import Finding
from services.tiktok.sources import Sources
from services.tiktok.top import Top
from services.tiktok.watch_news import WatchesNews
from services.tiktok.watches import Watches
from services.webhooks import Webhooks
from services.works import Works


@dataclass(frozen=True, slots=True)
class Services:
    """Built and closed by bot.container; tests build the same."""

    people: People
    notices: Notices
    links: Links
    listing: Listing
    many_links: ManyLinks
    link_news: LinkNews
    link_health: LinkHealth
    link_options: LinkOptions
    routing: Routing
    utm_templates: UtmTemplates
    webhooks: Webhooks
    qr_styles: QrStyles
    daily: DailyReports
    statistics: Statistics
    pictures: PictureStudio
    operations: Operations
    upkeep: Upkeep
    audit: Audit
    desk: Desk
    moderation: Moderation
    tallies: Tallies
    digests: Digests
    errors: ErrorLog
    sources: Sources
    accounts: Accounts
    cards: Cards
    comparing: Comparing
    bio_links: BioLinks
    watches: Watches
    watches_news: WatchesNews
    top: Top
    top_list: TopList
    finding: Finding
    materials: Materials
    guides: Guides
    offers: Offers
    orders: Orders
    handing: Handing
    refunds: Refunds
    reconciling: Reconciling
    payment_desk: PaymentDesk
    promo: PromoCodes
    takings: Takings
    tickets: Tickets
    referrals: Referrals
    alerts: Alerts
    throttle: Throttles
    works: Works
    privacy: Privacy
    deliveries: Deliveries
