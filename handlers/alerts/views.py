"""How alerts look. Each kind has its own sentence; what is edited while it stands is its numbers."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any, TypeVar

from handlers.alerts.callbacks import AlertAction, AlertPress
from handlers.menu import button, rows
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import day, duration, hour, number, quoted
from services.operations.alerts import FOREVER, HAPPENINGS, AlertKind, StandingAlert

T = TypeVar("T")
# After escaping it must fit into a message with all the rest.
MOST_TRACEBACK = 700


def alert_screen(alert: StandingAlert, zone: tzinfo) -> Screen:
    """The message of an alert as it is now, over or not."""
    mark = "✅" if alert.over_at else "⚠️"
    lines = [f"{mark} <b>{heading(alert)}</b>", *_worded(DETAILS, alert, list[str]())]
    lines += [line for line in (_times(alert, zone), _over(alert, zone), _silence(alert, zone)) if line]
    return Screen("\n".join(lines), rows(*_buttons(alert)))


def over_text(alert: StandingAlert) -> str:
    """What is said when it is over."""
    if alert.kind not in HAPPENINGS:
        return _worded(WELL_AGAIN, alert, _("✅ <b>Over:</b> {what}.").format(what=heading(alert)))
    text = ngettext(
        "✅ <b>Over:</b> {what}. It happened {count} time, and not for the last hour.",
        "✅ <b>Over:</b> {what}. It happened {count} times, and not for the last hour.",
        alert.count,
    )
    return text.format(what=heading(alert), count=number(alert.count))


def heading(alert: StandingAlert) -> str:
    """One line that says what is wrong; HTML."""
    return _worded(HEADINGS, alert, quoted(alert.kind))


def _worded(words: Mapping[AlertKind, Callable[[Mapping[str, Any]], T]], alert: StandingAlert, otherwise: T) -> T:
    """``otherwise`` where another version wrote other facts than this one has words for."""
    try:
        return words[alert.kind](alert.facts)
    except (LookupError, TypeError, ValueError):
        return otherwise


def _error(facts: Mapping[str, Any]) -> str:
    return _("Error {name}, № {id}").format(name=quoted(facts["name"]), id=quoted(facts["error_id"]))


def _aside(facts: Mapping[str, Any]) -> str:
    return _("An update was set aside: {name}, № {id}").format(name=quoted(facts["name"]), id=quoted(facts["error_id"]))


def _updates(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "{count} update waits to be handled, for {time}",
        "{count} updates wait to be handled, the oldest for {time}",
        facts["count"],
    )
    return _with_numbers(text, facts)


def _deliveries(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "{count} message waits to be sent, for {time}",
        "{count} messages wait to be sent, the oldest for {time}",
        facts["count"],
    )
    return _with_numbers(text, facts)


def _works(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "{count} work waits to be done, for {time}",
        "{count} works wait to be done, the oldest for {time}",
        facts["count"],
    )
    return _with_numbers(text, facts)


def _clicks(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "{count} click waits to be counted, for {time}",
        "{count} clicks wait to be counted, the oldest for {time}",
        facts["count"],
    )
    return _with_numbers(text, facts)


def _failing(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "{count} message failed within ten minutes",
        "{count} messages failed within ten minutes",
        facts["count"],
    )
    return text.format(count=number(facts["count"]))


def _unknown(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "Nobody knows whether {count} message arrived",
        "Nobody knows whether {count} messages arrived",
        facts["count"],
    )
    return text.format(count=number(facts["count"]))


def _refunded(facts: Mapping[str, Any]) -> str:
    """An order that came to nothing by itself, or a payment for none."""
    if not facts["amount"]:
        return _("A free guide could not be made, and its order is closed")
    why = {
        "surplus": _("a second payment"),
        "unknown": _("a payment for no order"),
        "foreign": _("a payment for somebody else's order"),
        "amount": _("a payment of another amount"),
        "banned": _("a payment of somebody who is banned"),
        "failed": _("a guide that could not be made"),
        "telegram": _("by Telegram"),
    }[facts["why"]]
    text = ngettext("{count} Star was refunded: {why}", "{count} Stars were refunded: {why}", facts["amount"])
    return text.format(count=number(facts["amount"]), why=why)


def _stars_differ(facts: Mapping[str, Any]) -> str:
    what = {
        "missing": _("Telegram's ledger lacks a movement of ours"),
        "amount": _("Telegram's ledger has another amount than ours"),
        "unknown": _("Telegram's ledger has a refund that nobody can explain"),
        "stuck": _("Telegram does not make a refund, for days"),
    }[facts["what"]]
    return _("Stars do not agree: {what}").format(what=what)


def _order(facts: Mapping[str, Any]) -> list[str]:
    return [_("Order № {id}").format(id=number(facts["order"]))] if facts["order"] else []


def _charge(facts: Mapping[str, Any]) -> list[str]:
    return [_("Charge …{id}, {amount} ⭐").format(id=quoted(facts["charge"]), amount=number(facts["amount"]))]


def _unseen(facts: Mapping[str, Any]) -> str:
    return _("The role {role} has not been seen for {time}").format(
        role=quoted(facts["role"]), time=_time(facts["seconds"])
    )


def _with_numbers(text: str, facts: Mapping[str, Any]) -> str:
    return text.format(count=number(facts["count"]), time=_time(facts["seconds"]))


def _time(seconds: float) -> str:
    return duration(timedelta(seconds=round(seconds)))


HEADINGS: dict[AlertKind, Callable[[Mapping[str, Any]], str]] = {
    AlertKind.ERROR: _error,
    AlertKind.UPDATE_ASIDE: _aside,
    AlertKind.UPDATES_WAIT: _updates,
    AlertKind.DELIVERIES_WAIT: _deliveries,
    AlertKind.WORKS_WAIT: _works,
    AlertKind.CLICKS_WAIT: _clicks,
    AlertKind.DELIVERIES_FAIL: _failing,
    AlertKind.DELIVERIES_UNKNOWN: _unknown,
    AlertKind.ROLE_UNSEEN: _unseen,
    AlertKind.REFUNDED: _refunded,
    AlertKind.STARS_DIFFER: _stars_differ,
}


def _traceback(facts: Mapping[str, Any]) -> list[str]:
    where = {
        "bot": _("A part of the bot failed, and began anew."),
        "work": _("While due work was done."),
        "delivery": _("While a message was sent."),
        "job": _("While a job ran."),
        "request": _("While a link was followed, or a page made."),
        "query": _("While a question was answered at once."),
        "update": _("Its handler failed three times; the person was told this number."),
    }
    text = quoted(facts["traceback"][-MOST_TRACEBACK:])
    # Empty: the person whom it was about asked to be forgotten.
    block = f"<blockquote expandable>{text}</blockquote>" if text else ""
    return [line for line in (where.get(facts["source"], ""), block) if line]


DETAILS: dict[AlertKind, Callable[[Mapping[str, Any]], list[str]]] = {
    AlertKind.ERROR: _traceback,
    AlertKind.UPDATE_ASIDE: _traceback,
    AlertKind.UPDATES_WAIT: lambda _facts: [_("People wait for their answers. Nothing is lost.")],
    AlertKind.DELIVERIES_WAIT: lambda _facts: [_("Does Telegram answer? Nothing is lost.")],
    AlertKind.WORKS_WAIT: lambda _facts: [_("There is more to do than the bot can do, or works fail.")],
    AlertKind.CLICKS_WAIT: lambda _facts: [
        _("Links lead on, but their numbers stand still. Does the database answer?")
    ],
    AlertKind.DELIVERIES_FAIL: lambda facts: [_("Most often: {reason}").format(reason=quoted(facts["reason"]))],
    AlertKind.DELIVERIES_UNKNOWN: lambda _facts: [_("The connection or the bot broke while they were being sent.")],
    AlertKind.REFUNDED: lambda facts: _order(facts) + (_charge(facts) if facts["charge"] else []),
    AlertKind.STARS_DIFFER: _charge,
    AlertKind.ROLE_UNSEEN: lambda facts: [
        _("Start it again: {command}").format(command=f"<code>toklink {quoted(facts['role'])}</code>")
    ],
}


WELL_AGAIN: dict[AlertKind, Callable[[Mapping[str, Any]], str]] = {
    AlertKind.UPDATES_WAIT: lambda _facts: _("✅ Updates are handled in time again."),
    AlertKind.DELIVERIES_WAIT: lambda _facts: _("✅ Messages are sent in time again."),
    AlertKind.WORKS_WAIT: lambda _facts: _("✅ Works are done in time again."),
    AlertKind.CLICKS_WAIT: lambda _facts: _("✅ Clicks are counted in time again."),
    AlertKind.DELIVERIES_FAIL: lambda _facts: _("✅ Messages do not fail any more."),
    AlertKind.DELIVERIES_UNKNOWN: lambda _facts: _("✅ No more messages are lost from sight."),
    AlertKind.ROLE_UNSEEN: lambda facts: _("✅ The role {role} is not missing any more.").format(
        role=quoted(facts["role"])
    ),
}


def _times(alert: StandingAlert, zone: tzinfo) -> str:
    if alert.kind not in HAPPENINGS or alert.count == 1:
        return ""
    text = ngettext("🔁 {count} time, last on {time}", "🔁 {count} times, last on {time}", alert.count)
    return text.format(count=number(alert.count), time=_moment(alert.last_at, zone))


def _over(alert: StandingAlert, zone: tzinfo) -> str:
    return "" if alert.over_at is None else _("Over since {time}").format(time=_moment(alert.over_at, zone))


def _silence(alert: StandingAlert, zone: tzinfo) -> str:
    if alert.silent_until is None:
        return ""
    if alert.silent_until >= FOREVER:
        return _("🔕 Silent until somebody wakes it")
    return _("🔕 Silent until {time}").format(time=_moment(alert.silent_until, zone))


def _moment(moment: datetime, zone: tzinfo) -> str:
    """With the day, since an alert may stand for long."""
    there = moment.astimezone(zone)
    return f"{day(there)}, {hour(there)}"


def _buttons(alert: StandingAlert) -> list[list[Any]]:
    def press(action: AlertAction) -> AlertPress:
        return AlertPress(action=action, id=alert.id)

    if alert.silent_until is not None:
        return [[button(_("🔔 Speak again"), press(AlertAction.WAKE))]]
    if alert.over_at is not None:
        return []
    return [
        [
            button(_("🔕 For an hour"), press(AlertAction.HOUR)),
            button(_("🔕 For a day"), press(AlertAction.DAY)),
        ],
        [button(_("🔕 Until I wake it"), press(AlertAction.ALWAYS))],
    ]
