"""Finds the address in what a person sent."""

from collections.abc import Sequence

from aiogram.filters import BaseFilter
from aiogram.types import Message, MessageEntity

from services.links.errors import SeveralAddresses
from services.links.targets import has_scheme


class PastedAddress(BaseFilter):
    """A message that holds an address; gives ``addresses`` to the handler, each once, in order."""

    async def __call__(self, message: Message) -> bool | dict[str, list[str]]:
        addresses = addresses_in(message)
        return {"addresses": addresses} if addresses else False


class WholeAddress(BaseFilter):
    """A message that is an address with its scheme, and nothing else."""

    async def __call__(self, message: Message) -> bool:
        return has_scheme(message.text or message.caption or "")


def addresses_in(message: Message) -> list[str]:
    """What Telegram itself marked as addresses, or the whole text where it is one with a scheme."""
    text = message.text or message.caption or ""
    if text.startswith("/"):
        return []
    if has_scheme(text):
        return [text.strip()]
    return _marked(message.entities or message.caption_entities or [], text)


def address_after_command(message: Message, said: str) -> str:
    """The one address in ``said``, the words after a command; without any, ``said`` as it is.

    A single word is taken whole, for it is meant as an address even where Telegram would not mark it so
    (``localhost:3000``). Raises SeveralAddresses.
    """
    addresses = _marked(message.entities or [], message.text or "", hidden_alone=len(said.split()) == 1)
    return the_only(addresses) if addresses else said


def the_only(addresses: Sequence[str]) -> str:
    """Raises SeveralAddresses."""
    if len(addresses) > 1:
        raise SeveralAddresses(len(addresses))
    return addresses[0]


def _marked(entities: Sequence[MessageEntity], text: str, *, hidden_alone: bool = False) -> list[str]:
    """Addresses that Telegram marked in ``text``; ``hidden_alone``: only those that lie behind other words."""
    found = [
        entity.url if entity.type == "text_link" else entity.extract_from(text)
        for entity in entities
        if entity.type == "text_link" or (entity.type == "url" and not hidden_alone)
    ]
    return list(dict.fromkeys(address for address in found if address))
