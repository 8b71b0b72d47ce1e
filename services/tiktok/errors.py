"""What can be wrong with an account, and with TikTok."""

from services.errors import UserError


class NotAUsername(UserError):
    """``text`` names no account of TikTok.

    ``reason``: empty, short, long, spaces, several (names in one message), letters (others than TikTok allows), dot
    (at the end, which it forbids), page (an address of TikTok, and of neither a profile nor a video) or short_address
    (only TikTok knows whose).
    """

    def __init__(self, text: str, reason: str = "letters") -> None:
        super().__init__(text, reason)
        self.text, self.reason = text, reason


class OtherSite(UserError):
    """An address that is not TikTok's; ``host`` as people read it."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class AccountRefused(UserError):
    """TikTok has said that it shows nothing of the account: which of its kinds below says why."""

    # As tiktok_accounts.state keeps it.
    state: str

    def __init__(self, username: str) -> None:
        super().__init__(username)
        self.username = username


class AccountMissing(AccountRefused):
    """There is no such account (TikTok's 10202, 10221)."""

    state = "missing"


class AccountPrivate(AccountRefused):
    """Its owner shows it to followers alone (10222)."""

    state = "private"


class AccountBanned(AccountRefused):
    """TikTok has taken it down (10204)."""

    state = "banned"


class AccountOfRegion(AccountRefused):
    """TikTok shows it in other countries only (10231)."""

    state = "region"


class AccountUnshown(AccountRefused):
    """It is private or missing; which, only a way to TikTok could tell that does not answer."""

    state = "unshown"


REFUSALS: dict[str, type[AccountRefused]] = {
    kind.state: kind for kind in (AccountMissing, AccountPrivate, AccountBanned, AccountOfRegion, AccountUnshown)
}


class SourceError(Exception):
    """A source did not answer as it should. ``reason``: a word for figures and operators: empty, captcha, limited,
    forbidden, timeout, cut, shape, browser, status, resting."""

    reason = "status"


class SourceUnwelcome(SourceError):
    """TikTok does not want who asks from this address, or with this token: one of its kinds below."""


class SourceEmpty(SourceUnwelcome):
    """An answer without a body: TikTok takes us for a machine."""

    reason = "empty"


class SourceCaptcha(SourceUnwelcome):
    reason = "captcha"


class SourceLimited(SourceUnwelcome):
    """429: too many requests from where we are, or with this token."""

    reason = "limited"


class SourceForbidden(SourceUnwelcome):
    """403: nobody is answered at this address."""

    reason = "forbidden"


class SourceTimeout(SourceError):
    reason = "timeout"


class SourceCut(SourceError):
    """The connection was reset or never made."""

    reason = "cut"


class SourceBroken(SourceError):
    """The browser died, or there is none."""

    reason = "browser"


class BrowserDown(SourceBroken):
    """A browser was started, and did not come up: no fault of the way that needs it."""


class Resting(SourceError):
    """It failed again and again, and is not asked for a while."""

    reason = "resting"


class ShapeChanged(SourceError):
    """An answer lacks ``path`` (``userInfo.stats.followerCount``, say): TikTok has changed, and nothing is guessed."""

    reason = "shape"

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class TikTokSilent(Exception):
    """No source answers; ``reasons`` of each by its name."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    @property
    def is_resting_alone(self) -> bool:
        """Nobody asked TikTok: every way rests, of its own accord. That says nothing of what was asked for."""
        return bool(self.reasons) and set(self.reasons.values()) == {Resting.reason}
