"""One table turns errors into text, in the language in use."""

from collections.abc import Callable
from typing import Any

from aiogram.types import InlineKeyboardMarkup

from handlers.dialogue import OthersQuestion
from handlers.links.callbacks import ListPress
from handlers.links.options import error_texts as options_texts
from handlers.links.routing.error_texts import TEXTS as ROUTING_TEXTS
from handlers.menu import MenuPress, Room, button, rows
from handlers.operations.errors import ReasonTooLong
from handlers.payments.desk_error_texts import TEXTS as DESK_TEXTS
from handlers.payments.error_texts import TEXTS as PAYMENT_TEXTS
from handlers.settings.errors import PlaceNotFound
from handlers.tiktok.error_texts import TEXTS as TIKTOK_TEXTS
from services import throttles
from services.errors import UserError
from services.language import gettext as _
from services.language import ngettext
from services.language.formats import from_now, number, said
from services.links import errors as links
from services.links import qr_errors as qr
from services.operations.above import NotAbove
from services.operations.desk import NothingFound
from services.people import NotAllowed, UnknownLanguage
from services.people.preferences import NotAnHour
from services.privacy import ErasureBegan
from services.statistics.errors import TagNotFound
from services.tiktok.bio import TooManyBioLinks, TooManyBios
from services.tiktok.comparing import NotComparable
from services.tiktok.watches import TooManyWatches, UnknownAccount
from services.time_zones import UnknownTimeZone


def _not_understood(error: links.AddressNotUnderstood) -> str:
    if not error.text.strip():
        return _("⚠️ There is no address here. Send all of it, such as https://example.com/page")
    return _("⚠️ {text} is not a web address. Send one such as https://example.com/page").format(text=said(error.text))


def _too_long(error: links.AddressTooLong) -> str:
    return _("⚠️ The address has {length} characters; the limit is {most}. Send a shorter one.").format(
        length=number(error.length), most=number(error.most)
    )


def _too_many(error: links.TooManyLinks) -> str:
    text = ngettext(
        "⚠️ You have {count} link, which is the limit. Delete one that you do not need: /links",
        "⚠️ You have {count} links, which is the limit. Delete those that you do not need: /links",
        error.most,
    )
    return text.format(count=number(error.most))


def _too_many_watches(error: TooManyWatches) -> str:
    text = ngettext(
        "⚠️ You watch {count} account, which is the limit. End a watch that you do not need: /watch",
        "⚠️ You watch {count} accounts, which is the limit. End a watch that you do not need: /watch",
        error.most,
    )
    return text.format(count=number(error.most))


def _several(error: links.SeveralAddresses) -> str:
    text = ngettext(
        "⚠️ There is {count} address in the message. Send them one at a time.",
        "⚠️ There are {count} addresses in the message. Send them one at a time.",
        error.count,
    )
    return text.format(count=number(error.count))


def _too_fast(error: throttles.TooFast) -> str:
    if error.kind.name == throttles.LINKS.name:
        text = _("⏳ Many links at once. The next one can be made {time}.")
    elif error.kind.name == throttles.PICTURES.name:
        text = _("⏳ Many pictures at once. The next one can be drawn {time}.")
    elif error.kind.name == throttles.MY_DATA.name:
        text = _("⏳ Your data can be had once an hour; again {time}.")
    elif error.kind.name == throttles.STATS.name:
        text = _("⏳ Many accounts at once. The next one can be looked up {time}.")
    elif error.kind.name == throttles.PROMO_CODES.name:
        text = _("⏳ Many codes at once. The next one can be tried {time}.")
    elif error.kind.name == throttles.QUESTIONS.name:
        text = _("⏳ Many questions at once. The next one can be sent {time}.")
    else:
        text = _("⏳ Too fast for me. I answer again {time}.")
    return text.format(time=from_now(error.wait))


def _not_comparable(error: NotComparable) -> str:
    text = ngettext(
        "⚠️ There is {count} account here. Send 2 to 4 TikTok names, such as @one @two.",
        "⚠️ There are {count} accounts here. Send 2 to 4 TikTok names, such as @one @two.",
        error.count,
    )
    return text.format(count=number(error.count))


def _too_many_bios(error: TooManyBios) -> str:
    text = ngettext(
        "⚠️ Your links stand in the bio of {count} account, which is the limit. Take a link out of one first.",
        "⚠️ Your links stand in the bios of {count} accounts, which is the limit. Take the links out of one first.",
        error.most,
    )
    return text.format(count=number(error.most))


def _too_many_in_bio(error: TooManyBioLinks) -> str:
    text = ngettext(
        "⚠️ This bio has {count} link of yours, which is the limit. Take one back first.",
        "⚠️ This bio has {count} links of yours, which is the limit. Take one back first.",
        error.most,
    )
    return text.format(count=number(error.most))


def _outdated(_error: UserError) -> str:
    return _("⚠️ This button does not work any more. Open the menu anew: /start")


# What a person reads, by the class of the error; facts come from the error, HTML is escaped.
TEXTS: dict[type[UserError], Callable[[Any], str]] = {
    links.AddressNotUnderstood: _not_understood,
    links.AddressTooLong: _too_long,
    links.AddressWithPassword: lambda _error: _(
        "⚠️ The address has a name or a password in it, and everybody who clicks would get it. Send it without."
    ),
    links.HostNotUnderstood: lambda error: _(
        "⚠️ {text} is no host that can be blocked. Send one such as example.com"
    ).format(text=said(error.text)),
    links.LinkNotFound: lambda _error: _("⚠️ There is no such link of yours; maybe it is deleted. Yours: /links"),
    links.MailAddress: lambda error: _(
        "⚠️ {text} is an e-mail address. Send a web address, such as https://example.com/page"
    ).format(text=said(error.text)),
    links.OwnAddress: lambda _error: _("⚠️ That is a short link of ours already. Send the address it should lead to."),
    links.PrivateAddress: lambda error: _(
        "⚠️ {host} is not on the public internet, nobody else could open it. Send an address that all can open."
    ).format(host=said(error.host)),
    links.SchemeRefused: lambda error: _(
        "⚠️ {scheme} links don't work here. Send an address that begins with https://"
    ).format(scheme=said(f"{error.scheme}:")),
    links.SeveralAddresses: _several,
    links.TargetBlocked: lambda error: _("⛔️ I don't make links to {host}: {reason}").format(
        host=said(error.host), reason=said(error.reason, 300)
    ),
    links.TooManyLinks: _too_many,
    links.TooManyDrafts: lambda _error: _("⚠️ Too many addresses for one day here. Send this one to me in our chat."),
    links.UndoTooLate: lambda _error: _("⚠️ Too late: a minute has passed, and the link is gone for good."),
    NotAllowed: lambda _error: _("🚫 This button is not for you."),
    OthersQuestion: lambda _error: _("🚫 This question is not for you."),
    ReasonTooLong: lambda error: _("⚠️ {length} characters are too many; the limit is {most}. Send it shorter.").format(
        length=number(error.length), most=number(error.most)
    ),
    NotAbove: lambda _error: _("🚫 Only somebody above them can decide that."),
    NothingFound: lambda error: _(
        "🔎 Nothing found for {text}. Send an id, an @name, a short link or the number of an error."
    ).format(text=said(error.text)),
    PlaceNotFound: lambda error: _(
        "⚠️ I don't know the place {text}. Send a larger city nearby, or an offset such as +3."
    ).format(text=said(error.text)),
    qr.ColourNotUnderstood: lambda error: _(
        "⚠️ I know no colour {text}. Send a name such as red, or a code such as #1a2b3c"
    ).format(text=said(error.text)),
    qr.ColourTooPale: lambda error: _(
        "⚠️ {colour} is too pale: cameras would not find the code. Send a darker colour."
    ).format(colour=said(error.colour)),
    qr.UnknownSize: _outdated,
    qr.LogoTooHeavy: lambda error: _("⚠️ The file is too large: a logo has {most} MB at most.").format(
        most=number(error.most // 1_000_000)
    ),
    qr.LogoTooLarge: lambda error: _(
        "⚠️ The picture is too large: {width} × {height} pixels. Up to {most} megapixels will do; send a smaller one."
    ).format(width=number(error.width), height=number(error.height), most=number(error.most // 1_000_000)),
    qr.LogoAnimated: lambda _error: _("⚠️ The logo must stand still. Send a photo or a picture that does not move."),
    qr.LogoUnreadable: lambda _error: _("⚠️ I could not open this picture. Send it as PNG or JPEG, or as a photo."),
    qr.PictureLater: lambda _error: _("⚠️ That did not work just now. Please try again in a minute."),
    TagNotFound: lambda _error: _("⚠️ None of your links has this tag any more. Yours: /links"),
    **options_texts.TEXTS,
    throttles.TooFast: _too_fast,
    **ROUTING_TEXTS,
    **TIKTOK_TEXTS,
    **PAYMENT_TEXTS,
    **DESK_TEXTS,
    ErasureBegan: lambda _error: _("⚠️ Too late: your data is being erased already."),
    NotAnHour: _outdated,
    NotComparable: _not_comparable,
    TooManyBioLinks: _too_many_in_bio,
    TooManyBios: _too_many_bios,
    TooManyWatches: _too_many_watches,
    UnknownAccount: _outdated,
    UnknownLanguage: _outdated,
    UnknownTimeZone: _outdated,
}


def error_text(error: UserError) -> str:
    """The sentence that says what is wrong and what to do; HTML."""
    return TEXTS[type(error)](error)


def way_out(error: UserError) -> InlineKeyboardMarkup | None:
    """The buttons that do what the sentence says, where there are some; a message has them, an alert has none."""
    if isinstance(error, links.TooManyLinks):
        return rows([button(_("📋 My links"), ListPress(page=1))])
    if isinstance(error, TooManyWatches):
        return rows([button(_("👁 My watches"), MenuPress(room=Room.WATCHES))])
    return None


def apology(error_id: str) -> str:
    """For an error that nobody foresaw."""
    return _("⚠️ Something broke on our side, and we know of it (№ {id}). Please try again.").format(id=error_id)
