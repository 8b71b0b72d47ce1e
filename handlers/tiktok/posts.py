"""The last posts of an account, by date or by views."""

from aiogram import Router
from aiogram.types import CallbackQuery

from handlers.tiktok import posts_views as views
from handlers.tiktok.callbacks import PostsPress
from handlers.tiktok.card import known_account
from handlers.tiktok.pasted import show
from services.people import Person
from services.services import Services


def router() -> Router:
    router = Router(name="tiktok.posts")
    router.callback_query.register(show_posts, PostsPress.filter())
    return router


async def show_posts(press: CallbackQuery, callback_data: PostsPress, services: Services, person: Person) -> None:
    account = await known_account(callback_data.id, services)
    posts = await services.accounts.latest_posts(account.id)
    await press.answer()
    invented = services.cards.invented
    await show(press, views.posts(account, posts, callback_data.order, person.zone, invented=invented))
