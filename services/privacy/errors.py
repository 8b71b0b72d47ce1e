"""What a person can ask too late."""

from services.errors import UserError


class ErasureBegan(UserError):
    """What is being erased cannot be kept any more."""
