"""What a person can do wrong with where a link leads whom."""

from collections.abc import Sequence

from services.errors import UserError


class NobodyMeant(UserError):
    """``text`` is no country, device or language; ``kind`` says which was asked for."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(kind, text)
        self.kind = kind
        self.text = text


class TooManyRules(UserError):
    """A link has ``most`` rules, and no more are allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class SameRule(UserError):
    """The link has such a rule already."""


class TooManyVariants(UserError):
    """A link has ``most`` variants, and no more are allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class SameVariant(UserError):
    """One of the link's variants leads there already."""


class LettersUsedUp(UserError):
    """Clicks are counted under all the letters that variants can have."""


class WeightOutOfRange(UserError):
    """``text`` is no whole number from ``least`` to ``most``."""

    def __init__(self, text: str, least: int, most: int) -> None:
        super().__init__(text, least, most)
        self.text = text
        self.least = least
        self.most = most


class NoSuchPart(UserError):
    """The rule, the variant or the template of the button is gone."""


class NoAppForHost(UserError):
    """None of the places that the link leads to has an app; ``apps``: the names of those that we know."""

    def __init__(self, apps: Sequence[str]) -> None:
        super().__init__(*apps)
        self.apps = tuple(apps)


class FieldTooLong(UserError):
    """A UTM field, or the name of a template, with ``length`` characters where ``most`` are allowed."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(length, most)
        self.length = length
        self.most = most


class FieldEmpty(UserError):
    """A UTM field, or the name of a template, with nothing to be read in it."""


class NothingToKeep(UserError):
    """A template of a link without UTM fields."""


class TooManyTemplates(UserError):
    """A person has ``most`` templates, and no more are allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most
