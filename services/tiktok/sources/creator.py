"""``/api/creator/item_list/``: an account's posts, fifteen a page, from now backwards; no signature is asked for."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from services.tiktok.errors import SourceEmpty
from services.tiktok.profiles import Post, Profile
from services.tiktok.sources.protocol import Posts
from services.tiktok.sources.reading import Page, newest_first, read_items
from services.tiktok.sources.retrying import STUMBLES, once_more
from services.tiktok.sources.shapes import Node

ADDRESS = "https://www.tiktok.com/api/creator/item_list/"
PAGE_POSTS = 15
# Far beyond what is ever wanted of one account; a list that never ends is left here.
MOST_PAGES = 40

WEEK_MS = 7 * 24 * 3600 * 1000

AskPage = Callable[[Mapping[str, str]], Awaitable[Page]]


def read_page(answer: Node, profile: Profile) -> Page:
    """One page of the account's posts."""
    return read_items(answer, profile.username, more="hasMorePrevious")


async def creator_posts(
    ask: AskPage, profile: Profile, count: int, *, now_ms: int, stumbles: frozenset[str] = STUMBLES
) -> Posts:
    """Pages until there are ``count`` posts or no more. ``ask``: the answer to a page's parameters.

    ``now_ms``: milliseconds since 1970, where the list begins. ``stumbles``: after which a page is asked for once more.
    """
    found: list[Post] = []
    cursor = now_ms
    for _page in range(MOST_PAGES):
        query = {"secUid": profile.sec_uid, "count": str(PAGE_POSTS), "type": "1", "cursor": str(cursor), "aid": "1988"}
        page = await once_more(partial(ask, query), stumbles)
        found += page.posts
        if not page.more:
            if not found and profile.videos:
                # It has posts, and TikTok shows none: a list that is kept from us, and not one without posts.
                raise SourceEmpty
            return Posts(newest_first(found), complete=True)
        if len(found) >= count:
            break
        cursor = _earlier(page, cursor)
    return Posts(newest_first(found), complete=False)


def _earlier(page: Page, cursor: int) -> int:
    """Where the next page begins: at its cursor, else before its oldest post, else, of an empty one, a week before."""
    # A pinned post stands first wherever its time would put it.
    times = [int(post.published_at.timestamp() * 1000) for post in page.posts if not post.pinned]
    candidates = (page.cursor, min(times, default=None))
    return next((each for each in candidates if each is not None and 0 < each < cursor), cursor - WEEK_MS)
