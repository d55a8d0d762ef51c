"""Who could cover a skill, over the board: those who are away and have it, and those online who have room."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from kmm_tui.board.cover import Cover
from kmm_tui.board.figure_text import clock_text
from kmm_tui.board.insight import time_in_state_ms
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.agent_table import state_cell
from kmm_tui.ui.columns import Column, Span
from kmm_tui.ui.lines import Line, RoleLines
from kmm_tui.ui.linetable import LineTable


def _number(agent: Agent, name: str) -> Span:
    value = agent.figures.number(BY_NAME[name])
    return ("–", "dim") if value is None else (f"{value:.0f}", "value" if value else "dim")


def _for(agent: Agent, now_ms: int) -> Span:
    spent = time_in_state_ms(agent, now_ms)
    return ("?", "dim") if spent is None else (clock_text(spent), "value")


COLUMNS: tuple[Column[Agent], ...] = (
    Column("name", "agent", 16, render=lambda agent: (agent.name or f"agent {agent.key}", "value"), max_width=30),
    Column("state", "state", 13, render=state_cell),
    Column("for", "for", 8, ticking=_for, align="right", gap=1),
    Column("free", "free", 4, render=lambda agent: _number(agent, "available_slots"), align="right"),
    Column("assigned", "assigned", 8, render=lambda agent: _number(agent, "assigned_conversations"), align="right"),
    Column("group", "agent group", 12, render=lambda agent: (agent.group_name or "–", "dim"), max_width=24, priority=1),
)


class CoverTitle(RoleLines):
    """What is missing, and of which skill."""

    DEFAULT_CSS = """
    CoverTitle { height: 3; background: $kmm-surface; }
    """

    def __init__(self, label: str, found: Cover) -> None:
        super().__init__()
        self._label, self._found = label, found

    def lines(self, width: int) -> list[Line]:  # noqa: ARG002 - cut by its base
        found = self._found
        waiting = "?" if found.waiting is None else str(found.waiting)
        free = "?" if found.free is None else str(found.free)
        need: Span = ("more wait than there is room for", "warn") if found.needed else ("there is room for all", "dim")
        if found.needed is None:
            need = ("whether there is room is not known", "dim")
        return [
            [("WHO COULD COVER", "strong"), (f" · {self._label}", "value")],
            [(f"{waiting} waiting, {free} free slots: ", "value"), need],
            [("away or back soon first, shortest away on top; then online with room", "dim")],
        ]


class CoverScreen(ModalScreen[str | None]):
    """A list; Enter goes to the agent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,x,q", "dismiss", "Close", id="cover.close"),
    ]
    DEFAULT_CSS = """
    CoverScreen {
        align: center middle;
        & > Vertical {
            width: 92%; max-width: 100; height: 80%; max-height: 24;
            background: $kmm-surface; color: $kmm-text; padding: 1 2;
        }
        LineTable { background: $kmm-surface; }
    }
    """

    def __init__(self, label: str, found: Cover, now_ms: int) -> None:
        super().__init__()
        self._now_ms = now_ms
        self._title = CoverTitle(label, found)
        self._agents = [*found.away, *found.room]
        self._table: LineTable[Agent] = LineTable(COLUMNS, empty="nobody who has this skill is away or has room")

    def compose(self) -> ComposeResult:
        """The title and the list."""
        with Vertical():
            yield self._title
            yield self._table

    def on_mount(self) -> None:
        """Those who could, in the order in which one would ask them."""
        self._table.tick(self._now_ms)
        self._table.set_rows([(agent.key, agent) for agent in self._agents])
        self._table.focus()

    def on_line_table_row_selected(self, event: LineTable.RowSelected) -> None:
        """Goes to the agent."""
        event.stop()
        self.dismiss(event.key)
