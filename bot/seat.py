"""Which process it is, so that others on the same machine see whether it still runs."""

import os
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path


def this_machine() -> str:
    """What only processes that see each other's ids have in common: one boot of a machine, and one space of ids.

    A host's name would not do: two machines may have the same one, and so may containers that share a network.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        boot, space = f"{uuid.getnode():x}", ""
    return f"{socket.gethostname()[:40]}/{boot}/{space}".replace(" ", "")


@dataclass(frozen=True, slots=True)
class Seat:
    """A process that may lead."""

    machine: str
    process: int
    token: str

    def __str__(self) -> str:
        return f"{self.machine} {self.process} {self.token}"

    def knows_gone(self, holder: str) -> bool:
        """Whether the holder certainly runs no more: it ran on this machine, where one can look."""
        machine, _, rest = holder.partition(" ")
        process, _, token = rest.partition(" ")
        if machine != self.machine or not process.isdigit():
            return False
        if token == self.token:
            return False
        # Its number is ours now: it was a process before us.
        return int(process) == self.process or not _runs(int(process))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    # A zombie has ended, and its parent has not asked after it yet.
    return stat.rpartition(")")[2].split()[:1] != ["Z"]
