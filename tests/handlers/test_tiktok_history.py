"""An account's history, its picture, and the clicks of links in its bio, as people open them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO

import aiohttp
import pytest
from aiogram.filters.callback_data import CallbackData
from PIL import Image
from sqlalchemy import select

from db.tables import Link as LinkRow
from db.tables import TikTokAccount, TikTokBioLink, TikTokSnapshot
from handlers.tiktok.callbacks import CardPress, ExplainPress, Explanation, PostsOrder, PostsPress
from handlers.tiktok.presses import (
    BioAct,
    BioPress,
    CompareAct,
    ComparePress,
    HistoryPress,
    PictureAct,
    PicturePress,
)
from handlers.tiktok.watch_callbacks import WatchAction, WatchesPress, WatchPress
from sandbox import Person
from services.tiktok.history import Figure, Range
from tests.handlers.growth import known
from tests.handlers.reading import UNSEEN, nothing_waits, nothing_was_reported, said
from tests.handlers.test_labels import wrapping
from tests.handlers.test_link_routing import CHROME
from tests.platform import Platform, running_platform
from tests.services.statistics.counted import Clicked, count


@pytest.fixture
async def platform(tmp_path) -> AsyncIterator[Platform]:
    async with running_platform(tmp_path, tiktok=True) as platform:
        yield platform
        await nothing_was_reported(platform)


async def opened(platform: Platform, person: Person, press: CallbackData) -> str:
    """Presses what a button of some message leads to; the text of what is seen then, or of the alert."""
    await person.start()
    answer = await person.press_data(press.pack(), on=person.last)
    await nothing_waits(platform)
    return answer.text or said(person)


async def pressed(platform: Platform, person: Person, label: str) -> str:
    shown = {each.translate(UNSEEN): each for each in person.last.buttons}
    answer = await person.press(shown.get(label, label))
    await nothing_waits(platform)
    return answer.text or said(person)


async def picture_of(person: Person) -> Image.Image:
    assert person.last.photo
    return Image.open(BytesIO(await person.file(person.last)))


async def new_link(platform: Platform, person: Person, address: str = "https://example.com") -> LinkRow:
    await person.send(address)
    slug = person.last.links[0].rsplit("/", 1)[1]
    async with platform.container.database.write() as session:
        link = (await session.scalars(select(LinkRow).where(LinkRow.slug == slug))).one()
        # As if it had been made long ago.
        link.created_at = platform.clock() - timedelta(days=60)
    return link


async def named(platform: Platform) -> list[tuple[int, int]]:
    async with platform.container.database.read() as session:
        return [(row.link_id, row.account_id) for row in await session.scalars(select(TikTokBioLink))]


async def test_history_says_how_much_followers_changed_and_draws_it(platform: Platform, anna: Person):
    account_id = await known(platform, "katya", [(30, 1_000), (7, 1_400), (1, 1_590), (0, 1_600)], [(5, 100)])
    text = await opened(platform, anna, HistoryPress(id=account_id))
    assert text.splitlines()[:5] == [
        "📈 Подписчики · @katya",
        "👥 1 600",
        "За 1 день: +10 (+0,6 %)",
        "За 7 дней: +200 (+14,3 %)",
        "За 30 дней: +600 (+60 %)",
    ]
    assert text.splitlines()[5].endswith(", замеров: 4")
    assert (await picture_of(anna)).width >= 1_000


@pytest.mark.parametrize(("more", "shown"), [({}, "👁 160,000"), ({"videos": 41}, "👁 ≈ 160,000")])
async def test_views_of_more_videos_than_figures_are_made_of_are_exact_where_the_card_says_so(
    platform: Platform, ben: Person, more: dict[str, int], shown: str
):
    account_id = await known(platform, "katya", [(0, 1_600)], [(float(days), 4_000) for days in range(40)], **more)
    async with platform.container.database.write() as session:
        # As a fetch keeps it: figures are made of the newest 30.
        (await session.scalars(select(TikTokSnapshot))).one().posts = 30
    text = await opened(platform, ben, HistoryPress(figure=Figure.VIEWS, id=account_id))
    assert text.splitlines()[1] == shown
    card = await opened(platform, ben, CardPress(id=account_id))
    assert ("Views: ≈" in card) == bool(more)


@pytest.mark.parametrize("name", ["anna", "ben"])
async def test_every_figure_of_every_span_is_the_same_message_edited(
    platform: Platform, name: str, request: pytest.FixtureRequest
):
    person: Person = request.getfixturevalue(name)
    looks = [(float(days), 10_000 - 10 * days) for days in range(200, -1, -1)]
    account_id = await known(platform, "katya", looks, [(days, 500) for days in range(1, 9)])
    await opened(platform, person, HistoryPress(id=account_id))
    message = person.last.message_id
    for figure in ("Просмотры", "Вовлечение", "Доход") if name == "anna" else ("Views", "Activity", "Income"):
        await pressed(platform, person, figure)
        assert f"✓ {figure}" in person.last.buttons
        assert wrapping(person.last) == []
    for span in ("7 д", "90 д", "Всё") if name == "anna" else ("7 d", "90 d", "All"):
        await pressed(platform, person, span)
        assert f"✓ {span}" in [label.translate(UNSEEN) for label in person.last.buttons]
        assert [len(row) for row in person.last.rows][:4] == [2, 2, 2, 2], "four a row wrap on a phone"
        assert person.last.message_id == message
        assert person.last.photo


async def test_a_first_look_shows_a_figure_that_has_not_changed_yet(platform: Platform, ben: Person):
    account_id = await known(platform, "katya", [(0, 1_234)])
    text = await opened(platform, ben, HistoryPress(id=account_id))
    assert "👥 1,234" in text
    assert text.count("—") == 3
    assert text.splitlines()[-2].endswith(", 1 look")


async def test_between_looks_a_change_is_marked_as_an_estimate(platform: Platform, ben: Person):
    account_id = await known(platform, "katya", [(1.5, 1_000), (0.5, 1_200), (0, 1_300)])
    assert "In 1 day: ≈ +200 (+18.2%)" in await opened(platform, ben, HistoryPress(id=account_id))


async def test_what_is_not_known_is_said_to_be_so(platform: Platform, ben: Person):
    account_id = await known(platform, "katya", engagement=None)
    async with platform.container.database.write() as session:
        row = await session.get_one(TikTokAccount, account_id)
        row.nickname = "<b>&"
    async with platform.container.database.write() as session:
        (await session.scalars(select(TikTokSnapshot))).one().engagement = None
    text = await opened(platform, ben, HistoryPress(figure=Figure.ENGAGEMENT, id=account_id))
    assert "Not known yet" in text
    assert ben.last.photo


async def test_a_forged_account_is_refused_in_every_room(platform: Platform, ben: Person):
    for press in (
        HistoryPress(id=10**18), PicturePress(id=10**18), BioPress(act=BioAct.CHOOSE, id=10**18),
        BioPress(act=BioAct.BROUGHT, id=10**18), PicturePress(act=PictureAct.DARK_FILE, id=10**18),
    ):  # fmt: skip
        assert "does not work any more" in await opened(platform, ben, press)


async def test_the_picture_is_drawn_by_day_and_by_night_and_comes_as_a_file_too(platform: Platform, anna: Person):
    account_id = await known(platform, "katya", posts=[(days, 10_000) for days in range(4, 40)], nickname="Катя 💜")
    text = await opened(platform, anna, PicturePress(id=account_id))
    assert "@katya" in text
    assert wrapping(anna.last) == []
    light = (await picture_of(anna)).convert("RGB")
    await pressed(platform, anna, "🌙 Тёмная")
    dark = (await picture_of(anna)).convert("RGB")
    assert light.size == dark.size
    corner = (8, light.height - 8)
    assert sum(light.getpixel(corner)) > 700  # type: ignore[arg-type]
    assert sum(dark.getpixel(corner)) < 100  # type: ignore[arg-type]
    await pressed(platform, anna, "📄 Файлом")
    sent = next(message for message in reversed(anna.messages()) if message.document)
    assert Image.open(BytesIO(await anna.file(sent))).size == (1_200, 1_450)


async def test_an_account_without_posts_has_a_picture_too(platform: Platform, ben: Person):
    account_id = await known(platform, "nobody", nickname="🔥", verified=True)
    await opened(platform, ben, PicturePress(id=account_id))
    assert (await picture_of(ben)).height > 1_000


async def test_a_link_in_the_bio_is_offered_and_its_clicks_stand_beside_the_views(platform: Platform, anna: Person):
    link = await new_link(platform, anna)
    now = platform.clock()
    await count(platform.container.database, link.id, [Clicked(now - timedelta(days=1), 30, 30), Clicked(now, 4, 4)])
    address = f"{platform.settings.links_url}/{link.slug}"
    account_id = await known(platform, "katya", [(5, 900), (0, 1_000)], [(1.2, 700)], bio_url=address)
    assert "стоит ваша ссылка" in await opened(platform, anna, HistoryPress(id=account_id))
    assert wrapping(anna.last) == []
    text = await pressed(platform, anna, "✅ Показать клики")
    assert "✓ Просмотры" in anna.last.buttons
    assert "34 клика" in text
    assert "стоит ваша ссылка" not in text
    assert await named(platform) == [(link.id, account_id)]
    text = await pressed(platform, anna, "🎬 Клики по видео")
    assert "👁 700 · 🔗 ≈ 34" in text
    assert "48 часов" in text
    assert "медиан" in text
    assert not anna.last.photo


async def test_the_link_of_another_is_never_offered_and_no_forged_press_names_it(
    platform: Platform, anna: Person, ben: Person
):
    link = await new_link(platform, anna)
    address = f"{platform.settings.links_url}/{link.slug}"
    account_id = await known(platform, "katya", bio_url=address)
    assert "Your link" not in await opened(platform, ben, HistoryPress(id=account_id))
    for act in (BioAct.NAME, BioAct.ACCEPT):
        assert "no such link" in await opened(platform, ben, BioPress(act=act, id=account_id, link=link.id))
    assert await named(platform) == []


async def test_a_person_chooses_among_their_links_and_takes_them_back(platform: Platform, anna: Person):
    link = await new_link(platform, anna)
    account_id = await known(platform, "katya", posts=[(3, 10)])
    await opened(platform, anna, HistoryPress(id=account_id))
    await pressed(platform, anna, "🔗 Моя ссылка в профиле")
    await pressed(platform, anna, link.slug)
    assert await named(platform) == [(link.id, account_id)]
    assert wrapping(anna.last) == []
    await pressed(platform, anna, f"✓ {link.slug}")
    assert await named(platform) == []
    await pressed(platform, anna, "◀️ К истории")
    assert anna.last.photo


async def test_who_has_no_links_is_told_how_to_make_one(platform: Platform, ben: Person):
    account_id = await known(platform, "katya")
    text = await opened(platform, ben, BioPress(act=BioAct.CHOOSE, id=account_id))
    assert "no links yet" in text
    assert "🔗 New link" in ben.last.buttons


async def test_clicks_of_a_young_link_are_not_guessed(platform: Platform, ben: Person):
    account_id = await known(platform, "katya", posts=[(3, 10)])
    await ben.send("https://example.com")
    async with platform.container.database.read() as session:
        link_id = await session.scalar(select(LinkRow.id))
    assert link_id is not None
    await opened(platform, ben, BioPress(act=BioAct.NAME, id=account_id, link=link_id))
    text = await opened(platform, ben, BioPress(act=BioAct.BROUGHT, id=account_id))
    assert "👁 10 · 🔗 —" in text
    assert "younger than a week" in text


async def test_clicks_of_a_turned_day_are_brought_by_the_video_of_that_day(platform: Platform, ben: Person):
    link = await new_link(platform, ben)
    platform.clock.passes(days=20)
    account_id = await known(platform, "katya", posts=[(0.05, 100)])
    await opened(platform, ben, BioPress(act=BioAct.NAME, id=account_id, link=link.id))
    address = f"{platform.settings.links_url}/{link.slug}"
    async with (
        aiohttp.ClientSession(headers={"User-Agent": CHROME}) as browser,
        browser.get(address, allow_redirects=False) as answer,
    ):
        assert answer.status == 302
    await platform.counted(clicks=1, bots=0)
    assert "👁 100 · 🔗 ≈ 1 ⏳" in await opened(platform, ben, BioPress(act=BioAct.BROUGHT, id=account_id))


async def test_history_of_a_day_can_be_looked_at_too(platform: Platform, ben: Person):
    account_id = await known(platform, "katya", [(0.5, 10), (0, 20)])
    await opened(platform, ben, HistoryPress(range=Range.WEEK, id=account_id))
    assert ben.last.photo


async def test_picture_history_and_comparison_open_from_the_card_and_lead_back(platform: Platform, anna: Person):
    await known(platform, "katya", posts=[(days, 100) for days in range(4, 20)])
    await anna.send("/stats katya")
    for label, there in (("🖼 Картинка", "📄 Файлом"), ("📈 История", "✓ Подписчики")):
        await pressed(platform, anna, label)
        assert there in anna.last.buttons
        await pressed(platform, anna, "◀️ К карточке")
        assert label in anna.last.buttons
        assert not anna.last.photo
    assert "С кем сравнить @katya?" in await pressed(platform, anna, "⚖️ Сравнить")


async def test_the_card_offers_the_clicks_of_a_link_that_stands_in_the_bio(
    platform: Platform, anna: Person, ben: Person
):
    link = await new_link(platform, anna)
    account_id = await known(platform, "katya", bio_url=f"{platform.settings.links_url}/{link.slug}")
    await ben.send("/stats katya")
    assert not any("link in the bio" in label for label in ben.last.buttons), "it is another's"
    await anna.send("/stats katya")
    assert wrapping(anna.last) == []
    await pressed(platform, anna, "🔗 Клики моей ссылки из профиля")
    assert "✓ Просмотры" in anna.last.buttons
    assert await named(platform) == [(link.id, account_id)]
    await pressed(platform, anna, "◀️ К карточке")
    assert "🔗 Клики моей ссылки из профиля" not in anna.last.buttons


async def test_wherever_invented_numbers_stand_they_are_said_to_be(platform: Platform, anna: Person, ben: Person):
    katya = await known(platform, "katya", [(1, 900), (0, 1_000)], [(days, 100) for days in range(4, 20)])
    dima = await known(platform, "dima")
    link = await new_link(platform, ben)
    presses = (
        CardPress(id=katya), PostsPress(order=PostsOrder.DATE, id=katya), HistoryPress(id=katya),
        PicturePress(id=katya), ExplainPress(about=Explanation.RATING, id=katya),
        ExplainPress(about=Explanation.FIGURES, id=katya), BioPress(act=BioAct.ACCEPT, id=katya, link=link.id),
        BioPress(act=BioAct.BROUGHT, id=katya), ComparePress(act=CompareAct.SHOW, ids=f"{katya}.{dima}"),
        WatchPress(action=WatchAction.BEGIN, id=katya), WatchesPress(),
    )  # fmt: skip
    for person, mark in ((ben, "invented"), (anna, "вымышлен")):
        for press in presses:
            if person is anna and isinstance(press, BioPress):
                continue
            await opened(platform, person, press)
            assert mark in said(person), press
