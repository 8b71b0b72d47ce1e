"""How clicks divide: by country, device, system, browser, source, language, QR and variant."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from handlers.links.statistics import words
from handlers.links.statistics.callbacks import View
from handlers.links.statistics.looks import SIGNATURE, Look, Told, closing, nobody_clicked, subtitle
from services.clicks.dimensions import (
    APP,
    BROWSER,
    COUNTRY,
    DEVICE,
    LANGUAGE,
    OTHER_DEVICE,
    QR,
    REFERRER,
    SYSTEM,
    VARIANT,
)
from services.language import gettext as _
from services.language.formats import country, number, quoted, said, shorten
from services.links.links import Link
from services.links.targets import readable_host, readable_url
from services.pictures.shares import Share, SharesChart, shares_chart
from services.services import Services
from services.statistics.shares import kinds_of, ranked, scans_of

# Addresses and names that others chose, on one line of a phone.
MOST_HOST, MOST_TARGET = 32, 28
By = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Row:
    """``label`` for a picture; ``html`` for the text, where it differs. ``faint``: no value of its own."""

    label: str
    clicks: int
    html: str = ""
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Divided:
    """``rows`` are all clicks; ``above`` and ``below`` are lines of text (HTML) around them."""

    rows: tuple[Row, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


def teller(view: View, dimensions: tuple[str, ...], divide: Callable[[By, Look], Divided]) -> "Teller":
    """Reads ``dimensions``, and tells what ``divide`` makes of them."""

    async def tell(services: Services, owner_id: int, look: Look) -> Told:
        found = await services.statistics.breakdown(
            owner_id, look.scope, look.press.period, look.zone, look.now, dimensions
        )
        divided = divide(found.by, look)
        total = sum(row.clicks for row in divided.rows)
        sign = words.name_of(view).partition(" ")[0]
        lines = [f"{sign} {words.clicked(total, look.press.period)}", *divided.above]
        lines += [f"{row.html or quoted(row.label)} — {quoted(words.share(row.clicks, total))}" for row in divided.rows]
        chart = SharesChart(
            title=f"{words.bare_name(view)} · {words.short_name(look.press.period).lower()}",
            subtitle=subtitle(look, found.span),
            total=words.clicks_of(total),
            empty=nobody_clicked(),
            signature=SIGNATURE,
            rows=tuple(_share(row, total) for row in divided.rows) if total else (),
        )
        credit = _credit(services.statistics.credit) if COUNTRY in dimensions else ()
        return Told((*lines, *divided.below, *closing(look), *credit), shares_chart, chart)

    return tell


def _credit(credit: tuple[str, str] | None) -> tuple[str, ...]:
    """Whose data the countries are; as their licence wants it, in its own words."""
    return () if credit is None else (f'<a href="{quoted(credit[1])}">{quoted(credit[0])}</a>',)


Teller = Callable[[Services, int, Look], Awaitable[Told]]


def _share(row: Row, total: int) -> Share:
    return Share(row.label, words.share(row.clicks, total), row.clicks / total, row.faint)


def _rows(
    values: Mapping[str, int],
    unknown: str,
    name: Callable[[str], str] = str,
    html: Callable[[str], str] | None = None,
) -> tuple[Row, ...]:
    """The ten most clicked by name, then all others, then those without a value, which are called ``unknown``."""
    found = ranked(values)
    rows = [Row(name(value), clicks, html(value) if html else "") for value, clicks in found.top]
    if found.rest:
        rows.append(Row(_("Others"), found.rest, faint=True))
    if found.unknown:
        rows.append(Row(unknown, found.unknown, faint=True))
    return tuple(rows)


def _countries(by: By, _look: Look) -> Divided:
    def with_flag(code: str) -> str:
        return f"{words.flag(code)} {quoted(country(code))}"

    return Divided(_rows(by[COUNTRY], _("Unknown"), country, with_flag))


def _devices(by: By, _look: Look) -> Divided:
    devices, kinds = by[DEVICE], kinds_of(by[DEVICE])
    total = sum(devices.values())
    named = {device: clicks for device, clicks in devices.items() if device != OTHER_DEVICE}
    rows = _rows(named, _("Unknown"))
    if devices.get(OTHER_DEVICE):
        rows = (*rows, Row(_("Others"), devices[OTHER_DEVICE], faint=True))
    groups = ((_("📱 Phones and tablets"), kinds.phones), (_("💻 Computers"), kinds.computers))
    above = tuple(f"{name} — <b>{quoted(words.share(clicks, total))}</b>" for name, clicks in groups if total)
    return Divided(rows, above)


def _systems(by: By, _look: Look) -> Divided:
    return Divided(_rows(by[SYSTEM], _("Unknown")))


def _browsers(by: By, _look: Look) -> Divided:
    """Those within apps are counted twice: by what they are, and by whose app they are in."""
    apps = ranked(by[APP]).top
    inside = ", ".join(f"{quoted(app)} {number(clicks)}" for app, clicks in apps)
    below = (_("Inside apps: {apps}").format(apps=inside),) if apps else ()
    return Divided(_rows(by[BROWSER], _("Unknown")), below=below)


def _referrers(by: By, _look: Look) -> Divided:
    def host(value: str) -> str:
        return shorten(readable_host(value), MOST_HOST)

    # As code: anybody can make up a host to be clicked on here.
    return Divided(_rows(by[REFERRER], _("Direct"), host, lambda value: f"<code>{quoted(host(value))}</code>"))


def _languages(by: By, _look: Look) -> Divided:
    return Divided(_rows(by[LANGUAGE], _("Unknown"), words.language_name))


def _scans(by: By, _look: Look) -> Divided:
    scans, others = scans_of(by[QR])
    return Divided((Row(_("By the QR"), scans), Row(_("By the link"), others)) if scans or others else ())


def _variants(by: By, look: Look) -> Divided:
    if look.link is None:
        return Divided((), (_("Each link has variants of its own. Open one: /links"),))
    counted = by[VARIANT]
    targets = {str(each["key"]): _target(look.link, each) for each in look.link.variants}
    keys = sorted({*targets, *(key for key, clicks in counted.items() if key and clicks)})
    above = () if keys else (_("The link leads everybody to one address: it has no variants."),)
    rows = [_variant(key, counted.get(key, 0), targets.get(key)) for key in keys]
    if counted.get(""):
        rows.append(Row(_("Without a variant"), counted[""], faint=True))
    return Divided(tuple(rows), above)


def _variant(key: str, clicks: int, target: str | None) -> Row:
    if target is None:
        return Row(_("{key} (removed)").format(key=key), clicks, faint=True)
    shown = shorten(readable_url(target), MOST_TARGET)
    return Row(f"{key} → {shown}", clicks, f"{quoted(key)} → {said(shown)}")


def _target(link: Link, variant: Mapping[str, object]) -> str:
    return str(variant["target"] or link.target)


TELLERS: Mapping[View, Teller] = {
    view: teller(view, dimensions, divide)
    for view, dimensions, divide in (
        (View.COUNTRIES, (COUNTRY,), _countries),
        (View.DEVICES, (DEVICE,), _devices),
        (View.SYSTEMS, (SYSTEM,), _systems),
        (View.BROWSERS, (BROWSER, APP), _browsers),
        (View.REFERRERS, (REFERRER,), _referrers),
        (View.LANGUAGES, (LANGUAGE,), _languages),
        (View.QR, (QR,), _scans),
        (View.VARIANTS, (VARIANT,), _variants),
    )
}
