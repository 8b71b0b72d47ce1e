"""Photos, documents and albums."""

import io

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InputMediaDocument, InputMediaPhoto, URLInputFile
from PIL import Image

from sandbox import Person, SandboxRefused, SandboxServer
from tests.sandbox.conftest import RawBot


def image(width: int, height: int, kind: str = "PNG", *, exif: bool = False) -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (width, height), "#336699")
    tags = Image.Exif()
    if exif:
        tags[0x010F] = "Camera of somebody"
        tags[0x0112] = 6
    picture.save(out, kind, exif=tags)
    return out.getvalue()


def upload(content: bytes, name: str = "photo.png") -> BufferedInputFile:
    return BufferedInputFile(content, name)


@pytest.fixture(autouse=True)
async def _started(anna: Person) -> None:
    await anna.send("/start", quiet=True)


async def test_a_photo_has_its_true_sizes_and_comes_back(bot: Bot, anna: Person) -> None:
    sent = await bot.send_photo(anna.id, upload(image(1600, 800)), caption="<b>вид</b>")
    assert sent.photo is not None
    assert [(size.width, size.height) for size in sent.photo] == [(90, 45), (320, 160), (800, 400), (1280, 640)]
    seen = await anna.sees_photo()
    assert seen.html == "<b>вид</b>"
    with Image.open(io.BytesIO(await anna.file(seen))) as shown:
        assert (shown.format, shown.size) == ("JPEG", (1280, 640))


async def test_photos_lose_their_exif_and_stand_upright_and_documents_keep_all(bot: Bot, anna: Person) -> None:
    original = image(60, 40, "JPEG", exif=True)
    sent = await bot.send_photo(anna.id, upload(original))
    with Image.open(io.BytesIO(await anna.file(await anna.sees_photo()))) as shown:
        assert dict(shown.getexif()) == {}
        assert shown.size == (40, 60)
    assert sent.photo is not None
    document = await bot.send_document(anna.id, upload(original, "снимок.jpg"))
    assert document.document is not None
    assert (document.document.file_name, document.document.mime_type) == ("снимок.jpg", "image/jpeg")
    assert await anna.file(await anna.sees_document()) == original


async def test_the_bot_downloads_what_a_person_sent(bot: Bot, anna: Person, raw: RawBot) -> None:
    own = await anna.send_document(b"a;b\n", "список.csv", caption="вот", quiet=True)
    assert own.file_id is not None
    file = await bot.get_file(own.file_id)
    assert file.file_path is not None
    content = await bot.download_file(file.file_path)
    assert content is not None
    assert content.read() == b"a;b\n"
    update = (await raw.call("getUpdates", offset=-1))["result"][0]["message"]
    assert (update["document"]["file_name"], update["caption"]) == ("список.csv", "вот")
    assert await raw.refusal("getFile", file_id="nothing") == "Bad Request: invalid file_id"


async def test_a_photo_of_a_person_has_sizes(anna: Person, raw: RawBot) -> None:
    await anna.send_photo(image(500, 400), quiet=True)
    update = (await raw.call("getUpdates", offset=-1))["result"][0]["message"]
    assert [size["width"] for size in update["photo"]] == [90, 320, 500]
    with pytest.raises(SandboxRefused, match="IMAGE_PROCESS_FAILED"):
        await anna.send_photo(b"no picture", quiet=True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture at all", "IMAGE_PROCESS_FAILED"),
        (image(400, 300)[:200], "IMAGE_PROCESS_FAILED"),
        (image(9000, 1100), "PHOTO_INVALID_DIMENSIONS"),
        (image(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (b"\0" * (10 * 1024 * 1024 + 1), "too big Photo"),
        (b"", "file must be non-empty"),
    ],
)
async def test_what_is_no_photo_is_refused(bot: Bot, anna: Person, content: bytes, words: str) -> None:
    with pytest.raises(TelegramBadRequest, match=words):
        await bot.send_photo(anna.id, upload(content))


async def test_a_file_can_be_sent_again_by_its_id(bot: Bot, anna: Person) -> None:
    first = await bot.send_photo(anna.id, upload(image(200, 100)))
    assert first.photo is not None
    again = await bot.send_photo(anna.id, first.photo[0].file_id)
    assert again.photo == first.photo
    with pytest.raises(TelegramBadRequest, match="wrong file identifier/HTTP URL specified"):
        await bot.send_photo(anna.id, "AgACnothing")
    with pytest.raises(TelegramBadRequest, match="can't use file of type Photo as Document"):
        await bot.send_document(anna.id, first.photo[0].file_id)


async def test_an_address_is_fetched_only_on_this_machine(
    bot: Bot, raw: RawBot, anna: Person, server: SandboxServer
) -> None:
    kept = await anna.send_photo(image(90, 80), quiet=True)
    local = f"{server.url}/people/files/{kept.file_id}"
    body = await raw.call("sendPhoto", chat_id=anna.id, photo=local)
    assert [size["width"] for size in body["result"]["photo"]] == [90]
    assert await raw.refusal("sendPhoto", chat_id=anna.id, photo="http://192.0.2.1/x.png") == (
        "Bad Request: failed to get HTTP URL content"
    )
    assert await raw.refusal("sendPhoto", chat_id=anna.id) == "Bad Request: there is no photo in the request"
    # aiogram fetches such a file by itself and uploads it.
    assert (await bot.send_document(anna.id, URLInputFile(local, filename="x.jpg"))).document


async def test_too_long_a_caption(bot: Bot, anna: Person) -> None:
    assert await bot.send_photo(anna.id, upload(image(50, 50)), caption="x" * 1024)
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await bot.send_photo(anna.id, upload(image(50, 50)), caption="x" * 1025)


async def test_too_big_an_upload(bot: Bot, anna: Person) -> None:
    with pytest.raises(TelegramBadRequest, match="too big file"):
        await bot.send_document(anna.id, upload(b"\0" * (50 * 1024 * 1024 + 1), "big.bin"))


async def test_an_album_is_one_group_of_messages(bot: Bot, anna: Person) -> None:
    media = [InputMediaPhoto(media=upload(image(50, 50 + number)), caption=str(number)) for number in range(3)]
    sent = await bot.send_media_group(anna.id, list(media))
    assert len({message.media_group_id for message in sent}) == 1
    await anna.sees("2")
    assert [message.text for message in anna.messages() if message.photo] == ["0", "1", "2"]


async def test_albums_are_checked(bot: Bot, raw: RawBot, anna: Person) -> None:
    one = InputMediaPhoto(media=upload(image(50, 50)))
    with pytest.raises(TelegramBadRequest, match="2-10 items"):
        await bot.send_media_group(anna.id, [one])
    with pytest.raises(TelegramBadRequest, match="too many messages to send as an album"):
        await bot.send_media_group(anna.id, [one] * 11)
    with pytest.raises(TelegramBadRequest, match="Can't use the media of the specified type in the album"):
        await bot.send_media_group(anna.id, [one, InputMediaDocument(media=upload(b"x", "x.txt"))])
    assert await raw.refusal(
        "sendMediaGroup", chat_id=anna.id, media=[{"type": "photo", "media": "attach://x"}] * 2
    ) == ("Bad Request: media not found")


async def test_a_file_path_of_nobody(http: aiohttp.ClientSession, bot: Bot, server: SandboxServer) -> None:
    async with http.get(f"{server.url}/file/bot{bot.token}/photos/file_99.jpg") as answer:
        assert answer.status == 404
