"""What is owed of a guide: under which keys, and no more once the guide is closed.

A key begins with one of these names and the order's number: whoever closes the guide finds what is on its way.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import guides as guide_queries
from db.queries import handing as queries
from services.deliveries.kinds import GUIDE

# The gist and the file that come with the guide; and each of them once more, where the number of the work follows.
GIST, FILE = "guide", "guide-file"
PDF, AGAIN, AGAIN_FILE = "guide-pdf", "guide-again", "guide-again-file"
# Why what was owed did not arrive: nobody's fault.
REFUNDED = "refunded"


async def close_guide(session: AsyncSession, order_id: int, person_id: int | None, now: datetime) -> None:
    """Nobody reads the order's guide any more, and what of it has not arrived never will.

    ``person_id``: its buyer; None where they are erased, with all that was owed to them.
    """
    # The guide first: who sends something of it holds it open meanwhile, and what they owe is seen here.
    await guide_queries.close(session, order_id, now)
    if person_id is not None:
        whole = [f"{name}:{order_id}" for name in (GIST, FILE)]
        begun = [f"{key}{mark}" for key in whole for mark in "#:"]
        begun += [f"{name}:{order_id}:" for name in (PDF, AGAIN, AGAIN_FILE)]
        await queries.withdraw(session, person_id, GUIDE.name, whole, begun, REFUNDED, now)
