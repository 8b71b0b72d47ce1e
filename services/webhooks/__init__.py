"""Webhooks: an address of a link's owner that is told of its clicks, in signed batches."""

from services.webhooks.sending import Sender
from services.webhooks.webhooks import Webhook, Webhooks

__all__ = ["Sender", "Webhook", "Webhooks"]
