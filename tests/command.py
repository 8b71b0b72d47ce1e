"""What a process does that is forked to be `toklink`."""

import os
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from bot.cli import main
from services.pictures.studio import PictureStudio


def call(
    arguments: tuple[str, ...], environment: dict[str, str], folder: Path, out: Connection, err: Connection
) -> NoReturn:
    """The life of the process; what it prints goes into the pipes."""
    for number, pipe in ((1, out), (2, err)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    # A process that warms up to draw takes seconds from all others, and no command is told to draw.
    assert PictureStudio.__init__.__kwdefaults__ is not None
    PictureStudio.__init__.__kwdefaults__["warm"] = False
    main(arguments)
