"""The Bot API of the sandbox: every method that the product uses, by its lower-case name."""

from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.bot_api import callbacks, chats, commands, editing, inline, messages, payments, polling
from sandbox.bot_api.parameters import Call
from sandbox.world import World

METHODS: dict[str, Callable[[World, Call], Awaitable[Any]]] = {
    "getme": chats.get_me,
    "getchat": chats.get_chat,
    "getchatmember": chats.get_chat_member,
    "getchatadministrators": chats.get_chat_administrators,
    "getchatmembercount": chats.get_chat_member_count,
    "getfile": chats.get_file,
    "setmessagereaction": chats.set_message_reaction,
    "getupdates": polling.get_updates,
    "setwebhook": polling.set_webhook,
    "deletewebhook": polling.delete_webhook,
    "getwebhookinfo": polling.get_webhook_info,
    "sendmessage": messages.send_message,
    "sendphoto": messages.send_photo,
    "senddocument": messages.send_document,
    "sendmediagroup": messages.send_media_group,
    "sendchataction": messages.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagemedia": editing.edit_message_media,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "deletemessages": editing.delete_messages,
    "answercallbackquery": callbacks.answer_callback_query,
    "answerinlinequery": inline.answer_inline_query,
    "sendinvoice": payments.send_invoice,
    "createinvoicelink": payments.create_invoice_link,
    "answerprecheckoutquery": payments.answer_pre_checkout_query,
    "refundstarpayment": payments.refund_star_payment,
    "getstartransactions": payments.get_star_transactions,
    "getmystarbalance": payments.get_my_star_balance,
    "setmycommands": commands.set_my_commands,
    "getmycommands": commands.get_my_commands,
    "deletemycommands": commands.delete_my_commands,
    "setmyname": commands.set_my_name,
    "getmyname": commands.get_my_name,
    "setmydescription": commands.set_my_description,
    "getmydescription": commands.get_my_description,
    "setmyshortdescription": commands.set_my_short_description,
    "getmyshortdescription": commands.get_my_short_description,
    "setchatmenubutton": commands.set_chat_menu_button,
    "getchatmenubutton": commands.get_chat_menu_button,
}
