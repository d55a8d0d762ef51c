"""What a table shows, for other programs: CSV or JSON with plain values, a row as text, files that overwrite none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure import Absent
from kmm_tui.board.freshness import Age
from kmm_tui.board.insight import time_in_state_ms
from kmm_tui.board.rows import AgentRow, ScopeRow
from kmm_tui.ui.cells import clean
from kmm_tui.ui.columns import Cell, Column
from kmm_tui.ui.detail_panel import FigureLine

MOST_NAMES = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Value = str | int | float | None


class ExportError(OSError):
    """A file that could not be written; the text says why and what to do, in one line."""


def as_csv(columns: Sequence[Column[Any]], rows: Sequence[Any], now_ms: int) -> str:
    """The rows as CSV, one column for each that has a label; figures as numbers, in ms, ratios and counts."""
    shown = _told(columns)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in shown])
    for row in rows:
        writer.writerow([_harmless(_value(column, row, now_ms)) for column in shown])
    return text.getvalue()


def as_json(columns: Sequence[Column[Any]], rows: Sequence[Any], now_ms: int) -> str:
    """The rows as a JSON list of objects; a figure that is not there is null."""
    shown = _told(columns)
    plain = [{column.key: _value(column, row, now_ms) for column in shown} for row in rows]
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def row_text(columns: Sequence[Column[Any]], row: Any, now_ms: int) -> str:
    """One row as a line of text: ``Billing · queue 14 · p90 4:12``."""
    words = []
    for column in _told(columns):
        text = _text(column, row, now_ms)
        if text:
            words.append(text if column.key in ("name", "state") else f"{column.label} {text}")
    return " · ".join(words)


def write_export(folder: Path, stem: str, form: str, text: str) -> Path:
    """Writes a new file into `folder`, readable by its user only. Raises `ExportError`."""
    path = folder / f"{stem}.{form}"
    for number in count(2):
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                path.chmod(0o600)
                file.write(text)
        except FileExistsError:
            if number > MOST_NAMES:
                raise ExportError(f"{folder} is full of exports of this moment") from None
            path = folder / f"{stem}-{number}.{form}"
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ExportError(f"{folder.absolute()} cannot be written to ({reason}): start in another folder") from None
        else:
            break
    return path


def _told(columns: Sequence[Column[Any]]) -> list[Column[Any]]:
    return [column for column in columns if column.label]


def _value(column: Column[Any], row: Any, now_ms: int) -> Value:
    if isinstance(row, AgentRow) and column.key == "for":
        return time_in_state_ms(row.agent, now_ms)
    metric = row.metric if isinstance(row, FigureLine) and column.key == "value" else metric_named(column.key)
    if metric is None:
        return _text(column, row, now_ms)
    # What is too old to be shown is too old for a file.
    gone = isinstance(row, ScopeRow) and row.age in (Age.GONE, Age.AWAITED)
    figure = Absent.NOT_ANSWERED if gone else row.get(metric)
    return None if isinstance(figure, Absent) else figure


def _text(column: Column[Any], row: Any, now_ms: int) -> str:
    cell = column.render(row) if column.render is not None else column.ticking(row, now_ms) if column.ticking else ""
    return clean(_joined(cell)).strip()


def _joined(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if cell and isinstance(cell[0], str):
        return cell[0]
    return "".join(span[0] for span in cell)


def _harmless(value: Value) -> Value:
    """A name from the network that a spreadsheet would take for a formula is text to it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
