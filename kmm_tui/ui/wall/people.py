"""The agents of a team on its own screen: where they are, for how long, and with how much work."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, split_graphemes

from kmm_tui.board.agents import by_state, in_state_since
from kmm_tui.board.figure_text import figure_text
from kmm_tui.board.insight import severity_of_time
from kmm_tui.board.rows import AgentRow
from kmm_tui.board.severity import Severity
from kmm_tui.board.wall import Names
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.agent_table import agent_rank, level_sign, state_cell
from kmm_tui.ui.cells import clean, fit
from kmm_tui.ui.columns import Cell, Span, fit_cell
from kmm_tui.ui.levels import ROLES
from kmm_tui.ui.lines import Line
from kmm_tui.ui.roles import Role

SIGN, STATE, FOR, WORK = 2, 16, 5, 5
NAMES = {Names.OFF: 0, Names.INITIALS: 6, Names.FULL: 20}
GAP = 4
"""Blank cells between two columns of agents."""


def initials(name: str) -> str:
    """Of at most three words of a name: ``MK`` of Marta Kowalczyk."""
    words = clean(name).replace(".", " ").split()
    firsts = [word[slice(*split_graphemes(word)[0][0][:2])] for word in words if any(each.isalnum() for each in word)]
    return "".join(first.upper() for first in ([*firsts[:2], firsts[-1]] if len(firsts) > 3 else firsts))


def people(rows: Sequence[AgentRow], names: Names, width: int, height: int, now_ms: int, *, stale: bool) -> list[Line]:
    """The agents in columns of `width` x `height` cells, those first whom somebody has to look at.

    `now_ms` is epoch ms; `stale` takes the colour out of all of it. Times are in minutes: a wall is not for seconds.
    """
    if height < 2 or not rows:
        return []
    size = SIGN + NAMES[names] + STATE + FOR + WORK
    columns = max(1, (width + GAP) // (size + GAP))
    lines = height - 1
    ordered = sorted(rows, key=lambda row: (-agent_rank(row, now_ms), by_state(row.agent)))
    # Those who do not fit are counted, in a line of their own.
    room = columns * lines
    left = len(ordered) - room
    if left > 0:
        lines -= 1
        ordered = ordered[: columns * lines]
        left = len(rows) - len(ordered)
    used = min(columns, -(-len(ordered) // lines)) if lines else 0
    head = [_head(names)] * used
    blocks = [ordered[first : first + lines] for first in range(0, len(ordered), lines)] if lines else []
    found = [_joined(head, size)]
    found += [
        _joined([_agent(block[y], names, now_ms, stale) for block in blocks if y < len(block)], size)
        for y in range(lines)
    ]
    while found and not found[-1]:
        found.pop()
    if left > 0:
        found.append(((f"+{left} more", "dim"),))
    return found


def _head(names: Names) -> list[Span]:
    name = fit("agent", NAMES[names]) if NAMES[names] else ""
    return [(f"{' ' * SIGN}{name}{fit('state', STATE)}{fit('for', FOR, 'right')}{fit('work', WORK, 'right')}", "dim")]


def _agent(row: AgentRow, names: Names, now_ms: int, stale: bool) -> list[Span]:
    agent = row.agent
    named = ""
    if names is Names.FULL:
        named = agent.name or f"agent {agent.key}"
    elif names is Names.INITIALS:
        named = initials(agent.name or "") or "–"
    since = in_state_since(agent)
    spent = None if since is None else max(0, now_ms - since)
    over = Severity.CALM if spent is None or row.limit is None else severity_of_time(spent, row.limit)
    work = BY_NAME["assigned_conversations"]
    quiet: Role = "stale" if stale else "value"
    sign, role = level_sign(row, now_ms)
    spans: list[Span] = [(f"{sign} ", "stale" if stale else role)]
    if NAMES[names]:
        spans += _fitted((named, quiet), NAMES[names])
    state = state_cell(agent)
    spans += _fitted(_without_colour(state) if stale else state, STATE)
    spans += _fitted((minutes_text(spent), "stale" if stale else ROLES[over]), FOR, right=True)
    spans += _fitted((figure_text(row.get(work), work), quiet), WORK, right=True)
    return spans


def minutes_text(ms: int | None) -> str:
    """A time in state in minutes, hours or days: ``<1m``, ``31m``, ``2h05``, ``3d``."""
    if ms is None:
        return "?"
    minutes = ms // 60_000
    if minutes < 1:
        return "<1m"
    if minutes < 60:
        return f"{minutes}m"
    if minutes < 600:
        return f"{minutes // 60}h{minutes % 60:02}"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{min(999, minutes // 1440)}d"


def _without_colour(cell: Cell) -> Cell:
    if isinstance(cell, str) or isinstance(cell[0], str):
        return (cell if isinstance(cell, str) else str(cell[0]), "stale")
    return tuple((str(text), "stale") for text, _ in cell)


def _fitted(cell: Cell, width: int, *, right: bool = False) -> list[Span]:
    fitted = fit_cell(cell, width, "right" if right else "left")
    return [(text, role or "value") for text, role in fitted]


def _joined(cells: Sequence[Sequence[Span]], size: int) -> Line:
    line: list[Span] = []
    for index, spans in enumerate(cells):
        if index:
            line.append((" " * (GAP + size - sum(cell_len(text) for text, _ in cells[index - 1])), "value"))
        line += spans
    return tuple(line)
