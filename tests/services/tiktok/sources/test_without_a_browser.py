"""TikTok over plain HTTP, as a machine without Chromium asks it."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
import structlog

from sandbox.tiktok.creators import usernames
from sandbox.tiktok.server import TikTokServer
from sandbox.tiktok.serving import Moment
from services.tiktok.errors import (
    AccountBanned,
    AccountMissing,
    AccountOfRegion,
    AccountPrivate,
    AccountRefused,
    AccountUnshown,
    NotAUsername,
    OtherSite,
    ShapeChanged,
    SourceCaptcha,
    SourceTimeout,
    TikTokSilent,
)
from services.tiktok.sources import Sources
from services.tiktok.sources.connection import Web
from services.tiktok.sources.guard import Bounds, Guard
from services.tiktok.sources.rotation import Rotation
from services.tiktok.sources.steady import steady
from services.tiktok.sources.web import CreatorSource, EmbedSource
from tests.platform import Clock
from tests.services.tiktok.sources.conftest import Told
from tests.services.tiktok.sources.network import Proxy, redirecting
from tests.services.tiktok.sources.truth import same_account, same_posts

Open = Callable[..., Sources]
SOMEBODY = usernames()[0]
REFUSED = [
    ("ghost", AccountMissing),
    ("gone", AccountMissing),
    ("nobody_is_called_so", AccountMissing),
    ("private_person", AccountPrivate),
    ("banned_person", AccountBanned),
    ("region_person", AccountOfRegion),
]


def state(sources: Sources, name: str) -> str:
    return next(health.state for health in sources.health() if health.name == name)


@pytest.mark.parametrize("username", [*usernames()[::15], "ogromny_kanal", "zero_followers", "zero_views"])
async def test_an_account_and_its_posts_are_as_tiktok_has_them(tiktok: TikTokServer, open_sources: Open, username: str):
    fetched = await open_sources().fetch(username, 30)
    assert (fetched.source, fetched.posts_source) == ("embed", "creator-http")
    same_account(fetched.profile, tiktok.creator(username), by_embed=True)
    same_posts(fetched, tiktok.creator(username), 30)


async def test_the_name_may_be_written_in_any_case_and_is_found_in_small_letters(open_sources: Open):
    assert (await open_sources().fetch("no_videos", 30)).profile.username == "no_videos"


@pytest.mark.parametrize("wanted", [1, 15, 16, 120])
async def test_as_many_posts_come_as_are_wanted(tiktok: TikTokServer, open_sources: Open, wanted: int):
    fetched = await open_sources().fetch("ogromny_kanal", wanted)
    assert len(fetched.posts) >= wanted
    assert not fetched.complete
    same_posts(fetched, tiktok.creator("ogromny_kanal"), wanted)


async def test_posts_with_weeks_between_them_are_found_all_the_same(tiktok: TikTokServer, open_sources: Open):
    tiktok.fault(SOMEBODY, "sparse", ["creator"])
    fetched = await open_sources().fetch(SOMEBODY, 45)
    assert len(fetched.posts) >= 45
    same_posts(fetched, tiktok.creator(SOMEBODY), 45)


async def test_few_posts_are_all_and_none_are_none(tiktok: TikTokServer, open_sources: Open):
    sources = open_sources()
    one = await sources.fetch("one_post", 30)
    assert (len(one.posts), one.complete) == (1, True)
    none = await sources.fetch("no_videos", 30)
    assert (none.posts, none.posts_source, none.complete) == ((), "", True)
    assert all(place != "creator" or name != "no_videos" for place, name in tiktok.requests)
    pinned = await sources.fetch("all_pinned", 30)
    assert ({post.pinned for post in pinned.posts}, len(pinned.posts), pinned.complete) == ({True}, 6, True)


async def test_hidden_likes_are_hidden_and_not_zero(open_sources: Open):
    fetched = await open_sources().fetch("hidden_likes", 30)
    assert {post.likes for post in fetched.posts} == {None}
    zero = await open_sources().fetch("zero_views", 30)
    assert {(post.views, post.likes) for post in zero.posts} == {(0, 0)}


@pytest.mark.parametrize(("username", "kind"), REFUSED)
async def test_tiktok_says_no(open_sources: Open, username: str, kind: type[AccountRefused]):
    with pytest.raises(kind) as refused:
        await open_sources().fetch(username, 30)
    assert refused.value.username == username


async def test_an_account_that_is_not_shown_is_refused_though_nobody_says_why(tiktok: TikTokServer, open_sources: Open):
    sources = open_sources()
    tiktok.fault("*", "limited", ["page"])
    for username in ("ghost", "private_person"):
        with pytest.raises(AccountUnshown) as refused:
            await sources.fetch(username, 30)
        assert refused.value.username == username
    tiktok.fault("*", "limited")
    with pytest.raises(TikTokSilent):
        await sources.fetch("ghost", 30)


@pytest.mark.parametrize("kind", ["gone", "captcha", "limited", "empty"])
async def test_an_account_whose_posts_alone_are_not_shown_is_no_refused_one(
    tiktok: TikTokServer, open_sources: Open, kind: str
):
    tiktok.fault("*", "limited", ["page"])
    tiktok.fault(SOMEBODY, kind, ["video"])
    fetched = await open_sources().fetch(SOMEBODY, 30)
    assert (fetched.source, fetched.posts_source, fetched.posts, fetched.complete) == ("embed", "", (), False)
    assert (fetched.profile.followers, fetched.profile.sec_uid) == (tiktok.creator(SOMEBODY).followers, "")


async def test_a_post_that_is_not_shown_hides_no_other(
    tiktok: TikTokServer, open_sources: Open, monkeypatch: pytest.MonkeyPatch
):
    theirs = tiktok.creator(SOMEBODY)
    hidden = {theirs.posts[0].post_id, theirs.posts[5].post_id}
    shows = Moment.post
    monkeypatch.setattr(Moment, "post", lambda self, each: None if each in hidden else shows(self, each))
    tiktok.fault("*", "reset", ["page"])
    fetched = await open_sources().fetch(SOMEBODY, 30)
    assert (fetched.source, fetched.posts_source) == ("embed", "creator-http")
    same_account(fetched.profile, theirs, by_embed=True)
    tiktok.fault(SOMEBODY, "limited", ["creator"])
    fetched = await open_sources().fetch(SOMEBODY, 30)
    assert fetched.posts_source == "embed-posts"
    assert [post.post_id for post in fetched.posts] == [
        post.post_id for post in theirs.posts[:10] if post.post_id not in hidden
    ]
    assert not fetched.complete


async def test_where_posts_do_not_tell_whose_they_are_the_profile_page_does(tiktok: TikTokServer, open_sources: Open):
    tiktok.fault(SOMEBODY, "gone", ["video"])
    fetched = await open_sources().fetch(SOMEBODY, 30)
    assert (fetched.source, fetched.posts_source) == ("page", "creator-http")
    same_posts(fetched, tiktok.creator(SOMEBODY), 30)
    # Which shows nothing of it either: the account has been seen all the same.
    tiktok.fault("*", "private", ["page"])
    assert (await open_sources().fetch(SOMEBODY, 30)).source == "embed"


@pytest.mark.parametrize(
    ("username", "reason"),
    [
        ("empty_person", "empty"),
        ("captcha_person", "captcha"),
        ("limited_person", "limited"),
        ("reset_person", "cut"),
        ("changed_shape", "shape"),
    ],
)
async def test_tiktok_fails_each_in_its_own_way(open_sources: Open, username: str, reason: str):
    with pytest.raises(TikTokSilent) as silent:
        await open_sources().fetch(username, 30)
    assert silent.value.reasons == {"embed": reason, "page": reason}


async def test_a_tiktok_that_is_not_there_is_silent(open_sources: Open):
    with pytest.raises(TikTokSilent) as silent:
        await open_sources(resolve="127.0.0.1:9").fetch(SOMEBODY, 30)
    assert silent.value.reasons == {"embed": "cut", "page": "cut"}
    assert not silent.value.is_resting_alone


async def test_an_answer_that_never_comes_is_not_waited_for(tiktok: TikTokServer, clock: Clock):
    web = Web(tiktok.resolve, Rotation([], steady(clock)), Rotation([], steady(clock)))
    embed = EmbedSource(web)
    with pytest.raises(SourceTimeout):
        await Guard("embed", steady(clock), Bounds(1, 0.3)).ask(lambda: embed.profile("slow_person"))
    await web.close()


async def test_what_stumbles_once_is_asked_once_more(tiktok: TikTokServer, open_sources: Open):
    tiktok.fault(SOMEBODY, "flaky")
    sources = open_sources()
    for _ in range(4):
        fetched = await sources.fetch(SOMEBODY, 45)
        assert (fetched.source, fetched.posts_source) == ("embed", "creator-http")
        same_posts(fetched, tiktok.creator(SOMEBODY), 45)


async def test_the_page_answers_where_the_embed_page_does_not(tiktok: TikTokServer, open_sources: Open):
    tiktok.fault(SOMEBODY, "captcha", ["embed"])
    fetched = await open_sources().fetch(SOMEBODY, 30)
    assert (fetched.source, fetched.posts_source) == ("page", "creator-http")
    same_account(fetched.profile, tiktok.creator(SOMEBODY))


async def test_without_its_list_the_last_ten_posts_come_from_pages_for_other_sites(
    tiktok: TikTokServer, open_sources: Open
):
    tiktok.fault(SOMEBODY, "limited", ["creator"])
    fetched = await open_sources().fetch(SOMEBODY, 30)
    assert (fetched.posts_source, len(fetched.posts), fetched.complete) == ("embed-posts", 10, False)
    theirs = tiktok.creator(SOMEBODY).posts[:10]
    assert [(post.post_id, post.published_at, post.views, post.likes) for post in fetched.posts] == [
        (post.post_id, post.published_at, post.views, post.likes) for post in theirs
    ]


async def test_where_no_posts_can_be_had_the_account_comes_alone(tiktok: TikTokServer, open_sources: Open):
    tiktok.fault(SOMEBODY, "limited", ["creator", "video"])
    sources = open_sources()
    tiktok.fault(SOMEBODY, "captcha", ["creator", "video"])
    fetched = await sources.fetch(SOMEBODY, 30)
    assert fetched.posts == ()
    assert (fetched.source, fetched.posts_source, fetched.complete) == ("page", "", False)


async def test_operators_hear_of_a_new_shape_once_a_path_and_day(open_sources: Open, told: Told, clock: Clock):
    sources = open_sources()
    expected = [
        ("embed", "embed.userInfo.followerCount"),
        ("page", "__DEFAULT_SCOPE__.webapp.user-detail.userInfo.stats.followerCount"),
    ]
    for _ in range(3):
        with pytest.raises(TikTokSilent):
            await sources.fetch("changed_shape", 30)
    assert told.errors == expected
    clock.passes(days=1)
    with pytest.raises(TikTokSilent):
        await sources.fetch("changed_shape", 30)
    assert told.errors == expected * 2


async def test_a_way_that_fails_as_nobody_foresaw_gives_way_to_the_next_and_is_told_of_once(
    open_sources: Open, told: Told, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    def stumble(html: str, username: str) -> NoReturn:
        raise LookupError("what nobody thought of")

    monkeypatch.setattr("services.tiktok.sources.web.read_embed_profile", stumble)
    sources = open_sources()
    for _ in range(3):
        assert (await sources.fetch(SOMEBODY, 0)).source == "page"
    assert told.errors == [("embed", "what nobody thought of")]
    clock.passes(days=1)
    await sources.fetch(SOMEBODY, 0)
    assert len(told.errors) == 2


async def test_a_tiktok_that_is_down_is_left_alone_and_found_again(
    tiktok: TikTokServer, open_sources: Open, clock: Clock
):
    sources = open_sources()
    tiktok.fault("*", "reset")
    for _ in range(5):
        with pytest.raises(TikTokSilent):
            await sources.fetch(SOMEBODY, 30)
    asked = tiktok.requests.total()
    for _ in range(5):
        with pytest.raises(TikTokSilent) as silent:
            await sources.fetch(SOMEBODY, 30)
    assert silent.value.reasons == {"embed": "resting", "page": "resting"}
    assert silent.value.is_resting_alone
    assert tiktok.requests.total() == asked
    assert (state(sources, "embed"), state(sources, "page"), state(sources, "browser")) == ("resting", "resting", "off")
    tiktok.fault("*", "")
    clock.passes(minutes=1)
    assert (await sources.fetch(SOMEBODY, 30)).source == "embed"
    assert state(sources, "embed") == "ready"


async def test_a_browser_that_does_not_start_is_left_alone_by_all_who_need_it(open_sources: Open, clock: Clock):
    sources = open_sources(chromium=Path("/bin/false"))
    with structlog.testing.capture_logs() as lines:

        def starts() -> int:
            return [line["event"] for line in lines].count("the browser for TikTok did not start")

        for _ in range(2):
            fetched = await sources.fetch(SOMEBODY, 30)
            assert (fetched.source, fetched.posts_source) == ("embed", "creator-http")
        assert starts() == 1
        ways = {health.name: health for health in sources.health()}
        for name in ("browser", "videos", "creator", "script"):
            assert (ways[name].state, ways[name].last_reason, ways[name].failures) == ("resting", "browser", 1)
        assert (ways["embed"].state, ways["browser"].errors, ways["videos"].errors) == ("ready", 1, 0)
        clock.passes(seconds=30)
        assert state(sources, "browser") == "ready"
        await sources.fetch(SOMEBODY, 30)
        assert starts() == 2
        clock.passes(seconds=30)
        await sources.fetch(SOMEBODY, 30)
        assert starts() == 2, "each rest is twice as long"


async def test_tokens_go_by_turns_and_a_blocked_one_rests(tiktok: TikTokServer, open_sources: Open, clock: Clock):
    tiktok.blocked_tokens.add("bad-token")
    tiktok.fault("*", "empty", ["embed"])
    sources = open_sources(tokens=["bad-token", "good-token"])
    with pytest.raises(TikTokSilent) as silent:
        await sources.fetch(SOMEBODY, 30)
    assert silent.value.reasons["page"] == "limited"
    for _ in range(3):
        assert (await sources.fetch(SOMEBODY, 30)).source == "page"


async def test_proxies_go_by_turns_and_a_dead_one_rests(tiktok: TikTokServer, open_sources: Open):
    async with Proxy(tiktok.port) as proxy:
        sources = open_sources(proxies=["http://x:y@127.0.0.1:9", proxy.address("anna", "geheim")])
        for _ in range(3):
            assert (await sources.fetch(SOMEBODY, 30)).source == "embed"
        assert set(proxy.comers) == {"anna"}
        await sources.close()


@pytest.mark.parametrize("fails", ["hangs", "resets", "403", "407", "502"])
async def test_a_proxy_that_does_not_serve_rests_and_another_answers(
    tiktok: TikTokServer, open_sources: Open, monkeypatch: pytest.MonkeyPatch, fails: str
):
    monkeypatch.setattr("services.tiktok.sources.connection.PROXY_SECONDS", 0.5)
    async with Proxy(tiktok.port, fails) as bad, Proxy(tiktok.port) as good:
        sources = open_sources(proxies=[bad.address(), good.address("anna", "geheim")])
        assert (await sources.fetch(SOMEBODY, 30)).source == "embed"
        knocks = bad.knocks
        for _ in range(2):
            assert (await sources.fetch(SOMEBODY, 30)).source == "embed"
        assert bad.knocks == knocks
        assert state(sources, "embed") == "ready"
        await sources.close()


@pytest.mark.parametrize("kind", ["captcha", "empty", "limited"])
async def test_a_proxy_that_tiktok_does_not_want_rests_and_another_answers(
    tiktok: TikTokServer, clock: Clock, open_sources: Open, kind: str
):
    async with TikTokServer(clock) as elsewhere, Proxy(elsewhere.port) as bad, Proxy(tiktok.port) as good:
        elsewhere.fault("*", kind)
        sources = open_sources(proxies=[bad.address("boris", "geheim"), good.address("anna", "geheim")])
        for _ in range(3):
            fetched = await sources.fetch(SOMEBODY, 30)
            assert (fetched.source, fetched.posts_source) == ("embed", "creator-http")
        assert (bad.comers["boris"], set(good.comers)) == (1, {"anna"})
        await sources.close()


async def test_a_proxy_that_is_not_waited_for_any_longer_rests(tiktok: TikTokServer, clock: Clock):
    async with Proxy(tiktok.port, "hangs") as bad, Proxy(tiktok.port) as good:
        now = steady(clock)
        proxies = Rotation([bad.address(), good.address("anna", "geheim")], now)
        web = Web(tiktok.resolve, Rotation([], now), proxies)
        embed = EmbedSource(web)
        with pytest.raises(SourceTimeout):
            await Guard("embed", now, Bounds(1, 0.3)).ask(lambda: embed.profile(SOMEBODY))
        assert proxies.resting == 1
        assert (await embed.profile(SOMEBODY)).username == SOMEBODY
        await web.close()


async def test_a_proxy_has_worked_once_its_answer_is_of_use(tiktok: TikTokServer, clock: Clock):
    async with Proxy(tiktok.port) as proxy:
        now, address = steady(clock), proxy.address("anna", "geheim")
        proxies = Rotation([address], now)
        web = Web(tiktok.resolve, Rotation([], now), proxies)
        embed = EmbedSource(web)
        proxies.blocked(address)
        clock.passes(minutes=5)
        with pytest.raises(ShapeChanged):
            await embed.profile("changed_shape")
        proxies.blocked(address)
        clock.passes(minutes=6)
        assert proxies.resting == 1, "its second rest is longer: nothing came of what it answered"
        clock.passes(minutes=4)
        assert (await embed.profile(SOMEBODY)).username == SOMEBODY
        proxies.blocked(address)
        clock.passes(minutes=5)
        assert proxies.resting == 0
        await web.close()


async def test_a_captcha_where_a_list_of_posts_should_be_is_told_as_one(tiktok: TikTokServer, clock: Clock):
    now = steady(clock)
    tokens = Rotation(["a", "b"], now)
    web = Web(tiktok.resolve, tokens, Rotation([], now))
    source = CreatorSource(web, clock)
    profile = await EmbedSource(web).profile(SOMEBODY)
    for kind in ("captcha", "captcha-code"):
        tiktok.fault(SOMEBODY, kind, ["creator"])
        with pytest.raises(SourceCaptcha):
            await source.posts(profile, 30)
    assert tokens.resting == 2
    await web.close()


async def test_a_short_address_leads_to_its_account(tiktok: TikTokServer, open_sources: Open):
    sources = open_sources()
    post = tiktok.creator(SOMEBODY).posts[0]
    assert await sources.resolve(tiktok.short(SOMEBODY)) == SOMEBODY
    assert await sources.resolve(tiktok.short(SOMEBODY, post.post_id)) == SOMEBODY
    assert await sources.resolve(tiktok.short(SOMEBODY).replace("https://vm.", "http://vt.")) == SOMEBODY
    assert await sources.resolve(f"https://www.tiktok.com/@{SOMEBODY.upper()}?lang=ru") == SOMEBODY


async def test_a_short_address_that_leads_to_no_account_says_so(open_sources: Open):
    with pytest.raises(NotAUsername):
        await open_sources().resolve("https://vm.tiktok.com/ZNOBODY/")


@pytest.mark.parametrize(
    "place", ["https://evil.example/@anna", "http://127.0.0.1/@anna", "https://tiktok.com.evil.example/@a", "//evil/@a"]
)
async def test_a_redirect_away_from_tiktok_is_not_followed(open_sources: Open, place: str):
    async with redirecting({"/x/": place}) as resolve:
        with pytest.raises(OtherSite):
            await open_sources(resolve=resolve).resolve("https://vm.tiktok.com/x/")


async def test_a_redirect_to_what_is_no_address_leads_to_no_account(open_sources: Open):
    async with redirecting({"/x/": "http://["}) as resolve:
        with pytest.raises(NotAUsername):
            await open_sources(resolve=resolve).resolve("https://vm.tiktok.com/x/")


async def test_redirects_that_never_end_are_left(open_sources: Open):
    async with redirecting({"/x/": "/y/", "/y/": "/x/"}) as resolve:
        with pytest.raises(NotAUsername):
            await open_sources(resolve=resolve).resolve("https://vm.tiktok.com/x/")


@pytest.mark.parametrize("url", ["https://www.tiktok.com:22/x", "ftp://vm.tiktok.com/x", "https://a:b@vm.tiktok.com/x"])
async def test_an_odd_address_of_tiktok_is_not_asked_for(open_sources: Open, url: str):
    with pytest.raises(NotAUsername):
        await open_sources().resolve(url)


async def test_a_tiktok_that_is_down_cannot_say_where_a_short_address_leads(tiktok: TikTokServer, open_sources: Open):
    sources, short = open_sources(), tiktok.short(SOMEBODY)
    tiktok.fault("*", "reset", ["short"])
    with pytest.raises(TikTokSilent) as silent:
        await sources.resolve(short)
    assert silent.value.reasons == {"short": "cut"}
    tiktok.fault("*", "flaky", ["short"])
    assert await sources.resolve(short) == SOMEBODY
    with pytest.raises(TikTokSilent) as silent:
        await sources.resolve(short)
    assert silent.value.reasons == {"short": "status"}
