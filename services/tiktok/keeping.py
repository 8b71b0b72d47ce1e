"""What watches and the top want of whoever fetches accounts."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import tiktok_top as top_queries
from db.queries import tiktok_watches as watch_queries


class Keeper(Protocol):
    """Keeps accounts fresh (:class:`services.tiktok.accounts.Accounts`); in the caller's transaction."""

    async def keep_fresh_in(self, session: AsyncSession, account_id: int, now: datetime) -> None:
        """From now on the account is fetched every day, unasked."""

    async def let_go_in(self, session: AsyncSession, account_id: int) -> None:
        """No longer."""


async def let_go_if_nobodys(session: AsyncSession, keeper: Keeper, account_id: int) -> None:
    """An account that nobody watches and that is in no top is fetched when somebody asks for it, and not else."""
    if await watch_queries.is_anybodys(session, account_id) or await top_queries.is_on_list(session, account_id):
        return
    await keeper.let_go_in(session, account_id)
