"""Accounts of TikTok in the chat."""

from aiogram import Router

from handlers.tiktok import bio, card, compare, explaining, history, picture, posts, stats, top, watch


def router() -> Router:
    router = Router(name="tiktok")
    # What is pasted comes last: some questions about accounts are answered with an address.
    router.include_routers(
        stats.router(),
        card.router(),
        explaining.router(),
        posts.router(),
        picture.router(),
        history.router(),
        bio.router(),
        compare.router(),
        watch.router(),
        top.router(),
        stats.pasted_router(),
    )
    return router
