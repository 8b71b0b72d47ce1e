"""`@bot address` in any chat."""

import re
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from sqlalchemy import select

from db.tables import TikTokAccount
from sandbox import Person, SandboxClient
from sandbox.tiktok.creators import usernames
from scheduler.jobs import JOBS
from services.links.links import SPARE_DRAFTS
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.services.tiktok.desk import Desk

ADDRESS = "https://example.com/page"


async def test_an_address_typed_in_any_chat_is_offered_as_a_short_link_and_joins_the_list_once_chosen(
    anna: Person, world: SandboxClient
):
    friends = anna.in_group(world.group("Друзья"))
    offered = await friends.inline(ADDRESS)
    assert len(offered.results) == 1
    await anna.send("/links")
    assert "example.com" not in anna.last.text
    sent = await friends.choose(offered)
    short_url = sent.text
    assert short_url.startswith("http")

    async def is_listed() -> bool:
        await anna.send("/links")
        return "example.com/page" in anna.last.text

    assert await is_listed()


async def test_a_link_chosen_in_the_chat_with_the_bot_stands_there_without_a_word(anna: Person):
    await anna.start()
    greeting = anna.last.message_id
    await anna.choose(await anna.inline(ADDRESS))
    await anna.send("/links")
    said = [message.text for message in anna.messages() if message.from_bot and message.message_id > greeting]
    assert len(said) == 1
    assert "example.com/page" in said[0]


async def test_each_keystroke_gets_the_same_link_for_the_same_address(anna: Person, ben: Person):
    first, again, other = [await anna.inline(text) for text in (ADDRESS, f" {ADDRESS} ", ADDRESS + "s")]
    assert first.results[0].id == again.results[0].id != other.results[0].id
    assert (await ben.inline(ADDRESS)).results[0].id != first.results[0].id


async def test_an_address_that_has_a_link_already_is_offered_that_one(anna: Person):
    await anna.send(ADDRESS)
    [offered] = (await anna.inline("example.com/page")).results
    assert offered.title.removeprefix("🔗 ") in anna.last.text


async def test_words_find_own_links_and_nothing_typed_shows_the_newest(anna: Person, ben: Person):
    for address in ("https://example.com/cats", "https://example.com/dogs"):
        await anna.send(address)
    assert len((await anna.inline("")).results) == 2
    [cats] = (await anna.inline("CATS")).results
    assert "cats" in str(cats.raw["description"])
    assert (await anna.inline("100%_")).results == []
    await anna.send("https://пример.рф/новости?о=котах")
    [news] = (await anna.inline("")).results[:1]
    for words in ("Новости", "пример", "РФ/новости?о=к", "xn--e1afmkfd", "%D0%BD%D0%BE", str(news.title)[-6:]):
        assert [each.id for each in (await anna.inline(words)).results] == [news.id], words
    nothing = await ben.inline("")
    assert nothing.results == []
    assert nothing.raw["button"]["text"] == "🔗 Type an address: it becomes a short link"


async def test_the_button_leads_to_the_chat_with_the_bot(anna: Person):
    offered = await anna.inline("")
    await anna.start(offered.raw["button"]["start_parameter"])
    assert "короткие ссылки" in anna.last.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("https://", "⚠️ \u2068https://\u2069 is not a web address."),
        ("javascript:alert(1)", "⚠️ \u2068javascript:\u2069 links don't work here."),
        ("https://user:password@example.com", "⚠️ The address has a name or a password in it"),
    ],
)
async def test_an_address_that_cannot_be_shortened_says_why_above_the_results(ben: Person, typed: str, said: str):
    offered = await ben.inline(typed)
    assert offered.results == []
    assert offered.raw["button"]["text"].startswith(said)


async def test_a_draft_leads_at_once_and_a_click_lists_it(platform: Platform, anna: Person):
    [offered] = (await anna.inline(ADDRESS)).results
    short_url = str(offered.raw["input_message_content"]["message_text"])
    async with aiohttp.ClientSession() as session, session.get(short_url, allow_redirects=False) as answer:
        assert answer.headers["Location"] == ADDRESS
    await platform.counted(clicks=0, bots=1)
    await anna.send("/links")
    assert "example.com/page" in anna.last.text


async def test_a_draft_that_nobody_chose_is_gone_a_day_later_and_a_chosen_one_stays(platform: Platform, anna: Person):
    chosen = await anna.inline(ADDRESS)
    await anna.choose(chosen)
    [left] = (await anna.inline(ADDRESS + "s")).results
    short_url = str(left.raw["input_message_content"]["message_text"])
    await JOBS["clean-up"](platform.container.services, datetime.now(UTC) + timedelta(hours=24, minutes=55))
    assert (await anna.inline(ADDRESS + "s")).results[0].id == left.id
    await JOBS["clean-up"](platform.container.services, datetime.now(UTC) + timedelta(hours=25, minutes=5))
    async with aiohttp.ClientSession() as session, session.get(short_url, allow_redirects=False) as answer:
        assert answer.status == 410
    assert (await anna.inline(ADDRESS)).results[0].id == chosen.results[0].id


async def test_at_the_limit_nothing_is_offered_but_what_to_do(tmp_path):
    async with running_platform(tmp_path, {"links_per_user": 1}) as platform:
        ben = platform.world.person("Бен")
        await ben.send("https://example.com/1")
        offered = await ben.inline("https://example.com/2")
        assert offered.results == []
        assert "You have 1 link, which is the limit." in offered.raw["button"]["text"].replace(" ", " ")


async def test_who_types_addresses_all_day_is_sent_to_the_chat(platform: Platform, ben: Person):
    now = datetime.now(UTC)
    await ben.start()
    for number in range(platform.settings.links_per_user + SPARE_DRAFTS):
        await platform.container.services.links.draft(ben.id, f"https://example.com/{number}", now)
    offered = await ben.inline("https://example.com/more")
    assert offered.results == []
    assert offered.raw["button"]["text"].startswith("⚠️ Too many addresses for one day here.")
    await ben.send("https://example.com/more")
    assert ben.last.links, "in the chat there is room for what is asked for"


async def test_drafts_are_no_links_of_the_platform_yet(platform: Platform, ben: Person):
    for number in range(3):
        await ben.inline(f"https://example.com/{number}")
    await ben.send("https://example.com")
    olya = platform.world.person("Оля")
    await olya.send("/admin")
    assert "🔗 Ссылок: 1" in olya.last.text


async def test_a_name_shares_the_stored_card_in_any_chat(tmp_path):
    async with running_platform(tmp_path, tiktok=True) as platform:
        name = usernames()[3]
        ben = platform.world.person("Бен")
        assert (await ben.inline(f"@{name}")).results == []
        await ben.send(f"/stats {name}")
        card = await sees(ben, "Engagement")
        asked = platform.tiktok.requests.total()
        friends = ben.in_group(platform.world.group("Друзья"))
        for typed in (f"@{name}", f"@{name.upper()}", name[:4]):
            offered = await friends.inline(typed)
            assert [each.title for each in offered.results] == [f"📊 @{name}"], typed
        sent = await friends.choose(offered)
        assert sent.text.splitlines()[:10] == card.text.splitlines()[:10]
        assert re.search(r" · \d+ \w+, \d\d:\d\d$", read(sent)), "nobody brings it up to date there"
        assert sent.buttons == ["📊 More of it"]
        assert platform.tiktok.requests.total() == asked, "storage alone is read"
        opened = await friends.press("📊 More of it", on=sent)
        assert opened.url.endswith(f"?start=stats_{name.replace('.', '-')}")


@pytest.mark.parametrize("state", ["private", "banned", "missing", "region"])
async def test_an_account_that_tiktok_shows_no_more_is_not_offered(platform: Platform, ben: Person, state: str):
    desk = Desk(platform.container.database)
    for name in ("ada", "adam"):
        await desk.fetched(name, platform.clock())
    async with platform.container.database.write() as session:
        (await session.scalars(select(TikTokAccount).where(TikTokAccount.username == "ada"))).one().state = state
    assert [each.title for each in (await ben.inline("@ada")).results] == ["📊 @adam"]


async def test_an_address_stays_a_link_though_accounts_are_called_so(platform: Platform, ben: Person):
    desk = Desk(platform.container.database)
    for name in ("example.com", "ada", "adam", "ad_m"):
        await desk.fetched(name, platform.clock(), nickname="A & <b>")
    [link] = (await ben.inline("example.com")).results
    assert link.title.startswith("🔗")
    [card] = (await ben.inline("@example.com")).results
    assert card.title == "📊 @example.com"
    assert card.raw["description"] == "A & <b> · 1,000 followers"
    await ben.send("https://example.com/ada")
    found = [each.title for each in (await ben.inline("ada")).results]
    assert found[:2] == ["📊 @ada", "📊 @adam"]
    assert found[2].startswith("🔗")
    assert [each.title for each in (await ben.inline("@ad_")).results] == ["📊 @ad_m"]
    for typed in ("@a", "@ada b", "@ад", "@" + "x" * 40, "@%"):
        assert (await ben.inline(typed)).results == [], typed
