"""What people send as a logo: looked at before it is decoded, then made small and square."""

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFile, ImageOps
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

# A little square is kept; in the largest QR it has fewer pixels than that.
SIDE = 512
# What a picture may have before anybody decodes it: three bytes and more a pixel.
MOST_PIXELS = 25_000_000
# Other modes would be shrunk by leaving pixels out, or not at all.
SHRINKABLE = ("L", "LA", "RGB", "RGBA")
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
# Opened by their own classes: Image.open would refuse the largest without saying how large they are.
KINDS: tuple[type[ImageFile.ImageFile], ...] = (PngImageFile, JpegImageFile, WebPImageFile, GifImageFile)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a picture says of itself in its first bytes."""

    width: int
    height: int
    animated: bool


def seen(content: bytes) -> Seen | None:
    """Reads the head of a PNG, JPEG, WebP or GIF, and decodes nothing; None for anything else."""
    for kind in KINDS:
        # Their parsers stumble over made-up bytes in many ways, and each says the same: no picture.
        with suppress(Exception), kind(BytesIO(content)) as picture:
            return Seen(*picture.size, bool(getattr(picture, "is_animated", False)))
    return None


def logo_png(content: bytes) -> bytes:
    """A square PNG of at most SIDE pixels; what is not square stands in the middle, on nothing.

    Raises ValueError for more than MOST_PIXELS or an animation, and whatever Pillow raises for a broken file.
    """
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS or getattr(picture, "is_animated", False):
            raise ValueError(f"no logo: {picture.width} by {picture.height}")
        # JPEGs are decoded at a fraction of their size where that is enough.
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))
        upright = ImageOps.exif_transpose(picture)
        if upright.mode.startswith("I"):
            # 16 bits of grey, which nothing below can shrink.
            upright = upright.convert("L")
        elif upright.mode not in SHRINKABLE:
            upright = upright.convert("RGBA")
        upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        small = upright.convert("RGBA")
    side = max(small.size)
    square = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    square.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    png = BytesIO()
    square.save(png, "PNG", optimize=True)
    return png.getvalue()
