"""What those who want accounts fresh need of whoever fetches them."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


class Keeper(Protocol):
    """Keeps accounts fresh (:class:`services.tiktok.accounts.Accounts`); in the caller's transaction."""

    async def keep_fresh_in(self, session: AsyncSession, account_id: int, now: datetime) -> None:
        """From now on the account is fetched every day, unasked."""

    async def let_go_in(self, session: AsyncSession, account_id: int) -> None:
        """After the row is gone that wanted it: no longer, unless another wants it."""
