"""The strip: the account's figures that answer in one second whether anything is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kmm_tui.board.board import ScopeRow
from kmm_tui.board.figure import Absent
from kmm_tui.board.figure_text import GONE, figure_text
from kmm_tui.board.freshness import Age
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.columns import Span, fit_cell
from kmm_tui.ui.lines import Line, RoleLines
from kmm_tui.ui.roles import Role


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the strip: its label, its value, and a line of what belongs to it. `need` 0 is shown first."""

    label: str
    metric: str
    width: int
    need: int
    below: Callable[[_Say], str]


class _Say:
    """Writes figures of one row; too old a row has no values any more."""

    def __init__(self, row: ScopeRow | None) -> None:
        self._row = row

    def __call__(self, name: str) -> str:
        if self._row is None or self._row.age is Age.GONE:
            return GONE
        return figure_text(self._row.get(BY_NAME[name]), BY_NAME[name])

    def role(self, name: str) -> Role:
        if self._row is None or self._row.age in (Age.STALE, Age.GONE):
            return "stale"
        return "dim" if isinstance(self._row.get(BY_NAME[name]), Absent) else "strong"


def _closed_by(say: _Say) -> str:
    return f"{say('closed_by_agent')} agt {say('closed_by_consumer')} con {say('auto_closed')} auto"


def tiles(window: str) -> tuple[Tile, ...]:
    """The tiles, left to right; `window` is what by-time figures are counted over, such as ``1h``."""
    return (
        Tile("IN QUEUE", "unassigned_conversations", 8, 0, lambda say: f"{say('available_slots')} free"),
        Tile("P90 WAIT", "queue_wait_time_90th_percentile", 9, 0,
             lambda say: f"p50 {say('queue_wait_time_50th_percentile')}"),
        Tile("OVERDUE", "overdue_conversations_total", 11, 0,
             lambda say: f"{say('overdue_conversations_in_queue')} in queue"),
        Tile("ONLINE", "online_agents", 15, 0,
             lambda say: f"{say('away_agents')} away {say('back_soon_agents')} soon"),
        Tile("LOAD", "agent_load", 11, 0, lambda say: f"humans {say('human_agent_load')}"),
        Tile("1ST RESP", "avg_time_to_first_response_first_assignment", 10, 4,
             lambda say: f"wait {say('avg_wait_time_first_response')}"),
        Tile("RESPONSE", "avg_time_to_response", 10, 2, lambda say: f"wait {say('avg_wait_time')}"),
        Tile(f"CLOSED {window}", "closed_conversations", 24, 3, _closed_by),
        Tile("CSAT", "csat", 4, 1, lambda _: ""),
    )  # fmt: skip


class FigureStrip(RoleLines):
    """As many tiles as the width takes, the most needed ones first, always in the same places."""

    DEFAULT_CSS = """
    FigureStrip { height: 3; margin: 1 0 0 0; }
    FigureStrip.-short { margin: 0; }
    """

    def __init__(self, window: str) -> None:
        super().__init__(id="strip")
        self._tiles = tiles(window)
        self._row: ScopeRow | None = None

    def update_row(self, row: ScopeRow | None) -> None:
        """Shows the account's figures; None while there are none."""
        self._row = row
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        shown, gap = place(self._tiles, width - 2)
        say = _Say(self._row)
        label: list[Span] = [(" ", "value")]
        value: list[Span] = [(" ", "value")]
        below: list[Span] = [(" ", "value")]
        for tile in shown:
            # Behind the last one there is nothing to keep a distance from.
            size = tile.width + (gap if tile is not shown[-1] else 0)
            label += _fixed(tile.label, "dim", size)
            value += _fixed(say(tile.metric), say.role(tile.metric), size)
            below += _fixed(tile.below(say), "stale" if say.role(tile.metric) == "stale" else "dim", size)
        return [label, value, below]


def place(all_tiles: Sequence[Tile], width: int) -> tuple[list[Tile], int]:
    """Which tiles fit, in their order, and the blank cells after each: 2 to 8."""
    chosen: list[int] = []
    used = -2
    for index in sorted(range(len(all_tiles)), key=lambda i: (all_tiles[i].need, i)):
        size = all_tiles[index].width + 2
        if used + size <= width:
            chosen.append(index)
            used += size
    shown = [all_tiles[index] for index in sorted(chosen)]
    spare = width - used
    return shown, 2 + min(6, max(0, spare // max(1, len(shown))))


def _fixed(text: str, role: Role, width: int) -> list[Span]:
    return [(piece, each or "value") for piece, each in fit_cell((text, role), width)]


def strip_text(row: ScopeRow | None) -> str:
    """The three most important figures as a sentence, for a screen too small for anything else."""
    say = _Say(row)
    return (
        f"in queue {say('unassigned_conversations')}, p90 wait {say('queue_wait_time_90th_percentile')}, "
        f"online {say('online_agents')}"
    )
