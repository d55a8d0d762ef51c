"""One agent: the state and its history in the window, skills, and every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from rich.cells import cell_len
from textual.app import ComposeResult

from kmm_tui.api.window import ceil_minute, floor_minute
from kmm_tui.board.board import Board
from kmm_tui.board.derived import known_metrics
from kmm_tui.board.figure import Absent, Figure, Number
from kmm_tui.board.figure_text import GONE, clock_text, percent_text
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.insight import time_in_state_ms
from kmm_tui.board.judge import Judged
from kmm_tui.board.limit_text import limit_text
from kmm_tui.board.rows import AgentRow
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import AgentDetail
from kmm_tui.board.state import agent_topic
from kmm_tui.metrics import Kind, Method, Metric
from kmm_tui.ui.agent_table import STATES, agent_severity, state_cell
from kmm_tui.ui.agents_panel import moment
from kmm_tui.ui.bars import bar, stacked
from kmm_tui.ui.cells import clean
from kmm_tui.ui.columns import Cell, Column, Span
from kmm_tui.ui.figure_column import choosable, figure_cell
from kmm_tui.ui.header import local_time
from kmm_tui.ui.levels import ROLES, glyph
from kmm_tui.ui.lines import Line, Name, RoleLines
from kmm_tui.ui.roles import Role
from kmm_tui.ui.scope_panel import absence
from kmm_tui.ui.table_panel import TablePanel

HISTORY_CELLS = 60
BAR_CELLS = 16
LEAST_BAR = 4
"""Shorter ones tell nothing."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure of the agent, as a row."""

    metric: Metric
    row: AgentRow
    limit: str
    is_old: bool

    @property
    def judged(self) -> Judged:
        """The judgement of the agent's figures."""
        return self.row.judged

    def get(self, metric: Metric) -> Figure:
        """A figure of the agent."""
        return self.row.get(metric)

    def number(self, name: str) -> Number | None:
        """A figure of the agent, for sorting."""
        return self.row.number(name)

    def is_old_figure(self, metric: Metric) -> bool:
        """Whether this one is of a source that has long been silent."""
        return self.row.is_old_figure(metric)


def _order(line: FigureLine) -> Number | None:
    return line.row.number(line.metric.name)


_PLACES = {metric.name: place for place, metric in enumerate(known_metrics().values())}


def _place(line: FigureLine) -> tuple[bool, int]:
    """In the order of the catalogue, what is so now first."""
    return line.metric.kind is not Kind.CURRENT, _PLACES.get(line.metric.name, len(_PLACES))


def _when(line: FigureLine) -> Span:
    return ("now" if line.metric.kind is Kind.CURRENT else "in window", "dim")


COLUMNS: tuple[Column[FigureLine], ...] = (
    Column("level", "", 1, render=lambda line: glyph(line.judged.severity_of(line.metric.name), stale=line.is_old)),
    Column("name", "figure", 22, render=lambda line: (line.metric.label, "value"), gap=1,
           sort_value=_place),
    Column("value", "value", 8, align="right", sort_value=_order,
           render=lambda line: figure_cell(line, line.metric, strong=True, stale=line.is_old)),
    Column("when", "", 9, render=_when, priority=1),
    Column("limit", "limits", 15, render=lambda line: (line.limit, "dim"), priority=2),
    Column("meaning", "what it is", 20, render=lambda line: (line.metric.meaning, "dim"), max_width=110, priority=3),
)  # fmt: skip


class AgentLines(RoleLines):
    """Who it is, the state against its limit, and how the window was spent."""

    DEFAULT_CSS = """
    AgentLines { height: 7; margin: 0 0 1 0; }
    """

    def __init__(self) -> None:
        super().__init__(id="agent-lines")
        self._row: AgentRow | None = None
        self._detail: AgentDetail | None = None
        self._now_ms = 0
        self._tz: tzinfo | None = None

    def update_agent(self, row: AgentRow | None, detail: AgentDetail | None, now_ms: int, tz: tzinfo | None) -> None:
        """Shows what is known at `now_ms`."""
        self._row, self._detail, self._now_ms, self._tz = row, detail, now_ms, tz
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        row = self._row
        if row is None:
            return []
        return [_state_line(row, self._now_ms, width), _home_line(row), _skills_line(row), [],
                *_history(self._detail, width, self._tz)]  # fmt: skip


def _state_line(row: AgentRow, now_ms: int, width: int) -> Line:
    """The state, its time against the limit, and what is left behind; the bar gives way to that where room is short."""
    agent, spent = row.agent, time_in_state_ms(row.agent, now_ms)
    role = ROLES[agent_severity(row, now_ms)]
    state: list[Span] = [(" ", "value"), *_spans(state_cell(agent))]
    times: list[Span] = [] if spent is None else [(f"  {clock_text(spent)}", role)]
    limit: list[Span] = [] if row.limit is None or spent is None else [(f" of {clock_text(row.limit)}", "dim")]
    work: list[Span] = []
    if row.has_work:
        assigned = row.number("assigned_conversations")
        work.append(
            (f"   ! away with work: {assigned:.0f} assigned" if assigned is not None else "   ! with work", role)
        )
    room = width - sum(cell_len(clean(text)) for text, _ in (*state, *times, *limit, *work)) - 2
    if limit and spent is not None and row.limit and room >= LEAST_BAR:
        limit.insert(0, (f"  {bar(spent / row.limit, min(BAR_CELLS, room))}", "dim" if role == "value" else role))
    return [*state, *times, *limit, *work]


def _home_line(row: AgentRow) -> Line:
    agent = row.agent
    slots = "" if agent.slots is None else f"   slots {agent.slots}"
    return [(" group ", "dim"), (agent.group_name or agent.group_id or "–", "value"), ("   id ", "dim"),
            (agent.key, "value"), (slots, "dim")]  # fmt: skip


def _skills_line(row: AgentRow) -> Line:
    skills = ", ".join(skill.name or f"skill {skill.key}" for skill in row.agent.skills)
    return [(" skills ", "dim"), (skills or "none", "value")]


def _history(detail: AgentDetail | None, width: int, tz: tzinfo | None) -> list[Line]:
    """The bar of the window, and what its parts are."""
    if detail is None:
        return [[(" time in each state: waiting for the answer", "dim")]]
    parts = [each for each in (detail.reasons or detail.states) if each.duration > 0]
    total = sum(each.duration for each in parts)
    ends = floor_minute(detail.window.start), ceil_minute(detail.window.end)
    start, end = (local_time(each, tz, "%H:%M") for each in ends)
    if not total:
        return [[(f" {start}–{end}  no time in any state is told", "dim")]]
    looks = [STATES.get(each.state, ("?", each.state.lower(), "dim")) for each in parts]
    cells = max(10, min(HISTORY_CELLS, width - 16))
    shares = [(each.duration / total, role, sign) for each, (sign, _, role) in zip(parts, looks, strict=True)]
    legend = [
        [(f" {sign} {each.reason or word} ", role),
         (f"{clock_text(each.duration)} {percent_text(each.duration / total)}  ", "value")]
        for each, (sign, word, role) in zip(parts, looks, strict=True)
    ]  # fmt: skip
    return [[(f" {start}–{end} ", "dim"), *_spans(stacked(shares, cells))], *_on_two_lines(legend, width)]


def _on_two_lines(entries: Sequence[list[Span]], width: int) -> list[Line]:
    """The entries on one line, or on two where they do not fit; what does not fit even so is cut with `…`."""
    first: list[Span] = []
    used = 0
    for index, entry in enumerate(entries):
        size = cell_len(clean("".join(text for text, _ in entry)).rstrip())
        if index and used + size > width:
            return [first, [span for each in entries[index:] for span in each]]
        first += entry
        used += sum(cell_len(clean(text)) for text, _ in entry)
    return [first]


def _spans(cell: Cell) -> tuple[Span, ...]:
    if isinstance(cell, str):
        return ((cell, "value"),)
    return (cell,) if cell and isinstance(cell[0], str) else cell


class DetailPanel(TablePanel[FigureLine]):
    """The agent of the id `key`."""

    def __init__(self, tz: tzinfo | None) -> None:
        super().__init__(
            COLUMNS,
            lambda line: line.metric.name,
            ("name", False),
            name="agent",
            empty="no figure of this agent is known",
            rank=lambda line: int(line.judged.severity_of(line.metric.name)),
            words=lambda line: (line.metric.label, line.metric.name),
        )
        self.head = AgentLines()
        self.key = ""
        self._tz = tz
        self._catalogue = tuple(choosable(Method.AGENT_VIEW).values())

    def compose(self) -> ComposeResult:
        yield self.title
        yield self.head
        yield self.table
        yield self.filter_bar

    def freshness(self, board: Board, now: float) -> Freshness:
        """How fresh what is known of the agent is."""
        return board.freshness(agent_topic(self.key), now)

    def update_agent(self, board: Board, key: str, now: float) -> None:
        """Shows the agent of this id."""
        self.key = key
        row, detail, fresh = board.detail_row(self.key), board.detail(key), self.freshness(board, now)
        old = fresh.age in (Age.STALE, Age.GONE)
        self.table.dim = old
        if detail is not None and detail.agent is None:
            self.tell_absence("this agent is not logged in any more")
        elif fresh.age is Age.GONE:
            self.tell_absence(f"{GONE}  what was known of this agent is too old to be shown")
        elif row is None:
            self.tell_absence(absence(fresh))
        else:
            self.tell_absence(None)
        shown = [metric for metric in self._catalogue if row and row.get(metric) is not Absent.NOT_ASKED]
        self.put([FigureLine(metric, row, self._limit(board, metric, row), old) for metric in shown] if row else [])
        self.tick(board, now)

    def tick(self, board: Board, now: float) -> None:
        """Moves the time in state on."""
        self.head.update_agent(board.detail_row(self.key), board.detail(self.key), moment(board, now), self._tz)

    def title_words(self, board: Board) -> list[Span]:
        """Who it is."""
        row = board.detail_row(self.key)
        role: Role = "strong"
        name = Name((row.agent.name or row.key) if row else self.key)
        return [("AGENT", "strong"), (" ", role), (name, role), *self.filter_words()]

    @staticmethod
    def _limit(board: Board, metric: Metric, row: AgentRow) -> str:
        limit = board.judge.limit_for(metric.name, Scope(Level.AGENT, row.key), row.agent.name)
        return "" if limit is None else limit_text(limit)
