"""What a person can do wrong with the look of a QR."""

from services.errors import UserError


class ColourNotUnderstood(UserError):
    """``text`` is no colour such as #1a2b3c."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class ColourTooPale(UserError):
    """``contrast`` of ``colour`` (as it was typed) on white, where ``least`` is needed by cameras to find the code."""

    def __init__(self, colour: str, contrast: float, least: float) -> None:
        super().__init__(colour, contrast, least)
        self.colour = colour
        self.contrast = contrast
        self.least = least


class UnknownSize(UserError):
    """No QR is made in this size."""


class LogoTooHeavy(UserError):
    """A file of more than ``most`` bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class LogoTooLarge(UserError):
    """A picture of ``width`` by ``height`` pixels, where ``most`` in all are allowed."""

    def __init__(self, width: int, height: int, most: int) -> None:
        super().__init__(width, height, most)
        self.width = width
        self.height = height
        self.most = most


class LogoAnimated(UserError):
    """A picture that moves."""


class LogoUnreadable(UserError):
    """No picture of a kind that is known, or a broken one."""


class PictureLater(UserError):
    """Pictures cannot be drawn, or files not be fetched, just now."""
