"""Two to four accounts side by side: whom a person means, and whether all that is needed is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.errors import UserError
from services.tiktok.asking import ACCOUNT, is_fresh, refused_for
from services.tiktok.errors import REFUSALS
from services.tiktok.names import ShortAddress, parse_username
from services.tiktok.stored import Look, StoredAccount
from services.tiktok.times import SKEW
from services.works import Work

# The kind of work that waits for accounts that are to be compared.
COMPARE = "tiktok-compare"
LEAST, MOST = 2, 4
# Words that stand between names: they are names of accounts too, and nobody means these.
BETWEEN = frozenset({"и", "с", "or", "and", "vs", "vs.", "против", "with", "-", "–", "—", "/"})
# By then TikTok has answered, or will not soon.
WAIT = timedelta(seconds=90)
# Later than this, a fetch waits for a better time.
SOON = timedelta(seconds=2)


class NotComparable(UserError):
    """``count`` accounts were named, and two to four can be compared."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class KnowsAccounts(Protocol):
    """See services.tiktok.accounts.Accounts."""

    async def stored(self, username: str) -> StoredAccount | None: ...

    async def look(self, username: str, *, asker: None, now: datetime, force: bool) -> Look: ...

    async def resolve(self, url: str) -> str: ...


class KnowsWorks(Protocol):
    """See services.works.Works."""

    async def find_due(self, kind: str, key: str) -> tuple[Work, datetime] | None: ...


@dataclass(frozen=True, slots=True)
class Gathered:
    """How far it is. ``accounts``: those that are there, in the order in which they were named.

    ``waiting``: usernames that are being fetched. ``old``: accounts whose numbers are older than a day, since TikTok
    does not answer; ``unanswered``: usernames of which nothing is known for the same reason.
    """

    accounts: tuple[StoredAccount, ...]
    waiting: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


def parse_names(text: str) -> tuple[str, ...]:
    """Usernames in small letters and short addresses (``https://…``), each once, in their order.

    Raises NotAUsername and OtherSite for the first that is neither, and NotComparable.
    """
    words = [word for word in text.replace(",", " ").replace(";", " ").split() if word.lower() not in BETWEEN]
    named = [parse_username(word) for word in words]
    found = tuple(dict.fromkeys(each.url if isinstance(each, ShortAddress) else each.name for each in named))
    if not LEAST <= len(found) <= MOST:
        raise NotComparable(len(found))
    return found


class Comparing:
    """Gathers accounts. What is not stored yet is asked for once; then they are waited for."""

    def __init__(self, accounts: KnowsAccounts, works: KnowsWorks) -> None:
        self._accounts = accounts
        self._works = works

    async def ask(self, usernames: Sequence[str], now: datetime, *, force: bool = False) -> Gathered:
        """Have fetched what must be; ``force``: what may be fetched anew, too.

        Raises AccountRefused where TikTok refused one within the last hour.
        """
        found, waiting = [], []
        for username in usernames:
            look = await self._accounts.look(username, asker=None, now=now, force=force)
            if look.account is None:
                waiting.append(username)
            else:
                found.append(look.account)
        return Gathered(tuple(found), tuple(waiting))

    async def resolve(self, names: Sequence[str]) -> tuple[str, ...]:
        """Usernames of ``parse_names``'s answer. Raises NotAUsername, AccountRefused, TikTokSilent, NotComparable."""
        found = [await self._accounts.resolve(name) if "/" in name else name for name in names]
        usernames = tuple(dict.fromkeys(found))
        if len(usernames) < LEAST:
            raise NotComparable(len(usernames))
        return usernames

    async def gather(
        self, usernames: Sequence[str], since: datetime, now: datetime, *, force: bool = False
    ) -> Gathered:
        """What became of those that were asked for at ``since``, by ``force`` or not. Raises AccountRefused."""
        found: list[StoredAccount] = []
        waiting, old, unanswered = [], [], []
        for username in usernames:
            # Asked before what is stored is read: a fetch that ends in between is not taken for one that failed.
            is_coming = await self._is_coming(username, since, now)
            account = await self._accounts.stored(username)
            if account is not None and account.state in REFUSALS and _is_recent(account, since):
                raise REFUSALS[account.state](username)
            if account is not None and _is_answered(account, since, now, force=force):
                found.append(account)
            elif is_coming:
                waiting.append(username)
            elif account is not None and account.fetched_at is not None:
                found.append(account)
                old.append(username)
            else:
                unanswered.append(username)
        return Gathered(tuple(found), tuple(waiting), tuple(old), tuple(unanswered))

    async def _is_coming(self, username: str, since: datetime, now: datetime) -> bool:
        """Whether its fetch is under way, or soon will be."""
        due = await self._works.find_due(ACCOUNT, username)
        return due is not None and due[1] <= now + SOON and now - since < WAIT


def _is_recent(account: StoredAccount, since: datetime) -> bool:
    """Whether TikTok said so shortly before it was asked for, or later: an older no is asked for anew."""
    return account.looked_at is not None and account.looked_at > since - refused_for(account.state)


def _is_answered(account: StoredAccount, since: datetime, now: datetime, *, force: bool) -> bool:
    """Whether nobody had to ask for it at ``since``, or TikTok has shown it since then, with its posts or without."""
    if account.fetched_at is None or account.state in REFUSALS:
        return False
    return since <= account.fetched_at <= now + SKEW or is_fresh(account, since, force=force)
