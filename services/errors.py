"""What can go wrong for a person to know of. Errors carry facts; texts are made where they are shown."""


class UserError(Exception):
    """A person can do something about it: shown as one clear sentence, never logged as a fault."""
