"""A person pays an invoice, or passes a message on."""

import asyncio
from typing import Final

from sandbox.bot_api.markup import pay_keyboard
from sandbox.deeds import deliver
from sandbox.errors import PeopleError
from sandbox.limits import PRE_CHECKOUT_LIFETIME, STARS_MAX
from sandbox.people import Account
from sandbox.stars import CURRENCY, Invoice
from sandbox.text import Json
from sandbox.world import Chat, World, bot_view

# What belongs to a message's place and not to what it says.
NOT_FORWARDED: Final = frozenset(
    {
        "message_id", "from", "chat", "date", "edit_date", "reply_markup", "reply_to_message", "via_bot",
        "forward_origin", "reactions", "media_group_id", "has_protected_content",
    }
)  # fmt: skip
FORWARDED: Final = frozenset(
    {"text", "photo", "document", "voice", "video", "animation", "sticker", "audio", "location", "contact", "dice",
     "invoice"}
)  # fmt: skip


async def pay_message(world: World, person_id: int, chat_id: int, message_id: int) -> Json:
    """Press Pay under a message, also one that only others see: as if it had been forwarded to this person."""
    chat = world.chats.get(chat_id)
    message = None if chat is None else chat.messages.get(message_id)
    if chat is None or message is None:
        raise PeopleError("That message is gone.", status=404)
    invoice = world.stars.at(chat_id, message_id)
    if invoice is None:
        raise PeopleError("That message has no Pay button.", status=409)
    if person_id in chat.members:
        return await pay(world, person_id, invoice, world.active_chat(person_id, chat_id))
    if invoice.start_parameter:
        raise PeopleError("A forwarded copy of this invoice has no Pay button: it leads to the bot.", status=409)
    return await pay(world, person_id, invoice, world.active_chat(person_id, person_id))


async def pay_link(world: World, person_id: int, address: str) -> Json:
    """Pay by a link of createInvoiceLink; the payment stands in the private chat."""
    invoice = world.stars.linked(address)
    if invoice is None:
        raise PeopleError("There is no such invoice.", status=404)
    return await pay(world, person_id, invoice, world.active_chat(person_id, person_id))


async def pay(world: World, person_id: int, invoice: Invoice, chat: Chat) -> Json:
    """Ask the bot, then pay: {"status": "paid", "charge_id", "message", "update_id"}, {"status": "refused",
    "error_message"} or {"status": "timed_out"}. Raises PeopleError 402 when the person has too few Stars.
    """
    person = world.active_person(person_id)
    check_funds(person, invoice)
    refusal = await ask_bot(world, person, invoice)
    if refusal is None:
        return {"status": "timed_out"}
    if refusal:
        return {"status": "refused", "error_message": refusal}
    # Another phone may have been quicker.
    check_funds(person, invoice)
    if not chat.has_bot:
        chat = world.chats[person_id]
    person.started = person.started or chat.is_private
    charge = world.stars.charge(invoice, person, chat.id)
    world.tell_stars(person)
    message = world.post(chat, person.user(), {"successful_payment": charge.json()})
    update_id = world.tell_bot("message", chat, message)
    return {"status": "paid", "charge_id": charge.id, "message": message, "update_id": update_id}


def check_funds(person: Account, invoice: Invoice) -> None:
    if person.stars < invoice.amount:
        raise PeopleError(f"{person.first_name} has {person.stars} Stars, and this costs {invoice.amount}.", status=402)


async def ask_bot(world: World, person: Account, invoice: Invoice) -> str | None:
    """The bot's word before checkout: "" for yes, else why not; None when it says nothing in time."""
    checkout = world.stars.ask(person.id)
    body: Json = {
        "id": checkout.query_id,
        "from": person.user(),
        "currency": CURRENCY,
        "total_amount": invoice.amount,
        "invoice_payload": invoice.payload,
    }
    world.updates.push("pre_checkout_query", body, PRE_CHECKOUT_LIFETIME)
    done, _ = await asyncio.wait({checkout.verdict}, timeout=world.checkout_seconds)
    if done and not checkout.verdict.cancelled():
        return checkout.verdict.result()
    checkout.verdict.cancel()
    world.violations.append(f"The pre-checkout query {checkout.query_id} was not answered in time.")
    return None


def top_up(world: World, person_id: int, amount: int) -> Json:
    """Buy Stars from Telegram: {"person_id", "stars"}."""
    if not 1 <= amount <= STARS_MAX:
        raise PeopleError(f"One buys 1 to {STARS_MAX} Stars at a time.")
    person = world.active_person(person_id)
    person.stars += amount
    world.tell_stars(person)
    return {"person_id": person_id, "stars": person.stars}


def forward(world: World, person_id: int, chat_id: int, message_id: int, to_chat_id: int) -> Json:
    """Pass a message on to another chat (or the same): {"message", "update_id"}.

    An invoice keeps its Pay button, unless it has a start parameter: then its copies lead to the bot.
    """
    source, target = world.active_chat(person_id, chat_id), world.active_chat(person_id, to_chat_id)
    message = source.messages.get(message_id)
    if message is None:
        raise PeopleError("That message is gone.", status=404)
    if not FORWARDED & message.keys():
        raise PeopleError("Service messages are not forwarded.")
    if message.get("has_protected_content"):
        raise PeopleError("This message is protected from being forwarded.", status=403)
    origin = message.get("forward_origin") or {
        "type": "user",
        "sender_user": bot_view(message)["from"],
        "date": message["date"],
    }
    content = {name: value for name, value in message.items() if name not in NOT_FORWARDED}
    invoice = world.stars.at(chat_id, message_id)
    keyboard = forwarded_keyboard(world, message)
    answer = deliver(world, target, person_id, {"forward_origin": origin} | content | keyboard)
    if invoice is not None and not invoice.start_parameter:
        world.stars.place(target.id, answer["message"]["message_id"], invoice)
    return answer


def forwarded_keyboard(world: World, message: Json) -> Json:
    """An invoice's one button; other keyboards stay behind."""
    invoice = message.get("invoice")
    if invoice is None:
        return {}
    if not invoice["start_parameter"]:
        return {"reply_markup": pay_keyboard(invoice["total_amount"])}
    address = f"https://t.me/{world.bot['username']}?start={invoice['start_parameter']}"
    return {"reply_markup": {"inline_keyboard": [[{"text": f"⭐ {invoice['total_amount']}", "url": address}]]}}
