"""Why there is no picture. A person gets an answer without one; operators get the facts."""


class PictureError(Exception):
    """No picture this time."""


class StudioFull(PictureError):
    """``waiting`` pictures wait already: the next one would come too late for anybody."""

    def __init__(self, waiting: int) -> None:
        super().__init__(waiting)
        self.waiting = waiting


class StudioClosed(PictureError):
    """Not opened, or closed meanwhile."""


class PictureTooSlow(PictureError):
    """``function`` was stopped after ``seconds``."""

    def __init__(self, function: str, seconds: float) -> None:
        super().__init__(function, seconds)
        self.function = function
        self.seconds = seconds


class PictureFailed(PictureError):
    """``function`` raised, or its process died; ``detail`` is the traceback, or what is known of the death."""

    def __init__(self, function: str, detail: str) -> None:
        super().__init__(function, detail)
        self.function = function
        self.detail = detail
