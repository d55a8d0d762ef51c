"""Tables for people, CSV and JSON for programs. Everything here ends in text that is ready to be written."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import UTC, datetime, tzinfo
from typing import Any

from kmm_tui.board.figure import Absent, Figure
from kmm_tui.board.figure_text import figure_text
from kmm_tui.metrics import Metric, Unit
from kmm_tui.output.rows import Grid

_MOMENTS = ("since", "timestamp")


def as_json(data: dict[str, Any]) -> str:
    """Indented JSON. A figure that has no value is null."""
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_csv(grid: Grid) -> str:
    """CSV with a header of response fields; figures as the API sends them, an empty field where there is none."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*grid.heads, *(metric.field for metric in grid.metrics)])
    for texts, figures in grid.rows:
        numbers = (None if isinstance(figure, Absent) else figure for figure in figures)
        writer.writerow(["" if cell is None else cell for cell in (*texts, *numbers)])
    return out.getvalue()


def as_table(grid: Grid, tz: tzinfo | None = None) -> str:
    """Aligned columns with figures as people read them: durations as m:ss, ratios in percent, moments in local time."""
    heads = [*grid.heads, *(metric.short for metric in grid.metrics)]
    lines = [heads]
    for texts, figures in grid.rows:
        shown = [_text(head, cell, tz) for head, cell in zip(grid.heads, texts, strict=True)]
        lines.append([*shown, *(_figure(value, metric) for value, metric in zip(figures, grid.metrics, strict=True))])
    widths = [max(cell_width(line[column]) for line in lines) for column in range(len(heads))]
    left = len(grid.heads)
    return "".join(
        "  ".join(
            pad(cell, width, right=column >= left)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )


def _text(head: str, cell: str | int | None, tz: tzinfo | None) -> str:
    if cell is None:
        return "–"
    if head in _MOMENTS and isinstance(cell, int):
        try:
            return f"{datetime.fromtimestamp(cell / 1000, UTC).astimezone(tz):%Y-%m-%d %H:%M:%S}"
        except (OverflowError, ValueError, OSError):
            return "?"
    return str(cell)


def _figure(value: Figure | None, metric: Metric) -> str:
    if value is None:
        return str((Absent.NOT_ANSWERED if metric.unit is Unit.COUNT else Absent.NOT_APPLICABLE).value)
    return figure_text(value, metric)


def cell_width(text: str) -> int:
    """Terminal cells of `text`: wide characters take two, combining marks none.

    >>> cell_width("山田"), cell_width("e\\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int, *, right: bool) -> str:
    """`text` padded to `width` cells, on the left if it is to stand on the right."""
    blanks = " " * max(0, width - cell_width(text))
    return blanks + text if right else text + blanks
