"""What can be wrong with what is looked at."""

from services.errors import UserError


class TagNotFound(UserError):
    """None of the person's links has the tag, or has it any more."""
