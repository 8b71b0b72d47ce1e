"""What a person can do wrong with a link."""

from datetime import timedelta

from services.errors import UserError


class AddressNotUnderstood(UserError):
    """``text`` is no web address."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class SchemeRefused(UserError):
    """Only http and https lead somewhere that a short link may lead."""

    def __init__(self, scheme: str) -> None:
        super().__init__(scheme)
        self.scheme = scheme


class AddressTooLong(UserError):
    """``length`` and ``most`` in characters."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(length, most)
        self.length = length
        self.most = most


class OwnAddress(UserError):
    """The address is one of ours: a short link to a short link would be a loop."""


class PrivateAddress(UserError):
    """``host`` is not on the public internet."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class AddressWithPassword(UserError):
    """The address carries a user name or a password, which everybody who clicks would get."""


class MailAddress(UserError):
    """``text`` is where mail is sent to, not a web address."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class SeveralAddresses(UserError):
    """``count`` addresses in one message."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class LinkNotFound(UserError):
    """There is no such link of this person: never was, is deleted, or is somebody else's. Which, is not told."""


class TooManyLinks(UserError):
    """The person has ``most`` links, and no more are allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class TooManyDrafts(UserError):
    """``most`` links were offered to the person within a day, and none of them was chosen."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class TargetBlocked(UserError):
    """No link may lead to ``host``, for ``reason`` in an operator's words."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(host, reason)
        self.host = host
        self.reason = reason


class HostNotUnderstood(UserError):
    """``text`` names no host that can be blocked."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class UndoTooLate(UserError):
    """A deleted link can be brought back for ``limit`` only."""

    def __init__(self, limit: timedelta) -> None:
        super().__init__(limit)
        self.limit = limit
