"""ZIP files of tables, each small enough to be sent."""

import csv
import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import IO, Any

# Telegram takes 50 MB; while it is owed, a part stands in the database and is in memory when it is sent.
MOST_BYTES = 15_000_000


class Archive:
    """Files of a ZIP, which becomes several when it grows too large.

    >>> archive = Archive()
    >>> archive.add("profile.json", b"{}")
    >>> archive.add_rows("clicks.csv", ["at", "bot"], rows)     # again and again
    >>> parts = archive.finish()
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._finished: list[bytes] = []
        self._begin()
        # The CSV that is being written, and its part.
        self._name: str | None = None
        self._number = 0
        self._file: IO[bytes] | None = None

    def add(self, name: str, content: bytes) -> None:
        self._close_file()
        self._zip.writestr(name, content)

    def add_rows(self, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows of a CSV file (UTF-8, with a line of names). The rows of one file are added without others between.

        In a ZIP that is full the file goes on as ``name-2.csv`` in the next one.
        """
        if self._name != name:
            self._close_file()
            self._name, self._number = name, 1
        elif self._buffer.tell() > self._most_bytes:
            number = self._number
            self._end()
            self._name, self._number = name, number + 1
        text = io.StringIO(newline="")
        table = csv.writer(text)
        if self._file is None:
            self._file = self._zip.open(self._numbered(), "w")
            table.writerow(columns)
        table.writerows([_in_csv(row[column]) for column in columns] for row in rows)
        self._file.write(text.getvalue().encode())

    def finish(self) -> list[bytes]:
        """The ZIP files."""
        self._end()
        return self._finished

    def _begin(self) -> None:
        self._buffer = io.BytesIO()
        self._zip = zipfile.ZipFile(self._buffer, "w", zipfile.ZIP_DEFLATED)

    def _end(self) -> None:
        self._close_file()
        self._zip.close()
        self._finished.append(self._buffer.getvalue())
        self._begin()

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._name = None, None

    def _numbered(self) -> str:
        assert self._name is not None
        if self._number == 1:
            return self._name
        stem, _, ending = self._name.rpartition(".")
        return f"{stem}-{self._number}.{ending}"


def as_json(tables: Mapping[str, Any]) -> bytes:
    return json.dumps(tables, ensure_ascii=False, indent=1, default=_written).encode()


def _in_csv(value: Any) -> Any:
    if isinstance(value, date | bytes):
        return _written(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _written(value: Any) -> str:
    """A time or a day as ISO 8601; a picture as base64."""
    if isinstance(value, date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"nobody knows how to write {type(value).__name__} as JSON")
