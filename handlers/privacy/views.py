"""How what is kept about a person is told."""

from datetime import datetime, tzinfo

from aiogram.types import InlineKeyboardButton

from handlers.menu import MenuPress, Room, button, rows, to_menu
from handlers.privacy.callbacks import PrivacyAction, PrivacyPress
from handlers.screen import Screen
from services.language import gettext as _
from services.language.formats import NBSP, day, hour


def explanation() -> Screen:
    text = _(
        "🔒 <b>What I keep about you</b>\n"
        "• Your Telegram id, names and settings, and your links with their click counters: until you erase them.\n"
        "• Your guides and questions about payments: until you erase them. What was paid stays, without your name.\n"
        "• Single clicks: when, and whether for the first time. For 30 days, never a visitor's address.\n"
        "• What you write: encrypted, until I have answered; for two days at most.\n"
        "• Messages I sent, tasks, errors: that they were, for 30 days. "
        "If you block me, what I owe you waits for 90.\n\n"
        "You see it, and this bot's operators where they help or look into misuse; every look is noted. "
        "Nobody else, but for what you share.\n"
        "You can take it with you or erase it; in backups it stays until newer ones replace them. "
        "Our chat itself stays in Telegram until you delete it."
    )
    return Screen(text, rows([_press(_("📦 My data"), PrivacyAction.MY_DATA)], [_erase()], [to_menu()]))


def my_data(erasure_at: datetime | None, zone: tzinfo, now: datetime) -> Screen:
    """``erasure_at``: when all of it goes, if they asked for that."""
    if erasure_at is not None:
        return to_be_erased(erasure_at, zone, now)
    text = _(
        "📦 <b>My data</b>\n"
        "Take all of it with you as a file (JSON and CSV tables in a ZIP), once an hour. Or erase it."
    )
    return Screen(
        text,
        rows(
            [_press(_("📦 Get my data"), PrivacyAction.COLLECT)],
            [to_privacy()],
            [_erase()],
            [_to_settings()],
        ),
    )


def collecting(hundredths: int) -> Screen:
    text = _("⏳ Collecting your data… It usually takes a few seconds.")
    if hundredths:
        text = _("⏳ Collecting your data… {share}").format(share=f"{hundredths}{NBSP}%")
    return Screen(text)


def collected() -> Screen:
    return Screen(_("📦 Your data is ready: the file comes below."), rows([_to_settings()]))


def caption(number: int, count: int) -> str:
    if count == 1:
        return _("📦 Everything I keep about you. README.txt says what is what.")
    return _("📦 Everything I keep about you, part {number} of {count}. README.txt says what is what.").format(
        number=number, count=count
    )


def not_collected() -> str:
    return _("⚠️ I could not collect your data; we know of it and look into it. Please try again later: /privacy")


def readme() -> str:
    """The file that explains the others."""
    return _(
        "Everything that Toklink keeps about you. Times are in UTC.\n\n"
        "data.json: all tables but the clicks, in one file.\n"
        "profile.csv: who you are for me, and what you have set.\n"
        "links.csv: your links and the sums of their clicks.\n"
        "hours.csv: clicks of your links by the hour; visitors are first visits, bots are previews and crawlers.\n"
        "clicks.csv: single clicks of the last 30 days. Visitors' addresses are never kept.\n"
        "dialogues.csv: a question that waits for your answer.\n"
        "updates.csv, changes.csv: that you wrote or pressed something, and what it changed, for two days.\n"
        "messages.csv, works.csv: messages and tasks of mine for you, without their texts, for 30 days.\n"
        "guides.csv, and the folder guides: guides that you bought, and all that stands in each, as JSON.\n"
        "orders.csv, order_steps.csv, payments.csv: what you asked for, what became of it when, and what you paid.\n"
        "promo_codes.csv, free_guides.csv: which orders used a code, and guides that you got or spent for nothing.\n"
        "referral_codes.csv, referrals.csv: your link for friends, and that somebody brought you or you brought "
        "somebody.\n"
        "payment_questions.csv, payment_answers.csv: what you asked support about payments, and what it answered.\n"
        "errors.csv: errors that you met, for 30 days.\n"
        "acts.csv: what operators did about you or your links; if you are one, also what you did, but not to whom.\n"
        "A file that is not there would be empty.\n"
    )


def asked_to_erase() -> Screen:
    lines = [
        _("🗑 <b>Erase everything?</b>"),
        _("• Your links end for good, and their addresses are never given to anybody else."),
        _("• Your guides go, shared ones too, and nothing is paid back. Orders and payments stay without you."),
        _("• Statistics, settings, names and everything else that I keep about you go."),
        _("• What operators did about you stays without your name, a ban with nothing but its reason."),
        _("It begins in an hour: until then you can change your mind. Backups lose it as they are replaced."),
    ]
    keep = _press(_("◀️ Keep it"), PrivacyAction.MY_DATA)
    return Screen("\n".join(lines), rows([keep], [_press(_("🗑 Yes, erase everything"), PrivacyAction.ERASE_SURELY)]))


def to_be_erased(erasure_at: datetime, zone: tzinfo, now: datetime) -> Screen:
    local = erasure_at.astimezone(zone)
    if erasure_at <= now:
        text = _("🗑 Everything is being erased right now. A message tells you when it is done.")
        return Screen(text, rows([_to_settings()]))
    text = _(
        "🗑 <b>Everything is erased at {time}</b> ({day}).\n"
        "Until then you can change your mind. A message tells you when it is done."
    ).format(time=hour(local), day=day(local))
    keep = _press(_("↩️ Keep my data"), PrivacyAction.KEEP)
    return Screen(text, rows([keep], [_to_settings()]))


def kept() -> Screen:
    return Screen(_("👌 Nothing is erased: all stays as it was."), rows([_to_settings()]))


def farewell() -> str:
    return _(
        "🗑 Everything that I kept about you is erased.\n"
        "You can delete this chat now. If you write again, we begin anew: /start"
    )


def not_erased() -> str:
    return _("⚠️ I could not erase your data; we know of it and look into it. Please ask again later: /privacy")


def to_my_data() -> InlineKeyboardButton:
    """For the settings."""
    return _press(_("📦 My data"), PrivacyAction.MY_DATA)


def to_privacy() -> InlineKeyboardButton:
    """For whatever speaks of what is kept."""
    return _press(_("🔒 What is kept"), PrivacyAction.EXPLAIN)


def _erase() -> InlineKeyboardButton:
    return _press(_("🗑 Erase everything"), PrivacyAction.ASK_TO_ERASE)


def _press(text: str, action: PrivacyAction) -> InlineKeyboardButton:
    return button(text, PrivacyPress(action=action))


def _to_settings() -> InlineKeyboardButton:
    return button(_("◀️ Settings"), MenuPress(room=Room.SETTINGS))
