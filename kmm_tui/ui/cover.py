"""Who could cover a skill or group, over the board: those of its agents who are away, and those online with room."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

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


class Found(NamedTuple):
    """Who could cover, at which moment (epoch ms) times in state are told, and whether it is too old to rely on."""

    cover: Cover
    now_ms: int
    is_old: bool


class CoverTitle(RoleLines):
    """What is missing, and where."""

    DEFAULT_CSS = """
    CoverTitle { height: 3; background: $kmm-surface; }
    """

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = label
        self._found: Found | None = None

    def update_found(self, found: Found | None) -> None:
        """Shows what is known by now."""
        self._found = found
        self.show()

    def lines(self, width: int) -> list[Line]:  # noqa: ARG002 - cut by its base
        title: Line = [("WHO COULD COVER", "strong"), (f" · {self._label}", "value")]
        if self._found is None:
            return [title, [("what was known is too old to be shown", "warn")]]
        found = self._found.cover
        waiting = "?" if found.waiting is None else str(found.waiting)
        free = "?" if found.free is None else str(found.free)
        need: Span = ("more wait than there is room for", "warn") if found.needed else ("there is room for all", "dim")
        if found.needed is None:
            need = ("whether there is room is not known", "dim")
        if self._found.is_old:
            title = [*title, ("   STALE: as of the last answer", "warn")]
        return [
            title,
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

    def __init__(self, label: str, find: Callable[[], Found | None]) -> None:
        """`find` tells what is known by now; None once it is too old to be shown."""
        super().__init__()
        self._find = find
        self._title = CoverTitle(label)
        self._table: LineTable[Agent] = LineTable(COLUMNS, empty="none of its agents is away or has room")

    def compose(self) -> ComposeResult:
        """The title and the list."""
        with Vertical():
            yield self._title
            yield self._table

    def on_mount(self) -> None:
        """The list has the keyboard."""
        self.renew()
        self._table.focus()

    def renew(self) -> None:
        """Those who could by now, in the order in which one would ask them."""
        found = self._find()
        self._title.update_found(found)
        if found is not None:
            self._table.tick(found.now_ms)
        self._table.dim = found is None or found.is_old
        agents = [*found.cover.away, *found.cover.room] if found else []
        self._table.set_rows([(agent.key, agent) for agent in agents])

    def on_line_table_row_selected(self, event: LineTable.RowSelected) -> None:
        """Goes to the agent."""
        event.stop()
        self.dismiss(event.key)
