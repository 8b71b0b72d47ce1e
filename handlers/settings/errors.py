"""What a person can type wrong in the settings."""

from services.errors import UserError


class PlaceNotFound(UserError):
    """``text`` is neither a city that we know nor an offset."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
