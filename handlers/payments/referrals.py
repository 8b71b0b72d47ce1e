"""Links by which people bring their friends: where they are shown, and where they lead."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.filters import PRIVATE
from handlers.payments import referral_views as views
from handlers.payments.reports_callbacks import InvitePress
from handlers.screen import show
from services.payments.referring import PAYLOAD
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="payments.referrals")
    by_friend = CommandStart(deep_link=True, ignore_case=True, magic=F.args.startswith(PAYLOAD))
    router.message.register(start_by_friend, PRIVATE, by_friend)
    router.callback_query.register(invite, InvitePress.filter())
    return router


async def start_by_friend(
    message: Message, command: CommandObject, services: Services, person: Person, now: datetime
) -> None:
    came = await services.referrals.note(person.id, (command.args or "").removeprefix(PAYLOAD), now)
    await show(message, views.welcome(came))


async def invite(press: CallbackQuery, bot: Bot, services: Services, person: Person) -> None:
    code = await services.referrals.code_of(person.id)
    standing = await services.referrals.standing(person.id)
    await press.answer()
    await show(press, views.invitation(views.link((await bot.me()).username or "", code), standing))
