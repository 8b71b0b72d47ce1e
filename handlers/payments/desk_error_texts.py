"""What operators read who see to payments, and people who ask about theirs."""

from collections.abc import Callable
from typing import Any

from services.errors import UserError
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, said
from services.payments.desk import NoGuide
from services.payments.selling import (
    LONGEST_NAME,
    MOST_PERCENT,
    MOST_USES,
    CodeNotFound,
    CodeNotMade,
)
from services.payments.tickets import QuestionNotFound, QuestionTooLong, TooManyQuestions


def _code_not_made(error: CodeNotMade) -> str:
    texts = {
        "letters": _("⚠️ {text} has other signs than Latin letters, digits, - and _. Send another name."),
        "length": _("⚠️ A name has 3 to {longest} characters. Send another one."),
        "taken": _("⚠️ There is a code {text} already. Send another name."),
        "alike": _("⚠️ People would mistake it for the code {text}. Send another name."),
        "percent": _("⚠️ {text} is no discount. Send a number from 1 to {percent}."),
        "uses": _("⚠️ {text} is no limit. Send a number from 1 to {uses}."),
        "past": _("⚠️ It would be over already. Choose another end."),
    }
    return texts[error.reason].format(
        text=said(error.text), longest=number(LONGEST_NAME), percent=number(MOST_PERCENT), uses=number(MOST_USES)
    )


def _too_many_questions(error: TooManyQuestions) -> str:
    text = ngettext(
        "⏳ {count} question of yours is open. Add to it under its answer, or wait for one.",
        "⏳ {count} questions of yours are open. Add to one under its answer, or wait for one.",
        error.most,
    )
    return text.format(count=number(error.most))


TEXTS: dict[type[UserError], Callable[[Any], str]] = {
    CodeNotMade: _code_not_made,
    CodeNotFound: lambda _error: _("⚠️ There is no such code. All of them: /admin"),
    NoGuide: lambda _error: _("⚠️ This order has no guide that could be sent."),
    QuestionNotFound: lambda _error: _("⚠️ There is no such question any more. Ask anew: /paysupport"),
    QuestionTooLong: lambda error: _(
        "⚠️ {length} characters are too many; the limit is {most}. Send it shorter."
    ).format(length=number(error.length), most=number(error.most)),
    TooManyQuestions: _too_many_questions,
}
