"""Which of our languages a browser asks for."""

from services.language.catalogue import RUSSIAN_READERS


def preferred_language(accept_language: str) -> str:
    """``ru`` or ``en``, whichever the header (RFC 9110, 12.5.4) ranks higher; English where it names neither."""
    best, language = 0.0, "en"
    for entry in accept_language.split(","):
        tag, _, parameters = entry.strip().partition(";")
        ours = _ours(tag.strip().split("-")[0].casefold())
        quality = _quality(parameters)
        if ours is not None and quality > best:
            best, language = quality, ours
    return language


def _ours(primary: str) -> str | None:
    if primary in RUSSIAN_READERS:
        return "ru"
    return "en" if primary == "en" else None


def _quality(parameters: str) -> float:
    """Between 0 and 1; 0, which means "not this one", for what cannot be read."""
    name, _, value = parameters.partition("=")
    if not name.strip():
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if name.strip() == "q" and 0 <= quality <= 1 else 0.0
