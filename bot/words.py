"""What services say to people unasked, in the words of the chat."""

import asyncio
import importlib

from services.deliveries import Outgoing
from services.language import Catalogue, speaking
from services.links.news import News, Words
from services.operations.digest import Digest
from services.operations.digest import Words as DigestWords
from services.payments.refunds import GivenBack
from services.payments.refunds import Words as RefundWords
from services.payments.tickets import Question
from services.payments.tickets import Words as QuestionWords
from services.people import Person
from services.tiktok.curating import Proposal
from services.tiktok.curating import Words as ProposalWords
from services.tiktok.watch_news import WatchNews
from services.tiktok.watch_news import Words as WatchWords


def news_words(catalogue: Catalogue) -> Words:
    """News of a link in their owner's language."""

    async def words(person: Person, news: News) -> Outgoing:
        # The chat's views bring aiogram with them, which takes long to import: only who owes news pays for it.
        views = await asyncio.to_thread(importlib.import_module, "handlers.links.notices.news_views")
        outgoing = await asyncio.to_thread(importlib.import_module, "handlers.outgoing")
        with speaking(catalogue, person.language):
            made: Outgoing = outgoing.as_outgoing(views.news_screen(news, person.zone))
        return made

    return words


def watch_words(catalogue: Catalogue, *, invented: bool) -> WatchWords:
    """What a watcher is told, in their language. ``invented``: of accounts of the sandbox."""

    async def words(person: Person, news: WatchNews) -> Outgoing:
        views = await asyncio.to_thread(importlib.import_module, "handlers.tiktok.watch_news_views")
        outgoing = await asyncio.to_thread(importlib.import_module, "handlers.outgoing")
        with speaking(catalogue, person.language):
            made: Outgoing = outgoing.as_outgoing(views.news_screen(news, person.zone, invented=invented))
        return made

    return words


def proposal_words(catalogue: Catalogue) -> ProposalWords:
    """What is proposed to operators, in a language."""

    async def words(language: str, proposal: Proposal) -> Outgoing:
        views = await asyncio.to_thread(importlib.import_module, "handlers.operations.top_views")
        outgoing = await asyncio.to_thread(importlib.import_module, "handlers.outgoing")
        with speaking(catalogue, language):
            made: Outgoing = outgoing.as_outgoing(views.proposal(proposal, in_list=False))
        return made

    return words


def digest_words(catalogue: Catalogue) -> DigestWords:
    """The digest of a day, in a language."""

    async def words(language: str, digest: Digest) -> Outgoing:
        views = await asyncio.to_thread(importlib.import_module, "handlers.operations.digest_views")
        outgoing = await asyncio.to_thread(importlib.import_module, "handlers.outgoing")
        with speaking(catalogue, language):
            made: Outgoing = outgoing.as_outgoing(views.digest_screen(digest))
        return made

    return words


def refund_words(catalogue: Catalogue) -> RefundWords:
    """What a person hears when Stars come back to them, in their language."""

    async def words(person: Person, given: GivenBack) -> Outgoing:
        views = await asyncio.to_thread(importlib.import_module, "handlers.payments.refund_views")
        outgoing = await asyncio.to_thread(importlib.import_module, "handlers.outgoing")
        with speaking(catalogue, person.language):
            made: Outgoing = outgoing.as_outgoing(views.given_back(given))
        return made

    return words


def question_words(catalogue: Catalogue) -> QuestionWords:
    """A question about payments as operators read it, in a language."""

    async def words(language: str, question: Question) -> Outgoing:
        views = await asyncio.to_thread(importlib.import_module, "handlers.operations.tickets_views")
        outgoing = await asyncio.to_thread(importlib.import_module, "handlers.outgoing")
        with speaking(catalogue, language):
            made: Outgoing = outgoing.as_outgoing(views.told(question))
        return made

    return words
