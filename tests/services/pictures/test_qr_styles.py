"""Every look that a QR can have is read back, as pixels and as vectors, whole and after a messenger had it."""

from io import BytesIO
from itertools import product

import pytest
import typst
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from services.pictures.colours import (
    BLACK,
    BLUE,
    BROWN,
    GREEN,
    LEAST_CONTRAST,
    ORANGE,
    PINK,
    RED,
    VIOLET,
    contrast_on_white,
    parse_colour,
)
from services.pictures.logos import MOST_PIXELS, SIDE, logo_png, seen
from services.pictures.qr import SIZES, QrPicture, qr_picture
from services.pictures.qr_layout import LOGO_SHARE, layout
from services.pictures.qr_svg import qr_svg

ADDRESS = "https://tok.link/aB3xYz7?qr"
LONG = "https://links.example.com/моя-длинная-ссылка-на-самый-лучший-канал-про-котов-и-собак-2025й?qr"
PRESETS = (BLACK, BLUE, GREEN, RED, VIOLET, ORANGE, BROWN, PINK)
# The palest that may be typed, too.
COLOURS = ("", *PRESETS, "#767676", "#d9000d", "#007fb3")
PAGE = b'#set page(width: %dpt, height: %dpt, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: 100%%)'


def logo(kind: str = "dark") -> bytes:
    """As people's logos are: a black square, a bright disc on nothing, stripes that look like modules."""
    picture = Image.new("RGBA", (640, 480), "black" if kind == "dark" else (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    if kind == "disc":
        pen.ellipse((80, 0, 560, 480), fill="#ffcc00")
    if kind == "stripes":
        for at in range(0, 640, 40):
            pen.rectangle((at, 0, at + 19, 480), fill="black")
    content = BytesIO()
    picture.save(content, "PNG")
    return logo_png(content.getvalue())


def read(content: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(BytesIO(content)).convert("RGB"))]


def rendered(svg: bytes, side: int) -> bytes:
    """The SVG as pixels, by the renderer that PDFs are made with."""
    png = typst.compile(PAGE % (side, side), format="png", ppi=72, sys_inputs={"svg": svg.decode()})
    assert isinstance(png, bytes)
    return png


def sent_on(content: bytes, side: int) -> bytes:
    """After a messenger made it smaller and saved it as a JPEG of middling quality."""
    jpeg = BytesIO()
    Image.open(BytesIO(content)).convert("RGB").resize((side, side)).save(jpeg, "JPEG", quality=70)
    return jpeg.getvalue()


@pytest.mark.parametrize(("colour", "size", "has_logo"), list(product(COLOURS, SIZES, (False, True))))
def test_every_style_is_read_from_png_and_from_svg(colour: str, size: int, has_logo: bool) -> None:
    picture = QrPicture(ADDRESS, colour=colour, size=size, logo=logo() if has_logo else None)
    png = qr_picture(picture)
    assert Image.open(BytesIO(png)).size == (size, size)
    assert read(png) == [ADDRESS]
    assert read(sent_on(png, 400)) == [ADDRESS]
    assert read(rendered(qr_svg(picture), size)) == [ADDRESS]


@pytest.mark.parametrize("kind", ["dark", "disc", "stripes"])
@pytest.mark.parametrize("content", [ADDRESS, LONG, "a", "https://tok.link/" + "x" * 1_200])
def test_no_logo_hides_the_code(content: str, kind: str) -> None:
    picture = QrPicture(content, colour=PINK, logo=logo(kind))
    assert read(qr_picture(picture)) == [content]
    assert read(rendered(qr_svg(picture), 1024)) == [content]


@settings(max_examples=25, deadline=None)
@given(st.text("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789", min_size=1, max_size=64))
def test_every_slug_is_read_with_a_logo(slug: str) -> None:
    content = f"https://tok.link/{slug}?qr"
    assert read(qr_picture(QrPicture(content, colour=RED, size=512, logo=logo()))) == [content]


@pytest.mark.parametrize("length", [1, 20, 60, 200, 1_273])
def test_a_logo_covers_no_more_than_its_share(length: int) -> None:
    plan = layout("x" * length, with_logo=True)
    assert plan.hole % 2 == 1, "it stands exactly in the middle"
    assert plan.hole - 1 <= plan.side * LOGO_SHARE
    assert not any(
        plan.hole_at <= row < plan.hole_at + plan.hole and plan.hole_at <= column < plan.hole_at + plan.hole
        for row, column, _ in plan.modules()
    )


def test_png_and_svg_show_the_same() -> None:
    picture = QrPicture(ADDRESS, colour=GREEN, logo=logo("disc"))
    pixels = Image.open(BytesIO(qr_picture(picture))).convert("L").resize((128, 128))
    vectors = Image.open(BytesIO(rendered(qr_svg(picture), 1024))).convert("L").resize((128, 128))
    assert read(qr_picture(picture)) == read(rendered(qr_svg(picture), 1024))
    # The picture's margin is a little wider, for its modules are whole pixels.
    bounds = [image.point(lambda shade: 255 * (shade < 200)).getbbox() for image in (pixels, vectors)]
    assert all(abs(one - two) <= 3 for one, two in zip(*(bound or () for bound in bounds), strict=True))


def test_an_svg_refers_to_nothing_outside_of_itself() -> None:
    svg = qr_svg(QrPicture(ADDRESS, logo=logo())).decode()
    assert svg.count("href=") == svg.count('href="data:image/png;base64,') == 1
    assert "tok.link" not in svg


@pytest.mark.parametrize("colour", PRESETS)
def test_every_colour_on_offer_stands_out_from_white(colour: str) -> None:
    assert contrast_on_white(colour) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("colour", "contrast"), [("#ffffff", 1), ("#000000", 21), ("#767676", 4.54), ("#777777", 4.48), ("#ff0000", 4.0)]
)
def test_contrast_is_what_wcag_says(colour: str, contrast: float) -> None:
    assert round(contrast_on_white(colour), 2) == pytest.approx(contrast, abs=0.01)


@pytest.mark.parametrize(
    ("typed", "colour"),
    [
        ("#1a2b3c", "#1a2b3c"), (" 1A2B3C ", "#1a2b3c"), ("#FA0", "#ffaa00"), ("fa0", "#ffaa00"), ("", None),
        ("#12345", None), ("invisible", None), ("#1a2b3c4d", None), ("#gggggg", None), ("١٢٣٤٥٦", None),
        ("#-12345", None),
        ("red", RED), (" Dark  Blue ", BLUE), ("Чёрный", BLACK), ("черный", BLACK), ("голубой", "#60a5fa"),
    ],
)  # fmt: skip
def test_colours_are_read_as_people_write_them(typed: str, colour: str | None) -> None:
    assert parse_colour(typed) == colour


@pytest.mark.parametrize("size", [(1, 1), (3_000, 40), (40, 3_000), (512, 512), (4_000, 3_000)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "1", "P", "I;16", "LA"])
def test_any_still_picture_becomes_a_small_square(size: tuple[int, int], mode: str) -> None:
    content = BytesIO()
    Image.new(mode, size).save(content, "PNG")
    facts = seen(content.getvalue())
    assert facts is not None
    assert (facts.width, facts.height, facts.animated) == (*size, False)
    square = Image.open(BytesIO(logo_png(content.getvalue())))
    assert square.format == "PNG"
    assert square.width == square.height == min(max(size), SIDE)


def test_a_photo_that_lies_on_its_side_stands_upright() -> None:
    photo = Image.new("RGB", (40, 20), "white")
    photo.paste("black", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    content = BytesIO()
    photo.save(content, "JPEG", exif=exif)
    square = Image.open(BytesIO(logo_png(content.getvalue()))).convert("RGB")
    above, below = square.getpixel((20, 5)), square.getpixel((20, 35))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert (above[0] < 60, below[0] > 200) == (True, True)


def test_what_a_picture_says_of_its_size_is_known_before_it_is_decoded() -> None:
    content = BytesIO()
    Image.new("1", (10_000, 5_000)).save(content, "PNG")
    facts = seen(content.getvalue())
    assert facts is not None
    assert facts.width * facts.height == 50_000_000 > MOST_PIXELS
    with pytest.raises(ValueError, match="10000 by 5000"):
        logo_png(content.getvalue())


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"GIF89a"]),
)
@settings(deadline=None)
def test_made_up_bytes_are_no_picture_and_break_nothing(content: bytes, head: bytes) -> None:
    facts = seen(head + content)
    assert facts is None or facts.width >= 0
