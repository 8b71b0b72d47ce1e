"""What people read when something about where a link leads, or whom it tells, is not as it must be."""

from collections.abc import Callable, Mapping
from typing import Any

from services.clicks.dimensions import COUNTRY, DEVICE
from services.errors import UserError
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, said
from services.links import routing_errors as errors
from services.webhooks import errors as webhooks


def _nobody_meant(error: errors.NobodyMeant) -> str:
    if error.kind == COUNTRY:
        text = _("⚠️ I know no country {text}. Send a name such as Armenia, or a code such as AM.")
    elif error.kind == DEVICE:
        text = _("⚠️ I know no device {text}. Choose one of the buttons.")
    else:
        text = _("⚠️ I know no language {text}. Send a name such as Armenian, or a code such as hy.")
    return text.format(text=said(error.text))


def _too_many_rules(error: errors.TooManyRules) -> str:
    text = ngettext(
        "⚠️ The link has {count} rule, which is the limit. Remove one that you do not need.",
        "⚠️ The link has {count} rules, which is the limit. Remove those that you do not need.",
        error.most,
    )
    return text.format(count=number(error.most))


def _too_many_variants(error: errors.TooManyVariants) -> str:
    text = ngettext(
        "⚠️ The link has {count} variant, which is the limit. Remove one that you do not need.",
        "⚠️ The link has {count} variants, which is the limit. Remove those that you do not need.",
        error.most,
    )
    return text.format(count=number(error.most))


def _too_many_templates(error: errors.TooManyTemplates) -> str:
    text = ngettext(
        "⚠️ You have {count} template, which is the limit. Delete one that you do not need.",
        "⚠️ You have {count} templates, which is the limit. Delete those that you do not need.",
        error.most,
    )
    return text.format(count=number(error.most))


# As in handlers.error_texts.
TEXTS: Mapping[type[UserError], Callable[[Any], str]] = {
    errors.FieldEmpty: lambda _error: _("⚠️ There is nothing to read in it. Send a few letters or digits."),
    errors.FieldTooLong: lambda error: _("⚠️ {length} characters are too many; the limit is {most}.").format(
        length=number(error.length), most=number(error.most)
    ),
    errors.LettersUsedUp: lambda _error: _(
        "⚠️ This link had as many variants as there are letters. Make a new link for another test."
    ),
    errors.NoAppForHost: lambda error: _("⚠️ This link leads to none of {apps}, so there is no app to open.").format(
        apps=", ".join(error.apps)
    ),
    errors.NobodyMeant: _nobody_meant,
    errors.NoSuchPart: lambda _error: _("⚠️ This is not there any more. Open the link's settings anew."),
    errors.NothingToKeep: lambda _error: _("⚠️ The link has no UTM fields to keep. Fill some in first."),
    errors.SameRule: lambda _error: _("⚠️ The link has this very rule already."),
    errors.SameVariant: lambda _error: _("⚠️ One of the variants leads there already. Send another address."),
    errors.TooManyRules: _too_many_rules,
    errors.TooManyTemplates: _too_many_templates,
    errors.TooManyVariants: _too_many_variants,
    errors.WeightOutOfRange: lambda error: _(
        "⚠️ {text} is no weight: it is a number from {least} to {most}. To lead nobody there, remove the variant."
    ).format(text=said(error.text), least=number(error.least), most=number(error.most)),
    webhooks.NoWebhook: lambda _error: _("⚠️ This link has no webhook any more."),
    webhooks.WebhookNotSecure: lambda _error: _(
        "⚠️ A webhook needs an address that begins with https://, so that nobody else reads the clicks."
    ),
    webhooks.WebhookToOurselves: lambda _error: _("⚠️ That is an address of ours. Send one of your own server."),
}
