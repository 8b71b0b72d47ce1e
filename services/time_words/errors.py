"""What can be wrong with a moment in words."""

from services.errors import UserError


class TimeNotUnderstood(UserError):
    """``text`` names no moment."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class TimeTooFar(UserError):
    """The moment is more than ``years`` years ahead."""

    def __init__(self, years: int) -> None:
        super().__init__(years)
        self.years = years
