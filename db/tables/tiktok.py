"""TikTok accounts as they were last seen, their posts, what they were from time to time, and who wants to know."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import BigId, UtcDateTime


class TikTokAccount(Base):
    """An account that somebody asked for. Numbers are those of the last fetch that worked."""

    __tablename__ = "tiktok_accounts"
    __table_args__ = (
        Index(
            "ix_tiktok_accounts_refresh_at", "refresh_at",
            sqlite_where=text("refresh_at IS NOT NULL"), postgresql_where=text("refresh_at IS NOT NULL"),
        ),
        Index(
            "ix_tiktok_accounts_fetched_at", "fetched_at",
            sqlite_where=text("fetched_at IS NOT NULL"), postgresql_where=text("fetched_at IS NOT NULL"),
        ),
        Index("ix_tiktok_accounts_looked_at", "looked_at"),
        # PostgreSQL's other index of names is ordered as a language has it, and finds no beginnings of names.
        Index(
            "ix_tiktok_accounts_username_pattern", "username", postgresql_ops={"username": "varchar_pattern_ops"},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # In small letters, without @.
    username: Mapped[str] = mapped_column(String(32), unique=True)
    # new (never fetched), known, or what TikTok last said of it, at ``looked_at``: missing, private, banned, region, or
    # unshown (private or missing, no more is known).
    state: Mapped[str] = mapped_column(String(16))
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When its numbers were fetched; null: never.
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # By which sources its profile and its posts came.
    source: Mapped[str] = mapped_column(String(16), default="", server_default="")
    posts_source: Mapped[str] = mapped_column(String(16), default="", server_default="")
    user_id: Mapped[str] = mapped_column(String(32), default="", server_default="")
    sec_uid: Mapped[str] = mapped_column(String(128), default="", server_default="")
    nickname: Mapped[str] = mapped_column(String(128), default="", server_default="")
    verified: Mapped[bool] = mapped_column(default=False, server_default=false())
    bio: Mapped[str] = mapped_column(Text, default="", server_default="")
    bio_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    # ISO 3166-1 and ISO 639-1 in TikTok's own writing; empty: unknown.
    region: Mapped[str] = mapped_column(String(8), default="", server_default="")
    language: Mapped[str] = mapped_column(String(16), default="", server_default="")
    followers: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    following: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    likes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    videos: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # Videos that the account itself liked; null: hidden.
    liked: Mapped[int | None] = mapped_column(BigInteger)
    # What services.tiktok.analytics made of it; null where there are too few posts. Income in roubles for one video.
    engagement: Mapped[float | None]
    income_low: Mapped[int | None] = mapped_column(BigInteger)
    income_mid: Mapped[int | None] = mapped_column(BigInteger)
    income_high: Mapped[int | None] = mapped_column(BigInteger)
    rating: Mapped[int | None]
    # When it is fetched next unasked; null: nobody watches it, and it is in no top.
    refresh_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Refreshes in a row that failed, wholly or of the posts, and why the last one did.
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failure: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # The fetch of ``fetched_at`` brought the profile alone, though there are videos.
    lacks_posts: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TikTokPost(Base):
    """A post with the figures that it had when it was last seen."""

    __tablename__ = "tiktok_posts"
    __table_args__ = (
        UniqueConstraint("account_id", "post_id"),
        Index("ix_tiktok_posts_account_id_published_at", "account_id", "published_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tiktok_accounts.id"))
    # TikTok's number of it.
    post_id: Mapped[str] = mapped_column(String(32))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # One of those that the account's figures are made of; false: older ones, and such as are gone from TikTok.
    counted: Mapped[bool]
    description: Mapped[str] = mapped_column(Text)
    pinned: Mapped[bool]
    # Seconds.
    duration: Mapped[int]
    views: Mapped[int] = mapped_column(BigInteger)
    # Null: hidden.
    likes: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int] = mapped_column(BigInteger)
    shares: Mapped[int] = mapped_column(BigInteger)
    saves: Mapped[int] = mapped_column(BigInteger)
    # Without #, in small letters.
    hashtags: Mapped[list[str]] = mapped_column(JSON)
    sound_id: Mapped[str] = mapped_column(String(32))
    sound_title: Mapped[str] = mapped_column(Text)
    sound_original: Mapped[bool]
    language: Mapped[str] = mapped_column(String(16))


class TikTokSnapshot(Base):
    """What an account was at the moment of one fetch: its history. Columns as those of TikTokAccount."""

    __tablename__ = "tiktok_snapshots"
    __table_args__ = (Index("ix_tiktok_snapshots_at", "at"),)

    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tiktok_accounts.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    followers: Mapped[int] = mapped_column(BigInteger)
    following: Mapped[int] = mapped_column(BigInteger)
    likes: Mapped[int] = mapped_column(BigInteger)
    videos: Mapped[int] = mapped_column(BigInteger)
    # Of all videos, exact or estimated; null, as what follows, where no post could be had.
    views: Mapped[int | None] = mapped_column(BigInteger)
    engagement: Mapped[float | None]
    income_low: Mapped[int | None] = mapped_column(BigInteger)
    income_mid: Mapped[int | None] = mapped_column(BigInteger)
    income_high: Mapped[int | None] = mapped_column(BigInteger)
    rating: Mapped[int | None]
    # Of how many posts that is.
    posts: Mapped[int]
    source: Mapped[str] = mapped_column(String(16))


class TikTokAsker(Base):
    """A person who waits for an account that is being fetched, or will be when TikTok answers again."""

    __tablename__ = "tiktok_askers"
    __table_args__ = (UniqueConstraint("username", "chat_id", "message_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    username: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"), index=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    # The message that says that it is being looked for, and becomes the card.
    message_id: Mapped[int] = mapped_column(BigInteger)
    # What they sent, which may be shortened instead; empty: they named the account.
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # They were told that TikTok does not answer: what comes is a message of its own. Null: they still look on.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often they asked again by the same message: what answers an earlier time leaves the later one waiting.
    turn: Mapped[int] = mapped_column(default=0, server_default="0")


class TikTokWatch(Base):
    """A person hears of an account: growth each day, posts that fly, milestones."""

    __tablename__ = "tiktok_watches"

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tiktok_accounts.id"), primary_key=True, autoincrement=False, index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The last day (of the person's calendar) whose note was owed; null: none yet.
    noted_on: Mapped[date | None]
    # Followers that were said last as a milestone, or that the account had when the watch began; -1: nobody knew yet.
    milestone: Mapped[int] = mapped_column(BigInteger)
    # Which fetch of the account was looked at last for news; null: none yet.
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TikTokTopMember(Base):
    """An account of the top's list: from the file, or added by an operator."""

    __tablename__ = "tiktok_top_members"

    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tiktok_accounts.id"), primary_key=True, autoincrement=False
    )
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The file has it; else an operator added it.
    from_file: Mapped[bool]
    # Taken off the list by an operator: the file does not bring it back.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TikTokTopPlace(Base):
    """An account's figures in the top of one day. Places follow from them; kept so that tomorrow can compare."""

    __tablename__ = "tiktok_top_places"
    __table_args__ = (Index("ix_tiktok_top_places_account_id", "account_id"),)

    # In DEFAULT_TIMEZONE.
    day: Mapped[date] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tiktok_accounts.id"), primary_key=True, autoincrement=False
    )
    followers: Mapped[int] = mapped_column(BigInteger)
    income: Mapped[int | None] = mapped_column(BigInteger)
    rating: Mapped[int | None]
    # Followers won within seven days; null: not known that long.
    growth: Mapped[int | None] = mapped_column(BigInteger)
    # When followers and growth were fetched.
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # All figures are of this day; else income and rating are those of the last fetch that had posts, and where
    # taken_at is of an earlier day, too, the account did not answer at all.
    fresh: Mapped[bool]


class TikTokProposal(Base):
    """A looked-up account that may belong into the top, and what operators decided."""

    __tablename__ = "tiktok_proposals"

    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tiktok_accounts.id"), primary_key=True, autoincrement=False
    )
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted: Mapped[bool | None]


class TikTokBioLink(Base):
    """A link that stands in an account's bio, as its owner says."""

    __tablename__ = "tiktok_bio_links"

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("links.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("tiktok_accounts.id"), primary_key=True, autoincrement=False, index=True
    )
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
