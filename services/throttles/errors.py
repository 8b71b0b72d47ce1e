"""What a throttle says no with."""

from datetime import timedelta

from services.errors import UserError
from services.throttles.kinds import ThrottleKind


class TooFast(UserError):
    """The first refusal of a row; in ``wait`` the person may go on."""

    def __init__(self, kind: ThrottleKind, wait: timedelta) -> None:
        super().__init__(kind.name, wait)
        self.kind = kind
        self.wait = wait


class Silenced(Exception):
    """Refused again: the person was told, and nothing more is said. No fault: handled where errors are told."""
