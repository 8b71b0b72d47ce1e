"""How a link's webhook looks in the chat."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from aiogram.types import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from handlers.links.routing.callbacks import OFF, ON, SURELY, Part, RoutingPress
from handlers.links.routing.views import address, heading, press, to_part, to_settings
from handlers.links.views import bare
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import day, hour, number, quoted
from services.links.links import Link
from services.webhooks import Webhook
from services.webhooks.sending import (
    NAME,
    PRIVATE,
    REDIRECT,
    SECRET,
    TIMEOUT,
    TLS,
    UNREACHABLE,
    SwitchedOff,
)


def webhook(link: Link, page: int, found: Webhook | None, zone: tzinfo, *, note: str = "") -> Screen:
    """The webhook and how it fares; ``note``: a line on top of that, HTML."""
    if found is None:
        lines = [
            heading(_("📡 Webhook"), link),
            _("Your server can learn of each click: time, country, device, source. Never the visitor's address."),
            _("It gets signed batches by POST, each until it answers with a 2xx."),
        ]
        add = button(_("➕ Set the address"), press(Part.WEBHOOK_ADDRESS, link, page))
        return Screen("\n".join([*lines, *([note] if note else [])]), rows([add], [to_settings(link, page)]))
    lines = [heading(_("📡 Webhook"), link), f"→ {address(found.url)}", *_state(found, zone)]
    if note:
        lines.append(note)
    return Screen("\n".join(lines), _keyboard(link, page, found))


def address_question(link: Link, page: int, _facts: Mapping[str, Any]) -> Screen:
    text = _(
        "📡 Which address should learn of the clicks? It begins with https://, such as https://example.com/clicks\n"
        "You get a new secret with it."
    )
    return Screen(text, rows([to_part(Part.WEBHOOK, link, page)]))


def secret(link: Link, page: int, given: str) -> Screen:
    """Shown once: the message becomes something else at the next press."""
    lines = [
        _("🔑 <b>The webhook's secret</b> is shown this once:"),
        f"<code>{quoted(given)}</code>",
        _(
            "Batches are signed under it: <code>Toklink-Signature</code> is <code>v1=</code> and the HMAC-SHA256 of"
            " <code>Toklink-Timestamp</code>, a dot and the body."
        ),
    ]
    copy = InlineKeyboardButton(text=_("📎 Copy the secret"), copy_text=CopyTextButton(text=given))
    done = button(_("✅ Kept"), press(Part.WEBHOOK, link, page))
    return Screen("\n".join(lines), rows([copy], [done]))


def asked_for_secret(link: Link, page: int) -> Screen:
    text = _("🔑 Make a new secret? Batches are signed under it at once, and the old one is worth nothing any more.")
    keep = button(_("◀️ Keep the old"), press(Part.WEBHOOK, link, page))
    sure = button(_("🔑 Yes, make one"), press(Part.WEBHOOK_SECRET, link, page, SURELY))
    return Screen(text, rows([keep, sure]))


def asked_to_remove(link: Link, page: int, found: Webhook) -> Screen:
    lines = [_("🗑 Remove the webhook {address}?").format(address=address(found.url))]
    if found.waiting:
        lines.append(_("What it was not yet told of is forgotten: {clicks}.").format(clicks=_clicks(found.waiting)))
    keep = button(_("◀️ Keep it"), press(Part.WEBHOOK, link, page))
    sure = button(_("🗑 Yes, remove"), press(Part.WEBHOOK_REMOVE, link, page, SURELY))
    return Screen("\n".join(lines), rows([keep, sure]))


def testing(link: Link) -> Screen:
    return Screen("\n".join([heading(_("📡 Webhook"), link), _("🧪 Sending a click that never was… up to 10 seconds")]))


def tested(trouble: str | None) -> str:
    """A note on how the test went."""
    if trouble is None:
        return _("🧪 The test arrived.")
    return _("🧪 The test did not arrive: {trouble}.").format(trouble=trouble_text(trouble))


def not_tested() -> str:
    return _("🧪 The test could not be sent: something broke on our side. Please try again in a minute.")


def switched_off(off: SwitchedOff) -> Screen:
    """For the webhook's owner, unasked."""
    link = f'<a href="{quoted(off.short_url)}">{quoted(bare(off.short_url))}</a>'
    text = _(
        "📡 The webhook of {link} is switched off: it took nothing for a day. In the end: {trouble}.\n"
        "Clicks are counted as ever; it is told of them again once you switch it on."
    ).format(link=link, trouble=trouble_text(off.trouble))
    open_it = button(_("📡 Open the webhook"), RoutingPress(part=Part.WEBHOOK, id=off.link_id))
    return Screen(text, rows([open_it]))


def trouble_text(trouble: str) -> str:
    """Why a batch was not taken, within a sentence."""
    texts = {
        TIMEOUT: _("no answer within 10 seconds"),
        NAME: _("the name of the host is not known"),
        PRIVATE: _("the host is not on the public internet"),
        TLS: _("its certificate is not valid"),
        UNREACHABLE: _("the host cannot be reached"),
        REDIRECT: _("it redirects elsewhere, which is not followed"),
        SECRET: _("its secret cannot be read any more, make a new one"),
    }
    if trouble in texts:
        return texts[trouble]
    return _("the answer was {status}").format(status=quoted(trouble))


def _state(found: Webhook, zone: tzinfo) -> list[str]:
    lines = []
    if found.off_since is not None and found.failing_since is not None:
        lines.append(
            _("⏸ Switched off since {moment}, after a day of failures: {trouble}").format(
                moment=_moment(found.off_since, zone), trouble=trouble_text(found.trouble or UNREACHABLE)
            )
        )
    elif found.off_since is not None:
        lines.append(_("⏸ Switched off since {moment}").format(moment=_moment(found.off_since, zone)))
    elif found.failing_since is not None:
        lines.append(
            _("⚠️ Takes nothing since {moment}: {trouble}").format(
                moment=_moment(found.failing_since, zone), trouble=trouble_text(found.trouble or UNREACHABLE)
            )
        )
        lines.append(_("I try again and again; after a day it is switched off."))
    elif found.taken_at is None:
        lines.append(_("✅ On; no clicks yet"))
    else:
        lines.append(_("✅ On; took the last clicks {moment}").format(moment=_moment(found.taken_at, zone)))
    if found.waiting:
        lines.append(_("⏳ Waiting: {clicks}").format(clicks=_clicks(found.waiting)))
    if found.dropped:
        lines.append(_("🗑 Too many waited, left out: {clicks}").format(clicks=_clicks(found.dropped)))
    return lines


def _clicks(count: int) -> str:
    return ngettext("{count} click", "{count} clicks", count).format(count=number(count))


def _moment(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return _("{day}, {hour}").format(day=day(local), hour=hour(local))


def _keyboard(link: Link, page: int, found: Webhook) -> InlineKeyboardMarkup:
    if found.off_since is None:
        toggle = button(_("⏸ Switch off"), press(Part.WEBHOOK_SWITCH, link, page, OFF))
    else:
        toggle = button(_("▶️ Switch on"), press(Part.WEBHOOK_SWITCH, link, page, ON))
    return rows(
        [button(_("🧪 Test it"), press(Part.WEBHOOK_TEST, link, page)), toggle],
        [button(_("✏️ Address"), press(Part.WEBHOOK_ADDRESS, link, page))],
        [button(_("🔑 New secret"), press(Part.WEBHOOK_SECRET, link, page))],
        [button(_("🗑 Remove"), press(Part.WEBHOOK_REMOVE, link, page))],
        [to_settings(link, page)],
    )
