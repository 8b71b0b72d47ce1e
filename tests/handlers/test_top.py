"""/top: who stands where and moved how, from storage; its picture; what an operator does with its list."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from db.engine import Database
from handlers.operations.callbacks import MemberPress, ProposalAction, ProposalPress, TopListPress
from handlers.tiktok.top_callbacks import TopEntryPress, TopPress
from handlers.tiktok.top_views import top
from sandbox import Person
from sandbox.tiktok.creators import usernames
from scheduler.jobs import JOBS
from services.tiktok.placing import Order
from tests.handlers.reading import nothing_waits
from tests.handlers.seeing import read, sees
from tests.platform import Platform, running_platform
from tests.services.tiktok.desk import NOON, Desk
from tests.waiting import until

DAY = timedelta(days=1)
NAMES = [f"name{number:02}" for number in range(1, 13)]
GROUP = "Админы Toklink"


@pytest.fixture
def top_file(tmp_path: Path) -> Path:
    file = tmp_path / "top.toml"
    file.write_text(f"accounts = {NAMES}")
    return file


@pytest.fixture
async def platform(tmp_path: Path, top_file: Path):
    """At noon in Moscow."""
    async with running_platform(tmp_path, {"top_file": top_file}, tiktok=True) as platform:
        now = platform.clock()
        noon = now.replace(hour=9, minute=0, second=0, microsecond=0) + DAY
        platform.clock.passes(seconds=(noon - now).total_seconds())
        # TikTok has none of these; what is fetched of them is stored by the tests.
        platform.tiktok.fault("*", "reset")
        yield platform


@pytest.fixture
def desk(platform: Platform) -> Desk:
    return Desk(platform.container.database)


async def refreshed(platform: Platform) -> None:
    await JOBS["top-refresh"](platform.container.services, platform.clock())


async def a_day(platform: Platform, desk: Desk, incomes: list[int]) -> None:
    """All answer: the first of NAMES has the first income, and so on."""
    for number, (name, income) in enumerate(zip(NAMES, incomes, strict=False)):
        await desk.fetched(
            name, platform.clock(), followers=1_000 * (number + 1), income=income, rating=90 - number, nickname=name
        )
    await refreshed(platform)


def lines(text: str) -> list[str]:
    return text.splitlines()


async def test_two_days_of_the_top(platform: Platform, ben: Person, desk: Desk):
    await a_day(platform, desk, [12_000 - 1_000 * number for number in range(12)])
    await ben.send("/top")
    first = read(await ben.sees("Top by income from a video, estimate"))
    assert lines(first)[1] == "1. @name01 — ≈ 12,000 ₽"
    assert lines(first)[10] == "10. @name10 — ≈ 3,000 ₽"
    assert "12 of 12 answered" in lines(first)[11]
    platform.clock.passes(days=1)
    # The second overtakes the first, the third does not answer.
    for name, income in (("name01", 10_500), ("name02", 11_000)):
        await desk.fetched(name, platform.clock(), followers=7_000, income=income, nickname=name)
    await desk.list.add(await desk.person(1900), "newcomer", platform.clock())
    await desk.fetched("newcomer", platform.clock(), followers=5, income=99_000, nickname="N")
    for _ in range(2):
        await refreshed(platform)
    await ben.send("/top")
    second = lines(read(await ben.sees("newcomer")))
    assert second[1:4] == [
        "1. @newcomer — ≈ 99,000 ₽ 🆕",
        "2. @name02 — ≈ 11,000 ₽",
        "3. @name01 — ≈ 10,500 ₽ ▼2",
    ]
    assert second[4] == "4. @name03 — ≈ 10,000 ₽ ▼1 ⏳"
    assert "3 of 13 answered" in second[11]
    assert "⏳ did not answer: earlier figures" in second[12]


async def shown_top(database: Database, top_file: Path, order: Order, answers: Sequence[str]) -> list[str]:
    """The top in English on the day after all answered; then, each of NAMES: "all", "profile" or nothing ("")."""
    desk = Desk(database, top_file)
    for days, each_answers in ((-1, ["all"] * 12), (0, answers)):
        for name, what in zip(NAMES, each_answers, strict=False):
            if what == "all":
                await desk.fetched(name, NOON + days * DAY, followers=500, income=9_000)
            elif what == "profile":
                await desk.fetched(name, NOON + days * DAY, followers=700, videos=40)
        await desk.top.refresh(NOON + days * DAY)
    return lines(re.sub("<[^>]*>", "", top(await desk.top.page(order, 1), UTC, NOON).text))


@pytest.mark.parametrize(
    ("order", "answers", "line", "answered", "note"),
    [
        (Order.INCOME, ["profile"] * 12, "≈ 9,000 ₽ ⏳", 12, "⏳ videos did not come: earlier figures"),
        (Order.FOLLOWERS, ["profile"] * 12, "700", 12, ""),
        (Order.FOLLOWERS, ["profile"] + [""] * 11, "700", 1, "⏳ did not answer: earlier figures"),
        (Order.INCOME, ["profile"] + [""] * 11, "≈ 9,000 ₽ ⏳", 1, "⏳ earlier figures"),
        (Order.INCOME, ["all"] + [""] * 11, "≈ 9,000 ₽", 1, "⏳ did not answer: earlier figures"),
        (Order.INCOME, ["all"] * 12, "≈ 9,000 ₽", 12, ""),
    ],
)
async def test_it_says_whose_figures_are_of_before_and_why(
    database: Database, top_file: Path, order: Order, answers: list[str], line: str, answered: int, note: str
):
    shown = await shown_top(database, top_file, order, answers)
    assert shown[1].replace("\u00a0", " ") == f"1. @name01 — {line}"
    assert shown[11].endswith(f"{answered} of 12 answered")
    assert shown[12:] == ([note] if note else [])


async def test_orders_pages_and_cards_in_one_message_that_stays(platform: Platform, ben: Person, desk: Desk):
    await a_day(platform, desk, [12_000 - 1_000 * number for number in range(12)])
    await ben.send("/top")
    top = await ben.sees("Top by income")
    assert top.buttons == [
        *(str(place) for place in range(1, 11)),
        "1 / 2", "▶️", "✓ Income", "👥 Followers", "⭐️ Rating", "📈 Growth", "🖼 Picture", "◀️ Menu",
    ]  # fmt: skip
    await ben.press("▶️", on=top)
    assert lines(read(await ben.sees("11. ")))[1:3] == ["11. @name11 — ≈ 2,000 ₽", "12. @name12 — ≈ 1,000 ₽"]
    await ben.press("👥 Followers", on=top)
    assert "1. @name12 — 12,000" in read(await ben.sees("Top by followers"))
    await ben.press("⭐️ Rating", on=top)
    assert "1. @name01 — 90" in read(await ben.sees("Top by rating"))
    await ben.press("📈 Growth", on=top)
    growth = await ben.sees("followed for a week")
    assert "🖼 Picture" not in growth.buttons
    await ben.press("Rating", on=growth)
    await ben.press("2", on=top)
    card = await sees(ben, "Engagement")
    assert "@name02" in card.text
    assert card.message_id != top.message_id
    assert "Top by rating" in read(next(each for each in ben.messages() if each.message_id == top.message_id))


async def test_growth_after_a_week(platform: Platform, anna: Person, desk: Desk):
    await a_day(platform, desk, [1_000] * 12)
    platform.clock.passes(days=7)
    for number, name in enumerate(NAMES):
        await desk.fetched(name, platform.clock(), followers=1_000 * (number + 1) + 10 * number - 20)
    await refreshed(platform)
    await anna.send("/top")
    await anna.press("📈 Рост")
    shown = lines(read(await sees(anna, "Топ по росту за 7 дней")))
    assert shown[1] == "1. @name12 — +90"
    assert "ответили 12 из 12" in shown[11]
    await anna.press("▶️")
    assert read(await sees(anna, "12. ")).splitlines()[2] == "12. @name01 — −20"


async def test_the_picture_comes_below_and_the_top_stays(platform: Platform, anna: Person, desk: Desk):
    await a_day(platform, desk, [12_000] * 12)
    await anna.send("/top")
    top = anna.last
    await anna.press("🖼 Картинка", on=top)
    picture = await anna.sees_photo()
    assert picture.message_id > top.message_id
    assert "Топ по доходу с видео" in read(picture)


async def test_before_the_first_refresh_it_says_what_is_under_way(platform: Platform, ben: Person):
    await ben.send("/top")
    await ben.sees("There is no top yet")
    await refreshed(platform)
    await ben.press("🔄 Look again")
    await ben.sees("TikTok is asked about 12 accounts")


async def test_forged_presses_are_refused(platform: Platform, ben: Person, desk: Desk):
    await a_day(platform, desk, [1_000])
    await ben.send("/top")
    top = ben.last
    for data in ("tt:x:1", "tt:i:0", f"tt:i:{2**31}", "tte:0", TopEntryPress(id=999_999).pack(), "ttp:z"):
        answer = await ben.press_data(data, on=top)
        assert "does not work any more" in answer.text, data
    await ben.press_data(TopPress(order=Order.FOLLOWERS, page=77).pack(), on=top)
    await ben.sees("Top by followers")
    for forged in (
        TopListPress(),
        MemberPress(id=1, off=True, sure=True),
        ProposalPress(action=ProposalAction.ACCEPT, id=1),
    ):
        answer = await ben.press_data(forged.pack(), on=top)
        assert "not for you" in answer.text
    assert (await platform.container.services.top.page(Order.INCOME, 1)).asked == len(NAMES)


async def test_the_top_of_an_invented_tiktok_from_the_list_to_the_place(tmp_path: Path, top_file: Path):
    names = list(usernames(russian_only=True)[:4])
    await asyncio.to_thread(top_file.write_text, f"accounts = {names}")
    async with running_platform(tmp_path, {"top_file": top_file}, tiktok=True) as platform:
        platform.container.services.top._pace = timedelta()
        await refreshed(platform)

        async def answered() -> int:
            await refreshed(platform)
            return (await platform.container.services.top.page(Order.FOLLOWERS, 1)).answered

        await until(answered, 4, within=60)
        ben = platform.world.person("Бен")
        await ben.send("/top")
        await ben.press("👥 Followers")
        shown = lines(read(await ben.sees("Top by followers")))
        creators = sorted((platform.tiktok.creator(name) for name in names), key=lambda each: -each.followers)
        assert shown[1:5] == [
            f"{place}. @{each.username} — {each.followers:,}" for place, each in enumerate(creators, 1)
        ]
        assert "4 of 4 answered" in shown[5]
        assert "🧪 invented data" in shown[6]


# Operators


async def test_an_operator_adds_and_takes_off_in_the_chat(platform: Platform, olya: Person, desk: Desk):
    await a_day(platform, desk, [1_000])
    await olya.send("/admin")
    await olya.press("🏆 Список топа")
    listed = await sees(olya, "12 аккаунтов в списке топа")
    assert "@name01" in listed.buttons
    await olya.press("➕ Добавить", on=listed)
    await sees(olya, "Кого добавить?")
    await olya.send("не имя")
    await sees(olya, "⚠️")
    await olya.send("https://vm.tiktok.com/ZMabc123/")
    await sees(olya, "Короткий адрес здесь не подойдёт")
    await olya.send("https://www.tiktok.com/@Name.13?lang=ru")
    await sees(olya, "@name.13 теперь в списке топа")
    await olya.press("◀️ К списку")
    await sees(olya, "13 аккаунтов в списке топа")
    await olya.press("@name01")
    await olya.press("🗑 Убрать из списка")
    await sees(olya, "Файл его не вернёт")
    await olya.press("🗑 Да, убрать")
    await sees(olya, "12 аккаунтов в списке топа")
    await refreshed(platform)
    await olya.press("◀️ В начало")
    await olya.press("📜 Журнал")
    log = read(await sees(olya, "🏆 Убран из топа"))
    assert "🏆 Убран из топа: @name01" in log
    assert "🏆 Добавлен в топ: @name.13" in log


async def test_a_proposal_is_decided_once_in_the_group(platform: Platform, olya: Person, anna: Person, desk: Desk):
    group = platform.world.group(GROUP)
    office, outsider = olya.in_group(group), anna.in_group(group)
    await anna.send("/start")
    platform.server.world.chats[group.id].members |= {anna.id}
    account_id = await desk.fetched(
        "great", platform.clock(), followers=250_000, nickname="Великая <b>", posts={"1": {"description": "Привет"}}
    )
    for _ in range(2):
        await JOBS["top-proposals"](platform.container.services, platform.clock())
    proposed = await sees(office, "В топ? @great")
    assert "Великая <b> · 250 000 подписчиков" in read(proposed)
    assert proposed.buttons == ["➕ В топ", "✖️ Нет"]
    answer = await outsider.press("➕ В топ", on=proposed)
    assert "не для вас" in answer.text
    await office.press("✖️ Нет", on=proposed)
    await sees(office, "Решено: не для топа")
    # Somebody's screen was not up to date.
    accept = ProposalPress(action=ProposalAction.ACCEPT, id=account_id).pack()
    await office.press_data(accept, on=proposed)
    await sees(office, "Решено: не для топа")
    await nothing_waits(platform)
    assert sum("В топ?" in read(each) for each in office.messages()) == 1


async def test_proposals_wait_in_the_office_too(platform: Platform, olya: Person, desk: Desk):
    await desk.fetched("great", platform.clock(), followers=250_000, posts={"1": {"description": "Привет"}})
    await refreshed(platform)
    await JOBS["top-proposals"](platform.container.services, platform.clock())
    await olya.send("/admin")
    await olya.press("🏆 Список топа")
    await olya.press("💡 Предложения: 1")
    await olya.press("@great")
    await olya.press("➕ В топ")
    await sees(olya, "Он в списке топа")
    await olya.press("◀️ Предложения")
    await sees(olya, "Сейчас никого не предлагают")
    assert ("great", platform.clock().date()) in [(name, due.date()) for name, due in await desk.asked()]
