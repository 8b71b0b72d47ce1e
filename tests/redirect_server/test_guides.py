"""The page of a guide opens for its buyer and for whoever was given a link that stands, and for nobody else."""

import re
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from bot.catalogues import HOUSE
from db.queries import guides as queries
from services.guides.access import Pass, Tokens
from services.guides.guides import Guides
from tests.redirect_server.web import Answer, Web
from tests.services.guides.accounts import content, sold
from tests.services.payments.till import ANNA, BORIS, NOW, Till


def is_not_there(answer: Answer) -> bool:
    return answer.status == 404 and "This guide cannot be opened" in answer.text and "anna.films" not in answer.text


async def test_the_buyer_reads_the_whole_guide_in_the_language_of_the_browser(web: Web):
    _, guide_id = await sold(Till(web.database), content())
    address = web.guides.address(guide_id)
    english, russian = await web.opens(address, Accept_Language="en"), await web.opens(address, Accept_Language="ru")
    assert (english.status, russian.status) == (200, 200)
    assert '<html lang="en">' in english.text
    for words in ("@anna.films", "48,200 followers", "15,780", "5.9%", "≈ 1,170–5,850", "+63%", "proven", "hypothesis",
                  "#recipes", "UTC+3", "This page is yours alone", "Made by Toklink"):  # fmt: skip
        assert words in english.text.replace("\u00a0", " "), words
    assert '<html lang="ru">' in russian.text
    for words in ("Анна 🔥", "48 200 подписчиков", "15 780", "5,9 %", "+63 %", "доказано", "гипотеза", "только ваша"):
        assert words in russian.text.replace("\u00a0", " "), words


async def test_nobody_on_the_way_keeps_a_guide_and_no_search_engine_shows_it(web: Web):
    _, guide_id = await sold(Till(web.database), content())
    for path in (web.guides.address(guide_id), "/r/nothing"):
        headers = (await web.opens(path)).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Robots-Tag"].startswith("noindex")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none';")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Vary"] == "Accept-Language"


async def test_the_page_has_nothing_that_its_policy_forbids_and_loads_nothing_from_elsewhere(web: Web):
    _, guide_id = await sold(Till(web.database), content(nickname='<script>alert("1")</script>'))
    page = (await web.opens(web.guides.address(guide_id))).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert " style=" not in page
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {each for each in loaded if not each.startswith("/")} == {"https://t.me/toklink_bot"}
    for each in loaded:
        if each.startswith("/static/"):
            assert (await web.opens(each)).status == 200


async def test_a_share_link_shows_the_guide_and_not_that_it_could_be_shared(web: Web):
    _, guide_id = await sold(Till(web.database), content())
    shared = await web.guides.share(ANNA, guide_id)
    answer = await web.opens(shared)
    assert answer.status == 200
    assert "@anna.films" in answer.text
    assert "Somebody shared this guide with you" in answer.text
    assert "yours alone" not in answer.text


async def test_a_link_that_was_taken_back_opens_nothing_and_a_new_one_does(web: Web):
    _, guide_id = await sold(Till(web.database), content())
    first = await web.guides.share(ANNA, guide_id)
    assert await web.guides.revoke(ANNA, guide_id)
    assert is_not_there(await web.opens(first))
    assert (await web.opens(web.guides.address(guide_id))).status == 200
    second = await web.guides.share(ANNA, guide_id)
    assert second != first
    assert (await web.opens(second)).status == 200
    assert is_not_there(await web.opens(first))


async def test_a_refunded_guide_is_closed_for_everybody(web: Web):
    order_id, guide_id = await sold(Till(web.database), content())
    own, shared = web.guides.address(guide_id), await web.guides.share(ANNA, guide_id)
    async with web.database.write() as session:
        await queries.close(session, order_id, NOW)
    assert is_not_there(await web.opens(own))
    assert is_not_there(await web.opens(shared))


async def test_a_token_that_differs_in_any_one_character_opens_nothing(web: Web):
    _, guide_id = await sold(Till(web.database), content())
    token = web.guides.address(guide_id).removeprefix("/r/")
    for place, letter in enumerate(token):
        forged = f"{token[:place]}{'B' if letter == 'A' else 'A'}{token[place + 1 :]}"
        assert is_not_there(await web.opens(f"/r/{forged}")), place


async def test_neither_another_number_nor_a_share_that_was_never_made_is_a_way_in(web: Web):
    till = Till(web.database)
    _, anna = await sold(till, content())
    await sold(till, content(username="boris"), BORIS)
    theirs = web.guides.address(anna).removeprefix("/r/")
    other = web.guides.address(anna + 1).removeprefix("/r/")
    # The other's number with the hash of one's own.
    assert is_not_there(await web.opens(f"/r/{other[:13]}{theirs[13:]}"))
    assert is_not_there(await web.opens(web.guides.address(anna, 1)))
    assert is_not_there(await web.opens(web.guides.address(anna + 10)))
    assert is_not_there(await web.opens(Guides(web.database, Tokens("another"), public_url="").address(anna)))


@pytest.mark.parametrize(
    "path",
    ["/r/x", "/r/" + "A" * 32, "/r/" + "A" * 5_000, "/r/%00", "/r/я", "/r/a/b/c", "/r/../r/x", "/r/%2e%2e%2f", "/r/-_=",
     "/r/" + "%F0%9F%94%A5" * 8],
)  # fmt: skip
async def test_whatever_is_no_token_gets_the_same_page_in_both_languages(web: Web, path: str):
    assert is_not_there(await web.opens(path))
    assert "Этот гайд не открыть" in (await web.opens(path, Accept_Language="ru")).text


async def test_a_slash_that_somebody_added_does_no_harm_and_a_form_is_not_taken(web: Web):
    _, guide_id = await sold(Till(web.database), content())
    address = web.guides.address(guide_id)
    assert (await web.opens(f"{address}/")).status == 200
    assert (await web.opens(address, method="HEAD")).status == 200
    assert (await web.opens(address, method="POST")).status == 404


async def test_an_error_of_the_page_is_written_down_without_the_token(web: Web):
    _, guide_id = await sold(Till(web.database), content())
    address = web.guides.address(guide_id)
    async with web.database.write() as session:
        row = await queries.find(session, guide_id)
        assert row is not None
        row.content = b"broken"
    with capture_logs() as logs:
        answer = await web.opens(address)
    assert answer.status == 500
    assert "anna.films" not in answer.text
    assert logs
    assert address.removeprefix("/r/") not in repr(logs)


def test_a_token_is_read_back_as_it_was_made():
    tokens = Tokens("secret")
    for opens in (Pass(1, 0), Pass(2**48 - 1, 2**32 - 1)):
        assert tokens.read(tokens.make(opens)) == opens


def test_what_makes_guides_is_not_loaded_where_they_are_only_read():
    heavy = "('scipy', 'numpy', 'matplotlib', 'PIL', 'typst')"
    code = f"import sys, redirect_server.application; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOUSE)
    assert done.stdout.strip() == "[]"
