"""Server-sent events: a numbered stream that a client can resume."""

from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

KEEP_ALIVE_SECONDS: Final = 15.0


def resume_after(request: web.Request) -> int | None:
    """The number that the client has seen: by its header Last-Event-ID, or by ?after=; None for neither."""
    raw = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return int(raw) if raw.isdecimal() else None


async def stream(request: web.Request, events: AsyncIterator[tuple[int, str] | None]) -> web.StreamResponse:
    """Write numbered events, each one line of JSON, for as long as they and the client go on; None keeps alive."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    # Says that the stream stands, so that nobody acts before they can see what comes of it.
    await response.write(b"retry: 1000\n\n")
    try:
        async for event in events:
            line = ":\n\n" if event is None else f"id: {event[0]}\ndata: {event[1]}\n\n"
            await response.write(line.encode())
    except ConnectionResetError:
        pass
    return response
