"""What a person can do wrong with the settings of a link."""

from datetime import datetime

from services.errors import UserError


class NameTooLong(UserError):
    """``length`` and ``most`` in characters."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(length, most)
        self.length = length
        self.most = most


class TagNotUnderstood(UserError):
    """``text`` has something else than letters, digits, _ and - in it, or nothing at all."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class TagTooLong(UserError):
    """``text`` is longer than ``most`` characters."""

    def __init__(self, text: str, most: int) -> None:
        super().__init__(text, most)
        self.text = text
        self.most = most


class TooManyTags(UserError):
    """``count`` tags are more than the ``most`` that a link may have."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__(count, most)
        self.count = count
        self.most = most


class AliasLength(UserError):
    """``length`` characters, and not ``least`` to ``most``."""

    def __init__(self, length: int, least: int, most: int) -> None:
        super().__init__(length, least, most)
        self.length = length
        self.least = least
        self.most = most


class AliasNotUnderstood(UserError):
    """``text`` has something else than Latin or Cyrillic letters, digits, _ and - in it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class AliasMixed(UserError):
    """``text`` has Latin and Cyrillic letters: an eye would take the ones for the others."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class AliasReserved(UserError):
    """``text`` is, or looks like, a page of ours."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class AliasTaken(UserError):
    """``text`` was given out before, and is not given out again."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class AliasLooksLikeAnother(UserError):
    """``text`` looks like the address of another link."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class TooManyAliases(UserError):
    """The link has ``most`` addresses, which is as many as it may have."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class LimitNotUnderstood(UserError):
    """``text`` is no whole number."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class LimitOutOfBounds(UserError):
    """A limit is from 1 to ``most`` clicks."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class LimitUsedUp(UserError):
    """``passed`` clicks were let through already: a limit of so many or fewer would end the link at once."""

    def __init__(self, passed: int) -> None:
        super().__init__(passed)
        self.passed = passed


class InThePast(UserError):
    """``moment`` is over."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(moment)
        self.moment = moment


class EndBeforeStart(UserError):
    """A link that opens at ``start`` would end at ``end``, before it or at once."""

    def __init__(self, start: datetime, end: datetime) -> None:
        super().__init__(start, end)
        self.start = start
        self.end = end
