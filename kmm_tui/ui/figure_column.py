"""A column for any metric of the catalogue, or one that the board computes, in a table of scopes or of agents."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from rich.cells import cell_len

from kmm_tui.board.derived import known_metrics
from kmm_tui.board.figure import Absent, Figure, Number
from kmm_tui.board.figure_text import GONE, figure_text
from kmm_tui.board.judge import Judged
from kmm_tui.board.own import own
from kmm_tui.board.scope import Level
from kmm_tui.board.severity import Severity
from kmm_tui.metrics import Kind, Method, Metric, Unit
from kmm_tui.ui.cells import clean
from kmm_tui.ui.columns import Cell, Column, Span
from kmm_tui.ui.levels import GLYPHS, ROLES
from kmm_tui.ui.roles import Role


class FigureRow(Protocol):
    """A row that has figures, and a judgement of them."""

    @property
    def judged(self) -> Judged: ...

    def get(self, metric: Metric) -> Figure: ...

    def number(self, name: str) -> Number | None: ...

    def is_old_figure(self, metric: Metric) -> bool: ...


AnyRow = TypeVar("AnyRow", bound=FigureRow)

_GIVES_WAY = 100
_WIDTHS = {Unit.COUNT: 5, Unit.DURATION: 5, Unit.RATIO: 5, Unit.SHARE: 4, Unit.SCORE: 4}


def choosable(method: Method) -> dict[str, Metric]:
    """The metrics that a table of this method's answers can show, by name, in the order of the catalogue."""
    return {name: metric for name, metric in known_metrics().items() if method in metric.methods and metric.is_number}


Usual = tuple[tuple[str, str | None, int], ...]
"""Name of a metric, a shorter label where it is needed, and rank of need."""
_OWN_NEED = 3


def usual_of(usual: Usual, level: Level) -> Usual:
    """The usual columns of a table, with the metrics of a person's own behind them: who has set them wants them."""
    return (*usual, *((name, None, _OWN_NEED) for name in own().usual(level)))


def figure_cell(
    row: FigureRow, metric: Metric, *, strong: bool = False, stale: bool = False, gone: bool = False
) -> Cell:
    """The figure; in breach with its glyph. A zero is calm, and so it is quiet."""
    if gone:
        return (GONE, "stale")
    figure = row.get(metric)
    if row.is_old_figure(metric):
        return (GONE if isinstance(figure, Absent) else figure_text(figure, metric), "stale")
    severity = row.judged.severity_of(metric.name)
    text = figure_text(figure, metric)
    if severity in (Severity.WARN, Severity.CRITICAL) and not isinstance(figure, Absent):
        role = "stale" if stale else ROLES[severity]
        return ((f"{GLYPHS[severity]}{text}", role),)
    calm: Role = "strong" if strong else "value"
    role = "stale" if stale else "dim" if isinstance(figure, Absent) or figure == 0 else calm
    return (text, role)


Widths = Callable[[str], int]
"""How many cells the column of this key has on the screen; 0 where it is not shown."""


def named(name: Span, row: FigureRow, widths: Widths, *, stale: bool = False) -> Cell:
    """A row's `name`; at the other end of its cell the worst figure in breach, unless that has a column in view.

    Otherwise a row on a narrow screen would be in trouble, and nothing would say of what.
    """
    judged = row.judged
    if judged.worst is None or judged.severity not in (Severity.WARN, Severity.CRITICAL) or widths(judged.worst):
        return name
    metric = known_metrics()[judged.worst]
    label = metric.short.removesuffix(" %")
    room = widths("name") - cell_len(clean(name[0]))
    for words in (f"{label} {figure_text(row.get(metric), metric)}", label):
        if room >= len(words) + 2:
            return (name, (" " * (room - len(words)), "value"), (words, "stale" if stale else ROLES[judged.severity]))
    return name


def figure_column(
    metric: Metric,
    render: Callable[[AnyRow], Cell],
    *,
    label: str | None = None,
    width: int | None = None,
    priority: int = 20,
) -> Column[AnyRow]:
    """The column of `metric`. Its first cell is kept for the glyph of a breach, so that nothing shifts with one."""
    label = metric.short if label is None else label
    name = metric.name
    return Column(
        key=name,
        label=label,
        width=max(len(label), (width or _WIDTHS.get(metric.unit, 6)) + 1),
        render=render,
        align="right",
        priority=priority,
        gap=1,
        sort_value=lambda row: row.number(name),
        counted=metric.kind is Kind.BY_TIME,
    )


def counted_first(columns: Sequence[Column[AnyRow]], names: Container[str]) -> tuple[Column[AnyRow], ...]:
    """The columns with those of `names` that are of one moment giving way before all others."""
    return tuple(
        column if column.counted or column.key not in names else replace(column, priority=column.priority + _GIVES_WAY)
        for column in columns
    )


def figure_text_of(row: FigureRow, name: str) -> str:
    """The figure of a metric by name, as it is written."""
    metric = known_metrics()[name]
    return figure_text(row.get(metric), metric)
