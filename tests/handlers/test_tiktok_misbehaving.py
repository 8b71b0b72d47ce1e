"""What people read when TikTok, or an update, does not behave: without a browser, and in both languages."""

import re
from collections.abc import AsyncIterator

import pytest
from aiogram.types import Update

from bot.inbox import Inbox
from handlers.tiktok.callbacks import CardPress
from sandbox import Person
from sandbox.tiktok.creators import usernames
from tests.handlers.growth import known
from tests.handlers.reading import UNSEEN, mentions, nothing_waits, said
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.waiting import until

# Where posts are had; of the ways to a profile without a browser, the site's page is left.
POSTS = ("item_list", "creator", "embed", "video")
# An account whose videos fit into one fetch.
FEW = "zero_followers"
BOT = "@toklink_demo_bot"
GROUP = "Админы Toklink"


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform


async def all_see(person: Person, words: dict[str, str]) -> None:
    """By account: a message about it has the words."""

    async def missing() -> set[str]:
        seen = [read(each) for each in person.messages() if each.from_bot]
        return {name for name, said in words.items() if not any(f"@{name}" in text and said in text for text in seen)}

    nobody: set[str] = set()
    try:
        await until(missing, nobody, within=60)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{person.transcript()}") from None


async def test_refusals_in_english(platform: Platform, ben: Person):
    for name, sentence in (
        ("a", "is too short"), ("a" * 25, "is too long"), ("анна", "in Latin letters"), ("anna🔥", "no emoji"),
        ("https://instagram.com/anna", "is not TikTok"), ("anna.", "ends with a dot"),
    ):  # fmt: skip
        await ben.send(f"/stats {name}")
        assert "Whose statistics?" in read(await sees(ben, sentence))
    assert platform.tiktok.requests.total() == 0
    refused = {
        "ghost": "There is no account @ghost in TikTok",
        "private_person": "is private",
        "banned_person": "has closed the account",
        "region_person": "in some countries only",
    }
    for name in refused:
        await ben.send(f"/stats {name}")
    await all_see(ben, refused)
    assert ben.last.buttons == ["🔎 Another name", "◀️ Menu"]


async def test_each_way_of_tiktok_to_misbehave_is_answered_by_chat(platform: Platform, ben: Person):
    # A list of posts that wants another signature is had another way; what fails every second time is asked again.
    shown = dict.fromkeys(("gnarly_person", "flaky_person"), "Followers:")
    # The slow one lets everybody else's answers overtake its own.
    for name in ("slow_person", *shown):
        await ben.send(f"/stats {name}")
    await all_see(ben, shown)
    silent = ("empty_person", "captcha_person", "limited_person", "reset_person", "changed_shape")
    for name in silent:
        await ben.send(f"/stats {name}")
    await all_see(ben, dict.fromkeys((*silent, "slow_person"), "I will write to you about"))


async def test_operators_are_told_which_path_an_answer_lacks(platform: Platform, ben: Person, olya: Person):
    office = olya.in_group(platform.world.group(GROUP))
    await ben.send("/stats changed_shape")
    await all_see(ben, {"changed_shape": "I will write to you about"})
    told = await sees(office, "followerCount")
    assert "tiktok" in read(told)
    before = len(office.messages())
    platform.tiktok.fault("*", "shape")
    await ben.send(f"/stats {usernames()[0]}")
    await all_see(ben, {usernames()[0]: "I will write to you about"})
    await nothing_waits(platform)
    assert len(office.messages()) == before, "once a path and day"


async def test_an_address_pasted_in_a_group_beside_the_bot_s_name_brings_its_card(platform: Platform, anna: Person):
    group = anna.in_group(platform.world.group("Друзья"))
    name = usernames()[2]
    mentions(platform, group, f"{BOT} https://www.tiktok.com/@{name}")
    card = await sees(group, "Подписчики")
    assert f"@{name}" in read(card)
    assert card.buttons == []
    mentions(platform, group, f"{BOT} https://www.tiktok.com/@ghost")
    assert (await sees(group, "Не нашёл")).buttons == []


async def test_what_is_handled_twice_changes_nothing_twice(
    platform: Platform, ben: Person, monkeypatch: pytest.MonkeyPatch
):
    """As after a crash between an answer and its being noted: the same updates, once more."""
    handle = Inbox._try

    async def twice(inbox: Inbox, update: Update) -> Exception | None:
        return await handle(inbox, update) or await handle(inbox, update)

    monkeypatch.setattr(Inbox, "_try", twice)
    await known(platform, "katya")
    await ben.send("/watch katya")
    await ben.send(f"/compare katya {usernames()[0]}")

    async def compared() -> int:
        await nothing_waits(platform)
        return sum(bool(message.photo) for message in ben.messages())

    await until(compared, 1, within=60)
    await ben.send("/watch")
    assert "You watch 1 of 20" in said(ben)
    await ben.press("✖️ Don't watch")
    await ben.sees("You watch nobody yet")
    assert not any("went wrong" in message.text.translate(UNSEEN) for message in ben.messages())
    assert await compared() == 1


async def test_where_tiktok_shows_no_videos_the_card_says_that_their_figures_are_old(platform: Platform, ben: Person):
    await ben.send(f"/stats {FEW}")
    assert "Views: ≈" not in read(await sees(ben, "Followers"))
    platform.clock.passes(days=2)
    platform.tiktok.fault(FEW, "reset", POSTS)
    await ben.send(f"/stats {FEW}")
    card = await sees(ben, "⏳ No fresh figures of videos")
    assert "Views: ≈" in read(card), "what was a sum is no exact figure of today"
    assert "estimate" in read(card)
    assert len(read(card).splitlines()) <= 12
    await ben.press("ℹ️ How exact")
    explained = read(await sees(ben, "The numbers of"))
    assert "TikTok did not show its videos this time" in explained
    assert "✔️ Exact: views" not in explained
    assert "; videos:" not in explained
    await ben.press("⭐️ Rating")
    await sees(ben, "did not show its videos this time: views, comments, reposts, engagement, income and rating are of")


async def test_videos_that_did_not_come_can_be_asked_for_again_within_minutes(platform: Platform, ben: Person):
    platform.tiktok.fault(FEW, "reset", POSTS)
    await ben.send(f"/stats {FEW}")
    card = await sees(ben, "⏳ TikTok showed no videos yet")
    answer = await ben.press("🔄 Refresh")
    assert re.search("asked anew in ([89]|10) minutes", answer.text.translate(UNSEEN))
    platform.clock.passes(minutes=11)
    platform.tiktok.fault(FEW, "")
    await ben.press("🔄 Refresh", on=card)

    async def has_videos() -> bool:
        return "⏳" not in said(ben) and "videos" in said(ben)

    await until(has_videos, True, within=60)
    assert ben.last.message_id == card.message_id


async def test_an_account_that_is_not_shown_and_nobody_says_why_may_be_either_and_is_asked_again_soon(
    platform: Platform, anna: Person
):
    platform.tiktok.fault("*", "reset", ("detail", "page"))
    platform.tiktok.fault(FEW, "private", ("embed",))
    await anna.send(f"/stats {FEW}")
    message = await sees(anna, f"не показывает аккаунт @{FEW}")
    assert "🔎 Другое имя" in message.buttons
    asked = platform.tiktok.requests.total()
    await anna.send(f"/stats {FEW}")
    assert "не показывает" in read(await sees(anna, "Чью статистику"))
    assert platform.tiktok.requests.total() == asked
    for name in ("*", FEW):
        platform.tiktok.fault(name, "")
    platform.clock.passes(minutes=11)
    await anna.send(FEW)
    await sees(anna, "Подписчики")


async def test_a_known_account_that_is_shown_no_more_keeps_its_card(platform: Platform, ben: Person):
    await ben.send(f"/stats {FEW}")
    card = await sees(ben, "Followers")
    platform.tiktok.fault("*", "reset", ("detail", "page"))
    platform.tiktok.fault(FEW, "private", ("embed",))
    platform.clock.passes(hours=2)
    await ben.press("🔄 Refresh", on=card)
    await sees(ben, "does not show the account")
    account = await platform.container.services.accounts.stored(FEW)
    assert account is not None
    await ben.press_data(CardPress(id=account.id).pack(), on=ben.last)
    assert "🔒 not shown (as of " in read(await sees(ben, "Followers"))
