"""Ways to TikTok as operators read of them: what each is called, how it fares, and why it rests."""

from collections.abc import Sequence

from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, percent, quoted
from services.language.formats import seconds as seconds_text
from services.tiktok.sources import SourceHealth

MARKS = {"ready": "🟢", "resting": "🟡", "off": "⚪️"}


def way_line(source: SourceHealth) -> str:
    """One line: how much was answered, how fast, and what is wrong."""
    parts = [_state(source)]
    asked = source.answers + source.errors
    if asked:
        parts.append(_("{share} of {count}").format(share=percent(source.answers / asked), count=number(asked)))
    if source.seconds_median is not None:
        parts.append(_("{seconds} s").format(seconds=seconds_text(source.seconds_median)))
    line = f"{MARKS[source.state]} {way_name(source.name)}"
    shown = ", ".join(part for part in parts if part)
    return f"{line}: {shown}" if shown else line


def resting_line(source: SourceHealth) -> str:
    """One line of a way that rests: which, and why."""
    return f"{MARKS[source.state]} {way_name(source.name)}: {_state(source)}"


def ways_summary(sources: Sequence[SourceHealth]) -> str:
    """How many of those that can be asked are asked."""
    asked = [source for source in sources if source.state != "off"]
    ready = sum(source.state == "ready" for source in asked)
    text = _("🎵 TikTok: {ready} of {all} ways are open")
    line = text.format(ready=number(ready), all=number(len(asked)))
    return line if len(asked) == len(sources) else line + _(", without a browser")


def way_name(name: str) -> str:
    """A way as operators call it; ``name`` as SourceHealth has it."""
    names = {
        "browser": _("profile in Chromium"),
        "embed": _("embedded profile"),
        "page": _("profile page"),
        "videos": _("video list in Chromium"),
        "creator": _("creator's list in Chromium"),
        "creator-http": _("creator's list"),
        "script": _("page in Chromium"),
        "embed-posts": _("embedded videos"),
        "short": _("short addresses"),
    }
    return names.get(name) or quoted(name)


def reason_name(reason: str) -> str:
    """Why a way failed; ``reason`` as SourceError's."""
    reasons = {
        "empty": _("empty answers"),
        "captcha": _("asks for a captcha"),
        "limited": _("too many requests"),
        "forbidden": _("refused"),
        "timeout": _("no answer in time"),
        "cut": _("no connection"),
        "shape": _("answers changed"),
        "browser": _("the browser died"),
        "status": _("answers with errors"),
        "resting": _("too many failures"),
        "unforeseen": _("an error of ours"),
        "unshown": _("shows nothing"),
    }
    return reasons.get(reason) or quoted(reason)


def _state(source: SourceHealth) -> str:
    """What is wrong with it; empty: nothing."""
    if source.state == "off":
        return _("no browser")
    in_a_row = ngettext("{count} failure in a row", "{count} failures in a row", source.failures)
    failures = in_a_row.format(count=number(source.failures)) if source.failures else ""
    if source.state == "resting":
        return _("at rest: {reason}").format(reason=reason_name(source.last_reason))
    return f"{failures} ({reason_name(source.last_reason)})" if failures else ""
