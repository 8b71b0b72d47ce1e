"""What the settings message of a link says of where it leads whom: one short label for each part, with its state."""

from services.language import gettext as _
from services.language.formats import number
from services.links.links import Link


def utm_label(link: Link) -> str:
    return _("📣 UTM: {count}").format(count=number(len(link.utm))) if link.utm else _("📣 UTM: none")


def rules_label(link: Link) -> str:
    return _("🧭 Rules: {count}").format(count=number(len(link.rules))) if link.rules else _("🧭 Rules: none")


def variants_label(link: Link) -> str:
    if not link.variants:
        return _("⚖️ A/B: none")
    return _("⚖️ A/B: {count}").format(count=number(len(link.variants)))


def app_label(link: Link) -> str:
    return _("📱 In the app: yes") if link.opens_app else _("📱 In the app: no")


def webhook_label(link: Link) -> str:
    return _("📡 Webhook: on") if link.has_webhook else _("📡 Webhook: off")
