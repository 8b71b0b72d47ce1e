"""Which button somebody means who names a label."""

from sandbox.client_views import Button, Message


def find_button(messages: list[Message], label: str, on: Message | None = None) -> tuple[Message, Button] | None:
    """The newest message (or `on`) with that very label; failing it, the newest with one label that contains it.

    Raises LookupError when several labels of that message contain it.
    """
    candidates = with_buttons(messages, on)
    for message, buttons in candidates:
        for button in buttons:
            if button.label == label:
                return message, button
    for message, buttons in candidates:
        partial = [button for button in buttons if label in button.label]
        if len(partial) > 1:
            names = ", ".join(button.label for button in partial)
            raise LookupError(f"Which {label!r} should be pressed: {names}?")
        if partial:
            return message, partial[0]
    return None


def with_buttons(messages: list[Message], on: Message | None) -> list[tuple[Message, list[Button]]]:
    """The bot's messages with buttons, newest first; the newest reply keyboard counts as its message's buttons."""
    shown = [
        message
        for message in reversed(messages)
        if message.by_bot and (on is None or message.message_id == on.message_id)
    ]
    found = []
    keyboard_is_known = False
    for message in shown:
        buttons = [button for row in message.rows for button in row]
        if message.reply_keyboard is not None and not keyboard_is_known:
            keyboard_is_known = True
            buttons += [Button(label, "text", label) for label in message.reply_keyboard]
        if buttons:
            found.append((message, buttons))
    return found
