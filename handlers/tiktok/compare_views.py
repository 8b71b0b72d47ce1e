"""How accounts look side by side: a table that a phone holds, and a chart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import Room, button, cancel_to, rows, to_menu
from handlers.screen import Screen
from handlers.tiktok.callbacks import CardPress
from handlers.tiktok.presses import CompareAct, ComparePress
from handlers.tiktok.views import ESTIMATE, anchor, dated, invented_mark, moment
from services.language import gettext as _
from services.language.formats import NBSP, full_date, number, percent, quoted, said
from services.pictures.comparison import Compared, ComparedNumber, ComparedValue, ComparisonChart
from services.tiktok.asking import FRESH_FOR
from services.tiktok.cards import Card
from services.tiktok.comparing import Gathered
from services.tiktok.stored import StoredAccount

MOST_NICKNAME = 18
# Letters of a table that a phone holds beside each other; two columns with the account's place before them.
COLUMN = 14
NONE = "—"


@dataclass(frozen=True, slots=True)
class Line:
    """A number of each account: ``label`` for the chart, ``short`` for the table; None: it is not known."""

    label: str
    short: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    # What a full bar is; None: the highest of them.
    whole: float | None = None


def compare_button(account_id: int) -> InlineKeyboardButton:
    """For the card."""
    return button(_("⚖️ Compare"), ComparePress(act=CompareAct.ASK, ids=str(account_id)))


def question(first: StoredAccount | None) -> Screen:
    """``first``: whose card one came from."""
    if first is None:
        text = _("⚖️ Whom shall I compare? Send 2 to 4 TikTok names with spaces between: @one @two")
    else:
        text = _("⚖️ With whom shall I compare {account}? Send 1 to 3 TikTok names with spaces between.")
        text = text.format(account=anchor(first.username))
    return Screen(text, rows([cancel_to(Room.CANCEL)]))


def how_in_group() -> Screen:
    return Screen(_("⚖️ Put 2 to 4 names after the command: /compare one two"))


def gathering(ready: int, of: int) -> Screen:
    """While some of the accounts are fetched."""
    text = _("⚖️ Comparing… {ready} of {count} accounts are there. It takes a few seconds.")
    return Screen(text.format(ready=number(ready), count=number(of)))


def awaited(gathered: Gathered, *, private: bool = True) -> Screen:
    """TikTok says nothing of some that were never looked at before, and is asked again."""
    text = _("⏳ TikTok does not answer just now. I will write to you about {accounts} when it does.")
    return refused(text.format(accounts=_unanswered(gathered)), private=private)


def unanswered(gathered: Gathered, *, private: bool = True) -> Screen:
    text = _("⚠️ TikTok has not answered about {accounts} for a whole day. Please try again later.")
    return refused(text.format(accounts=_unanswered(gathered)), private=private)


def awaited_address(*, private: bool = True) -> Screen:
    """Where a short address leads is asked again."""
    text = _("⏳ TikTok does not answer just now. I will write to you when I see where this address leads.")
    return refused(text, private=private)


def address_gave_up(*, private: bool = True) -> Screen:
    text = _("⚠️ TikTok has not said for a whole day where a short address leads. Compare by names.")
    return refused(text, private=private)


def refused(sentence: str, *, private: bool = True) -> Screen:
    """Instead of a comparison: ``sentence`` (HTML) says why there is none."""
    return Screen(sentence, rows([again()], [to_menu()]) if private else None)


def not_compared(*, private: bool = True) -> Screen:
    """It failed again and again."""
    return refused(_("⚠️ That did not work just now. Please try again in a minute."), private=private)


def again() -> InlineKeyboardButton:
    return button(_("⚖️ Compare others"), ComparePress(act=CompareAct.ASK))


def comparison(
    cards: Sequence[Card],
    picture: bytes | None,
    zone: tzinfo,
    now: datetime,
    *,
    is_silent: bool = False,
    private: bool = True,
) -> Screen:
    """Names, then a table: a row for each account, two numbers beside each other; what is over a day old has its date.

    ``is_silent``: TikTok does not answer, which is why.
    """
    old = [card for card in cards if now - card.fetched_at >= FRESH_FOR]
    names = []
    for place, card in enumerate(cards, 1):
        names.append(f"{place}. {said(card.nickname, MOST_NICKNAME)} · {anchor(card.username)}")
        if card in old:
            names[-1] += f" · {moment(card.fetched_at, zone, now)}"
    text = "\n".join([_("⚖️ <b>Side by side</b>"), *names, f"<pre>{quoted(_table(lines(cards)))}</pre>"])
    if is_silent and not old:
        text += "\n" + _("⚠️ TikTok does not answer just now: the last known numbers.")
    elif is_silent:
        text += "\n" + _("⚠️ TikTok does not answer just now: what has a date is from then.")
    elif old:
        text += "\n" + _("🕓 What has a date is from then.")
    if any(card.invented for card in cards):
        text += "\n" + invented_mark()
    return Screen(text, rows(*_buttons(cards)) if private else None, picture)


def chart(cards: Sequence[Card], signature: str, zone: tzinfo) -> ComparisonChart:
    """The same as bars, with the day of the oldest numbers among them."""
    day = full_date(min(card.fetched_at for card in cards).astimezone(zone).date())
    return ComparisonChart(
        title=_("Side by side"),
        subtitle=dated(day, invented=any(card.invented for card in cards)),
        signature=signature,
        accounts=tuple(Compared(card.nickname, card.username) for card in cards),
        numbers=tuple(_compared(line) for line in lines(cards)),
    )


def lines(cards: Sequence[Card]) -> list[Line]:
    """What is compared, in the order of the card."""
    measures = [card.measures for card in cards]
    return [
        _counts(_("Followers"), _("Followers"), [card.followers for card in cards]),
        _counts(_("Views of a usual video"), _("Usual views"), [each.median_views for each in measures]),
        _line(_("Engagement"), _("Engagement"), [each.engagement for each in measures], percent),
        replace(
            _counts(
                _("Rating, of 100"), _("Rating"), [each.rating.value if each.rating else None for each in measures]
            ),
            whole=100,
        ),
        _line(
            _("Income from one video, estimate"),
            _("Video's income, estimate"),
            [None if each.income is None else each.income.mid for each in measures],
            lambda roubles: f"{ESTIMATE}{number(round(roubles))}{NBSP}₽",
        ),
    ]


def _unanswered(gathered: Gathered) -> str:
    return ", ".join(anchor(username) for username in gathered.unanswered)


def _counts(label: str, short: str, values: Sequence[int | None]) -> Line:
    return _line(label, short, values, lambda value: number(round(value)))


def _line(label: str, short: str, values: Sequence[float | None], shown: Callable[[float], str]) -> Line:
    return Line(label, short, tuple(values), tuple(NONE if value is None else shown(value) for value in values))


def _compared(line: Line) -> ComparedNumber:
    highest = line.whole or max((value for value in line.values if value is not None), default=0) or 1
    return ComparedNumber(
        line.label,
        tuple(
            ComparedValue(text, None if value is None else value / highest)
            for value, text in zip(line.values, line.texts, strict=True)
        ),
    )


def _table(compared: Sequence[Line]) -> str:
    """Two numbers beside each other, the last one alone; a row for each account, which its place stands for."""
    blocks = []
    for first in range(0, len(compared), 2):
        columns = [(line.short, *line.texts) for line in compared[first : first + 2]]
        widths = [max(COLUMN, *map(len, column)) if len(columns) > 1 else max(map(len, column)) for column in columns]
        places = ["", *(str(place) for place in range(1, len(columns[0])))]
        blocks += [
            f"{place:1} " + " ".join(text.rjust(wide) for text, wide in zip(row, widths, strict=True))
            for place, *row in zip(places, *columns, strict=True)
        ]
    return "\n".join(blocks)


def _buttons(cards: Sequence[Card]) -> list[list[InlineKeyboardButton]]:
    """Each account's card, and the same comparison again."""
    to_cards = [[button(f"📊 @{card.username}", CardPress(id=card.account_id))] for card in cards]
    ids = ".".join(str(card.account_id) for card in cards)
    refresh = button(_("🔄 Refresh"), ComparePress(act=CompareAct.SHOW, ids=ids))
    return [*to_cards, [again()], [refresh, to_menu()]]
