"""Plain values as small blobs, and rows of figures as columns: alike stands beside alike and takes little room."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from kmm_tui.api.number import Number

Row: TypeAlias = Mapping[str, Number | None]
Table: TypeAlias = list[Any]
"""For rows of the same fields together: [fields, places of the rows, a column of values for each field]."""

_Thing = TypeVar("_Thing", bound=Hashable)


class Unusable(ValueError):
    """A blob that does not hold what it should: it is left out, and everything else can still be read."""


UNUSABLE = (Unusable, ValueError, TypeError, KeyError, IndexError, AttributeError, zlib.error, MemoryError)
"""What reading a blob may raise that is not what was written."""


def pack(plain: Any) -> bytes:
    """A JSON value, compressed. Text that no file can hold, such as half a character, is escaped."""
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode("ascii"), 6)


def unpack(data: Any) -> Any:
    """What `pack` was given. Raises one of `UNUSABLE` for anything else."""
    if not isinstance(data, bytes):
        raise Unusable("no blob")
    return json.loads(zlib.decompress(data))


class Places(Generic[_Thing]):
    """Things that repeat, each written once and named by its place."""

    def __init__(self) -> None:
        self._places: dict[_Thing, int] = {}

    def of(self, thing: _Thing) -> int:
        """The place of `thing`, a new one if it has none yet."""
        return self._places.setdefault(thing, len(self._places))

    def all(self) -> list[_Thing]:
        """All things, each at its place."""
        return list(self._places)


def table_of(rows: Sequence[Row]) -> Table:
    """Rows as columns. A field that a row lacks stays lacking."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        alike.setdefault(tuple(row), []).append(place)
    return [
        [list(fields), places, [[rows[place][field] for place in places] for field in fields]]
        for fields, places in alike.items()
    ]


def rows_of(count: int, table: Table) -> list[dict[str, Number | None]]:
    """The `count` rows of `table_of`."""
    rows: list[dict[str, Number | None]] = [{} for _ in range(count)]
    for fields, places, columns in table:
        if fields:
            for place, values in zip(places, zip(*columns, strict=True), strict=True):
                rows[place] = dict(zip(fields, values, strict=True))
    return rows


def is_broken(error: BaseException) -> bool:
    """Whether it is the file itself that is damaged, or none of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte is the kind, the rest says more.
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
