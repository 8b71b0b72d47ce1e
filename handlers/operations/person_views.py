"""How people look to operators."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.links.views import clicks_text
from handlers.menu import button, rows
from handlers.operations.callbacks import (
    ActsPress,
    ErrorPress,
    PersonAction,
    PersonLinksPress,
    PersonPress,
    RolePress,
)
from handlers.operations.names import role_name
from handlers.operations.notices import MOST_REASON
from handlers.operations.payment_callbacks import PayerPress
from handlers.operations.views import cancel, moment, reply_note, to_office, to_person
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import day, locale, number, quoted, said
from services.operations.desk import PersonCard
from services.operations.errors import KeptError
from services.people import Person, Right, Role

GIVEN_ROLES = (Role.PERSON, Role.SUPPORT, Role.OPERATOR)


def card(found: PersonCard, actor: Person, notes: Sequence[str] = ()) -> Screen:
    """``notes``: what was just done."""
    person = found.person
    lines = [
        *notes,
        f"👤 {anchor(person)}" + (f" · @{quoted(person.username)}" if person.username else ""),
        _("№ {id} · {language} · since {day}").format(
            id=f"<code>{person.id}</code>",
            language=str(locale().languages.get(person.language, person.language)),
            day=day(found.since.astimezone(actor.zone)),
        ),
        _links(found),
        *_standing(found, actor.zone),
    ]
    return Screen("\n".join(lines), rows(*_buttons(found, actor)))


def anchor(person: Person) -> str:
    """The name, which opens the chat with them where Telegram lets it."""
    return f'<a href="tg://user?id={person.id}">{said(person.first_name or str(person.id), 40)}</a>'


def ban_question(person: Person, *, in_group: bool) -> Screen:
    text = _("🚫 Why is {name} banned? They are told in your words.").format(name=anchor(person))
    keyboard = rows([cancel(PersonPress(action=PersonAction.CARD, id=person.id))])
    return Screen("\n".join([text, *reply_note(in_group=in_group)]), keyboard)


def disable_all_question(found: PersonCard) -> Screen:
    person, left = found.person, found.links - found.disabled
    text = ngettext(
        "⛔️ Switch off {count} link of {name}? Its page will say: {reason}",
        "⛔️ Switch off {count} links of {name}? Their pages will say: {reason}",
        left,
    ).format(count=number(left), name=anchor(person), reason=said(_reason(person), MOST_REASON))
    sure = button(_("⛔️ Yes, switch off"), PersonPress(action=PersonAction.DISABLE_ALL_SURELY, id=person.id))
    return Screen(text, rows([to_person(person.id), sure]))


def roles(person: Person) -> Screen:
    text = _("🛠 What may {name} do?\nSupport looks things up. Operators also ban, switch links off and block hosts.")
    marks = {role: "✓ " if role is person.role else "" for role in GIVEN_ROLES}
    choices = [
        [button(f"{marks[role]}{role_name(role)}", RolePress(id=person.id, role=int(role)))] for role in GIVEN_ROLES
    ]
    return Screen(text.format(name=anchor(person)), rows(*choices, [to_person(person.id)]))


def errors(person: Person, kept: Sequence[KeptError], zone: tzinfo) -> Screen:
    if not kept:
        return Screen(_("⚠️ No errors of {name} in 30 days.").format(name=anchor(person)), rows([to_person(person.id)]))
    lines = [_("⚠️ <b>Errors</b> of {name}").format(name=anchor(person))]
    lines += [f"№ {quoted(each.id)} · {moment(each.at, zone)}\n{quoted(each.name)}" for each in kept]
    opened = [button(f"№ {each.id}", ErrorPress(id=each.id, person=person.id)) for each in kept]
    pairs = [opened[place : place + 2] for place in range(0, len(opened), 2)]
    return Screen("\n".join(lines), rows(*pairs, [to_person(person.id)]))


def banned_note(since: datetime, zone: tzinfo, reason: str) -> str:
    return _("🚫 Banned since {time}: {reason}").format(time=moment(since, zone), reason=said(reason, MOST_REASON))


def _links(found: PersonCard) -> str:
    count = ngettext("{count} link", "{count} links", found.links).format(count=number(found.links))
    off = _(" ({count} off)").format(count=number(found.disabled)) if found.disabled else ""
    visitors = ngettext("{count} visitor", "{count} visitors", found.visitors).format(count=number(found.visitors))
    return f"🔗 {count}{off} · {clicks_text(found.clicks)}" + (f" · {visitors}" if found.visitors else "")


def _standing(found: PersonCard, zone: tzinfo) -> list[str]:
    person, lines = found.person, []
    if person.role is not Role.PERSON:
        lines.append(_("🛠 Role: {role}").format(role=role_name(person.role)))
    if person.banned is not None:
        lines.append(banned_note(person.banned.since, zone, person.banned.reason))
    if found.unreachable is not None:
        since, reason = found.unreachable
        why = {"blocked": _("they blocked the bot"), "deactivated": _("their account is deleted")}
        lines.append(
            _("📵 Cannot be reached since {time}: {reason}").format(
                time=moment(since, zone), reason=why.get(reason, quoted(reason))
            )
        )
    return lines


def _buttons(found: PersonCard, actor: Person) -> list[list[InlineKeyboardButton]]:
    person = found.person
    is_above = actor.role > person.role
    decisions = []
    if actor.may(Right.BAN) and is_above:
        decisions.append(_press(person, *_ban_label(person)))
    if actor.may(Right.GIVE_ROLES) and is_above:
        decisions.append(_press(person, _("🛠 Role"), PersonAction.ROLES))
    all_off = []
    if actor.may(Right.DISABLE_LINKS) and person.banned is not None and found.links > found.disabled:
        all_off = [_press(person, _("⛔️ Switch off all links"), PersonAction.DISABLE_ALL)]
    orders = [button(_("🧾 Orders"), PayerPress(id=person.id))] if actor.may(Right.SEE_PAYMENTS) else []
    log = [button(_("📜 Who did what"), ActsPress(page=1, id=person.id))] if actor.may(Right.SEE_ACTS) else []
    return [
        [
            button(_("🔗 Links"), PersonLinksPress(id=person.id, page=1)),
            _press(person, _("⚠️ Errors"), PersonAction.ERRORS),
        ],
        orders,
        # One a row: two would break their words on a phone.
        *([decision] for decision in decisions),
        all_off,
        [*log, to_office()],
    ]


def _ban_label(person: Person) -> tuple[str, PersonAction]:
    if person.banned is None:
        return _("🚫 Ban"), PersonAction.BAN
    return _("👋 End the ban"), PersonAction.UNBAN


def _press(person: Person, label: str, action: PersonAction) -> InlineKeyboardButton:
    return button(label, PersonPress(action=action, id=person.id))


def _reason(person: Person) -> str:
    return person.banned.reason if person.banned else ""
