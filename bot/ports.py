"""Ports that are needed, and plain words for when somebody else has them."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class PortTaken(Exception):
    """Somebody listens on ``host:port`` already; ``remedy`` says which setting chooses another."""

    def __init__(self, host: str, port: int, setting: str) -> None:
        super().__init__(host, port, setting)
        self.host = host
        self.port = port
        self.remedy = f"Is Toklink running already? Else choose another port: {setting}={port + 10} in .env"


@contextmanager
def port_needed(host: str, port: int, setting: str) -> Iterator[None]:
    """Turns the system's error in the block into PortTaken."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port, setting) from error
        raise
