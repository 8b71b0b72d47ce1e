"""What an operator can type wrong."""

from services.errors import UserError


class ReasonTooLong(UserError):
    """``length`` and ``most`` in characters."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(length, most)
        self.length = length
        self.most = most
