"""The pages that people see when a link does not lead on, and the start page; in the language of the browser."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

import jinja2
import structlog
from aiohttp import web
from markupsafe import Markup, escape

from redirect_server.assets import Assets
from redirect_server.languages import preferred_language
from redirect_server.moments import iso_of, remaining_words, words_of
from services.clicks.dimensions import ANDROID
from services.links.apps import App, android_intent, ios_address

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# Given the id that the visitor is shown, and the error. Returns at once: no visitor waits for it.
Report = Callable[[str, Exception], None]

TEMPLATES = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Of the pages that have a script, which lies beside the style sheet: nothing is written into a page.
POLICY_WITH_SCRIPT = f"{POLICY}; script-src 'self'"
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
# What stands behind it opens a guide: no log may have it.
SECRET_PATHS: Final = re.compile(r"(/r/).+", re.DOTALL)

log = structlog.get_logger(__name__)


class Texts(Protocol):
    """The product's catalogue: texts by their English sentence."""

    def gettext(self, language: str, text: str) -> str: ...


def _(text: str) -> str:
    """Marks a text for the catalogue; it is translated when the page is made."""
    return text


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a page says: a headline, and what it means or what to do next. English sentences, to be translated.

    ``text`` may have a {moment} in it. ``button`` leads to the bot.
    """

    status: int
    title: str
    text: str
    button: str = _("Make a short link of your own")


UNKNOWN = Explanation(
    404,
    _("There is no such link"),
    _("Check the address: capital and small letters are different here, and the last letters get lost easily."),
)
FINISHED = Explanation(410, _("This link has ended"), _("Its owner took it down, and it leads nowhere any more."))
NOT_ALLOWED = Explanation(
    405, _("That does not work here"), _("A short link can only be opened. Follow it as you would any other link.")
)
TOO_LARGE = Explanation(413, _("That is too much at once"), _("Send less than that, and it will work."))
UNAVAILABLE = Explanation(
    503, _("This link cannot be opened right now"), _("It is not your fault. Try again in a minute.")
)
# 403: the link is there, and we refuse to lead on (RFC 9110, 15.5.4). Not 410, which says "for good" and may be kept:
# an operator can switch it on again. Not 451, which is for what a law or a court demands.
DISABLED = Explanation(403, _("This link is switched off"), _("Toklink does not lead where it points. The reason:"))
# Its owner's own doing, and theirs to undo. 410 says "for good", and yet no cache keeps a page of ours.
PAUSED = Explanation(410, _("This link is off for now"), _("Its owner switched it off, and may switch it on again."))
NOT_OPEN = Explanation(403, _("This link is not open yet"), _("It will work from {moment}."))
ENDED = Explanation(410, _("The time of this link is over"), _("It worked until {moment}."))
USED_UP = Explanation(
    410,
    _("This link is used up"),
    _("Its owner let through a certain number of clicks, and all of them are taken."),
)
# For who is no person: where it leads is for those who open it.
GUARDED = Explanation(200, _("A short link"), _("Open it in a browser to see where it leads."))
FAILED = Explanation(500, _("Something went wrong on our side"), _("Try again in a minute."))
EXPLANATIONS = {page.status: page for page in (UNKNOWN, FINISHED, NOT_ALLOWED, TOO_LARGE, UNAVAILABLE, FAILED)}


class Pages:
    """Makes pages. ``bot_url`` is where the bot is talked to; without one, pages have no button.

    ``report`` is told of errors that nobody foresaw; without it they are in the log alone.
    """

    def __init__(self, texts: Texts, assets: Assets, *, bot_url: str | None, report: Report | None = None) -> None:
        self._texts = texts
        self._report = report
        self._bot_url = bot_url
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["asset"] = assets.address

    async def start(self, request: web.Request) -> web.Response:
        """``/``: what this is, and where the bot is."""
        return self._page(request, "start.html", 200)

    def explain(
        self,
        request: web.Request,
        what: Explanation,
        error_id: str | None = None,
        reason: str | None = None,
        *,
        moment: float | None = None,
        countdown: int | None = None,
        link: str | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> web.Response:
        """The page for a link that does not lead on; ``reason`` in the words of whoever gave it.

        ``moment``: the one that the text speaks of, in seconds since 1970. ``countdown``: after so many seconds the
        page tries again by itself. ``link``: the path that its button leads to, instead of to the bot.
        """
        headers = {**headers, "Retry-After": "5"} if what.status == UNAVAILABLE.status else dict(headers)
        if countdown is not None:
            headers["Retry-After"] = str(countdown)
        if moment is not None:
            headers["Content-Security-Policy"] = POLICY_WITH_SCRIPT
        facts = {"error_id": error_id, "reason": reason, "moment": moment, "countdown": countdown, "link": link}
        return self._page(request, "explanation.html", what.status, headers, what=what, **facts)

    def show(self, request: web.Request, template: str, headers: Mapping[str, str], **facts: object) -> web.Response:
        """A page of another room, in the look of all."""
        return self._page(request, template, 200, headers, **facts)

    def app(self, request: web.Request, app: App, target: str, device: str) -> web.Response:
        """The page that opens ``target`` in its app on a phone, and on its site where the app does not come up."""
        call = android_intent(app, target) if device == ANDROID else ios_address(app, target)
        headers = {"Content-Security-Policy": POLICY_WITH_SCRIPT}
        return self._page(request, "app.html", 200, headers, app=app.name, call=call, site=target)

    def guarded(self, handler: Handler) -> Handler:
        """The same handler, whose errors become pages. Cheaper than a middleware, which every redirect would pass."""

        async def guard(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException as error:
                return self._explain_status(request, error)
            except Exception as error:
                return self.failed(request, error)

        return guard

    def failed(self, request: web.Request, error: Exception) -> web.Response:
        """The page for an error that nobody foresaw, and that is being handled; it gets a number and is reported."""
        error_id = secrets.token_hex(4)
        log.exception(
            "a request failed", error_id=error_id, method=request.method, path=SECRET_PATHS.sub(r"\1…", request.path)
        )
        if self._report is not None:
            self._report(error_id, error)
        return self.explain(request, FAILED, error_id)

    async def nothing_here(self, request: web.Request) -> web.Response:
        """Any method and path that no other route has."""
        if request.method not in {"GET", "HEAD"} and "/" not in request.path.strip("/"):
            response = self.explain(request, NOT_ALLOWED)
            response.headers["Allow"] = "GET, HEAD"
            return response
        return self.explain(request, UNKNOWN)

    def _explain_status(self, request: web.Request, error: web.HTTPException) -> web.StreamResponse:
        explanation = EXPLANATIONS.get(error.status)
        return error if explanation is None else self.explain(request, explanation)

    def _page(
        self, request: web.Request, template: str, status: int, headers: Mapping[str, str] = NO_HEADERS, **facts: object
    ) -> web.Response:
        language = preferred_language(request.headers.get("Accept-Language", ""))

        def translate(text: str) -> str:
            return self._texts.gettext(language, text)

        def at(text: str, moment: float) -> Markup:
            """A text with a moment in it: in UTC, until the browser shows it as its own clock does."""
            time = Markup('<time datetime="{}" data-local>{}</time>').format(iso_of(moment), words_of(moment, language))
            return escape(translate(text)).format(moment=time)

        def until(seconds: int) -> str:
            return remaining_words(seconds, language)

        body = self._templates.get_template(template).render(
            facts, _=translate, at=at, until=until, language=language, bot_url=self._bot_url
        )
        return web.Response(status=status, text=body, content_type="text/html", headers={**SECURITY_HEADERS, **headers})
