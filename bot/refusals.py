"""Why the program does not start, in plain words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """``sentence`` says what is wrong and how to mend it; printed without a traceback."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@contextmanager
def port_needed(host: str, port: int, setting: str) -> Iterator[None]:
    """Refused when somebody else listens on the port that is opened in the block."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            another = f"Is Toklink running already? Else choose another port: {setting}={port + 10} in .env"
            raise Refused(f"Port {port} on {host} is taken. {another}") from error
        raise
