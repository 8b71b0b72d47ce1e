"""Finds the address in what a person sent."""

from aiogram.filters import BaseFilter
from aiogram.types import Message, MessageEntity

from services.links.targets import has_scheme


class PastedAddress(BaseFilter):
    """A message that holds an address; gives ``addresses`` to the handler, each once, in order."""

    async def __call__(self, message: Message) -> bool | dict[str, list[str]]:
        addresses = addresses_in(message)
        return {"addresses": addresses} if addresses else False


def addresses_in(message: Message) -> list[str]:
    """What Telegram itself marked as addresses, or the whole text where it is one with a scheme."""
    text = message.text or message.caption or ""
    if text.startswith("/"):
        return []
    if has_scheme(text):
        return [text.strip()]
    entities = message.entities or message.caption_entities or []
    found = [_address(entity, text) for entity in entities]
    return list(dict.fromkeys(address for address in found if address))


def _address(entity: MessageEntity, text: str) -> str | None:
    if entity.type == "text_link":
        return entity.url
    return entity.extract_from(text) if entity.type == "url" else None
