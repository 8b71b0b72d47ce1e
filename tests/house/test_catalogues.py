"""Every text is there in every language, with the same facts in it."""

import re
from string import Formatter

import pytest
from babel.messages.catalog import Message

from bot.catalogues import catalogue, texts_of_the_code
from services.language import LANGUAGES

TAG = re.compile(r"</?[a-z]+")


def texts(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string or ""]


def ids(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, list | tuple) else [message.id]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_exactly_the_texts_of_the_code(language: str):
    in_code = {message.id for message in texts_of_the_code() if message.id}
    assert {message.id for message in texts(language)} == in_code


def test_every_text_has_its_russian_in_every_plural_form():
    assert [message.id for message in texts("ru") if not all(forms(message)) or message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_facts_and_the_tags_of_its_original(language: str):
    for message in texts(language):
        for form in filter(None, forms(message)):
            assert fields(form) == fields(ids(message)[-1]), form
            assert sorted(TAG.findall(form)) == sorted(TAG.findall(ids(message)[-1])), form


def test_english_is_the_code_s_own():
    changed = [message.id for message in texts("en") if any(forms(message))]
    assert changed == [], "an English text is changed where it stands in the code"
