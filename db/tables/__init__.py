"""All tables; their metadata is what migrations are held to."""

from db.tables.base import Base
from db.tables.clicks import (
    Click,
    ClickCount,
    ClickDetail,
    DailyVisitor,
    JournalPosition,
    LinkEvent,
    VisitorKey,
    WebhookClick,
)
from db.tables.deliveries import ChatMove, Delivery
from db.tables.inbox import Effect, InboxUpdate
from db.tables.links import (
    BlockedHost,
    Link,
    LinkChange,
    LinkHealth,
    LinkLogo,
    LinkNotice,
    LinkSequence,
    LinkSlug,
    LinkTag,
    LinkWebhook,
    UtmTemplate,
)
from db.tables.operations import Act, Alert, ErrorReport, Heartbeat, Lease, Silence, Tally
from db.tables.people import Dialogue, Person
from db.tables.tiktok import (
    TikTokAccount,
    TikTokAsker,
    TikTokBioLink,
    TikTokPost,
    TikTokProposal,
    TikTokSnapshot,
    TikTokTopMember,
    TikTokTopPlace,
    TikTokWatch,
)
from db.tables.works import Work

__all__ = [
    "Act",
    "Alert",
    "Base",
    "BlockedHost",
    "ChatMove",
    "Click",
    "ClickCount",
    "ClickDetail",
    "DailyVisitor",
    "Delivery",
    "Dialogue",
    "Effect",
    "ErrorReport",
    "Heartbeat",
    "InboxUpdate",
    "JournalPosition",
    "Lease",
    "Link",
    "LinkChange",
    "LinkEvent",
    "LinkHealth",
    "LinkLogo",
    "LinkNotice",
    "LinkSequence",
    "LinkSlug",
    "LinkTag",
    "LinkWebhook",
    "Person",
    "Silence",
    "Tally",
    "TikTokAccount",
    "TikTokAsker",
    "TikTokBioLink",
    "TikTokPost",
    "TikTokProposal",
    "TikTokSnapshot",
    "TikTokTopMember",
    "TikTokTopPlace",
    "TikTokWatch",
    "UtmTemplate",
    "VisitorKey",
    "WebhookClick",
    "Work",
]
