"""Moments on pages, in words; the browser's script shows them by the visitor's own clock."""

from datetime import UTC, datetime, timedelta

from babel.dates import format_datetime, format_timedelta

from services.language.formats import LOCALES


def iso_of(moment: float) -> str:
    """``2026-03-05T12:00:00Z`` of seconds since 1970, as the element ``time`` wants it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def words_of(moment: float, language: str) -> str:
    """``5 March 2026, 12:00 UTC`` or ``5 марта 2026, 12:00 UTC``."""
    words = format_datetime(datetime.fromtimestamp(moment, UTC), "d MMMM y, HH:mm", locale=LOCALES[language])
    return f"{words} UTC"


def remaining_words(seconds: int, language: str) -> str:
    """``in 3 hours`` or ``через 3 часа``: the largest unit that fits."""
    span = timedelta(seconds=seconds)
    return str(format_timedelta(span, locale=LOCALES[language], threshold=1, add_direction=True))
