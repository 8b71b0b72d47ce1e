"""What a person can do wrong with a webhook."""

from services.errors import UserError


class WebhookNotSecure(UserError):
    """Who clicked is told over https alone."""


class WebhookToOurselves(UserError):
    """The address is one of ours."""


class NoWebhook(UserError):
    """The link has none; it was removed, say."""
