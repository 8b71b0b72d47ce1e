"""What only a forged or an old press asks for."""

from services.errors import UserError


class UnknownChoice(UserError):
    """No button offers this."""
