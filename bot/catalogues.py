"""Collects the texts of the code into the catalogues: ``python -m bot.catalogues``, or ``make catalogues``."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from services.language import LANGUAGES
from services.language.catalogue import po_path

HOUSE = Path(__file__).parent.parent
LOCALES = Path(__file__).parent / "locales"
# Rooms that speak to people.
ROOMS = ("bot", "handlers", "redirect_server", "scheduler", "services")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
HEADER = """\
# Texts of Toklink. The ids are the English texts: `make catalogues` collects them from the code.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]


def texts_of_the_code() -> Catalog:
    """Every literal that is marked for translation, with the files it stands in."""
    found = Catalog(charset="utf-8")
    for room in ROOMS:
        for path, _line, text, comments, context in extract_from_dir(HOUSE / room, METHODS, keywords=KEYWORDS):
            found.add(text, locations=[(f"{room}/{path}", 0)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """What stands in the .po file now; empty where there is none yet."""
    path = po_path(LOCALES, language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(language: str) -> None:
    """Add new texts to a .po file (to be translated) and drop those that the code has no longer."""
    standing = catalogue(language)
    standing.update(texts_of_the_code(), no_fuzzy_matching=True, update_creation_date=False)
    standing.obsolete.clear()
    save(standing, language)


def save(texts: Catalog, language: str) -> None:
    """Write a .po file, without dates and names: it changes when a text does."""
    written = BytesIO()
    write_po(written, texts, width=120, omit_header=True, sort_output=True, include_lineno=False)
    header = HEADER.format(language=language, plural_forms=texts.plural_forms)
    path = po_path(LOCALES, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + written.getvalue())


if __name__ == "__main__":
    for each in LANGUAGES:
        update(each)
