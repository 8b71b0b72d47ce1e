"""Static files, read once and served from memory."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's content, and a short hash of it as its entity tag."""

    content: bytes
    content_type: str
    tag: str


class Assets:
    """All files of the folder whose type we serve, by their path in it: ``page.css``, ``fonts/inter-latin.woff2``."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES
        }

    def address(self, name: str) -> str:
        """The path of the file, which changes with its content: browsers may keep it for good."""
        return f"/static/{name}?v={self._files[name].tag}"

    async def static(self, request: web.Request) -> web.Response:
        """``/static/…``"""
        return self._serve(request, request.match_info["name"])

    async def favicon(self, request: web.Request) -> web.Response:
        return self._serve(request, "favicon.ico")

    async def robots(self, request: web.Request) -> web.Response:
        return self._serve(request, "robots.txt")

    def _serve(self, request: web.Request, name: str) -> web.Response:
        asset = self._files.get(name)
        if asset is None:
            raise web.HTTPNotFound
        current = request.query.get("v") == asset.tag
        headers = {
            "Content-Type": asset.content_type,
            "Cache-Control": "public, max-age=31536000, immutable" if current else "public, max-age=86400",
            "ETag": f'"{asset.tag}"',
            "X-Content-Type-Options": "nosniff",
        }
        if f'"{asset.tag}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=asset.content, headers=headers)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:12])
