"""What is offered before anybody pays: an account's material, a guide's content for the sample, and the price."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from db import tables
from db.engine import Database
from db.queries import effects, promo
from db.queries import payments as queries
from services.guides.facts import GuideContent
from services.guides.making import guide_content
from services.guides.materials import POSTS, FrozenMaterial, Material, Materials, pack, unpack
from services.payments import codes
from services.payments.model import MaterialGone, Order, OrderState, reduced
from services.pictures.studio import PictureStudio
from services.tiktok.accounts import Accounts
from services.tiktok.errors import TikTokSilent
from services.tiktok.merging import THIN_SOURCES

EFFECT = "invoice"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a guide costs somebody. ``price`` and ``list_price`` in Stars; ``code``: what makes the difference.

    ``free``: how many guides the person may take for nothing.
    """

    price: int
    list_price: int
    free: int
    code: str = ""


class Offers:
    """Everything that a guide is made of is there before it is offered. ``price``: of a guide, in Stars."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        materials: Materials,
        pictures: PictureStudio,
        *,
        price: int,
        invented: bool,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._materials = materials
        self._pictures = pictures
        self._price = price
        self._invented = invented
        # Those who ask for the same account at once wait for one fetch.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def prepare(self, username: str, now: datetime) -> FrozenMaterial:
        """What was frozen of the account within the last hour, or is now. ``username`` in small letters, without @.

        TikTok may be asked, which takes seconds. Raises AccountRefused, TooFewPosts, and TikTokSilent also where
        TikTok shows the account's videos in part only.
        """
        async with self._turns.setdefault(username, asyncio.Lock()):
            known = await self._accounts.stored(username)
            fresh = None if known is None else await self._materials.fresh(known.id, now)
            if fresh is not None:
                return fresh
            # Where TikTok refused it a moment ago, it is not asked again.
            await self._accounts.at_hand(username, now)
            account, fetched = await self._accounts.fetch_posts(username, POSTS, now)
            if fetched.profile.videos and (not fetched.posts_source or fetched.posts_source in THIN_SOURCES):
                raise TikTokSilent({fetched.posts_source: "posts"})
            material = Material(
                profile=fetched.profile,
                posts=fetched.posts[:POSTS],
                at=now,
                source=fetched.source,
                posts_source=fetched.posts_source,
                complete=fetched.complete,
                invented=self._invented,
            )
            return await self._materials.freeze(account.id, material, now)

    async def find(self, material_id: int) -> FrozenMaterial:
        """What was offered. Raises MaterialGone."""
        frozen = await self._materials.find(material_id)
        if frozen is None:
            raise MaterialGone
        return frozen

    async def content(self, frozen: FrozenMaterial, time_zone: str) -> GuideContent:
        """What the guide says, reckoned off the event loop. Raises PictureError."""
        packed = await self._pictures.draw(guide_content, pack(frozen.material), time_zone)
        return unpack(packed, GuideContent)

    async def terms(self, person_id: int, material_id: int, code: str, now: datetime) -> Terms:
        """What the person would pay; ``code`` as people write it, empty: none. Raises CodeRefused."""
        async with self._database.read() as session:
            free = max(await promo.credits_of(session, person_id), 0)
            if not code:
                return Terms(self._price, self._price, free)
            found = await codes.find_in(session, code)
            if not await self._holds(session, person_id, material_id, found, now):
                await codes.check_in(session, found, person_id, now)
            return Terms(reduced(self._price, found.percent), self._price, free, found.code)

    async def _holds(
        self, session: AsyncSession, person_id: int, material_id: int, found: tables.PromoCode, now: datetime
    ) -> bool:
        """Whether an order of theirs for this very guide has the code already, and can still be paid."""
        orders = await queries.of_person(session, person_id, limit=10)
        return any(
            (order.material_id, order.code_id, order.state) == (material_id, found.id, OrderState.PENDING)
            and order.expires_at > now
            for order in orders
        )

    async def is_sent(self, cause: int) -> bool:
        """Whether the update ``cause`` has brought an invoice already."""
        async with self._database.read() as session:
            return await effects.find(session, cause, EFFECT) is not None

    async def sent(self, order: Order, cause: int, now: datetime) -> None:
        """The update ``cause`` brought the order's invoice: handled again, it brings no other."""
        async with self._database.write() as session:
            await effects.keep(session, cause, EFFECT, {"order": order.id}, now)
