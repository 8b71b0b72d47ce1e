"""Which of a city's many Cyrillic names is the Russian one. GeoNames' lists do not say, so the spelling has to."""

import re
from difflib import SequenceMatcher

from services.time_zones.names import search_key

# Where the spelling alone would decide wrongly, or not surely, for a city that many people live in or know.
KNOWN = re.split(
    r",\s+",
    """Пекин, Хошимин, Калькутта, Янгон, Киев, Циндао, Рио-де-Жанейро, Джидда, Кривой Рог, Читтагонг, Джайпур, Инчхон,
    Буэнос-Айрес, Белу-Оризонти, Абуджа, Претория, Гамбург, Кветта, Порту-Алегри, Кобе, Лоян, Хюэ, Калгари, Медина,
    Кордова, Гвадалахара, Катманду, Одесса, Днепр, Львов, Запорожье, Андижан, Луганск, Гродно, Могилёв, Гянджа,
    Смоленск, Череповец, Грозный, Черновцы, Краматорск, Коломна, Благовещенск, Кропивницкий, Петропавловск, Кунцево,
    Ургенч, Термез, Хиросима, Пусан, Хух-Хото, Сямынь, Куньмин, Танжер, Чханвон, Кёльн, Китакюсю, Форт-Уэрт, Кум,
    Жуан-Песоа, Хомс, Миссиссога, Сидзуока, Нэшвилл, Чхонан, Портленд, Генуя, Гётеборг, Уамбо, Решт, Мангейм, Герат,
    Урмия, Гамильтон, Дрезден, Бремен, Квебек, Ганновер, Тулуза, Майами, Роли, Гаага, Ист-Лондон, Вирджиния-Бич,
    Восточный Иерусалим, Щецин, Яссы, Лестер, Флоренция, Кливленд, Новый Орлеан, Мальмё, Аврора, Ковентри, Ницца,
    Эспоо, Цинциннати, Питтсбург, Саутгемптон, Тампере, Форт-Уэйн, Баффало, Дарем, Порту, Нортгемптон, Магдебург,
    Галле, Джорджтаун, Фримонт, Мэдисон, Рино, Плейно, Иерусалим, Бирмингем, Сан-Паулу, Лос-Анджелес, Белград,
    Джэксонвилл, Нанкин, Бангалор, Пуна, Великий Новгород, Белая Церковь, Черкассы, Винница, Ровно, Кременчуг,
    Коканд, Петропавловск-Камчатский, Гуанчжоу, Дубай, Дананг, Шарм-эш-Шейх, Паттайя, Брест""",
)
_RUSSIAN = re.compile(r"[А-ЯЁ][а-яё]+(?:(?:[- ]|\. )[А-ЯЁа-яё]+)*")
# Spellings of Ukrainian, Bulgarian, Belarusian, Chuvash and others, all in letters that Russian has too.
_FOREIGN = re.compile(
    r"(?<!л)ськ|цьк|ньск|рьск|скай$|шч|ъ(?![еёюя])|[шжчд]ь[аоуе]|[сц]ь?к[уе]$|[аеёиоуыэюяьгкхжшчщ]ы(?!зыл)|[цчшщж]я|[чщ]ю"
    r"|о[вд]ом$|(?<=[ -])(?:район|область|балһсн|хот|шаары|ош|кар|сити)\b"
)
_CHINESE = {"CN", "TW"}
_RUSSIAN_MAPS = {"RU", "BY", "KZ", "KG", "UA"}
_SIMILAR = str.maketrans("іїўґјҗңүұқғөәҳһ", "ииугйжнуукгоахх")
_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)


def is_cyrillic(name: str) -> bool:
    """Every letter of the name is Cyrillic, and there is one."""
    letters = [letter for letter in name if letter.isalpha()]
    return bool(letters) and all("\u0400" <= letter <= "\u052f" for letter in letters)


def russian_name(english: str, names: list[str], country_code: str) -> str | None:
    """The Russian one among ``names`` of a city (in any languages), as far as spelling tells; None when none is.

    A name wins by being like all the others (most languages with Cyrillic letters took theirs from Russian), by
    sounding like the English name, and by the marks of Russian ways to write foreign names.
    """
    cyrillic = [name for name in names if is_cyrillic(name)]
    candidates = [name for name in cyrillic if _RUSSIAN.fullmatch(name) and not _FOREIGN.search(name.lower())]
    known = [name for name in KNOWN if name in cyrillic]
    if known or not candidates:
        return known[0] if known else None
    others = [search_key(name).translate(_SIMILAR) for name in cyrillic]
    return max(candidates, key=lambda name: (_score(name, others, english, country_code), name))


def _score(name: str, others: list[str], english: str, country_code: str) -> float:
    key = search_key(name)
    spelt = search_key(name.lower().replace("ё", "е").translate(_LATIN))
    score = sum(_likeness(key, other) for other in others) / len(others) + _likeness(spelt, search_key(english))
    if country_code in _RUSSIAN_MAPS and spelt == search_key(english):
        score += 1
    lower = name.lower()
    if country_code in _CHINESE:
        # Palladius' system against letter by letter: Гуанчжоу, not Гуанджоу.
        score -= 0.4 * len(re.findall("нг|дж|дз|еи|ей|ен(?![ьа-я])|[бвгджзклмнпртфхчшц]е|(?<!ч)жоу|(?<!ц)зе", lower))
        score += 0.3 * len(re.findall("цз|чж|нь|[бвгджзклмнпртфхчшц]э|ъ", lower))
    else:
        score -= 0.08 * len(re.findall("(?<=[^аеёиоуыэюя -])э", lower))
    if country_code == "JP":
        # Polivanov's system: Хиросима, not Хирошима.
        score -= 0.3 * len(re.findall("ш|чи|дж|тс", lower))
    score -= 0.15 * len(re.findall("ьо|сао |[бвгджзклмнпрстфх]я(?!н)", lower)) * (country_code not in _RUSSIAN_MAPS)
    score += 0.12 * ("ь" in lower) + 0.06 * ("-" in name) + 0.1 * name.startswith("Э")
    return score - 0.3 * (bool(re.search("[ -]", name)) and not re.search("[ -]", english))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
