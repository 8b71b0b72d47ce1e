"""What is wrong with a name, and with an account: part of the table in handlers.error_texts."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from services.errors import UserError
from services.language import gettext as _
from services.language.formats import number, quoted, said
from services.tiktok import errors as tiktok
from services.tiktok.names import LONGEST, SHORTEST

CYRILLIC = re.compile("[\u0400-\u04ff]")
# Pictures, and what colours and joins them.
EMOJI = {"So", "Sk", "Cs"}


def _not_a_username(error: tiktok.NotAUsername) -> str:
    texts = {
        "empty": _("⚠️ There is no name here. Send it as it stands in TikTok, such as @username."),
        "short": _("⚠️ {text} is too short: a name in TikTok has {shortest} characters or more."),
        "long": _("⚠️ {text} is too long: a name in TikTok has {longest} characters at most."),
        "spaces": _("⚠️ A name in TikTok has no spaces. Send one name in one word, such as @username."),
        "several": _("⚠️ There are several names here. Send one; to see accounts side by side: /compare"),
        "dot": _("⚠️ {text} ends with a dot, which TikTok does not allow. Send the name without it."),
        "page": _("⚠️ This address of TikTok is neither an account's nor a video's. Send one of these, or a name."),
        "short_address": _("⚠️ Short addresses do not work here: send the account's name, such as @username."),
        "letters": _letters(error.text),
    }
    return texts[error.reason].format(text=said(error.text), shortest=number(SHORTEST), longest=number(LONGEST))


def _letters(text: str) -> str:
    if CYRILLIC.search(text):
        return _(
            "⚠️ Names in TikTok are in Latin letters; {text} may be a nickname. Send what stands after @ on the profile."
        )
    if any(unicodedata.category(sign) in EMOJI for sign in text):
        return _("⚠️ Names in TikTok have no emoji. Send the name without them, such as @username.")
    return _("⚠️ {text} is no name in TikTok: these have only Latin letters, digits, dots and underscores.")


def _of_account(text: str, error: tiktok.AccountRefused) -> str:
    return text.format(username=quoted(error.username))


TEXTS: dict[type[UserError], Callable[[Any], str]] = {
    tiktok.NotAUsername: _not_a_username,
    tiktok.OtherSite: lambda error: _(
        "⚠️ {host} is not TikTok. Send a TikTok name or address; to make a short link: /link"
    ).format(host=said(error.host)),
    tiktok.AccountMissing: lambda error: _of_account(
        _("🔎 There is no account @{username} in TikTok. Check the name: Latin letters, without spaces."), error
    ),
    tiktok.AccountPrivate: lambda error: _of_account(
        _("🔒 The account @{username} is private: TikTok shows its numbers to its followers alone."), error
    ),
    tiktok.AccountBanned: lambda error: _of_account(
        _("⛔️ TikTok has closed the account @{username}, and shows nothing of it."), error
    ),
    tiktok.AccountUnshown: lambda error: _of_account(
        _("🔒 TikTok does not show the account @{username}: it is private or missing. Check the name."), error
    ),
    tiktok.AccountOfRegion: lambda error: _of_account(
        _("🌍 TikTok shows the account @{username} in some countries only, and I look from another one."), error
    ),
}
