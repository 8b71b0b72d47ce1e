"""How anybody's links and the blocked hosts look to operators."""

import hashlib
from collections.abc import Sequence
from datetime import tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.links.views import anchor as link_anchor
from handlers.links.views import bare, clicks_text, target_anchor
from handlers.menu import button, rows
from handlers.operations.callbacks import (
    AnyLinkAction,
    AnyLinkPress,
    BlockPress,
    HostsPress,
    PersonAction,
    PersonLinksPress,
    PersonPress,
    UnblockPress,
)
from handlers.operations.notices import MOST_REASON
from handlers.operations.person_views import anchor
from handlers.operations.views import cancel, reply_note, to_office, to_person, turns
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import day, number, quoted, said
from services.links.links import LinkPage
from services.links.moderation import BlockedHost, ModeratedLink
from services.links.targets import readable_host, readable_url
from services.people import Person, Right, Role

LINKS_ON_A_PAGE, HOSTS_ON_A_PAGE = 5, 6
MOST_TARGET, LONGEST_ANCHOR = 200, 1_000


def links_of(person: Person, page: LinkPage) -> Screen:
    if not page.total:
        return Screen(_("🔗 {name} has no links.").format(name=anchor(person)), rows([to_person(person.id)]))
    heading = ngettext("🔗 <b>{count} link</b> of {name}", "🔗 <b>{count} links</b> of {name}", page.total)
    lines = [heading.format(count=number(page.total), name=anchor(person))]
    first = (page.number - 1) * LINKS_ON_A_PAGE + 1
    for place, link in enumerate(page.links, first):
        off = " ⛔️" if link.disabled is not None else ""
        lines.append(f"{number(place)}. {link_anchor(link)}{off} — {clicks_text(link.clicks)}\n→ {target_anchor(link)}")
    numbers = [
        button(number(place), AnyLinkPress(action=AnyLinkAction.CARD, id=link.id, page=page.number))
        for place, link in enumerate(page.links, first)
    ]
    keyboard = rows(
        numbers,
        turns(page.number, page.pages, lambda to: PersonLinksPress(id=person.id, page=to)),
        [to_person(person.id)],
    )
    return Screen("\n".join(lines), keyboard)


def card(link: ModeratedLink, owner: Person | None, actor: Person, page: int) -> Screen:
    lines = [
        f'🔗 <b><a href="{quoted(link.short_url)}">{quoted(bare(link.short_url))}</a></b>',
        f"→ {_target(link)}",
        _("{clicks} · since {day}").format(
            clicks=clicks_text(link.clicks), day=day(link.created_at.astimezone(actor.zone))
        ),
        _("👤 Owner: {name}").format(name=anchor(owner)) if owner else _("👤 Its owner asked to be forgotten"),
        *_state(link),
    ]
    return Screen("\n".join(lines), rows(*_buttons(link, owner, actor, page)))


def disable_question(link: ModeratedLink, page: int, *, in_group: bool) -> Screen:
    text = _("⛔️ Why is {link} switched off? Everybody who follows it reads your words, and its owner too.").format(
        link=quoted(bare(link.short_url))
    )
    back = AnyLinkPress(action=AnyLinkAction.CARD, id=link.id, page=page)
    return Screen("\n".join([text, *reply_note(in_group=in_group)]), rows([cancel(back)]))


def hosts(blocked: Sequence[BlockedHost], page: int, zone: tzinfo) -> Screen:
    """Newest first; ``page`` from 1, or the nearest that there is."""
    block = button(_("⛔️ Block a host"), BlockPress())
    if not blocked:
        text = _("⛔️ No host is blocked.\nTo a blocked one, and to what is below it, no link leads.")
        return Screen(text, rows([block], [to_office()]))
    pages = -(-len(blocked) // HOSTS_ON_A_PAGE)
    page = min(page, pages)
    shown = blocked[(page - 1) * HOSTS_ON_A_PAGE : page * HOSTS_ON_A_PAGE]
    heading = ngettext("⛔️ <b>{count} blocked host</b>", "⛔️ <b>{count} blocked hosts</b>", len(blocked))
    lines = [heading.format(count=number(len(blocked)))]
    lines += [
        f"<b>{said(readable_host(each.host))}</b> — {day(each.blocked_at.astimezone(zone))}: {said(each.reason, 100)}"
        for each in shown
    ]
    allow = [
        [button(_("✅ Allow {host}").format(host=readable_host(each.host)[:40]), UnblockPress(mark=mark(each.host)))]
        for each in shown
    ]
    keyboard = rows(*allow, turns(page, pages, lambda to: HostsPress(page=to)), [block], [to_office()])
    return Screen("\n".join(lines), keyboard)


def mark(host: str) -> str:
    """What stands for a host in a button."""
    return hashlib.sha256(host.encode()).hexdigest()[:12]


def host_question(*, in_group: bool) -> Screen:
    text = _("⛔️ Which host? Send it as <i>example.com</i>. What is below it is blocked with it.")
    return Screen("\n".join([text, *reply_note(in_group=in_group)]), rows([cancel(HostsPress())]))


def host_reason_question(host: str, *, in_group: bool) -> Screen:
    text = _("⛔️ Why is {host} blocked? Everybody who follows a link there reads your words.").format(
        host=said(readable_host(host))
    )
    return Screen("\n".join([text, *reply_note(in_group=in_group)]), rows([cancel(HostsPress())]))


def unblock_question(host: str) -> Screen:
    text = _("✅ Allow links to {host} again? Those that led there lead on at once.").format(
        host=said(readable_host(host))
    )
    sure = button(_("✅ Yes, allow"), UnblockPress(mark=mark(host), sure=True))
    return Screen(text, rows([button(_("◀️ Back"), HostsPress()), sure]))


def _target(link: ModeratedLink) -> str:
    if not link.target:
        return _("its target is gone")
    shown = said(readable_url(link.target), MOST_TARGET)
    return f'<a href="{quoted(link.target)}">{shown}</a>' if len(link.target) <= LONGEST_ANCHOR else shown


def _state(link: ModeratedLink) -> list[str]:
    lines = []
    if link.is_deleted:
        lines.append(_("🗑 Deleted"))
    if link.is_draft:
        lines.append(_("✏️ Offered while its owner was typing, not yet used"))
    if link.disabled is not None:
        lines.append(_("⛔️ Switched off: {reason}").format(reason=said(link.disabled, MOST_REASON)))
    if link.blocked is not None:
        lines.append(
            _("⛔️ Its host {host} is blocked: {reason}").format(
                host=said(readable_host(link.host)), reason=said(link.blocked, MOST_REASON)
            )
        )
    return lines


def _buttons(link: ModeratedLink, owner: Person | None, actor: Person, page: int) -> list[list[InlineKeyboardButton]]:
    switch, host = [], []
    decides = actor.may(Right.DISABLE_LINKS) and (owner is None or actor.role is Role.OWNER or actor.role > owner.role)
    if decides and link.disabled is not None:
        switch = [button(_("✅ Switch on"), AnyLinkPress(action=AnyLinkAction.ENABLE, id=link.id, page=page))]
    elif decides and not link.is_deleted:
        switch = [button(_("⛔️ Switch off"), AnyLinkPress(action=AnyLinkAction.DISABLE, id=link.id, page=page))]
    if actor.may(Right.BLOCK_HOSTS) and link.host and link.blocked is None:
        host = [button(_("⛔️ Block its host"), AnyLinkPress(action=AnyLinkAction.BLOCK_HOST, id=link.id, page=page))]
    if owner is None:
        return [switch, host, [to_office()]]
    if page:
        back = button(_("◀️ Back"), PersonLinksPress(id=owner.id, page=page))
        return [switch, host, [back]]
    to_owner = button(_("👤 Owner"), PersonPress(action=PersonAction.CARD, id=owner.id))
    return [switch, host, [to_owner, to_office()]]
