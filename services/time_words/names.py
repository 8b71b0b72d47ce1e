"""Names of weekdays and months in small letters, as regular expressions; ё is е."""

import re

WEEKDAYS = (
    r"понедельник[ау]?|пн|mon(?:day)?",
    r"вторник[ау]?|вт|tue(?:s|sday)?",
    r"сред[аыуе]|ср|wed(?:nesday)?",
    r"четверг[ау]?|чт|thu(?:rs?|rsday)?",
    r"пятниц[ауые]|пт|fri(?:day)?",
    r"суббот[ауые]|сб|sat(?:urday)?",
    r"воскресень[еяю]|вс|sun(?:day)?",
)
MONTHS = (
    r"янв(?:ар[ьея])?|jan(?:uary)?",
    r"фев(?:рал[ьея])?|feb(?:ruary)?",
    r"мар(?:т[ае]?)?|mar(?:ch)?",
    r"апр(?:ел[ьея])?|apr(?:il)?",
    r"ма[йяе]|may",
    r"июн[ьея]?|june?",
    r"июл[ьея]?|july?",
    r"авг(?:уст[ае]?)?|aug(?:ust)?",
    r"сен(?:т(?:ябр[ьея])?)?|sep(?:t(?:ember)?)?",
    r"окт(?:ябр[ьея])?|oct(?:ober)?",
    r"ноя(?:б(?:р[ьея])?)?|nov(?:ember)?",
    r"дек(?:абр[ьея])?|dec(?:ember)?",
)


def any_of(words: tuple[str, ...]) -> str:
    """A pattern for any of the names."""
    return "|".join(words)


def place_of(word: str, words: tuple[str, ...]) -> int:
    """Which of the names a word is, from 0."""
    return next(place for place, pattern in enumerate(words) if re.fullmatch(pattern, word))
