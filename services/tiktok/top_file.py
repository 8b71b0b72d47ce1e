"""TOP_FILE: whom the top lists, as a TOML file with ``accounts = ["name", …]``."""

import tomllib
from pathlib import Path

from services.tiktok.names import is_name

# The one that comes along.
SHIPPED = Path(__file__).parent / "data" / "top.toml"


class TopFileWrong(Exception):
    """The file cannot be taken: what is wrong, in words for whoever wrote it."""


def read_top_file(path: Path) -> tuple[str, ...]:
    """The names, in small letters, without @, each once, in their order. Raises TopFileWrong."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise TopFileWrong(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise TopFileWrong(f"{path} is no TOML: {error}") from error
    names = content.get("accounts")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TopFileWrong(f'{path} has no list of names: accounts = ["name", …]')
    cleaned = [name.strip().removeprefix("@").lower() for name in names]
    wrong = [name for name in cleaned if not is_name(name)]
    if wrong:
        raise TopFileWrong(f"{path} has names that TikTok does not: {', '.join(wrong[:5])}")
    return tuple(dict.fromkeys(cleaned))
