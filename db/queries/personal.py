"""Which tables keep something of people, and whose each row is.

A table that is neither in PERSONAL nor in IMPERSONAL fails a test: whoever adds one says here what it keeps of people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, cast, literal, or_, select

from db.tables import (
    Act,
    Base,
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
    LinkEvent,
    LinkHealth,
    LinkLogo,
    LinkNotice,
    LinkSlug,
    LinkTag,
    LinkWebhook,
    Order,
    OrderEvent,
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

# Names of the storages that dialogues are in: what a person is asked, and which of their links they look at.
DIALOGUE_STORAGES = ("default", "lists")


@dataclass(frozen=True, slots=True)
class Personal:
    """A table that keeps something of people.

    ``whose``: which rows are a person's. ``hidden``: columns that they do not get, since these are secrets of ours,
    encrypted, or about somebody else. ``bulky``: far too many rows for anything but CSV. ``erased``: rows go; or they
    stay without what made them theirs.
    """

    table: type[Base]
    whose: Callable[[int], ColumnElement[bool]]
    erased: Literal["deleted", "anonymous"]
    hidden: frozenset[str] = frozenset()
    bulky: bool = False


def links_of(person_id: int) -> Any:
    """SELECT of the ids of all links of the person, deleted ones too."""
    return select(Link.id).where(Link.owner_id == person_id)


def acts_about(person_id: int) -> ColumnElement[bool]:
    """Acts of operators about the person and their links."""
    links = select(literal("link:", String).concat(cast(Link.id, String))).where(Link.owner_id == person_id)
    return or_(Act.subject == f"person:{person_id}", Act.subject.in_(links))


def dialogues_of(person_id: int) -> ColumnElement[bool]:
    """Keys end in the person and the name of the storage; a chat's id stands before the person's."""
    return or_(*(Dialogue.key.like(f"%:{person_id}:{storage}") for storage in DIALOGUE_STORAGES))


def updates_of(person_id: int) -> ColumnElement[bool]:
    """The lane of a person's update is the person, wherever they wrote."""
    return InboxUpdate.lane == person_id


def _of_link(table: type[Any]) -> Callable[[int], ColumnElement[bool]]:
    return lambda person_id: table.link_id.in_(links_of(person_id))


def orders_of(person_id: int) -> Any:
    """SELECT of the ids of all orders of the person."""
    return select(Order.id).where(Order.person_id == person_id)


def _effects(person_id: int) -> ColumnElement[bool]:
    return Effect.update_id.in_(select(InboxUpdate.update_id).where(updates_of(person_id)))


PERSONAL: Mapping[str, Personal] = {
    personal.table.__tablename__: personal
    for personal in (
        # A ban stays, with nothing beside its reason.
        Personal(Person, lambda person_id: Person.id == person_id, "deleted"),
        # A slug stays taken, and leads nowhere.
        Personal(Link, lambda person_id: Link.owner_id == person_id, "anonymous", frozenset({"skeleton"})),
        Personal(LinkSlug, _of_link(LinkSlug), "anonymous", frozenset({"skeleton"})),
        Personal(LinkTag, _of_link(LinkTag), "deleted"),
        Personal(LinkLogo, _of_link(LinkLogo), "deleted"),
        Personal(LinkHealth, _of_link(LinkHealth), "deleted"),
        Personal(LinkNotice, _of_link(LinkNotice), "deleted"),
        Personal(LinkWebhook, _of_link(LinkWebhook), "deleted", frozenset({"secret", "batch"})),
        Personal(UtmTemplate, lambda person_id: UtmTemplate.owner_id == person_id, "deleted"),
        Personal(ClickCount, _of_link(ClickCount), "deleted", bulky=True),
        Personal(ClickDetail, _of_link(ClickDetail), "deleted", bulky=True),
        Personal(Click, _of_link(Click), "deleted", bulky=True),
        # On their way to the person, or to the person's own address: the clicks are above.
        Personal(LinkEvent, _of_link(LinkEvent), "deleted"),
        Personal(WebhookClick, _of_link(WebhookClick), "deleted", frozenset({"click"})),
        Personal(TikTokWatch, lambda person_id: TikTokWatch.person_id == person_id, "deleted"),
        Personal(TikTokAsker, lambda person_id: TikTokAsker.person_id == person_id, "deleted"),
        Personal(TikTokBioLink, lambda person_id: TikTokBioLink.person_id == person_id, "deleted"),
        # What was paid stays, without whose it was: our ledger must agree with Telegram's.
        Personal(Order, lambda person_id: Order.person_id == person_id, "anonymous"),
        Personal(OrderEvent, lambda person_id: OrderEvent.order_id.in_(orders_of(person_id)), "anonymous"),
        Personal(Charge, lambda person_id: Charge.person_id == person_id, "anonymous"),
        Personal(PromoUse, lambda person_id: PromoUse.person_id == person_id, "anonymous"),
        Personal(Guide, lambda person_id: Guide.person_id == person_id, "deleted", frozenset({"content"})),
        Personal(GuideCredit, lambda person_id: GuideCredit.person_id == person_id, "deleted"),
        Personal(ReferralCode, lambda person_id: ReferralCode.person_id == person_id, "deleted"),
        # Whom the person brought is the others' own business.
        Personal(
            Referral,
            lambda person_id: or_(Referral.person_id == person_id, Referral.referrer_id == person_id),
            "deleted",
            frozenset({"person_id", "referrer_id"}),
        ),
        Personal(Ticket, lambda person_id: Ticket.person_id == person_id, "deleted"),
        # Which operator answered is that one's own business.
        Personal(
            TicketMessage,
            lambda person_id: TicketMessage.ticket_id.in_(select(Ticket.id).where(Ticket.person_id == person_id)),
            "deleted",
            frozenset({"operator_id"}),
        ),
        Personal(Dialogue, dialogues_of, "deleted"),
        Personal(InboxUpdate, updates_of, "deleted", frozenset({"payload", "traceback"})),
        Personal(Effect, _effects, "deleted"),
        Personal(Delivery, lambda person_id: Delivery.chat_id == person_id, "deleted", frozenset({"payload", "file"})),
        Personal(Work, lambda person_id: Work.person_id == person_id, "deleted", frozenset({"lease", "leased_until"})),
        Personal(
            ErrorReport,
            lambda person_id: ErrorReport.person_id == person_id,
            "anonymous",
            frozenset({"name", "fingerprint", "traceback"}),
        ),
        # Who acted is an operator's own business. What they did to others, they get without to whom.
        Personal(
            Act,
            lambda person_id: or_(acts_about(person_id), Act.actor_id == person_id),
            "anonymous",
            frozenset({"actor_id"}),
        ),
    )
}
# Tables that keep nothing of any person, and what they keep instead.
IMPERSONAL: Mapping[str, str] = {
    "journal_positions": "how far click journals are counted",
    "visitor_keys": "random keys, for a day each",
    "daily_visitors": "hashes under keys that are deleted, for two days",
    "chat_moves": "groups that became supergroups",
    "link_sequence": "the number of the newest change",
    "link_changes": "slugs that changed, for a day",
    "blocked_hosts": "hosts and reasons",
    "alerts": "troubles of the platform",
    "silences": "troubles that nobody wants to hear of",
    "tallies": "numbers of a day",
    "heartbeats": "processes",
    "leases": "processes",
    "tiktok_accounts": "what TikTok shows everybody",
    "tiktok_posts": "what TikTok shows everybody",
    "tiktok_snapshots": "what TikTok shows everybody",
    "tiktok_top_members": "accounts of the top",
    "tiktok_top_places": "accounts of the top",
    "tiktok_proposals": "accounts that may belong into the top",
    "guide_materials": "what TikTok shows everybody",
    "promo_codes": "codes that operators made",
    "star_movements": "sums of Stars under Telegram's numbers",
    "star_positions": "how far Telegram's ledger is compared",
}
