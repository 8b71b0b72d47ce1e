"""A process that draws: pickled calls come in, pictures go out, each behind its length. Studio starts and ends it.

Run as ``python -m services.pictures.worker``, so that nothing of the program that started it is imported. A request
is a pickled ``(function, args, kwargs)``. An answer begins with one of the marks below: READY once, then PICTURE with
the bytes, or FAULT with a traceback.
"""

import gc
import logging
import os
import pickle
import queue
import signal
import struct
import sys
import threading
import traceback
from contextlib import suppress
from typing import BinaryIO

READY, PICTURE, FAULT = b"R", b"P", b"F"
LENGTH = struct.Struct("!Q")
# Redirects come first, where processors are few.
NICENESS = 10


def main() -> None:
    """Draws until the input ends, which it does when the program that started this one ends, however it ends."""
    # A Ctrl-C is meant for the program; it ends this process by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Numerical libraries would take a stack and a buffer for each processor.
    os.putenv("OPENBLAS_NUM_THREADS", "1")
    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    answers = _claim_output()
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
    _warm_up()
    gc.freeze()
    _answer(answers, READY, b"")
    while True:
        try:
            function, args, kwargs = pickle.loads(requests.get())  # noqa: S301 – from the program alone, by a pipe
            mark, content = PICTURE, function(*args, **kwargs)
        except Exception:
            mark, content = FAULT, traceback.format_exc().encode(errors="replace")
        _answer(answers, mark, content)
        # A figure is a ring of objects with pixels in it: left to themselves they take 60 MB before they are collected.
        del content
        gc.collect()


def _claim_output() -> BinaryIO:
    """The pipe for answers. What anybody prints goes to the error output instead."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _read(requests: BinaryIO, into: "queue.SimpleQueue[bytes]") -> None:
    while True:
        head = requests.read(LENGTH.size)
        if len(head) < LENGTH.size:
            # In a thread, so that not even a picture in the making keeps this process alive.
            os._exit(0)
        into.put(requests.read(*LENGTH.unpack(head)))


def _warm_up() -> None:
    """Imports what takes seconds, and draws once, so that the first person does not wait for it."""
    # It says that it looks for fonts, once on a machine, in the middle of the program's own log.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from services.pictures.qr import QrPicture, qr_picture
    from services.pictures.series import Bar, SeriesChart, series_chart

    qr_picture(QrPicture("https://example.com", "example.com"))
    series_chart(SeriesChart("0", "0", "0", "0", "0", "0", "0", "0", "0", (Bar("0", 1, 1),)))


def _answer(answers: BinaryIO, mark: bytes, content: bytes) -> None:
    try:
        answers.write(LENGTH.pack(len(content) + 1) + mark + content)
        answers.flush()
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
