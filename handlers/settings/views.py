"""How the settings look."""

from collections.abc import Sequence
from datetime import datetime

from aiogram.types import InlineKeyboardButton

from handlers.menu import MenuPress, Room, button, cancel_to, rows, to_menu
from handlers.privacy.views import to_my_data
from handlers.screen import Screen
from handlers.settings.callbacks import AskLanguage, AskTimeZone, ChooseLanguage, ChooseTimeZone, ShowNotices
from services.language import current_language, ngettext
from services.language import gettext as _
from services.language.formats import country, hour, offset, quoted
from services.people import Person
from services.time_zones.cities import City

# Each language by its own name: who opened the wrong one finds the way back.
LANGUAGE_NAMES = {"ru": "Русский", "en": "English"}


def settings(person: Person, now: datetime, *, place: City | None = None, others: Sequence[City] = ()) -> Screen:
    """What is set; after a city was typed, which one was understood, and others of its name."""
    clock = _("{time} ({offset})").format(time=hour(now.astimezone(person.zone)), offset=offset(person.zone, now))
    lines = [_("⚙️ <b>Settings</b>"), _("🕒 Your time: {clock}").format(clock=clock)]
    if place is not None:
        lines.append(_("📍 {place}").format(place=quoted(place_name(place))))
    if others:
        lines.append(_("Another place of that name? Choose:"))
    keyboard = rows(
        *_places(others),
        [button(_("🌐 Language: {name}").format(name=LANGUAGE_NAMES[current_language()]), AskLanguage())],
        [button(_("🕒 Time zone: {offset}").format(offset=offset(person.zone, now)), AskTimeZone())],
        [button(_("🔔 Notices"), ShowNotices())],
        [to_my_data()],
        [to_menu()],
    )
    return Screen("\n".join(lines), keyboard)


def languages() -> Screen:
    text = _("🌐 Which language should I use?")
    return Screen(text, rows([_language(code) for code in LANGUAGE_NAMES], [_back()]))


def time_zone_question(person: Person, now: datetime) -> Screen:
    text = _(
        "🕒 Your city, or your offset from UTC? Send it as a message, such as <i>Kazan</i> or <i>+5:30</i>.\n"
        "Now it is {time} for you ({offset})."
    ).format(time=hour(now.astimezone(person.zone)), offset=offset(person.zone, now))
    return Screen(text, rows([cancel_to(Room.SETTINGS)]))


def guesses(places: Sequence[City]) -> Screen:
    """Places that may be meant; the question stays open."""
    text = ngettext(
        "🕒 Did you mean this place? Choose it, or send your city once more.",
        "🕒 Did you mean one of these? Choose it, or send your city once more.",
        len(places),
    )
    return Screen(text, rows(*_places(places), [cancel_to(Room.SETTINGS)]))


def place_name(place: City) -> str:
    return f"{place.named(current_language())}, {country(place.country_code)}"


def _places(places: Sequence[City]) -> list[list[InlineKeyboardButton]]:
    return [[button(place_name(place), ChooseTimeZone(zone=place.time_zone))] for place in places]


def _language(code: str) -> InlineKeyboardButton:
    mark = "✅ " if code == current_language() else ""
    return button(mark + LANGUAGE_NAMES[code], ChooseLanguage(language=code))


def _back() -> InlineKeyboardButton:
    return button(_("◀️ Settings"), MenuPress(room=Room.SETTINGS))
