"""/links: found, sorted, filtered, and many links changed at once."""

from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, select, update

import bot
from db.queries import listing as queries
from db.tables import Link, LinkTag
from handlers.links.lists import selecting_views
from sandbox import Message, Person
from services.language import Catalogue, speaking
from tests.handlers.reading import UNSEEN, nothing_was_reported, said
from tests.handlers.seeing import read, sees
from tests.platform import Platform

CATALOGUE = Catalogue(Path(bot.__file__).parent / "locales")


async def has_links(person: Person, *targets: str) -> None:
    for target in targets:
        await person.send(f"https://{target}")


async def change(platform: Platform, target: str, *tags: str, **values: object) -> None:
    """What is told of links elsewhere: names, tags, clicks."""
    async with platform.container.database.write() as session:
        links = (await session.scalars(select(Link.id).where(Link.target.contains(target)))).all()
        if values:
            await session.execute(update(Link).where(Link.id.in_(links)).values(values))
        for tag in tags:
            await queries.add_tag(session, links, tag)


async def targets(platform: Platform, *conditions: ColumnElement[bool]) -> set[str]:
    async with platform.container.database.read() as session:
        rows = await session.scalars(select(Link.target).where(Link.deleted_at.is_(None), *conditions))
        return {target.removeprefix("https://").removesuffix("/") for target in rows}


def listed(message: Message) -> list[str]:
    """Where the links on the page lead, in their order."""
    lines = [line for line in read(message).splitlines() if line.startswith("→")]
    return [line.removeprefix("→ ").split()[0] for line in lines]


# Finding


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("лето", ["a.example"]),
        ("ЛЕТО", ["a.example"]),
        ("счет", ["b.example"]),
        ("Счёт", ["b.example"]),
        ("#reels", ["c.example"]),
        ("reel", ["c.example"]),
        ("c.example", ["c.example"]),
        ("https://c.example/", ["c.example"]),
        ("пример.рф", ["пример.рф"]),
        ("xn--e1afmkfd", ["пример.рф"]),
        ("Осень", ["d.example/осень"]),
        ("%D0%BE%D1%81%D0%B5%D0%BD%D1%8C", ["d.example/осень"]),
        ("лето a.example", ["a.example"]),
        ("example", ["d.example/осень", "c.example", "b.example", "a.example"]),
        ("лето c.example", []),
        ("такого нет", []),
    ],
)
async def test_links_are_found_by_name_tag_and_target(platform: Platform, anna: Person, words: str, found: list[str]):
    await has_links(anna, "a.example", "b.example", "c.example", "d.example/осень", "пример.рф")
    await change(platform, "a.example", name="Летo и лето")
    await change(platform, "b.example", name="Счёт 2026")
    await change(platform, "c.example", "reels")
    await anna.send(f"/links {words}")
    shown = anna.last
    assert listed(shown) == found
    assert words in read(shown)
    if not found:
        assert "Ничего не нашлось" in read(shown)
        assert "📋 Все ссылки" in shown.buttons, "not a dead end"


async def test_a_link_is_found_by_its_short_address(anna: Person):
    await has_links(anna, "a.example", "b.example")
    short_url = anna.last.links[0]
    for words in (short_url, short_url.partition("://")[2], short_url.rpartition("/")[2].upper()):
        await anna.send(f"/links {words}")
        assert listed(anna.last) == ["b.example"]


async def test_words_are_asked_for_and_an_address_is_looked_for_too(platform: Platform, ben: Person):
    await has_links(ben, "a.example", "b.example")
    await ben.send("/links")
    await ben.press("🔎 Find")
    question = await sees(ben, "What shall I look for?")
    await ben.press("✖️ Cancel")
    shown = await sees(ben, "2 links")
    assert shown.message_id == question.message_id
    await ben.press("🔎 Find")
    await sees(ben, "What shall I look for?")
    await ben.send_sticker()
    await sees(ben, "I can only read text")
    await ben.send("https://a.example/")
    found = await sees(ben, "1 of 2 links")
    assert listed(found) == ["a.example"]
    assert len(await targets(platform)) == 2, "no link was made"
    await ben.no_longer_sees("What shall I look for?")
    await ben.press("📋 All links")
    assert listed(await sees(ben, "📋 2 links")) == ["b.example", "a.example"]


async def test_a_search_stays_while_its_links_are_looked_at(ben: Person):
    await has_links(ben, *(f"{name}.example/{number}" for number in range(4) for name in ("a", "b")))
    await ben.send("/links b.example")
    await ben.press("1")
    await ben.sees_button("📋 My links")
    await ben.press("📊 Statistics")
    await ben.sees_photo()
    await ben.press("◀️ Back")
    await ben.press("📋 My links")
    assert listed(await sees(ben, "4 of 8 links"))[0] == "b.example/3"


async def test_links_are_sorted_by_clicks_and_by_date(platform: Platform, ben: Person):
    await has_links(ben, *(f"{name}.example" for name in "abcdefg"))
    await change(platform, "c.example", clicks=7)
    await change(platform, "a.example", clicks=300)
    await ben.send("/links")
    await ben.press("↕️ By date")
    shown = await ben.sees_button("↕️ By clicks")
    assert listed(shown) == ["a.example", "c.example", "g.example", "f.example", "e.example"]
    await ben.press("Fewer clicks ▶️")
    assert listed(await sees(ben, "6. ")) == ["d.example", "b.example"]
    await ben.press("◀️ More clicks")
    await sees(ben, "300 clicks")
    await ben.press("↕️ By clicks")
    assert listed(await ben.sees_button("↕️ By date"))[0] == "g.example"


async def test_links_of_a_tag_are_shown_with_their_statistics(platform: Platform, ben: Person):
    await has_links(ben, "a.example", "b.example", "c.example")
    await ben.send("/links")
    assert "🏷 Tags" not in ben.last.buttons, "there are none yet"
    await change(platform, "a.example", "лето", "shop")
    await change(platform, "b.example", "лето")
    await ben.send("/links")
    await ben.press("🏷 Tags")
    shown = await sees(ben, "Links with which tag?")
    assert shown.buttons == ["shop · 1", "лето · 2", "📋 All links", "◀️ Back"]
    await ben.press("лето · 2")
    shown = await sees(ben, "2 of 3 links")
    assert listed(shown) == ["b.example", "a.example"]
    assert "#shop" in shown.text
    assert "📊 Of this tag" in shown.buttons
    await ben.press("🏷 Tags")
    assert "✅ лето · 2" in (await sees(ben, "Links with which tag?")).buttons
    await ben.press("◀️ Back")
    await ben.press("📊 Of this tag")
    await ben.sees_photo()


async def test_names_and_states_stand_in_the_rows(platform: Platform, anna: Person):
    await has_links(anna, "a.example", "b.example", "c.example", "d.example", "e.example")
    now = platform.clock()
    await change(platform, "a.example", "раз", "два", "три", name="Весна <b>и</b> лето")
    await change(platform, "b.example", paused_at=now)
    await change(platform, "c.example", disabled_at=now, disabled_reason="нет")
    await change(platform, "d.example", valid_from=now.replace(year=now.year + 1))
    await change(platform, "e.example", click_limit=1, passed=1)
    await anna.send("/links")
    text = said(anna)
    lines = text.splitlines()
    marks = [line.split(". ", 1)[1].split()[0] for line in lines if ". " in line and "—" in line]
    assert marks[:4] == ["⌛️", "⏳", "⛔️", "⏸"]
    assert "5. Весна <b>и</b> лето — кликов пока нет" in lines
    assert "→ a.example #два #раз +1" in lines
    assert len(lines) <= 12


async def test_an_empty_list_says_how_to_fill_it(ben: Person):
    await ben.send("/links")
    assert "no links yet" in ben.last.text
    assert ben.last.buttons == ["🔗 New link", "◀️ Menu"]


# Many at once


async def chosen(person: Person, *numbers: int) -> Message:
    """These links of the first page are chosen."""
    await person.send("/links")
    await person.press("☑️ Выбрать")
    await sees(person, "Какие ссылки?")
    for number in numbers:
        await person.press(f"⬜️ {number}")
        await person.sees_button(f"☑️ {number}")
    return await person.sees_button("✖️ Готово")


async def test_links_are_chosen_one_by_one_by_page_and_all(anna: Person):
    await has_links(anna, *(f"{name}.example" for name in "abcdefg"))
    shown = await chosen(anna, 1, 3)
    assert "Выбрано: 2 ссылки" in read(shown)
    await anna.press("☑️ 3")
    await sees(anna, "Выбрана 1 ссылка")
    await anna.press("☑️ Страница")
    await sees(anna, "Выбрано: 5 ссылок")
    await anna.press("Старее ▶️")
    shown = await anna.sees_button("⬜️ 6")
    assert "Выбрано: 5 ссылок" in read(shown), "what is chosen stays chosen on other pages"
    await anna.press("☑️ Все 7")
    shown = await sees(anna, "Выбрано: 7 ссылок")
    assert "☑️ 6" in shown.buttons
    await anna.press("⬜️ Ни одной")
    shown = await sees(anna, "Какие ссылки?")
    assert "🗑 Удалить" not in shown.buttons, "there is nothing to delete"
    await anna.press("✖️ Готово")
    await sees(anna, "📋 7 ссылок")


async def test_all_found_are_chosen_and_no_others(platform: Platform, anna: Person):
    await has_links(anna, *(f"{name}.example/{number}" for number in range(6) for name in "ab"))
    await anna.send("/links b.example")
    await anna.press("☑️ Выбрать")
    await anna.press("☑️ Все 6")
    await sees(anna, "Выбрано: 6 ссылок")
    await anna.press("🗑 Удалить")
    await sees(anna, "Удалить 6 ссылок?")
    await anna.press("🗑 Да, удалить")
    await sees(anna, "6 ссылок удалено")
    assert await targets(platform) == {f"a.example/{number}" for number in range(6)}


async def test_many_links_are_deleted_and_brought_back_within_a_minute(platform: Platform, anna: Person):
    await has_links(anna, "a.example", "b.example", "c.example")
    await chosen(anna, 1, 2)
    await anna.press("🗑 Удалить")
    await sees(anna, "Удалить 2 ссылки?")
    await anna.press("◀️ Оставить")
    await sees(anna, "Выбрано: 2 ссылки")
    assert len(await targets(platform)) == 3, "asked once more"
    await anna.press("🗑 Удалить")
    await anna.press("🗑 Да, удалить")
    await sees(anna, "2 ссылки удалены")
    assert await targets(platform) == {"a.example"}
    await anna.press("↩️ Вернуть")
    await sees(anna, "2 ссылки снова здесь")
    assert len(await targets(platform)) == 3
    await chosen(anna, 1, 2)
    await anna.press("🗑 Удалить")
    await anna.press("🗑 Да, удалить")
    await sees(anna, "2 ссылки удалены")
    platform.clock.passes(seconds=61)
    answer = await anna.press("↩️ Вернуть")
    assert "прошла минута" in answer.text
    await anna.press("📋 Мои ссылки")
    await sees(anna, "📋 1 ссылка")


async def test_many_links_are_switched_off_and_on(platform: Platform, anna: Person):
    await has_links(anna, "a.example", "b.example", "c.example")
    await chosen(anna, 2, 3)
    await anna.press("⏸ Выключить")
    shown = await sees(anna, "2 ссылки выключены")
    assert await targets(platform, Link.paused_at.is_not(None)) == {"a.example", "b.example"}
    assert read(shown).count("⏸ localhost") == 2
    await anna.press("⏸ Выключить")
    await sees(anna, "Все уже выключены")
    await anna.press("▶️ Включить")
    await sees(anna, "2 ссылки снова включены")
    assert await targets(platform, Link.paused_at.is_not(None)) == set()


@pytest.mark.parametrize(
    ("count", "off", "on", "deleted"),
    [
        (1, "1 ссылка выключена", "1 ссылка снова включена", "1 ссылка удалена"),
        (3, "3 ссылки выключены", "3 ссылки снова включены", "3 ссылки удалены"),
        (5, "5 ссылок выключено", "5 ссылок снова включено", "5 ссылок удалено"),
    ],
)
def test_what_was_done_to_many_is_said_in_good_russian(count: int, off: str, on: str, deleted: str):
    with speaking(CATALOGUE, "ru"):
        told = [selecting_views.switched(count, on=False), selecting_views.switched(count, on=True)]
        told.append(selecting_views.deleted(count, 1).text)
    for words, text in zip((off, on, deleted), told, strict=True):
        assert words in text.translate(UNSEEN)


async def test_many_links_get_tags_and_lose_them(platform: Platform, anna: Person):
    await has_links(anna, "a.example", "b.example", "c.example")
    await chosen(anna, 1, 2)
    await anna.press("🏷 Теги")
    await anna.press("✏️ Новый тег")
    await sees(anna, "Какой тег?")
    await anna.send("два слова!")
    await sees(anna, "Какой тег?")
    assert await tagged(platform) == {}
    await anna.send("#Лето")
    shown = await sees(anna, "Тег лето есть у 2 ссылок")
    assert "✅ лето" in shown.buttons
    assert await tagged(platform) == {"лето": {"b.example", "c.example"}}
    await anna.no_longer_sees("Какой тег?")
    await anna.press("◀️ Назад")
    await sees(anna, "Выбрано: 2 ссылки")
    await anna.press("✖️ Готово")
    await sees(anna, "📋 3 ссылки")

    await chosen(anna, 1, 3)
    await anna.press("🏷 Теги")
    await anna.press("➕ лето · 1")
    await anna.sees_button("✅ лето")
    assert await tagged(platform) == {"лето": {"a.example", "b.example", "c.example"}}
    await anna.press("✅ лето")
    await sees(anna, "нет тега лето")
    assert await tagged(platform) == {"лето": {"b.example"}}


async def test_a_link_with_ten_tags_takes_no_more(platform: Platform, anna: Person):
    await has_links(anna, "a.example", "b.example")
    await change(platform, "a.example", *(f"tag{number}" for number in range(10)))
    await chosen(anna, 1, 2)
    await anna.press("🏷 Теги")
    await anna.press("✏️ Новый тег")
    await anna.send("ещё")
    shown = await sees(anna, "Тег ещё есть у 1 ссылки")
    assert "У 1 ссылки тегов уже столько, сколько может быть" in read(shown)


async def test_a_choice_that_is_not_known_any_more_says_so_and_shows_the_list(platform: Platform, anna: Person):
    await has_links(anna, "a.example", "b.example")
    await chosen(anna, 1)
    old = anna.last
    for _ in range(10):
        await anna.send("/links")
    await anna.press("🗑 Удалить", on=old)
    shown = await sees(anna, "Не помню, что здесь было выбрано")
    assert "📋 2 ссылки" in read(shown)
    assert len(await targets(platform)) == 2


async def test_links_that_are_gone_meanwhile_are_left_out(platform: Platform, anna: Person):
    await has_links(anna, "a.example", "b.example", "c.example")
    await chosen(anna, 1, 2)
    await change(platform, "c.example", deleted_at=platform.clock())
    await anna.press("🗑 Удалить")
    await sees(anna, "Удалить 1 ссылку?")
    await change(platform, "b.example", deleted_at=platform.clock())
    answer = await anna.press("🗑 Да, удалить")
    assert "Такой ссылки" in answer.text


async def test_a_choice_stays_over_a_restart(platform: Platform, anna: Person):
    await has_links(anna, "a.example", "b.example")
    await chosen(anna, 2)
    await platform.restart()
    await anna.press("⏸ Выключить")
    await sees(anna, "1 ссылка выключена")
    assert await targets(platform, Link.paused_at.is_not(None)) == {"a.example"}


async def test_links_of_others_cannot_be_chosen_by_forged_presses(platform: Platform, anna: Person, ben: Person):
    await has_links(ben, "b.example")
    await has_links(anna, "a.example")
    await change(platform, "b.example", "чужой")
    await anna.send("/links")
    for number in ("1", "2", "9223372036854775807", "99999999999999999999", "x", "", "²"):
        await anna.press_data(f"lL:e:1:{number}", on=anna.last)
        await anna.press_data(f"lL:k:1:{number}", on=anna.last)
    for data in ("lL:e:1:", "lL:k:1:1", "lL:k:1:2", "lL:o:1:", "lL:D:1:", "lL:u:1:1"):
        await anna.press_data(data, on=anna.last)
    await sees(anna, "1 ссылка удалена")
    assert await targets(platform, Link.paused_at.is_(None)) == {"b.example"}, "Ben's stands and leads on"
    assert "чужой" not in anna.transcript()
    await nothing_was_reported(platform)


@pytest.mark.parametrize("data", ["lL", "lL:zz:1:", "lL:p:0:", "lL:p:-1:", "lL:p:99999999999:", "lL:s:1:nonsense",
                                  "lL:g:1:999", "lL:i:1:999", "lL:u:1:x", "lL:p:2147483647:"])  # fmt: skip
async def test_made_up_presses_change_nothing_and_get_an_answer(platform: Platform, ben: Person, data: str):
    await has_links(ben, "a.example", "b.example")
    await ben.send("/links")
    await ben.press_data(data, on=ben.last)
    await platform.world.catch_up()
    assert len(await targets(platform)) == 2
    await nothing_was_reported(platform)


async def tagged(platform: Platform) -> dict[str, set[str]]:
    """Where the links of each tag lead."""
    found: dict[str, set[str]] = {}
    async with platform.container.database.read() as session:
        for tag, target in await session.execute(
            select(LinkTag.tag, Link.target).join(Link, Link.id == LinkTag.link_id)
        ):
            found.setdefault(tag, set()).add(target.removeprefix("https://").removesuffix("/"))
    return found
