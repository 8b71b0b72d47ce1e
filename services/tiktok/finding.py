"""Stored accounts by the beginning of their names: what inline queries offer while a name is typed."""

from db.engine import Database
from db.queries import tiktok_watches as queries
from services.tiktok.errors import REFUSALS
from services.tiktok.names import SHORTEST, could_begin_name
from services.tiktok.stored import StoredAccount, account_of


class Finding:
    """Reads storage, and asks nobody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beginning_with(self, text: str, most: int) -> tuple[StoredAccount, ...]:
        """Accounts that were fetched and whose names begin so, with or without @; the very name first, then the great.

        Not those that TikTok shows no more. At least two signs are wanted. Never raises: of what no name begins with
        there is none.
        """
        beginning = text.strip().removeprefix("@").lower()
        if len(beginning) < SHORTEST or not could_begin_name(beginning):
            return ()
        async with self._database.read() as session:
            rows = await queries.named_like(session, beginning, most, without=sorted(REFUSALS))
        return tuple(account_of(row, in_top=is_in_top) for row, is_in_top in rows)
