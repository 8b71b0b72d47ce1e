"""How bringing friends is told."""

from dataclasses import replace

from handlers.menu import MenuPress, Room, button, rows
from handlers.payments.reports_views import send_button, to_guides
from handlers.screen import Screen
from handlers.start import views as start_views
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, quoted
from services.payments.referring import PAYLOAD, Came, Standing


def link(bot_username: str, code: str) -> str:
    return f"https://t.me/{bot_username}?start={PAYLOAD}{code}"


def invitation(address: str, standing: Standing) -> Screen:
    """The person's own link, and what came of it."""
    lines = [
        _("🎁 <b>A friend buys a guide, and the next one is yours for nothing</b>"),
        _("It counts when they come by your link and buy their first guide. Refunded, it does not."),
        quoted(address),
    ]
    if standing.brought:
        lines.append(
            _("👥 Came: {brought} · bought: {bought}").format(
                brought=number(standing.brought), bought=number(standing.bought)
            )
        )
    lines.append(_("🎁 Guides for nothing: {count}").format(count=number(standing.free)))
    send = send_button(_("➡️ Send the link"), address, _("Any TikTok account in numbers, and what works for it"))
    use = [button(_("📘 Take a guide"), MenuPress(room=Room.REPORT))] if standing.free else []
    return Screen("\n".join(lines), rows(use, [send], [to_guides()]))


def friend_bought(standing: Standing) -> Screen:
    text = ngettext(
        "🎁 <b>Your friend bought a guide, and one is yours for nothing.</b>\nYou have {count} such guide.",
        "🎁 <b>Your friend bought a guide, and one is yours for nothing.</b>\nYou have {count} such guides.",
        standing.free,
    )
    take = button(_("📘 Take a guide"), MenuPress(room=Room.REPORT))
    return Screen(text.format(count=number(standing.free)), rows([take], [to_guides()]))


def friend_refunded(standing: Standing) -> Screen:
    text = _(
        "↩️ <b>A friend's payment was given back</b>, and so the guide that you had for it is no longer yours for "
        "nothing.\n🎁 Guides for nothing: {count}"
    )
    return Screen(text.format(count=number(standing.free)), rows([to_guides()]))


def welcome(came: Came) -> Screen:
    """The usual one; above it what the link did that they came by."""
    menu = start_views.menu()
    notes = {
        Came.BROUGHT: _("🤝 A friend sent you here. When you buy your first guide, they get one for nothing."),
        Came.OWN: _("🙂 This is your own link: send it to friends, it counts when they open it."),
    }
    note = notes.get(came)
    return menu if note is None else replace(menu, text=f"{note}\n\n{menu.text}")
