"""Webhooks: an address of a link's owner that is told of its clicks, in signed batches."""

from db.queries.webhooks import WORK
from services.webhooks.sending import Sender
from services.webhooks.webhooks import TEST, Webhook, Webhooks

__all__ = ["TEST", "WORK", "Sender", "Webhook", "Webhooks"]
