"""Rows of figures out of a file, an answer or a database: read by a process of its own, which ends in time."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any

from kmm_tui.outside import command, reader
from kmm_tui.outside.command import CommandError
from kmm_tui.outside.reading import Reading as Reading

SECONDS = 10.0
MOST_ANSWER = 4 * 1024 * 1024
"""Bytes of rows that are taken."""


class RowsError(Exception):
    """No rows. `word` is OFFLINE (it cannot be had), FAILED (the query) or GARBLED (it cannot be used)."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(text)
        self.word = word


@dataclass(frozen=True, slots=True)
class Row:
    """One row: whom it is about and from when on, as it stands there, and its values; None where there is no number."""

    key: str | None
    slot: str | float | None
    values: tuple[int | float | None, ...]


async def read_rows(reading: Reading, data: bytes = b"", *, seconds: float = SECONDS) -> tuple[Row, ...]:
    """The rows of a file of at most `reader.MOST_BYTES`, of `data`, or of a query. It takes at most `seconds`.

    A database is opened for reading only. Raises `RowsError`.
    """
    ask = {
        "kind": reading.kind,
        "path": None if reading.path is None else str(reading.path),
        "query": reading.query,
        "rows": reading.rows,
        "key": reading.key,
        "slot": reading.slot,
        "values": reading.values,
        "seconds": seconds,
    }
    # -P: its own folder, where modules have common names, is nowhere to import from.
    arguments = [sys.executable, "-P", "-X", "utf8", reader.__file__]
    try:
        ran = await command.run(
            arguments, stdin=json.dumps(ask).encode() + b"\n" + data, seconds=seconds + 1, most_bytes=MOST_ANSWER
        )
    except CommandError:
        raise RowsError("GARBLED", f"it could not be read within {seconds:g} s") from None
    if ran.code != 0:
        raise RowsError("GARBLED", "it could not be read: it took too much memory or time")
    return await asyncio.to_thread(_rows, ran.output)


def _rows(output: bytes) -> tuple[Row, ...]:
    try:
        answer: Any = json.loads(output)
    except ValueError:
        raise RowsError("GARBLED", "it could not be read") from None
    if "error" in answer:
        raise RowsError(str(answer["error"]), str(answer["text"]))
    return tuple(Row(key, slot, tuple(values)) for key, slot, values in answer["rows"])
