"""Two to four accounts side by side, number by number, for a phone's screen."""

from dataclasses import dataclass

MOST_ACCOUNTS, MOST_NUMBERS = 4, 7


@dataclass(frozen=True, slots=True)
class Compared:
    """An account: what its owner calls it, and its @name without @."""

    nickname: str
    username: str


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """``part``: 0 to 1 of the highest of all; None: it is not known, and ``text`` says so."""

    text: str
    part: float | None


@dataclass(frozen=True, slots=True)
class ComparedNumber:
    """A number of each of the accounts, in their order."""

    label: str
    values: tuple[ComparedValue, ...]


@dataclass(frozen=True, slots=True)
class ComparisonChart:
    """Every text is ready to be shown."""

    title: str
    subtitle: str
    signature: str
    accounts: tuple[Compared, ...]
    numbers: tuple[ComparedNumber, ...]

    def __post_init__(self) -> None:
        if not 2 <= len(self.accounts) <= MOST_ACCOUNTS or not 1 <= len(self.numbers) <= MOST_NUMBERS:
            raise ValueError(f"{len(self.accounts)} accounts, {len(self.numbers)} numbers")
        for number in self.numbers:
            if len(number.values) != len(self.accounts):
                raise ValueError(f"{len(number.values)} values of {len(self.accounts)} accounts")
            if any(value.part is not None and not 0 <= value.part <= 1 for value in number.values):
                raise ValueError("a part of more than all")


def comparison_chart(chart: ComparisonChart) -> bytes:
    """A PNG 1200 pixels wide, as high as its numbers need."""
    from services.pictures.draw_comparison import draw_comparison

    return draw_comparison(chart)
