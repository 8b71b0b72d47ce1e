"""How promo codes look to operators."""

from datetime import datetime, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import button, rows
from handlers.operations.payment_callbacks import CodeAction, CodePress, CodesPress, DraftPress, DraftStep
from handlers.operations.payments_views import to_payments
from handlers.operations.views import cancel, moment, reply_note, turns
from handlers.screen import Screen
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import number, percent, quoted
from services.operations.tallies import Tally
from services.payments.selling import Code, CodePage

PERCENTS = (5, 10, 20, 30, 50, 100)
USES = (1, 10, 100, 1_000)
EACH = (1, 2, 5)
DAYS = (1, 7, 30)


def codes(page: CodePage, wrong: Tally, now: datetime) -> Screen:
    """``wrong``: how often people tried a code that there is not."""
    make = [button(_("➕ New code"), DraftPress())]
    if not page.codes:
        text = _("🎟 There is no promo code yet. One makes a guide cheaper, or free.")
        return Screen(text, rows(make, [to_payments()]))
    lines = [_("🎟 <b>Promo codes</b>"), *(_line(each, now) for each in page.codes)]
    if wrong.week:
        text = _("🙅 Wrong codes tried: {today} today, {week} in seven days")
        lines.append(text.format(today=number(wrong.today), week=number(wrong.week)))
    buttons = [button(each.code, CodePress(action=CodeAction.CARD, id=each.id)) for each in page.codes]
    pages = page.number + 1 if page.more else page.number
    return Screen(
        "\n".join(lines),
        rows(
            *_pairs(buttons),
            turns(page.number, pages, lambda to: CodesPress(page=to)),
            make,
            [to_payments()],
        ),
    )


def code(found: Code, zone: tzinfo, now: datetime) -> Screen:
    return Screen("\n".join(_about(found, zone, now)), rows(*_buttons(found)))


def made(found: Code, zone: tzinfo, now: datetime) -> Screen:
    shown = code(found, zone, now)
    return Screen(_("✅ The code is made; a tap on it copies it.") + "\n" + shown.text, shown.keyboard)


def end_question(found: Code) -> Screen:
    text = _("🗑 End {code}? Orders that use it already keep their price.")
    sure = button(_("🗑 Yes, end it"), CodePress(action=CodeAction.END_SURELY, id=found.id))
    back = button(_("◀️ Back"), CodePress(action=CodeAction.CARD, id=found.id))
    return Screen(text.format(code=_name(found)), rows([sure], [back]))


def draft(it: DraftPress) -> Screen:
    """What is chosen up to now, or the choices of one step."""
    choices = {
        DraftStep.PERCENT: _percents,
        DraftStep.USES: _uses,
        DraftStep.EACH: _each,
        DraftStep.DAYS: _days,
    }.get(it.step)
    return _all(it) if choices is None else choices(it)


def question(it: DraftPress, *, in_group: bool) -> Screen:
    """Something that is typed."""
    text = {
        DraftStep.TYPE_PERCENT: _("🎟 How many percent off? Send a number from 1 to 100; 100 is free."),
        DraftStep.TYPE_USES: _("🎟 How often may it be used in all? Send a number from 1 on."),
    }.get(it.step) or _("🎟 What is it called? Send 3 to 32 Latin letters and digits; - and _ may stand between.")
    back = cancel(it.model_copy(update={"step": DraftStep.ALL}))
    return Screen("\n".join([text, *reply_note(in_group=in_group)]), rows([back]))


def discount(off: int) -> str:
    return _("free") if off == 100 else f"−{percent(off / 100)}"


def _all(it: DraftPress) -> Screen:
    def to(step: DraftStep, label: str) -> InlineKeyboardButton:
        return button(label, it.model_copy(update={"step": step}))

    return Screen(
        _("🎟 <b>New promo code</b>\nChoose what it gives, then how it is called."),
        rows(
            [to(DraftStep.PERCENT, _("Discount: {what}").format(what=discount(it.percent)))],
            [to(DraftStep.USES, _("In all: {count}").format(count=_limit(it.uses)))],
            [to(DraftStep.EACH, _("Each person: {count}").format(count=_limit(it.each)))],
            [to(DraftStep.DAYS, _("Ends: {when}").format(when=_span(it.days)))],
            [to(DraftStep.RANDOM_NAME, _("🎲 Random name")), to(DraftStep.TYPE_NAME, _("✏️ Own name"))],
            [cancel(CodesPress())],
        ),
    )


def _percents(it: DraftPress) -> Screen:
    options = [_option(it, discount(each), percent=each) for each in PERCENTS]
    other = button(_("✏️ Another one"), it.model_copy(update={"step": DraftStep.TYPE_PERCENT}))
    return _choices(it, _("🎟 How much off?"), options, other)


def _uses(it: DraftPress) -> Screen:
    options = [_option(it, _limit(each), uses=each) for each in (*USES, 0)]
    other = button(_("✏️ Another one"), it.model_copy(update={"step": DraftStep.TYPE_USES}))
    return _choices(it, _("🎟 How often may it be used in all?"), options, other)


def _each(it: DraftPress) -> Screen:
    options = [_option(it, _limit(each), each=each) for each in (*EACH, 0)]
    return _choices(it, _("🎟 How often may one person use it?"), options)


def _days(it: DraftPress) -> Screen:
    options = [_option(it, _span(each), days=each) for each in (*DAYS, 0)]
    return _choices(it, _("🎟 When does it end?"), options)


def _choices(it: DraftPress, text: str, options: list[InlineKeyboardButton], *others: InlineKeyboardButton) -> Screen:
    back = button(_("◀️ Back"), it.model_copy(update={"step": DraftStep.ALL}))
    return Screen(text, rows(*_pairs([*options, *others]), [back]))


def _option(it: DraftPress, label: str, **chosen: int) -> InlineKeyboardButton:
    return button(label, it.model_copy(update={**chosen, "step": DraftStep.ALL}))


def _pairs(buttons: list[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    return [buttons[start : start + 2] for start in range(0, len(buttons), 2)]


def _limit(count: int | None) -> str:
    return number(count) if count else _("no limit")


def _span(days: int) -> str:
    if not days:
        return _("never")
    spans = {1: _("in a day"), 7: _("in a week"), 30: _("in a month")}
    return spans.get(days) or ngettext("in {count} day", "in {count} days", days).format(count=number(days))


def _name(found: Code) -> str:
    return f"<code>{quoted(found.code)}</code>"


def _line(found: Code, now: datetime) -> str:
    mark = "🟢" if found.is_on(now) else "⚪️"
    used = (
        number(found.uses) if found.terms.most_uses is None else f"{number(found.uses)}/{_limit(found.terms.most_uses)}"
    )
    return f"{mark} {_name(found)} · {discount(found.terms.percent)} · {used}"


def _about(found: Code, zone: tzinfo, now: datetime) -> list[str]:
    terms = found.terms
    used = ngettext("Used {count} time of {limit}", "Used {count} times of {limit}", found.uses)
    if terms.most_uses is None:
        used = ngettext("Used {count} time, no limit", "Used {count} times, no limit", found.uses)
    lines = [
        f"🎟 <b>{_name(found)}</b> · {discount(terms.percent)}",
        used.format(count=number(found.uses), limit=_limit(terms.most_uses)),
        _("Each person: {count}").format(count=_limit(terms.most_each)),
    ]
    if found.ended_at is not None:
        lines.append(_("⚪️ Ended by an operator on {time}").format(time=moment(found.ended_at, zone)))
    elif terms.expires_at is None:
        lines.append(_("Ends: {when}").format(when=_("never")))
    elif terms.expires_at <= now:
        lines.append(_("⚪️ Over since {time}").format(time=moment(terms.expires_at, zone)))
    else:
        lines.append(_("Ends: {when}").format(when=moment(terms.expires_at, zone)))
    if found.ended_at is None and terms.most_uses is not None and found.uses >= terms.most_uses:
        lines.append(_("⚪️ Used up"))
    return lines


def _buttons(found: Code) -> list[list[InlineKeyboardButton]]:
    end = [button(_("🗑 End it"), CodePress(action=CodeAction.END, id=found.id))] if found.ended_at is None else []
    return [end, [button(_("◀️ Promo codes"), CodesPress())]]
