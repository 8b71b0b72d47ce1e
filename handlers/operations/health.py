"""How the platform fares, for who keeps it: who runs, what waits, what failed, which alerts stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from aiogram import Router
from aiogram.types import CallbackQuery

from handlers.alerts.views import heading
from handlers.menu import button, rows
from handlers.operations.callbacks import HealthPress, WaysPress
from handlers.operations.rights import guarded, on_press
from handlers.operations.views import to_office
from handlers.operations.ways import resting_line, way_line, ways_summary
from handlers.screen import Screen, show
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import duration, number, quoted
from services.operations.alerts import StandingAlert
from services.operations.health import Health, RoleHealth, Waiting
from services.people import Person, Right
from services.services import Services
from services.tiktok.sources import SourceHealth

MOST_ALERTS = 5


def router() -> Router:
    router = guarded("operations.health")
    on_press(router, show_health, Right.SEE_HEALTH, HealthPress.filter())
    on_press(router, show_ways, Right.SEE_HEALTH, WaysPress.filter())
    return router


async def show_health(press: CallbackQuery, services: Services, person: Person, now: datetime) -> None:
    await press.answer()
    await show(press, health_screen(await services.operations.health(now), now))


async def show_ways(press: CallbackQuery, services: Services, now: datetime) -> None:
    health = await services.operations.health(now)
    await press.answer()
    await show(press, ways_screen(health.sources))


def health_screen(health: Health, now: datetime) -> Screen:
    lines = [
        _("🩺 <b>How the platform fares</b>"),
        *(_role(role, now) for role in health.roles),
        _line(_("📥 Updates"), health.updates, _aside(health.aside)),
        _line(
            _("📤 Messages"),
            Waiting(health.deliveries.counts["due"], health.deliveries.overdue),
            _lost(sum(health.deliveries.failed.values()), health.deliveries.unknown),
        ),
        _line(_("⚙️ Works"), Waiting(health.works.due, health.works.oldest), _failed(health.works.failed)),
        _line(_("📊 Clicks"), health.clicks, ""),
        *_tiktok(health.sources),
        *_alerts(health.alerts),
    ]
    refresh = button(_("🔄 Refresh"), HealthPress())
    ways = [button(_("🎵 TikTok"), WaysPress())] if health.sources else []
    return Screen("\n".join(lines), rows([refresh, *ways], [to_office()]))


def _role(role: RoleHealth, now: datetime) -> str:
    if not role.processes:
        return _("🔴 {role}: not seen for {time}").format(role=quoted(role.name), time=_span(now - role.seen_at))
    if role.name == "bot" and not role.leads:
        return _("🟡 {role}: nobody leads").format(role=quoted(role.name))
    text = ngettext("🟢 {role}: {count} process", "🟢 {role}: {count} processes", role.processes)
    return text.format(role=quoted(role.name), count=number(role.processes))


def _line(name: str, waiting: Waiting, more: str) -> str:
    """``more``: what else there is to say."""
    # What came this very moment does not wait: the press that asks for this is an update, too.
    if not waiting.count or waiting.oldest < timedelta(seconds=1):
        text = _("{name}: none wait")
    else:
        text = _("{name}: {count} waiting, the oldest for {time}")
    line = text.format(name=name, count=number(waiting.count), time=_span(waiting.oldest))
    return f"{line}; {more}" if more else line


def ways_screen(sources: Sequence[SourceHealth]) -> Screen:
    """Each way to TikTok: how much it answers, how fast, and why it rests."""
    lines = [_("🎵 <b>Ways to TikTok</b>, since the bot's start"), *(way_line(source) for source in sources)]
    if not sources:
        lines = [_("🎵 TikTok: no bot runs that could tell how its ways fare")]
    back = button(_("◀️ Back"), HealthPress())
    return Screen("\n".join(lines), rows([button(_("🔄 Refresh"), WaysPress())], [back]))


def _tiktok(sources: Sequence[SourceHealth]) -> list[str]:
    """How many of the ways to TikTok are asked, and why others rest; nothing where nobody tells."""
    if not sources:
        return []
    return [ways_summary(sources), *(resting_line(source) for source in sources if source.state == "resting")]


def _aside(count: int) -> str:
    return _("{count} set aside").format(count=number(count)) if count else ""


def _lost(failed: int, unknown: int) -> str:
    """Within the last ten minutes."""
    parts = []
    if failed:
        parts.append(_("{count} failed lately").format(count=number(failed)))
    if unknown:
        parts.append(_("of {count} nobody knows").format(count=number(unknown)))
    return ", ".join(parts)


def _failed(count: int) -> str:
    """Within the last month."""
    return _("{count} failed in a month").format(count=number(count)) if count else ""


def _alerts(alerts: Iterable[StandingAlert]) -> list[str]:
    standing = list(alerts)
    if not standing:
        return ["", _("✅ No alert stands.")]
    title = ngettext("⚠️ <b>{count} alert stands</b>", "⚠️ <b>{count} alerts stand</b>", len(standing))
    lines = ["", title.format(count=number(len(standing)))]
    for alert in standing[-MOST_ALERTS:]:
        mark = "🔕 " if alert.silent_until is not None else "• "
        times = f" × {number(alert.count)}" if alert.count > 1 else ""
        lines.append(f"{mark}{heading(alert)}{times}")
    return lines


def _span(span: timedelta) -> str:
    return duration(timedelta(seconds=round(span.total_seconds())))
