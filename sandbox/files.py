"""Files that were sent: kept in memory, bounded; photos are really decoded."""

import asyncio
import hashlib
import io
import mimetypes
import wave
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageOps

from sandbox.errors import bad_request
from sandbox.limits import DOWNLOAD_BYTES_MAX, KEPT_FILE_BYTES, PHOTO_BYTES_MAX, PHOTO_RATIO_MAX, PHOTO_SIDES_SUM_MAX
from sandbox.text import Json

# The longest sides that Telegram makes of a photo, smallest first.
PHOTO_SIDES: Final = (90, 320, 800, 1280)
FOLDERS: Final = {
    "photo": "photos", "document": "documents", "voice": "voice", "video": "videos", "audio": "music",
    "sticker": "stickers", "thumbnail": "thumbnails",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came over HTTP."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class StoredFile:
    file_id: str
    unique_id: str
    kind: str
    path: str
    content: bytes
    mime_type: str

    def json(self) -> Json:
        """The fields that every file object of the Bot API has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


@dataclass(frozen=True, slots=True)
class Picture:
    """One size of a photo as JPEG bytes."""

    width: int
    height: int
    content: bytes


class FileStore:
    """Files by id. When more than `KEPT_FILE_BYTES` are kept, the oldest are forgotten."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._media: dict[str, tuple[str, Json | list[Json]]] = {}
        self._bytes = 0
        self._count = 0

    def get(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)

    def by_path(self, path: str) -> StoredFile | None:
        return next((file for file in self._files.values() if file.path == path), None)

    def media(self, file_id: str) -> tuple[str, Json | list[Json]] | None:
        """The kind and the Bot API object (for a photo: all sizes) that this id belongs to, for sending again."""
        return self._media.get(file_id) if file_id in self._files else None

    def add(self, kind: str, content: bytes, *, name: str, mime_type: str) -> StoredFile:
        self._count += 1
        digest = hashlib.sha256(content).hexdigest()
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        stored = StoredFile(
            # Long and opaque as Telegram's own ids are; unique for each sending.
            file_id=f"BQACAgIAAxk{self._count:08d}{digest[:32]}",
            unique_id=f"AgAD{digest[:12]}",
            kind=kind,
            path=f"{FOLDERS.get(kind, 'documents')}/file_{self._count}.{suffix}",
            content=content,
            mime_type=mime_type,
        )
        self._files[stored.file_id] = stored
        self._bytes += len(content)
        while self._bytes > KEPT_FILE_BYTES and len(self._files) > 1:
            oldest = next(iter(self._files))
            self._bytes -= len(self._files.pop(oldest).content)
            self._media.pop(oldest, None)
        return stored

    async def add_photo(self, upload: Upload) -> list[Json]:
        """PhotoSize objects, smallest first. Raises BotApiError 400 as Telegram does for what is no photo."""
        check_photo_size(upload.content)
        pictures = await asyncio.to_thread(picture_sizes, upload.content)
        sizes, ids = [], []
        for picture in pictures:
            stored = self.add("photo", picture.content, name="photo.jpg", mime_type="image/jpeg")
            ids.append(stored.file_id)
            sizes.append(stored.json() | {"width": picture.width, "height": picture.height})
        self._media |= dict.fromkeys(ids, ("photo", sizes))
        return sizes

    def add_document(self, upload: Upload) -> Json:
        """A Document object; the bytes stay as they are."""
        name = upload.name or "file"
        mime_type = mimetypes.guess_type(name)[0] or upload.content_type
        stored = self.add("document", upload.content, name=name, mime_type=mime_type)
        document = stored.json() | {"file_name": name, "mime_type": mime_type}
        self._media[stored.file_id] = ("document", document)
        return document

    def add_other(self, kind: str, upload: Upload) -> Json:
        """A Voice, Video, Audio or Sticker object, with the least that each must have."""
        mime_type = mimetypes.guess_type(upload.name)[0] or upload.content_type
        stored = self.add(kind, upload.content, name=upload.name or kind, mime_type=mime_type)
        media = stored.json() | least_fields(kind, upload, mime_type)
        self._media[stored.file_id] = (kind, media)
        return media

    def file_json(self, stored: StoredFile) -> Json:
        """The File object of getFile; raises BotApiError 400 above the download limit."""
        if len(stored.content) > DOWNLOAD_BYTES_MAX:
            raise bad_request("file is too big")
        return stored.json() | {"file_path": stored.path}


def least_fields(kind: str, upload: Upload, mime_type: str) -> Json:
    if kind == "sticker":
        return {
            "type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "🙂",
        }  # fmt: skip
    if kind == "voice":
        return {"duration": 1, "mime_type": mime_type}
    if kind == "video":
        return {"width": 640, "height": 360, "duration": 1, "file_name": upload.name, "mime_type": mime_type}
    return {"duration": 1, "file_name": upload.name, "mime_type": mime_type}


def check_photo_size(content: bytes) -> None:
    if len(content) > PHOTO_BYTES_MAX:
        raise bad_request("too big Photo")


def picture_sizes(content: bytes) -> list[Picture]:
    """Decode and scale as Telegram does: upright JPEG without EXIF, no side above 1280."""
    try:
        with Image.open(io.BytesIO(content)) as opened:
            check_sides(*opened.size)
            image = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    longest = max(flat.size)
    sides = [side for side in PHOTO_SIDES if side < longest]
    sides.append(min(longest, PHOTO_SIDES[-1]))
    return [scaled(flat, side) for side in dict.fromkeys(sides)]


def check_sides(width: int, height: int) -> None:
    if width + height > PHOTO_SIDES_SUM_MAX or max(width, height) > PHOTO_RATIO_MAX * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def scaled(image: Image.Image, side: int) -> Picture:
    factor = side / max(image.size)
    size = (max(round(image.width * factor), 1), max(round(image.height * factor), 1))
    small = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=87)
    return Picture(*size, out.getvalue())


def made_up(kind: str) -> Upload:
    """A sticker or a voice message from nothing, for trying what the bot says to it."""
    if kind == "sticker":
        image = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
        draw = ImageDraw.Draw(image)
        draw.ellipse((32, 32, 480, 480), fill="#ffd54a")
        draw.ellipse((160, 170, 210, 230), fill="#4a3b12")
        draw.ellipse((302, 170, 352, 230), fill="#4a3b12")
        draw.arc((150, 200, 362, 390), 20, 160, fill="#4a3b12", width=22)
        out = io.BytesIO()
        image.save(out, "WEBP")
        return Upload("sticker.webp", out.getvalue(), "image/webp")
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return Upload("voice.wav", out.getvalue(), "audio/wav")
