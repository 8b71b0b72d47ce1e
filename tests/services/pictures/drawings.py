"""What the tests let the studio's processes do. Imported there too, so nothing heavy is imported here."""

import os
import signal
import sys
import time
from pathlib import Path


def process_id(asked: str = "") -> bytes:
    """Two that ask in the same words are given the same picture: a second look needs other words."""
    return str(os.getpid()).encode()


def counted(trace: Path, size: int = 1) -> bytes:
    """Notes in ``trace`` that it was drawn."""
    with trace.open("a") as lines:
        lines.write("drawn\n")
    return b"x" * size


def counted_until(path: Path, trace: Path) -> bytes:
    """As ``counted``, and draws until ``path`` exists."""
    counted(trace)
    while not path.exists():
        time.sleep(0.01)
    return b"drawn"


def modules() -> bytes:
    return "\n".join(sys.modules).encode()


def echo(content: bytes) -> bytes:
    print("printed, where an answer is expected")
    return content


def fail(text: str) -> bytes:
    raise ValueError(text)


def die() -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def die_once(trace: Path) -> bytes:
    """Dies the first time, counted by the lines of ``trace``."""
    with trace.open("a") as lines:
        lines.write("tried\n")
    return die() if len(trace.read_text().splitlines()) == 1 else b"drawn"


def until(path: Path, mark: Path) -> bytes:
    """Draws until ``path`` exists; ``mark`` is made when it begins."""
    mark.touch()
    while not path.exists():
        time.sleep(0.01)
    return b"drawn"
