from io import BytesIO
from urllib.parse import quote

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from services.pictures.qr import QrPicture, qr_picture

CYRILLIC = "моя-длинная-ссылка-на-самый-лучший-канал-про-котов-и-собак-2025й"
ADDRESSES = [
    "http://localhost:8080/aB3xYz7",
    "https://tok.link/aB3xYz7",
    "https://tok.link/моя-ссылка",
    f"https://tok.link/{CYRILLIC}",
    f"https://links.example.com/{quote(CYRILLIC)}",
    "https://пример.рф/скидка",
    "a",
]


def drawn(content: str, caption: str) -> Image.Image:
    picture = Image.open(BytesIO(qr_picture(QrPicture(content, caption))))
    assert picture.format == "PNG"
    return picture.convert("RGB")


def dark(picture: Image.Image) -> Image.Image:
    return picture.convert("L").point(lambda shade: 255 * (shade < 200))


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]


def sent_on(picture: Image.Image, share: float) -> Image.Image:
    """The picture after a messenger made it smaller and saved it as a JPEG of middling quality."""
    small = picture.resize((round(picture.width * share), round(picture.height * share)))
    jpeg = BytesIO()
    small.save(jpeg, "JPEG", quality=70)
    return Image.open(jpeg)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_camera_reads_the_address_even_from_a_small_copy(address: str) -> None:
    picture = drawn(address, address.partition("//")[2])
    assert picture.width == 1024
    assert read(picture) == [address]
    assert read(sent_on(picture, 0.35)) == [address]


@settings(max_examples=25, deadline=None)
@given(st.text("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789", min_size=1, max_size=64))
def test_every_slug_is_read(slug: str) -> None:
    assert read(sent_on(drawn(f"https://tok.link/{slug}", f"tok.link/{slug}"), 0.5)) == [f"https://tok.link/{slug}"]


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=300))
def test_no_caption_spoils_the_code(caption: str) -> None:
    assert read(drawn("https://tok.link/aB3xYz7", caption)) == ["https://tok.link/aB3xYz7"]


def test_around_the_code_at_least_four_modules_stay_white() -> None:
    picture = drawn("https://tok.link/aB3xYz7", "tok.link/aB3xYz7")
    left, top, right, bottom = dark(picture.crop((0, 0, picture.width, picture.width))).getbbox() or (0, 0, 0, 0)
    # 29 modules and four at each side; what is left of whole modules goes to the margin.
    module = 1024 // 37
    assert (right - left, bottom - top) == (29 * module, 29 * module)
    assert min(left, top, 1024 - right, 1024 - bottom) >= 4 * module
    assert left == top


def test_the_address_stands_beneath_for_people() -> None:
    bare, named = drawn(ADDRESSES[0], ""), drawn(ADDRESSES[0], "localhost:8080/aB3xYz7")
    assert bare.size == (bare.width, bare.width)
    # The caption's own shades may take one of the code's.
    differing = ImageChops.difference(dark(named.crop((0, 0, *bare.size))), dark(bare)).histogram()[255]
    assert differing < 0.001 * bare.width * bare.height
    beneath = dark(named.crop((0, bare.height, *named.size))).getbbox()
    assert beneath is not None
    assert beneath[2] - beneath[0] > named.width / 2


def test_what_no_code_can_hold_is_refused() -> None:
    assert read(drawn("x" * 1273, "")) == ["x" * 1273]
    with pytest.raises(ValueError, match="1,273"):
        qr_picture(QrPicture("x" * 1274))
