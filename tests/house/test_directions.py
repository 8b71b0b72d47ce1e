"""Every room knows what it may touch: db ← services ← {handlers, redirect_server, scheduler} ← bot."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
MAY_IMPORT = {
    "db": set(),
    "services": {"db"},
    "handlers": {"services"},
    "redirect_server": {"services"},
    "scheduler": {"services"},
    "sandbox": set(),
    "bot": {"db", "services", "handlers", "redirect_server", "scheduler", "sandbox"},
}
# Libraries that belong to one kind of room.
FOREIGN = {
    "db": ("aiogram", "aiohttp", "redis"),
    "services": ("aiogram", "aiohttp.web"),
    "redirect_server": ("aiogram", "sqlalchemy"),
    "handlers": ("aiohttp", "sqlalchemy"),
    "scheduler": ("aiogram", "aiohttp", "sqlalchemy"),
    "sandbox": ("aiogram", "sqlalchemy"),
}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_that_it_may_touch(room: str):
    others = set(MAY_IMPORT) - {room} - MAY_IMPORT[room]
    assert [use for use in imports(room) if use[1].split(".")[0] in others] == []


@pytest.mark.parametrize("room", FOREIGN)
def test_a_room_does_without_the_libraries_of_others(room: str):
    foreign = tuple(FOREIGN[room])
    found = [use for use in imports(room) if any(use[1] == name or use[1].startswith(f"{name}.") for name in foreign)]
    # The sandbox's own little bot, for trying the sandbox without the product.
    assert [use for use in found if use[0] != "sandbox/echo.py"] == []


def test_the_settings_alone_read_the_environment():
    readers = {
        path
        for room in MAY_IMPORT
        for path, tree in sources(room)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers == set()


def imports(room: str) -> list[tuple[str, str]]:
    """(file, module or name in a module) of everything that a room imports, wherever in a file."""
    found = []
    for path, tree in sources(room):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found += [(path, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found += [(path, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def sources(room: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((HOUSE / room).rglob("*.py")):
        yield str(path.relative_to(HOUSE)), ast.parse(path.read_text(encoding="utf-8"))
