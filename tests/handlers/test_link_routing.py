"""Where a link leads whom, set in the chat by its owner."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from sandbox import Person
from sandbox.client_views import Message
from tests.handlers.reading import answers, nothing_was_reported, said
from tests.platform import Platform
from tests.waiting import until

COUNTRY_RULE = "🇷🇺 Russia → example.com/ru"


async def sees(person: Person, text: str) -> Message:
    """The newest message, once a reader reads this in it."""

    async def look() -> bool:
        return text in said(person)

    await until(look, True)
    return person.last


async def settings(person: Person, address: str = "https://example.com/own") -> Message:
    """Of a new link."""
    await person.send(address)
    await person.press("⚙️")
    return await person.sees_button("📡")


@pytest.fixture
async def bens(ben: Person) -> Message:
    """The settings of Ben's link."""
    return await settings(ben)


async def leads(platform: Platform, slug: str, **headers: str) -> str:
    """Where a browser is sent by this link."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{platform.settings.links_url}/{slug}", headers=named, allow_redirects=False) as answer,
    ):
        return answer.headers.get("Location", "")


def slug_of(message: Message) -> str:
    return message.links[0].rsplit("/", 1)[1]


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


# UTM


async def test_utm_fields_are_chosen_or_typed_and_the_address_is_shown_with_them(
    platform: Platform, ben: Person, bens: Message
):
    await ben.press("📣 UTM: none")
    await ben.press("Source: none")
    await ben.press("tiktok")
    await ben.press("Campaign: none")
    await ben.send("весна 2026")
    shown = await sees(ben, "utm_campaign=весна 2026")
    assert {"Source: tiktok", "Campaign: весна 2026"} <= set(shown.buttons)
    await ben.no_longer_sees("What it is a part of")

    async def target() -> str:
        return await leads(platform, slug_of(bens), User_Agent=CHROME)

    await until(target, "https://example.com/own?utm_source=tiktok&utm_campaign=%D0%B2%D0%B5%D1%81%D0%BD%D0%B0%202026")
    await ben.press("Source: tiktok")
    assert "✓ tiktok" in (await sees(ben, "Now: tiktok")).buttons
    await ben.press("🗑 Clear")
    await ben.sees_button("Source: none")
    await ben.press("◀️ Back")
    await ben.sees_button("📣 UTM: 1")
    await ben.press("📣 UTM: 1")
    await ben.press("🗑 Clear all")
    await sees(ben, "Campaign: весна 2026")
    await ben.press("◀️ Keep them")
    await ben.sees_button("Campaign: весна 2026")
    await ben.press("🗑 Clear all")
    await ben.press("🗑 Yes, clear")
    await until(target, "https://example.com/own")


async def test_a_template_is_kept_and_given_to_another_link(ben: Person, bens: Message):
    await ben.press("📣 UTM: none")
    await ben.press("📁 Templates")
    assert "None yet" in (await sees(ben, "UTM templates")).text
    await ben.press("◀️ Back")
    await ben.press("Medium: none")
    await ben.press("social")
    await ben.press("📁 Templates")
    await ben.press("💾")
    await ben.send("My <b>posts</b>")
    await ben.sees_button("My <b>posts</b>")
    await settings(ben, "https://example.com/other")
    await ben.press("📣 UTM: none")
    await ben.press("📁 Templates")
    await sees(ben, "in the place of its own")
    await ben.press("My <b>posts</b>", on=ben.last)
    assert "Medium: social" in (await sees(ben, "example.com/other?utm_medium=social")).buttons
    await ben.press("📁 Templates")
    await sees(ben, "in the place of its own")
    await ben.press("🗑", on=ben.last)
    await ben.press("🗑 Yes, delete")
    assert "None yet" in (await sees(ben, "None yet")).text


@pytest.mark.parametrize("typed", ["x" * 101, " \u200b "])
async def test_a_field_that_cannot_be_is_asked_for_again(ben: Person, bens: Message, typed: str):
    await ben.press("📣 UTM: none")
    await ben.press("Keyword: none")
    await sees(ben, "The keyword")
    await ben.send(typed)
    assert "⚠️" in ben.last.text
    await ben.send_sticker()
    await sees(ben, "I can only read text")
    await ben.send("shoes")
    await ben.sees_button("Keyword: shoes")


# Rules


async def test_a_rule_is_made_by_buttons_and_leads_those_elsewhere_whom_it_names(
    platform: Platform, ben: Person, bens: Message
):
    await ben.press("🚦 Rules: none")
    await ben.press("➕ Add a rule")
    await ben.press("📱 By device")
    await ben.press("iPhone")
    await ben.sees_button("✓ iPhone")
    await ben.press("iPad")
    await ben.sees_button("✓ iPad")
    await ben.press("✓ iPad")

    async def chosen() -> set[str]:
        return {label for label in ben.last.buttons if label.startswith("✓") or label == "iPad"}

    await until(chosen, {"✓ iPhone", "iPad"})
    await ben.press("➡️ Where to?")
    await sees(ben, "Where should these people go: iPhone?")
    await ben.send("example.com/apple")
    shown = await sees(ben, "1. iPhone → example.com/apple")
    assert "Everybody else → example.com/own" in said(ben)
    await ben.no_longer_sees("Where should these people go")

    async def target() -> str:
        return await leads(platform, slug_of(bens), User_Agent=IPHONE)

    await until(target, "https://example.com/apple")
    assert await leads(platform, slug_of(bens), User_Agent=CHROME) == "https://example.com/own"
    await ben.press("1", on=shown)
    await ben.press("🗑 Remove the rule")
    await sees(ben, "🗑 Remove this rule?\niPhone → example.com/apple")
    await ben.press("◀️ Keep it")
    await ben.press("🗑 Remove the rule")
    await ben.press("🗑 Yes, remove")
    await sees(ben, "by their country, device or language")
    assert "Everybody → example.com/own" in said(ben)
    await until(target, "https://example.com/own")


async def test_countries_and_languages_are_typed_in_any_of_both_languages(
    platform: Platform, ben: Person, bens: Message
):
    await ben.press("🚦 Rules: none")
    await ben.press("➕ Add a rule")
    await ben.press("🌍 By country")
    await ben.press("Belarus")
    await ben.sees_button("✓ 🇧🇾 Belarus")
    await ben.press("✏️ Another country")
    await sees(ben, "Chosen already: 🇧🇾 Belarus")
    await ben.send("Армения, GE")
    await sees(ben, "🇧🇾 Belarus, 🇦🇲 Armenia, 🇬🇪 Georgia?")
    await ben.send("https://example.com/south")
    await sees(ben, "1. 🇧🇾 Belarus, 🇦🇲 Armenia +1 → example.com/south")
    await ben.press("➕ Add a rule")
    await ben.press("🗣 By language")
    await ben.press("✏️ Another language")
    await ben.send("немецкий")
    await ben.send("https://example.com/de")
    await sees(ben, "2. German → example.com/de")

    async def target() -> str:
        return await leads(platform, slug_of(bens), User_Agent=CHROME, Accept_Language="de-DE,de;q=0.9,en;q=0.5")

    await until(target, "https://example.com/de")


async def test_back_from_where_to_leads_to_what_was_chosen(ben: Person, bens: Message):
    await ben.press("🚦 Rules: none")
    await ben.press("➕ Add a rule")
    await ben.press("🌍 By country")
    await ben.press("USA")
    await ben.sees_button("✓ 🇺🇸 USA")
    await ben.press("✏️ Another country")
    await ben.send("Armenia, Georgia")
    await sees(ben, "🇺🇸 USA, 🇦🇲 Armenia, 🇬🇪 Georgia?")
    await ben.press("◀️ Back")
    await ben.sees_button("✓ 🇬🇪 Georgia")
    await ben.press("✓ 🇦🇲 Armenia")

    async def armenia_is_shown() -> bool:
        return any("Armenia" in label for label in ben.last.buttons)

    await until(armenia_is_shown, False)
    await ben.press("🇩🇪 Germany")
    await ben.sees_button("✓ 🇩🇪 Germany")
    await ben.press("➡️ Where to?")
    await ben.send("https://example.com/there")
    await sees(ben, "1. 🇩🇪 Germany, 🇺🇸 USA +1 → example.com/there")


async def test_more_than_buttons_hold_are_typed_again_after_back_and_none_is_lost_in_silence(
    ben: Person, bens: Message
):
    codes = ["AM", "AZ", "BE", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR"]
    await ben.press("🚦 Rules: none")
    await ben.press("➕ Add a rule")
    await ben.press("🌍 By country")
    await ben.press("✏️ Another country")
    await ben.send(",".join(codes))
    await sees(ben, "Where should these people go")
    await ben.press("◀️ Back")
    full = await ben.sees_button("✓ 🇫🇷 France")
    assert "🇷🇺 Russia" not in full.buttons, "no more fit"
    await ben.press("✓ 🇫🇷 France")
    await ben.sees_button("🇷🇺 Russia")
    await ben.press("✏️ Another country")
    await ben.send("GE, IT")
    await sees(ben, "Where should these people go")
    await ben.press("◀️ Back")
    await sees(ben, "Which countries?")
    await ben.send(",".join([*codes, "GE", "IT"]))
    await sees(ben, "Where should these people go")
    await ben.send("https://example.com/there")
    await sees(ben, "1. 🇦🇲 Armenia, 🇦🇿 Azerbaijan +11 → example.com/there")


async def test_rules_change_places(ben: Person, bens: Message):
    for number, device in enumerate(("iPhone", "Android", "Windows")):
        await ben.press("🚦 Rules: none" if not number else "🚦 Rules", on=None)
        await ben.press("➕ Add a rule")
        await ben.press("📱 By device")
        await ben.press(device)
        await ben.press("➡️ Where to?")
        await ben.send(f"https://example.com/{device.lower()}")
        shown = await sees(ben, f"{number + 1}. {device}")
        await ben.press("◀️ Back", on=shown)
        await ben.sees_button(f"🚦 Rules: {number + 1}")
    await ben.press("🚦 Rules: 3")
    await sees(ben, "The first rule that fits decides")
    await ben.press("3")
    rule = await sees(ben, "Rule 3")
    assert "⬇️ Later" not in rule.buttons
    await ben.press("⬆️ Earlier")
    await sees(ben, "Rule 2")
    await ben.press("⬆️ Earlier")
    assert "⬆️ Earlier" not in (await sees(ben, "Rule 1")).buttons
    await ben.press("◀️ Back")
    shown = await sees(ben, "1. Windows")
    assert "2. iPhone" in said(ben)
    assert shown.message_id == rule.message_id, "one message, edited"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Atlantis", "I know no country Atlantis"),
        ("Russia, Narnia", "I know no country Narnia"),
        ("XX", "I know no country XX"),
        ("🙂", "I know no country 🙂"),
    ],
)
async def test_a_country_that_does_not_exist_is_refused_and_can_be_typed_anew(
    ben: Person, bens: Message, typed: str, answer: str
):
    await ben.press("🚦 Rules: none")
    await ben.press("➕ Add a rule")
    await ben.press("🌍 By country")
    await ben.press("✏️ Another country")
    await sees(ben, "Which countries?")
    await ben.send(typed)
    assert answer in said(ben)
    await ben.send("Italy")
    await sees(ben, "🇮🇹 Italy?")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("hello there", "is not a web address"),
        ("javascript:alert(1)", "links don't work here"),
        ("https://a.example https://b.example", "2 addresses"),
        ("https://name:secret@example.com", "a name or a password"),
    ],
)
async def test_a_rule_to_nowhere_is_refused_and_the_question_stays(
    platform: Platform, ben: Person, bens: Message, typed: str, answer: str
):
    await ben.press("🚦 Rules: none")
    await ben.press("➕ Add a rule")
    await ben.press("🌍 By country")
    await ben.press("Russia")
    await ben.press("➡️ Where to?")
    await sees(ben, "Where should these people go")
    await ben.send(typed)
    await sees(ben, answer)
    await ben.send(f"{platform.settings.links_url}/abc")
    await sees(ben, "short link of ours")
    await ben.send("https://example.com/ru")
    await sees(ben, COUNTRY_RULE)


# Variants


async def test_two_variants_share_the_visitors_and_a_visitor_stays(platform: Platform, ben: Person, bens: Message):
    await ben.press("🔀 A/B test: no")
    await ben.press("➕ Add a variant")
    await sees(ben, "One variant is where the link leads now")
    await ben.send("https://example.com/b")
    shown = await sees(ben, "B · 50% → example.com/b")
    assert "A · 50% → example.com/own" in said(ben)
    await ben.press("B · 50%", on=shown)
    await ben.press("+10")
    await sees(ben, "Weight 60 — 54.5% of the visitors")
    await ben.press("✏️ Own weight")
    await ben.send("100")
    await sees(ben, "Weight 100 — 66.7% of the visitors")
    await ben.press("◀️ Back")
    await ben.press("A · 33.3%")
    await ben.press("✏️ Own weight")
    await ben.send("1")
    shown = await sees(ben, "Weight 1 — 1% of the visitors")
    assert "−1" not in shown.buttons

    async def chosen() -> set[str]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            found = set()
            for _ in range(5):
                async with session.get(
                    f"{platform.settings.links_url}/{slug_of(bens)}",
                    headers={"User-Agent": CHROME},
                    allow_redirects=False,
                ) as answer:
                    found.add(answer.headers["Location"])
            return found

    assert all(len(found) == 1 for found in await asyncio.gather(*(chosen() for _ in range(10))))
    await ben.press("🗑 Remove the variant")
    await sees(ben, "everybody → example.com/own")
    await ben.press("◀️ Keep it")
    await ben.press("🗑 Remove the variant")
    await ben.press("🗑 Yes, remove")
    await sees(ben, "Lead a part of the visitors to another address")
    await ben.press("◀️ Back")
    await ben.sees_button("🔀 A/B test: no")


@pytest.mark.parametrize("typed", ["0", "-1", "101", "1000000000", "half", "1.5"])
async def test_a_weight_of_nothing_is_refused_and_can_be_typed_anew(ben: Person, bens: Message, typed: str):
    await ben.press("🔀 A/B test: no")
    await ben.press("➕ Add a variant")
    await ben.send("https://example.com/b")
    await ben.press("B · 50%")
    await ben.press("✏️ Own weight")
    await sees(ben, "How much should variant B weigh?")
    await ben.send(typed)
    assert f"{typed} is no weight: it is a number from 1 to 100" in said(ben)
    await ben.send("50 %")
    await sees(ben, "Weight 50")


# Apps


async def test_opening_an_app_is_offered_where_there_is_one(platform: Platform, ben: Person, bens: Message):
    await ben.press("📲 Open in the app: no")
    shown = await sees(ben, "This works for links to TikTok, YouTube, Instagram, Telegram, Ozon, Wildberries")
    assert shown.buttons == ["◀️ Back"]
    tiktok = await settings(ben, "/link https://www.tiktok.com/@name/video/1")
    await ben.press("📲 Open in the app: no")
    await ben.press("▶️ Switch on")
    await sees(ben, "Switched on.")

    async def page() -> str:
        async with (
            aiohttp.ClientSession() as session,
            session.get(
                f"{platform.settings.links_url}/{slug_of(tiktok)}",
                headers={"User-Agent": IPHONE},
                allow_redirects=False,
            ) as answer,
        ):
            return await answer.text()

    async def has_address() -> bool:
        return "x-safari-https://www.tiktok.com/@name/video/1" in await page()

    await until(has_address, True)
    assert await leads(platform, slug_of(tiktok), User_Agent=CHROME) == "https://www.tiktok.com/@name/video/1"
    await ben.press("⏸ Switch off")
    await ben.press("◀️ Back")
    await ben.sees_button("📲 Open in the app: no")


# Of all of them


async def test_of_several_apps_all_are_named(anna: Person):
    await settings(anna, "/link https://www.tiktok.com/@name/video/1")
    await anna.press("🔀 A/B: нет")
    await anna.press("➕ Добавить вариант")
    await anna.send("https://youtu.be/x")
    await sees(anna, "youtu.be/x")
    await anna.press("◀️ Назад")
    await anna.press("📲 Открывать в приложении: нет")
    await sees(anna, "откроются приложения: TikTok, YouTube. Если их нет — сайт.")


async def test_in_russian_the_same_screens_speak_russian(anna: Person):
    await settings(anna)
    await anna.press("🚦 Правил нет")
    await anna.press("➕ Добавить правило")
    await anna.press("🌍 По стране")
    await anna.press("Казахстан")
    await anna.press("➡️ Куда вести?")
    await sees(anna, "🇰🇿 Казахстан?")
    await anna.send("https://example.com/kz")
    await sees(anna, "1. 🇰🇿 Казахстан → example.com/kz")
    assert "Остальные → example.com/own" in said(anna)


Opens = Callable[[Person], Awaitable[object]]


@pytest.mark.parametrize(
    "opens",
    [
        lambda ben: ben.press("📣 UTM: none"),
        lambda ben: ben.press("🚦 Rules: none"),
        lambda ben: ben.press("🔀 A/B test: no"),
        lambda ben: ben.press("📲 Open in the app: no"),
        lambda ben: ben.press("📡 Webhook: none"),
    ],
)
async def test_each_part_is_one_message_and_leads_back(ben: Person, bens: Message, opens: Opens):
    await opens(ben)
    await ben.press("◀️ Back")
    shown = await ben.sees_button("📡 Webhook: none")
    assert shown.message_id == bens.message_id
    assert len(await answers(ben)) == 1


async def test_a_forged_press_reaches_nobody_elses_link(platform: Platform, anna: Person, ben: Person, bens: Message):
    await anna.send("/start")
    parts = (
        "u uf:source us:source.x uc ut uk ug:1 ux:1 r rr:1 rm:x.0 rx:x rk rw:cRU rt:c ro:cRU v vv:A vw:A.5 vt:A va "
        "vx:A a as:1 as:0 w wa ws ws:! wt wo:1 wo:0 wx wx:!"
    )
    for part in parts.split():
        name, _colon, value = part.partition(":")
        answer = await anna.press_data(f"lr:{name}:1:0:{value}", on=anna.last)
        assert "Такой ссылки" in answer.text, part
    assert len(await answers(anna)) == 1
    await nothing_was_reported(platform)


@pytest.mark.parametrize(
    "data",
    [
        "uf:planet", "us:planet.x", "us:source", "ug:x", "ux:99999999999999999999", "rr:x", "rm:x", "rm:x.-1",
        "rm:x.99999999999999999", "rw:", "rw:x", "rw:cXX", "rw:d0a9", "ro:c", "vv:Q", "vw:A.0", "vw:A", "vt:Q",
        "as:2", "as:1",
    ],
)  # fmt: skip
async def test_made_up_values_change_nothing_and_get_an_answer(
    platform: Platform, ben: Person, bens: Message, data: str
):
    part, _colon, value = data.partition(":")
    await ben.press_data(f"lr:{part}:1:0:{value}", on=bens)
    await ben.send("/links")
    await ben.press("1")
    await ben.press("⚙️")
    shown = await ben.sees_button("📡")
    assert {"📣 UTM: none", "🚦 Rules: none", "🔀 A/B test: no", "📲 Open in the app: no"} <= set(shown.buttons)
    await nothing_was_reported(platform)


async def test_an_answer_after_the_link_is_gone_ends_the_question(ben: Person, bens: Message):
    await ben.press("🔀 A/B test: no")
    await ben.press("➕ Add a variant")
    asked = await sees(ben, "Send me the address")
    await ben.press_data("l:D:1:0", on=asked)
    await sees(ben, "is deleted")
    await ben.send("hello")
    assert "I read addresses and commands" in said(ben)
