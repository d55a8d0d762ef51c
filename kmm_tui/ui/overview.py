"""The overview: the strip, the tables of skills, groups and agents, and the trend, drawn from what the board knows."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from kmm_tui.api.window import format_duration
from kmm_tui.board.agents import count_states
from kmm_tui.board.board import EVERYTHING, Board, ScopeRow
from kmm_tui.board.figure_text import GONE
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.meter import Reading
from kmm_tui.board.scope import ACCOUNT, Level
from kmm_tui.board.snapshot import Agent
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND
from kmm_tui.ui.agent_table import AGENT_COLUMNS, AGENT_SORT, STATES, agent_key
from kmm_tui.ui.columns import Span
from kmm_tui.ui.header import About, TitleBar, TroubleLine, truth
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.meter import MeterLine
from kmm_tui.ui.panel import Panel, TablePanel
from kmm_tui.ui.scope_table import SCOPE_SORT, row_key, scope_columns
from kmm_tui.ui.strip import FigureStrip, strip_text
from kmm_tui.ui.trend_panel import TrendPanel

LEAST_WIDTH, LEAST_HEIGHT = 60, 20
"""Below this a sentence stands in place of the board."""


class Overview(Screen[None]):
    """Everything at a glance. Where not all fits, keys bring up what is behind."""

    class SubgroupsToggled(Message):
        """The person wants each group's figures with those of its sub-groups, or without."""

        def __init__(self, include: bool) -> None:
            super().__init__()
            self.include = include

    class Looked(Message):
        """Other parts of the board are on the screen than before."""

        def __init__(self, levels: frozenset[Level], agents: bool, trend: bool) -> None:
            super().__init__()
            self.levels, self.agents, self.trend = levels, agents, trend

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - the base's own kind of attribute
        (0, "-w-tiny"),
        (LEAST_WIDTH, "-w-narrow"),
        (110, "-w-medium"),
        (170, "-w-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-h-tiny"),
        (LEAST_HEIGHT, "-h-short"),
        (32, "-h-tall"),
        (48, "-h-high"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("2", "front('skills')", "Skills", id="overview.skills"),
        Binding("3", "front('groups')", "Groups", id="overview.groups"),
        Binding("4", "front('agents')", "Agents", id="overview.agents"),
        Binding("5", "front('trend')", "Trend", id="overview.trend"),
        Binding("g", "subgroups", "Sub-groups", id="overview.subgroups"),
        Binding("o", "order", "Order", id="overview.sort"),
        Binding("O", "reverse", "Reverse", show=False, id="overview.reverse"),
        Binding("escape", "everything", "Whole account", show=False, id="overview.everything"),
    ]
    DEFAULT_CSS = """
    Overview {
        background: $kmm-ground; color: $kmm-text; layout: vertical; overflow: hidden;
        #upper { height: 1fr; layout: vertical; }
        #lower { height: 1fr; layout: vertical; }
        #upper > Panel, #lower > Panel, #small { display: none; }
        #small { padding: 1 2; }
        &.-front-skills #skills-panel, &.-front-groups #groups-panel { display: block; }
        &.-front-agents #agents-panel, &.-front-trend #trend-panel { display: block; }
        &.-h-tall #lower > Panel, &.-h-high #lower > Panel, &.-h-high #upper > Panel { display: block; }
        &.-h-tall #lower, &.-h-high #lower, #trend-panel, &.-h-high #groups-panel { margin-top: 1; }
        &.-h-tall #trend-panel { height: 8; }
        &.-h-high #trend-panel { height: 12; }
        &.-h-short #trend-panel, &.-h-short #lower { margin-top: 0; }
        &.-w-wide #upper, &.-w-wide #lower { layout: horizontal; }
        &.-w-wide #upper > Panel, &.-w-wide #lower > Panel { display: block; height: 1fr; margin-top: 0; }
        &.-h-short FigureStrip { margin: 0; }
        &.-h-short #upper { height: 5fr; }
        &.-h-short #lower { height: 4fr; }
        &.-w-tiny > *, &.-h-tiny > * { display: none; }
        &.-w-tiny > #small, &.-h-tiny > #small { display: block; }
        #bottom { height: 1; dock: bottom; }
        Footer { dock: none; width: 1fr; background: $kmm-surface; }
        &.-w-narrow MeterLine { display: none; }
    }
    """

    def __init__(self, board: Board, about: About, tz: tzinfo | None) -> None:
        super().__init__()
        self._board = board
        self._now = 0.0
        self._note = ""
        self._scope = ACCOUNT
        self._title = TitleBar(about, tz)
        self._strip = FigureStrip(format_duration(about.window))
        self._trouble = TroubleLine()
        self._meter = MeterLine()
        self._looked: tuple[frozenset[Level], bool, bool] | None = None
        self._skills = TablePanel(
            scope_columns("skill"), row_key, SCOPE_SORT, name="skills", empty="this account has no skills"
        )
        self._groups = TablePanel(
            scope_columns("agent group"), row_key, SCOPE_SORT, name="groups", empty="this account has no agent groups"
        )
        self._agents = TablePanel(AGENT_COLUMNS, agent_key, AGENT_SORT, name="agents", empty="nobody is logged in")
        self._trend = TrendPanel(tz)
        self._scopes = {Level.SKILL: self._skills, Level.GROUP: self._groups}
        self._chosen = self._skills
        self.subgroups = False

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._strip
        yield self._trouble
        with Container(id="upper"):
            yield self._skills
            yield self._groups
        with Container(id="lower"):
            yield self._agents
            yield self._trend
        yield Static(id="small", markup=False)
        with Horizontal(id="bottom"):
            yield Footer(show_command_palette=False, compact=True)
            yield self._meter

    def on_mount(self) -> None:
        """The skills have the keyboard first."""
        self.add_class("-front-skills", "-front-agents")
        self._skills.table.focus()

    # -- what is new

    def update_board(self, now: float, note: str = "") -> None:
        """Shows what the board knows at `now`, epoch seconds. `note` is told while there is no trouble to tell."""
        self._now, self._note = now, note
        with self.app.batch_update():
            account = self._board.account_row(now)
            self._strip.update_row(account)
            for level in self._scopes:
                self._update_scopes(level, account)
            self._update_agents()
            self._trend.update_trend(self._board.trend(), self._board.freshness(TREND, now))
        self.tick(now)

    def update_meter(self, reading: Reading) -> None:
        """Shows what asking costs."""
        self._meter.update_reading(reading)

    def distrust(self) -> None:
        """Says at the top that what is below could not be drawn."""
        self._title.distrust()

    def tick(self, now: float) -> None:
        """Moves ages, times in state and freshness on to `now`, epoch seconds."""
        if int(now) != int(self._now) and self._aged(self._now) != self._aged(now):
            # Something has just become late or stale: its figures have to look it.
            self.update_board(now, self._note)
            return
        self._now = now
        board = self._board
        overall, account, state = board.overall(now), board.account(), board.state(ACCOUNT_FIGURES)
        window, taken_at = (account.window, account.taken_at) if account else (None, None)
        self._title.update_truth(now, overall, window, taken_at, state.next_try if state else None)
        self._trouble.update_trouble(overall, self._note)
        self._agents.table.tick(self._agents_now(now))
        self._update_titles(now)
        if self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT:
            self._update_small()

    def _agents_now(self, now: float) -> int:
        """The moment (epoch ms) that times in state are told for: who knows what stale agents are doing by now."""
        roster = self._board.roster()
        stale = self._board.freshness(AGENTS, now).age in (Age.STALE, Age.GONE)
        return roster.taken_at if roster and stale else int(now * 1000)

    def _aged(self, now: float) -> list[Age]:
        board = self._board
        return [
            board.freshness(ACCOUNT_FIGURES, now).age,
            board.freshness(AGENTS, now).age,
            board.freshness(TREND, now).age,
            *(row.age for level in self._scopes for row in board.rows(level, now)),
        ]

    def _update_scopes(self, level: Level, account: ScopeRow | None) -> None:
        panel = self._scopes[level]
        rows = self._board.rows(level, self._now)
        panel.put(rows, [account] if rows and account else [])
        waiting = self._board.state(LISTS[level]) is None or not self._board.listed(level)
        panel.table.message = _absence(self._board.section(level, self._now)) if waiting and not rows else None

    def _update_agents(self) -> None:
        fresh = self._board.freshness(AGENTS, self._now)
        agents = self._board.agents_of(self._scope)
        table = self._agents.table
        table.dim = fresh.age in (Age.STALE, Age.GONE)
        if self._board.roster() is None:
            table.message = _briefly(fresh)
        elif fresh.age is Age.GONE:
            table.message = f"{GONE}  the last list of agents is too old to be shown"
        elif not agents:
            table.message = f"nobody of {self._board.label(self._scope)} is logged in"
        else:
            table.message = None
        self._agents.put(agents)

    def _update_titles(self, now: float) -> None:
        board = self._board
        overall = board.overall(now)
        for level, panel in self._scopes.items():
            count = len(board.rows(level, now))
            words: list[Span] = [("SKILLS" if level is Level.SKILL else "AGENT GROUPS", "strong"), (f" {count}", "dim")]
            if level is Level.GROUP and self.subgroups:
                words.append((" with sub-groups", "accent"))
            panel.title.update_title([*words, *self._behind(panel)], board.section(level, now), overall, now)
        words = [("AGENTS", "strong"), *self._agent_counts(), *self._behind(self._agents)]
        self._agents.title.update_title(words, board.freshness(AGENTS, now), overall, now)
        words = [("TREND", "strong"), (f" {self._trend.subject}", "dim"), *self._behind(self._trend)]
        self._trend.title.update_title(words, board.freshness(TREND, now), overall, now)

    def _agent_counts(self) -> list[Span]:
        agents = self._board.agents_of(self._scope)
        of: list[Span] = [(f" of {self._board.label(self._scope)}", "dim")]
        age = self._board.freshness(AGENTS, self._now).age
        if not agents or age is Age.GONE:
            return of
        count = count_states(agents)
        of += [(f" {count.total}", "dim"), ("  ", "dim")]
        for number, state in ((count.online, "ONLINE"), (count.away, "AWAY"), (count.back_soon, "BACK_SOON")):
            glyph, word, role = STATES[state]
            of.append((f" {glyph} {number} {word} ", "stale" if age is Age.STALE else role))
        return [*of, (f" {count.other} other", "dim")] if count.other else of

    def _behind(self, panel: Panel) -> list[Span]:
        """A hint at the panel that this one covers."""
        hints: dict[Panel, tuple[Panel, str, str]] = {
            self._skills: (self._groups, "3", "groups"),
            self._groups: (self._skills, "2", "skills"),
            self._agents: (self._trend, "5", "trend"),
            self._trend: (self._agents, "4", "agents"),
        }
        other, key, what = hints[panel]
        return [] if other.display else [("   ", "dim"), (key, "accent"), (f" {what}", "dim")]

    def _laid_out(self) -> None:
        """What covers what may have changed: the titles hint at it, and only what can be seen is asked for."""
        self._update_titles(self._now)
        levels = frozenset(level for level, panel in self._scopes.items() if panel.display)
        looked = (levels, self._agents.display, self._trend.display)
        if looked != self._looked:
            self._looked = looked
            self.post_message(self.Looked(*looked))

    def _update_small(self) -> None:
        size = (
            f"kmm-tui needs {LEAST_WIDTH} x {LEAST_HEIGHT}, this terminal has {self.size.width} x {self.size.height}."
        )
        fresh = "".join(text for text, _ in truth(self._board.overall(self._now), self._now, None))
        figures = strip_text(self._board.account_row(self._now))
        # A resize may come before anything is on the screen, or when all has gone from it.
        for small in self.query("#small").results(Static):
            small.update(f"{size}\n\n{figures}\n{fresh}")

    # -- what a person does

    def on_resize(self) -> None:
        """What is covered by what depends on the size."""
        self._update_small()
        self.call_after_refresh(self._laid_out)

    def action_front(self, name: str) -> None:
        """Brings a panel up and gives it the keyboard."""
        pair = ("skills", "groups") if name in ("skills", "groups") else ("agents", "trend")
        for each in pair:
            self.set_class(each == name, f"-front-{each}")
        self.query_one(f"#{name}-panel", Panel).body.focus()
        self.call_after_refresh(self._laid_out)

    def action_subgroups(self) -> None:
        """Includes sub-groups in each group's figures, or leaves them out again."""
        self.subgroups = not self.subgroups
        self.post_message(self.SubgroupsToggled(self.subgroups))
        self.action_front("groups")

    def action_everything(self) -> None:
        """Goes back to the whole account."""
        self._chosen.table.move_cursor(EVERYTHING)

    def action_order(self) -> None:
        """Orders the table that has the keyboard by its next column."""
        self._active().sort_by_next()

    def action_reverse(self) -> None:
        """Turns the order of the table that has the keyboard around."""
        self._active().reverse()

    def _active(self) -> TablePanel[ScopeRow] | TablePanel[Agent]:
        if self.focused is self._agents.table:
            return self._agents
        return self._chosen

    @on(LineTable.RowHighlighted)
    def follow_row(self, event: LineTable.RowHighlighted) -> None:
        """The agents follow the row that is chosen."""
        if event.table is self._chosen.table:
            self._choose(self._chosen)

    def on_descendant_focus(self) -> None:
        """The table that got the keyboard is the one that the agents follow."""
        for panel in self._scopes.values():
            if self.focused is panel.table:
                self._choose(panel)

    def _choose(self, panel: TablePanel[ScopeRow]) -> None:
        self._chosen = panel
        row = panel.table.cursor_row
        scope = row.scope if row else ACCOUNT
        if scope != self._scope:
            self._scope = scope
            self._update_agents()
            self._update_titles(self._now)


def _briefly(fresh: Freshness) -> str:
    return f"{fresh.trouble.word}: no answer yet" if fresh.trouble else "waiting for the first answer"


def _absence(fresh: Freshness) -> str:
    return f"{fresh.trouble.word}: {fresh.trouble.message}" if fresh.trouble else "waiting for the first answer"
