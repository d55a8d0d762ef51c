"""Reads a table of figures, in a process of its own: whatever the data does to it, it does to nobody else.

Run as a script. One line of JSON on stdin says what to read, the bytes of the data follow unless they are in a file;
one line of JSON on stdout is the answer: ``{"rows": [[key, slot, [value, ...]], ...]}``, where a value is a number or
null, or ``{"error": word, "text": one line}``. It imports nothing of the product. Whoever starts it gives it an end in
time; it limits its own memory.
"""

from __future__ import annotations

import json
import math
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

MOST_BYTES = 8 * 1024 * 1024
"""Bytes of a file that are read."""
MOST_ROWS = 20_000
MOST_COLUMNS = 500
LONGEST_WORD = 200
"""Characters of a key or a slot."""
MEMORY = 768 * 1024 * 1024
"""Bytes of memory, where the system can limit it."""
LARGEST = 10**15
_STEPS = 10_000  # of SQLite's machine between two looks at the clock
_DELIMITERS = ",;\t|"

Row = tuple[Any, Any, Sequence[Any]]


class Unreadable(Exception):
    """The data cannot be had or used. `word` says in one word which."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(text)
        self.word = word


def garbled(text: str) -> NoReturn:
    """Ends the reading: the data cannot be used."""
    raise Unreadable("GARBLED", text)


def main() -> int:
    """Reads what stdin asks for and writes the answer."""
    _limit_memory()
    answer: dict[str, Any]
    try:
        answer = {"rows": _answered(_read(json.loads(sys.stdin.buffer.readline()), sys.stdin.buffer.read))}
    except Unreadable as error:
        answer = {"error": error.word, "text": str(error)}
    except RecursionError:
        answer = {"error": "GARBLED", "text": "the data is nested too deep"}
    except MemoryError:
        answer = {"error": "GARBLED", "text": "the data takes too much memory"}
    sys.stdout.write(json.dumps(answer))
    return 0


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):
            # Some systems do not limit it; the limits of bytes and time are left.
            continue


def _read(ask: dict[str, Any], rest: Callable[[], bytes]) -> Iterator[Row]:
    if ask["kind"] == "sqlite":
        return _sqlite(ask)
    data = _file(ask["path"]) if ask["path"] is not None else rest()
    return (_json if ask["kind"] == "json" else _csv)(_text(data), ask)


def _file(path: str) -> bytes:
    try:
        # A pipe would be waited for, a device never ends: only what has a size is read.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable("OFFLINE", f"{path} is no file")
            if about.st_size > MOST_BYTES:
                garbled(f"{path} is larger than {MOST_BYTES >> 20} MB, which is more than is read")
            return file.read(MOST_BYTES)
    except OSError as error:
        raise Unreadable("OFFLINE", f"{path} cannot be read: {error.strerror or type(error).__name__}") from None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        garbled(f"not UTF-8 text, from byte {error.start} on")


# -- JSON


def _json(text: str, ask: dict[str, Any]) -> Iterator[Row]:
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        garbled(f"not JSON: {error.msg}, line {error.lineno}" if text.strip() else "there is nothing in it")
    except ValueError:
        garbled("it holds a number that is no figure")
    try:
        found = jmespath.search(ask["rows"], data) if ask["rows"] else data
        rows = found if isinstance(found, list) else [found]
        if found is None:
            garbled(f'rows = "{ask["rows"]}" finds nothing in it')
        paths = [jmespath.compile(path) if path else None for path in (ask["key"], ask["slot"], *ask["values"])]
        for row in rows[: MOST_ROWS + 1]:
            key, slot, *values = [path.search(row) if path else None for path in paths]
            yield key, slot, values
    except JMESPathError as error:
        garbled(f"it cannot be searched: {str(error).splitlines()[0]}")


# -- CSV


def _csv(text: str, ask: dict[str, Any]) -> Iterator[Row]:
    import csv
    import io

    csv.field_size_limit(LONGEST_WORD * 50)
    first = text.partition("\n")[0][: MOST_COLUMNS * 100]
    # What separates the names of the columns most often separates everything.
    delimiter = max(_DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(lines, [])]
        places = [_column(header, name) if name else None for name in (ask["key"], ask["slot"], *ask["values"])]
        for line in lines:
            if any(cell.strip() for cell in line):
                cells = [None if place is None else _cell(line, place, delimiter) for place in places]
                yield cells[0], cells[1], cells[2:]
    except csv.Error as error:
        garbled(f"not CSV: {error}, line {lines.line_num}")


def _column(header: Sequence[str], name: str) -> int:
    folded = [each.casefold() for each in header]
    if not any(folded):
        garbled("there is nothing in it")
    if folded.count(name.casefold()) != 1:
        what = "no column" if name.casefold() not in folded else "more than one column"
        garbled(f'there is {what} "{name}"; it has {", ".join(each[:40] for each in header[:12])}')
    return folded.index(name.casefold())


def _cell(line: Sequence[str], place: int, delimiter: str) -> str | None:
    if place >= len(line):
        return None
    cell = line[place].strip()
    # Where commas do not separate cells they separate decimals.
    return cell.replace(",", ".") if delimiter != "," and cell.count(",") == 1 and _is_digits(cell) else cell


def _is_digits(cell: str) -> bool:
    return cell.lstrip("-").replace(",", "").replace(" ", "").rstrip("%").isdigit()


# -- SQLite


def _sqlite(ask: dict[str, Any]) -> Iterator[Row]:
    import sqlite3
    import time
    from pathlib import Path

    path = Path(ask["path"])
    if not path.is_file():
        raise Unreadable("OFFLINE", f"there is no file {path}")
    end = time.monotonic() + ask["seconds"]
    try:
        base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=min(5.0, ask["seconds"]))
        base.execute("PRAGMA query_only = ON")
        base.set_authorizer(_reads_only)
        base.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        found = base.execute(ask["query"])
        if found.description is None:
            garbled("the query gives no rows")
        header = [column[0] for column in found.description]
        places = [_column(header, name) if name else None for name in (ask["key"], ask["slot"], *ask["values"])]
        for line in found:
            cells = [None if place is None else line[place] for place in places]
            yield cells[0], cells[1], cells[2:]
    except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
        if "interrupted" in str(error):
            raise Unreadable("FAILED", f"the query was stopped after {ask['seconds']:g} s") from None
        word = "FAILED" if isinstance(error, sqlite3.Error) else "GARBLED"
        raise Unreadable(word, f"{path}: {str(error).splitlines()[0]}") from None


def _reads_only(action: int, *_: object) -> int:
    import sqlite3

    # Other files, settings of the database and anything that writes are none of a query's business.
    allowed = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
    return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY


# -- what leaves


def _answered(rows: Iterator[Row]) -> list[tuple[str | None, str | float | None, list[int | float | None]]]:
    found: list[tuple[str | None, str | float | None, list[int | float | None]]] = []
    for key, slot, values in rows:
        if len(found) >= MOST_ROWS:
            garbled(f"it has more than {MOST_ROWS} rows")
        found.append((_word(key), _slot(slot), [_number(value) for value in values]))
    return found


def _word(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int) and abs(value) > LARGEST**2:
        return None
    return str(value).strip()[:LONGEST_WORD] or None


def _slot(value: Any) -> str | float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return _word(value)


def _number(value: Any) -> int | float | None:
    if isinstance(value, str):
        value = _number_of(value[:40].strip().removesuffix("%").replace(" ", "").replace("\u00a0", ""))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= LARGEST and math.isfinite(value) else None


def _number_of(text: str) -> int | float | None:
    if not text.isascii() or "_" in text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


if __name__ == "__main__":
    sys.exit(main())
