"""What a person reads of the errors in settings of links, by the class of the error."""

from collections.abc import Callable
from typing import Any

from handlers.links.options.errors import UnknownChoice
from services.errors import UserError
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, said
from services.links import option_errors as options
from services.time_words import TimeNotUnderstood, TimeTooFar


def _name_too_long(error: options.NameTooLong) -> str:
    return _("⚠️ The name has {length} characters; the limit is {most}. Send a shorter one.").format(
        length=number(error.length), most=number(error.most)
    )


def _alias_length(error: options.AliasLength) -> str:
    text = _("⚠️ An address ends in {least} to {most} characters, and this has {length}. Send another.")
    return text.format(least=number(error.least), most=number(error.most), length=number(error.length))


def _alias_not_understood(error: options.AliasNotUnderstood) -> str:
    text = _("⚠️ {text} does not fit into an address: Latin or Russian letters, digits, - and _ do. Send another.")
    return text.format(text=said(error.text))


def _too_many_aliases(error: options.TooManyAliases) -> str:
    text = ngettext(
        "⚠️ The link has {count} address, and more cannot be. Choose one of those that it had.",
        "⚠️ The link has {count} addresses, and more cannot be. Choose one of those that it had.",
        error.most,
    )
    return text.format(count=number(error.most))


def _used_up(error: options.LimitUsedUp) -> str:
    text = ngettext(
        "⚠️ {count} click has passed already. Send a greater number.",
        "⚠️ {count} clicks have passed already. Send a greater number.",
        error.passed,
    )
    return text.format(count=number(error.passed))


def _too_many_tags(error: options.TooManyTags) -> str:
    text = ngettext(
        "⚠️ That would be {count} tag; the limit is {most}. Remove some first.",
        "⚠️ That would be {count} tags; the limit is {most}. Remove some first.",
        error.count,
    )
    return text.format(count=number(error.count), most=number(error.most))


def _too_far(error: TimeTooFar) -> str:
    text = ngettext(
        "⚠️ That is more than {count} year ahead. Send a moment that is nearer.",
        "⚠️ That is more than {count} years ahead. Send a moment that is nearer.",
        error.years,
    )
    return text.format(count=number(error.years))


TEXTS: dict[type[UserError], Callable[[Any], str]] = {
    options.NameTooLong: _name_too_long,
    options.TagNotUnderstood: lambda error: _(
        "⚠️ {text} is no tag: letters, digits, - and _ make one. Send such as <i>summer-2026</i>"
    ).format(text=said(error.text)),
    options.TagTooLong: lambda error: _("⚠️ The tag {text} is too long; the limit is {most} characters.").format(
        text=said(error.text, 40), most=number(error.most)
    ),
    options.TooManyTags: _too_many_tags,
    options.AliasLength: _alias_length,
    options.AliasNotUnderstood: _alias_not_understood,
    options.AliasMixed: lambda error: _(
        "⚠️ {text} has Latin and Russian letters in it, and some of them look the same. Use the ones or the others."
    ).format(text=said(error.text)),
    options.AliasReserved: lambda error: _("⚠️ {text} is reserved for a page of this site. Send another.").format(
        text=said(error.text)
    ),
    options.AliasTaken: lambda error: _("⚠️ {text} is taken. Send another.").format(text=said(error.text)),
    options.AliasLooksLikeAnother: lambda error: _(
        "⚠️ {text} looks like the address of another link, and people would mix them up. Send another."
    ).format(text=said(error.text)),
    options.TooManyAliases: _too_many_aliases,
    options.LimitNotUnderstood: lambda error: _("⚠️ {text} is no number. Send one such as 100").format(
        text=said(error.text)
    ),
    options.LimitOutOfBounds: lambda error: _("⚠️ A limit is a number from 1 to {most}. Send another.").format(
        most=number(error.most)
    ),
    options.LimitUsedUp: _used_up,
    options.InThePast: lambda _error: _("⚠️ That moment is over already. Send one that is still to come."),
    options.EndBeforeStart: lambda _error: _(
        "⚠️ The link would end before it opens. Send another moment, or change the other one first."
    ),
    TimeNotUnderstood: lambda error: _(
        "⚠️ I don't see when {text} is. Send it like <i>tomorrow at 18:30</i>, <i>in 2 hours</i> or <i>25.12 12:00</i>"
    ).format(text=said(error.text)),
    TimeTooFar: _too_far,
    UnknownChoice: lambda _error: _("⚠️ This button does not work any more. Open the menu anew: /start"),
}
