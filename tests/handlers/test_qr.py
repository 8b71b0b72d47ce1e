"""The QR of a link: one message with the picture, and its look chosen beneath."""

import asyncio
from functools import partial
from io import BytesIO
from zlib import crc32

import pytest
import typst
import zxingcpp
from PIL import Image
from sqlalchemy import select

from db.tables import Link, LinkLogo
from sandbox import Message, Person
from tests.handlers.reading import answers, nothing_was_reported, said, sends
from tests.platform import Platform
from tests.waiting import until


def picture_of(
    colour: str = "crimson", size: tuple[int, int] = (300, 200), kind: str = "PNG", **options: object
) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, colour).save(content, kind, **options)
    return content.getvalue()


def read(content: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(BytesIO(content)).convert("RGB"))]


def rendered(svg: bytes) -> bytes:
    page = '#set page(width: 600pt, height: 600pt, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    png = typst.compile(page.encode(), format="png", ppi=72, sys_inputs={"svg": svg.decode()})
    assert isinstance(png, bytes)
    return png


async def opened(person: Person) -> tuple[str, Message]:
    """The short address of a new link, and the message with its QR."""
    await person.send("https://example.com")
    short_url = person.last.links[0]
    qr = next(button for row in person.last.rows for button in row if "QR" in button.label)
    await person.press(qr.label)
    return short_url, await person.sees_photo()


async def style(platform: Platform) -> tuple[dict[str, object], bytes | None]:
    async with platform.container.database.read() as session:
        kept = await session.scalar(select(Link.qr_style))
        return dict(kept or {}), await session.scalar(select(LinkLogo.picture))


async def colours_of(person: Person, message: Message) -> set[tuple[int, ...]]:
    photo = Image.open(BytesIO(await person.file(message))).convert("RGB").quantize(32).convert("RGB")
    found = photo.getcolors() or []
    return {colour for count, colour in found if count > 500 and isinstance(colour, tuple)}


def near(colour: tuple[int, ...], others: set[tuple[int, ...]]) -> bool:
    return any(sum(abs(one - two) for one, two in zip(colour, other, strict=True)) < 60 for other in others)


async def test_the_qr_is_scanned_as_such_and_says_its_look_on_its_buttons(anna: Person):
    short_url, shown = await opened(anna)
    assert read(await anna.file(shown)) == [f"{short_url}?qr"]
    assert shown.buttons == [
        "🎨 Цвет: обычный", "🖼 Логотип: нет", "📐 Размер: 1024", "📄 Файл PNG", "📄 Файл SVG", "◀️ Назад",
    ]  # fmt: skip
    await anna.press("◀️ Назад")
    await anna.sees_button("🗑")
    assert not any(message.photo for message in anna.messages())


async def test_a_colour_is_chosen_beneath_the_picture_which_takes_it_on(platform: Platform, anna: Person):
    short_url, shown = await opened(anna)
    await anna.press("🎨 Цвет")
    choices = await anna.sees("Какого цвета")
    assert choices.message_id == shown.message_id
    assert choices.photo
    assert "✓ 🔳 обычный" in choices.buttons
    await anna.press("зелёный")
    green = await anna.sees_button("🎨 Цвет: зелёный")
    assert green.message_id == shown.message_id
    assert read(await anna.file(green)) == [f"{short_url}?qr"]
    assert near((0x15, 0x80, 0x3D), await colours_of(anna, green))
    assert (await style(platform))[0] == {"colour": "#15803d"}
    await anna.press("🎨 Цвет")
    await anna.press("обычный")
    await anna.sees_button("🎨 Цвет: обычный")
    assert (await style(platform))[0] == {}


async def is_told(person: Person, typed: str, words: str) -> bool:
    return typed in said(person) and words in said(person)


async def test_a_colour_of_one_s_own_is_typed_and_a_pale_one_refused(platform: Platform, anna: Person):
    short_url, _ = await opened(anna)
    await anna.press("🎨 Цвет")
    await anna.press("✏️ Свой цвет")
    await anna.sees("достаточно тёмным")
    for typed, words in (
        ("#ffee00", "слишком бледный"),
        ("невидимый", "не цвет"),
        ("жёлтый", "слишком бледный"),
        ("#12345", "не цвет"),
        ("<b>#123456</b>", "не цвет"),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", "не цвет"),
    ):
        await anna.send(typed)
        await until(partial(is_told, anna, typed, words), True)
        assert (await style(platform))[0] == {}
    await anna.send("1A2B3C")
    shown = await anna.sees_button("🎨 Цвет: #1a2b3c")
    assert read(await anna.file(shown)) == [f"{short_url}?qr"]
    assert near((0x1A, 0x2B, 0x3C), await colours_of(anna, shown))
    await anna.no_longer_sees("достаточно тёмным")
    await anna.press("🎨 Цвет")
    await anna.sees_button("✓ ✏️ Свой цвет: #1a2b3c")


@pytest.mark.parametrize(
    ("typed", "colour", "shown"),
    [("Красный", "#b91c1c", "красный"), ("зеленый", "#15803d", "зелёный"), ("red", "#b91c1c", "красный")],
)
async def test_a_colour_is_called_by_its_name(platform: Platform, anna: Person, typed: str, colour: str, shown: str):
    await opened(anna)
    await anna.press("🎨 Цвет")
    await anna.press("✏️ Свой цвет")
    await anna.send(typed)
    await anna.sees_button(f"🎨 Цвет: {shown}")
    assert (await style(platform))[0] == {"colour": colour}
    await anna.press("🎨 Цвет")
    await anna.press("✏️ Свой цвет")
    await anna.send("Обычный")
    await anna.sees_button("🎨 Цвет: обычный")
    assert (await style(platform))[0] == {}


async def test_an_address_in_the_place_of_a_colour_is_an_address(anna: Person):
    await opened(anna)
    await anna.press("🎨 Цвет")
    await anna.press("✏️ Свой цвет")
    await anna.sees("достаточно тёмным")
    await anna.send("https://example.com/other")
    assert "example.com/other" in anna.last.text


@pytest.mark.parametrize("kind", ["photo", "png", "jpeg", "webp", "gif", "sticker", "caption"])
async def test_a_logo_that_is_sent_stands_in_the_middle(platform: Platform, anna: Person, kind: str):
    short_url, before = await opened(anna)
    await anna.press("🖼 Логотип: нет")
    await anna.sees("Пришлите логотип")
    if kind in {"photo", "caption"}:
        await anna.send_photo(
            picture_of(), caption="" if kind == "photo" else "вот: https://example.com/logo", quiet=True
        )
    elif kind == "sticker":
        await anna.send_sticker(quiet=True)
    else:
        await anna.send_document(picture_of(kind=kind.upper()), f"логотип.{kind}", quiet=True)
    shown = await anna.sees_button("🖼 Логотип: есть")
    assert shown.message_id != before.message_id
    assert read(await anna.file(shown)) == [f"{short_url}?qr"]
    photo = Image.open(BytesIO(await anna.file(shown))).convert("RGB")
    if kind != "sticker":
        assert near((220, 20, 60), {photo.getpixel((photo.width // 2, photo.width // 2))})  # type: ignore[arg-type]
    await anna.no_longer_sees("Пришлите логотип")
    kept, logo = await style(platform)
    assert kept == {"logo": True}
    assert logo is not None
    square = Image.open(BytesIO(logo))
    assert square.format == "PNG"
    assert square.width == square.height <= 512
    assert len([message for message in anna.messages() if message.from_bot]) == 1, "one tidy message"


async def test_a_logo_can_be_removed(platform: Platform, anna: Person):
    await opened(anna)
    await anna.press("🖼 Логотип: нет")
    await anna.sees("Пришлите логотип")
    await anna.send_photo(picture_of(), quiet=True)
    await anna.sees_button("🖼 Логотип: есть")
    await anna.press("🖼 Логотип: есть")
    await anna.press("🗑 Убрать логотип")
    await anna.sees_button("🖼 Логотип: нет")
    assert await style(platform) == ({}, None)


def moving() -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    content = BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    return content.getvalue()


def fifty_megapixels() -> bytes:
    content = BytesIO()
    Image.new("1", (10_000, 5_000)).save(content, "PNG")
    return content.getvalue()


def bomb() -> bytes:
    """A PNG that says it has more pixels than anybody would decode."""
    content = bytearray(picture_of())
    content[16:24] = (100_000).to_bytes(4, "big") * 2
    content[29:33] = crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (fifty_megapixels, "10 000 × 5 000 пикселей"),
        (bomb, "100 000 × 100 000 пикселей"),
        (lambda: picture_of()[:60], "не получилось открыть"),
        (lambda: b"%PDF-1.7 no picture", "не получилось открыть"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "не получилось открыть"),
        (moving, "не должен двигаться"),
        (lambda: bytes(10_000_001), "не больше 10 МБ"),
    ],
    ids=["50 MP", "bomb", "cut off", "PDF", "SVG", "moving", "heavy"],
)
async def test_what_cannot_be_a_logo_is_refused_in_words_and_changes_nothing(
    platform: Platform, anna: Person, content, words: str
):
    await opened(anna)
    await anna.press("🖼 Логотип: нет")
    await anna.sees("Пришлите логотип")
    await anna.send_document(content(), "logo.png")
    assert words in said(anna)
    assert await style(platform) == ({}, None)
    await anna.send_photo(picture_of(), quiet=True)
    await anna.sees_button("🖼 Логотип: есть")
    await nothing_was_reported(platform)


async def test_a_photo_that_telegram_says_is_huge_is_not_even_fetched(platform: Platform, anna: Person):
    await opened(anna)
    await anna.press("🖼 Логотип: нет")
    await anna.sees("Пришлите логотип")
    huge = {"file_id": "made-up", "file_unique_id": "made-up", "width": 9_000, "height": 6_000, "file_size": 5_000}
    sends(platform, anna, {"photo": [huge]})
    await anna.sees("9 000 × 6 000".replace(" ", "\u00a0").replace("\u00a0×\u00a0", " × "))
    assert "getFile" not in {call.method for call in platform.server.calls}


async def test_words_and_voices_in_the_place_of_a_logo_are_told_apart_from_pictures(platform: Platform, anna: Person):
    await opened(anna)
    await anna.press("🖼 Логотип: нет")
    await anna.sees("Пришлите логотип")
    await anna.send("мой логотип")
    assert "Это не картинка" in said(anna)
    await anna.send_voice()
    assert "Это не картинка" in said(anna)
    assert len([message for message in anna.messages() if "Пришлите логотип" in message.text]) == 1
    assert await style(platform) == ({}, None)


async def test_telegram_that_does_not_give_the_file_leaves_the_question_open(platform: Platform, anna: Person):
    await opened(anna)
    await anna.press("🖼 Логотип: нет")
    await anna.sees("Пришлите логотип")
    gone = {"file_id": "made-up", "file_unique_id": "made-up", "width": 90, "height": 90, "file_size": 500}
    sends(platform, anna, {"photo": [gone]})
    await anna.sees("попробуйте ещё раз")
    await anna.send_photo(picture_of(), quiet=True)
    await anna.sees_button("🖼 Логотип: есть")


@pytest.mark.parametrize("size", [512, 1024, 2048])
async def test_files_come_in_the_chosen_size_and_in_the_chosen_look(anna: Person, size: int):
    short_url, shown = await opened(anna)
    await anna.press("🎨 Цвет")
    await anna.press("синий")
    await anna.sees_button("🎨 Цвет: синий")
    await anna.press("📐 Размер")
    choices = await anna.sees("Какого размера")
    assert choices.message_id == shown.message_id
    await anna.press(f"{size} × {size}")
    await anna.sees_button(f"📐 Размер: {size}")
    await anna.press("📄 Файл PNG")
    png = await anna.sees(f"{size} × {size}")
    assert png.file_name == f"qr-{short_url.rpartition('/')[2]}.png"
    content = await anna.file(png)
    assert Image.open(BytesIO(content)).size == (size, size)
    assert read(content) == [f"{short_url}?qr"]
    await anna.press("📄 Файл SVG")
    svg = await anna.sees("· SVG")
    assert svg.file_name is not None
    assert svg.file_name.endswith(".svg")
    content = await anna.file(svg)
    assert f'width="{size}"'.encode() in content
    assert b'fill="#1d4ed8"' in content
    assert read(rendered(content)) == [f"{short_url}?qr"]


async def test_without_pictures_files_come_later(platform: Platform, anna: Person):
    await opened(anna)
    await platform.container.services.pictures.close()
    await anna.press("📄 Файл PNG")
    await anna.sees("попробуйте ещё раз")
    await anna.press("📄 Файл SVG")
    assert len([text for text in await answers(anna) if "попробуйте ещё раз" in text]) == 2
    await nothing_was_reported(platform)


async def test_all_of_it_is_there_in_english(ben: Person):
    _, shown = await opened(ben)
    assert shown.buttons == [
        "🎨 Colour: usual", "🖼 Logo: none", "📐 Size: 1024", "📄 PNG file", "📄 SVG file", "◀️ Back",
    ]  # fmt: skip
    await ben.press("🎨 Colour")
    await ben.press("violet")
    await ben.sees_button("🎨 Colour: violet")


@pytest.mark.parametrize("part", "sczolpv")
async def test_nobody_else_touches_the_look_of_a_link(platform: Platform, anna: Person, ben: Person, part: str):
    await opened(anna)
    await ben.send("/start")
    for value in ("", "15803d", "512", "none"):
        answer = await ben.press_data(f"lq:{part}:1:0:{value}", on=ben.last)
        assert "no such link" in answer.text or "does not work any more" in answer.text or "no colour" in answer.text
    assert await style(platform) == ({}, None)
    await nothing_was_reported(platform)


@pytest.mark.parametrize("data", ["lq:z:1:0:513", "lq:z:1:0:²", "lq:c:1:0:zzzzzz", "lq:c:1:0:ffffff", "lq:x:1:0:"])
async def test_made_up_choices_change_nothing(platform: Platform, anna: Person, data: str):
    _, shown = await opened(anna)
    answer = await anna.press_data(data, on=shown)
    assert answer.show_alert
    assert await style(platform) == ({}, None)
    await nothing_was_reported(platform)


async def test_a_deleted_link_has_no_look_any_more(anna: Person):
    _, shown = await opened(anna)
    await anna.send("/links")
    await anna.press_data("l:D:1:1", on=anna.last)
    await anna.sees("удалена")
    for part in "sczolpv":
        answer = await anna.press_data(f"lq:{part}:1:0:", on=shown)
        assert "Такой ссылки" in answer.text


async def test_two_choices_at_once_are_both_kept(platform: Platform, anna: Person):
    _, shown = await opened(anna)
    await asyncio.gather(
        anna.press_data("lq:c:1:0:15803d", on=shown),
        anna.press_data("lq:z:1:0:512", on=shown),
    )
    await answers(anna)
    assert (await style(platform))[0] == {"colour": "#15803d", "size": 512}
