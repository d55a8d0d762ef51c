"""The board on the screen: the strip above, and below it the view that one is in, drawn from what the board knows."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from kmm_tui.api.window import format_duration
from kmm_tui.board.asked import AGENT_FIGURES, FIGURES
from kmm_tui.board.board import Board
from kmm_tui.board.derived import metric_named, requested
from kmm_tui.board.figure import Number
from kmm_tui.board.look import Look
from kmm_tui.board.meter import Reading
from kmm_tui.board.rows import EVERYTHING, AgentRow, ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.state import ACCOUNT_FIGURES
from kmm_tui.metrics import Method
from kmm_tui.ui.agents_panel import EVERYONE, AgentsPanel
from kmm_tui.ui.alert_table import AlertsPanel
from kmm_tui.ui.boardstyle import HORIZONTAL, LEAST_HEIGHT, LEAST_WIDTH, SCREEN_CSS, VERTICAL
from kmm_tui.ui.chips import Chips
from kmm_tui.ui.detail_panel import DetailPanel, FigureLine
from kmm_tui.ui.header import About, TitleBar, TroubleLine, truth
from kmm_tui.ui.holding import age_held
from kmm_tui.ui.keyline import KeyLine
from kmm_tui.ui.lean import LeanCompositor
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.meter import MeterLine
from kmm_tui.ui.panel import Panel
from kmm_tui.ui.places import Place, Trail, View
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.scope_panel import ScopePanel
from kmm_tui.ui.strip import SPARK_CELLS, FigureStrip, strip_text
from kmm_tui.ui.titles import update_titles
from kmm_tui.ui.trend_panel import TrendPanel

SAID_FOR = 10.0
"""Seconds for which an answer to a key stands."""

AnyPanel = ScopePanel | AgentsPanel | DetailPanel | AlertsPanel


class BoardScreen(Screen[None]):
    """All views share these parts, so that cursor, order and filter of each are the same wherever it is shown."""

    class SubgroupsToggled(Message):
        """The person wants each group's figures with those of its sub-groups, or without."""

        def __init__(self, include: bool) -> None:
            super().__init__()
            self.include = include

    class Looked(Message):
        """Something else is looked at than before."""

        def __init__(self, look: Look) -> None:
            super().__init__()
            self.look = look

    HORIZONTAL_BREAKPOINTS = HORIZONTAL
    VERTICAL_BREAKPOINTS = VERTICAL
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "view('overview')", "Overview", id="view.overview"),
        Binding("2", "view('skills')", "Skills", id="view.skills"),
        Binding("3", "view('groups')", "Groups", id="view.groups"),
        Binding("4", "view('agents')", "Agents", id="view.agents"),
        Binding("5", "view('trend')", "Trends", id="view.trends"),
        Binding("6", "view('alerts')", "Alerts", id="view.alerts"),
        Binding("escape", "back", "Back", show=False, id="view.back"),
        Binding("w", "app.wall", "Wall", show=False, id="view.wall", tooltip="the wall: large figures, page by page"),
    ]
    DEFAULT_CSS = SCREEN_CSS
    has_alerts = False
    """Whether there is a view of alerts."""

    def __init__(self, board: Board, about: About, tz: tzinfo | None, prefs: Prefs) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.board = board
        self.prefs = prefs
        self.about = about
        self.tz = tz
        self.now = 0.0
        self.note = ""
        self.scope = ACCOUNT
        self.trail = Trail()
        self.title_bar = TitleBar(about, tz)
        self.strip = FigureStrip(format_duration(about.window))
        self.trouble = TroubleLine()
        self.meter = MeterLine()
        self.keys = KeyLine()
        self.skills = ScopePanel(Level.SKILL)
        self.groups = ScopePanel(Level.GROUP, prefs.parents)
        self.agents = AgentsPanel()
        self.detail = DetailPanel(tz)
        self.trend = TrendPanel(tz)
        for panel in self.tables:
            panel.pin = prefs.pin
        self._chosen = self.skills
        self._looked: Look | None = None
        self._was_small = False
        self._said = ("", 0.0)
        self.held_at = 0.0
        self._aged = (0.0, 0.0)

    @property
    def tables(self) -> tuple[AnyPanel, ...]:
        """The parts that are tables."""
        return self.skills, self.groups, self.agents, self.detail

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self.strip
        yield self.trouble
        with Container(id="upper"):
            yield self.skills
            yield self.groups
        with Container(id="lower"):
            yield self.agents
            yield self.trend
            yield self.detail
        yield Static(id="small", markup=False)
        with Horizontal(id="bottom"):
            yield self.keys
            yield self.meter

    def on_mount(self) -> None:
        """The skills have the keyboard first."""
        self.add_class("-view-overview")
        self.skills.table.focus()

    # -- what is new

    def update_board(self, now: float, note: str = "") -> None:
        """Shows what the board knows at `now`, epoch seconds. `note` is told while there is no trouble to tell."""
        self.now, self.note = now, note
        self._aged = now, self.board.ages_until(now)
        with self.app.batch_update():
            self.strip.update_row(self.board.account_row(now), self._recent)
            self._update_panels()
            self._age_held()
        self.tick(now)

    def _recent(self, name: str) -> list[Number | None]:
        return self.board.line(ACCOUNT, name, self.now, SPARK_CELLS)

    def _update_panels(self) -> None:
        # What is behind something else is brought up to date when it comes up.
        if self.skills.display:
            self.skills.update_rows(self.board, self.now)
        if self.groups.display:
            self.groups.update_rows(self.board, self.now)
        if self.agents.display:
            self.agents.update_rows(self.board, self.scope, self.now)
        if self.trend.display:
            self.trend.update_trend(self.board, self._trend_scope, self.now)
        if self.detail.display:
            self.detail.update_agent(self.board, self.trail.here.scope.key, self.now)

    def update_meter(self, reading: Reading) -> None:
        """Shows what asking costs."""
        self.meter.update_reading(reading)

    def distrust(self) -> None:
        """Says at the top that what is below could not be drawn."""
        self.title_bar.distrust()

    def tick(self, now: float) -> None:
        """Moves ages, times in state and freshness on to `now`, epoch seconds."""
        if int(now) != int(self.now) and not self._aged[0] <= now <= self._aged[1]:
            # Something has just become late or stale: its figures have to look it.
            self.update_board(now, self.note)
            return
        self.now = now
        board = self.board
        overall, account, state = board.overall(now), board.account(), board.state(ACCOUNT_FIGURES)
        window, taken_at = (account.window, account.taken_at) if account else (None, None)
        self.title_bar.update_truth(now, overall, window, taken_at, state.next_try if state else None)
        self._update_trouble()
        self._age_held()
        if self.agents.display:
            self.agents.tick(board, now)
        if self.detail.display:
            self.detail.tick(board, now)
        self.update_titles()
        if self.is_small:
            self._update_small()
        self._keep_focus()

    def say(self, text: str) -> None:
        """Answers what the person just did, in the line of trouble, for a few seconds."""
        self._said = (text, self.now + SAID_FOR)
        self._update_trouble()

    def _update_trouble(self) -> None:
        text, until = self._said
        self.trouble.update_trouble(self.board.overall(self.now), self.note, text if self.now < until else "")

    # -- titles

    def update_titles(self) -> None:
        """Says above each part what it shows, how fresh it is where that needs saying, and what is held back."""
        update_titles(self)

    # -- where one is

    @property
    def _trend_scope(self) -> Scope:
        here = self.trail.here
        return here.scope if here.view is View.TREND else ACCOUNT

    @property
    def is_small(self) -> bool:
        """Whether the terminal is too small for the board."""
        width, height = self.app.size
        return width < LEAST_WIDTH or height < LEAST_HEIGHT

    def action_view(self, name: str) -> None:
        """Shows a view: of what is chosen, where it can be of one thing."""
        view = View(name)
        scope = self.scope if view in (View.AGENTS, View.TREND) else ACCOUNT
        self.trail.go(Place(view, scope))
        self.arrive()

    def enter(self, place: Place) -> None:
        """Goes deeper."""
        self.trail.enter(place)
        self.arrive()

    def jump(self, place: Place) -> None:
        """Straight to a skill's or group's agents, or to an agent, as named in the palette."""
        self.trail.go(place)
        self.arrive()

    def action_back(self) -> None:
        """Takes back the last thing: a filter, a chosen state, a step on the way here, the chosen row."""
        self.take_back()
        self.update_titles()

    def take_back(self) -> bool:
        """Takes back the last thing; whether there was any."""
        panel = self.active
        others = [each for each in self.tables if each.display and each.filter_text]
        if panel and panel.filter_text:
            panel.clear_filter()
        elif self.agents.display and self.agents.state != EVERYONE:
            self.choose_state(EVERYONE)
        elif self.trail.back():
            self.arrive()
        elif others:
            others[0].clear_filter()
        else:
            return self._chosen.scope != ACCOUNT and self._chosen.table.move_cursor(EVERYTHING)
        return True

    def hold(self, held: bool) -> None:
        """Holds the rows that can be seen still, or lets all go on."""
        for panel in self.tables:
            if panel.is_held and not held:
                panel.table.dim = False
            panel.hold(held and panel.display)
        self.held_at = self.now
        self._update_panels()
        self.update_titles()

    def _age_held(self) -> None:
        state = self.board.state(ACCOUNT_FIGURES)
        age_held(self.tables, self.now - self.held_at, state.interval if state else self.about.every)

    def arrive(self) -> None:
        """Brings up what the present place shows, and gives it the keyboard."""
        self.hold(False)
        here = self.trail.here
        if here.view in (View.AGENTS, View.TREND):
            self.scope = here.scope
        elif here.view in (View.OVERVIEW, View.SKILLS, View.GROUPS):
            self.scope = (self.groups if here.view is View.GROUPS else self._chosen).scope
        for view in View:
            self.set_class(view is here.view, f"-view-{view.value}", update=False)
        # Only what the view decides about: to style each line of the board anew is what a change of view would cost.
        self.app.stylesheet.update_nodes([self, *self.query("Container, Panel, Chips")])
        self.call_after_refresh(self._laid_out, True)

    def _laid_out(self, came: bool = False) -> None:
        """What covers what may have changed: only what can be seen is drawn and asked for."""
        grown = self._was_small and not self.is_small
        self._was_small = self.is_small
        if came or (grown and self.focused is self.strip):
            # While there is no room for tables the strip has the keyboard without being asked for it.
            self._focus_first()
        self._keep_focus()
        if grown:
            self.refresh_bindings()
        self._update_panels()
        self.update_titles()
        self.look()

    def _focus_first(self) -> None:
        view = self.trail.here.view
        firsts: dict[View, Panel] = {
            View.OVERVIEW: self._chosen if self._chosen.display else self.skills,
            View.SKILLS: self.skills,
            View.GROUPS: self.groups,
            View.AGENTS: self.agents,
            View.TREND: self.trend,
            View.AGENT: self.detail,
        }
        firsts[view].body.focus()

    def _keep_focus(self) -> None:
        """Some part that can be seen has the keyboard, or no key but the view's own would do anything."""
        if self.is_small or not self.app.app_focus or (self.focused and _is_displayed(self.focused)):
            return
        self._focus_first()

    def look(self) -> None:
        """Tells what is looked at, if it is something else than before."""
        look = self.present_look
        if look != self._looked:
            self._looked = look
            self.post_message(self.Looked(look))

    @property
    def present_look(self) -> Look:
        """What is looked at."""
        levels = {panel.level for panel in (self.skills, self.groups) if panel.display}
        if self.scope.level in (Level.SKILL, Level.GROUP):
            levels.add(self.scope.level)
        here = self.trail.here
        return Look(
            levels=frozenset(levels),
            agents=self.agents.display or self.detail.display,
            trend=self._trend_scope if self.trend.display else None,
            agent=here.scope.key if here.view is View.AGENT else None,
            offline=self.agents.wants_offline,
            metrics=self._wanted(Method.METRICS, self.skills, self.groups),
            agent_metrics=self._wanted(Method.AGENT_VIEW, self.agents),
        )

    def _wanted(self, method: Method, *panels: AnyPanel) -> tuple[str, ...]:
        """What the limits and the columns of `panels` need to be asked."""
        names = [column.key for panel in panels for column in panel.columns if metric_named(column.key)]
        usual = FIGURES if method is Method.METRICS else AGENT_FIGURES
        return tuple(sorted({*requested(names), *self.board.judge.needs(method)} - set(usual)))

    # -- what a person does

    def on_resize(self) -> None:
        """What is covered by what depends on the size."""
        self._update_small()
        self.call_after_refresh(self._laid_out)

    def _update_small(self) -> None:
        width, height = self.size
        size = f"kmm-tui needs {LEAST_WIDTH} x {LEAST_HEIGHT}, this terminal has {width} x {height}."
        fresh = "".join(text for text, _ in truth(self.board.overall(self.now), self.now, None))
        figures = strip_text(self.board.account_row(self.now))
        # A resize may come before anything is on the screen, or when all has gone from it.
        for small in self.query("#small").results(Static):
            small.update(f"{size}\n\n{figures}\n{fresh}")

    @property
    def active(self) -> AnyPanel | None:
        """The table that has the keyboard, or the first that can be seen; None where there is none."""
        shown = [panel for panel in self.tables if panel.display]
        focused = [panel for panel in shown if panel.has_focus_within]
        return next(iter([*focused, *shown]), None)

    def choose_state(self, state: str) -> None:
        """Shows the agents in this state only."""
        self.agents.choose_state(state)
        self.agents.update_rows(self.board, self.scope, self.now)
        self.update_titles()
        self.look()

    @on(Chips.Chosen)
    def state_chosen(self, event: Chips.Chosen) -> None:
        """A chip was clicked."""
        self.choose_state(event.key)

    @on(LineTable.RowHighlighted)
    def follow_row(self, event: LineTable.RowHighlighted) -> None:
        """The agents follow the row that is chosen."""
        if event.table is self._chosen.table:
            self._choose(self._chosen)

    @on(LineTable.RowSelected)
    async def open_row(self, event: LineTable.RowSelected) -> None:
        """Enter goes from a skill or group to its agents, and from an agent to everything about them."""
        row = event.table.cursor_row
        if isinstance(row, ScopeRow):
            self.enter(Place(View.AGENTS, row.scope))
        elif isinstance(row, AgentRow):
            self.enter(Place(View.AGENT, Scope(Level.AGENT, row.key)))
        elif isinstance(row, FigureLine):
            self.call_later(self.run_action, "why")

    def on_descendant_focus(self) -> None:
        """The table that got the keyboard is the one that the agents follow."""
        for panel in (self.skills, self.groups):
            if self.focused is panel.table:
                self._choose(panel)

    def _choose(self, panel: ScopePanel) -> None:
        self._chosen = panel
        here = self.trail.here.view
        if here in (View.OVERVIEW, View.SKILLS, View.GROUPS) and panel.scope != self.scope:
            self.scope = panel.scope
            if self.agents.display:
                self.agents.update_rows(self.board, self.scope, self.now)
            self.update_titles()
            self.look()


def _is_displayed(widget: Widget) -> bool:
    return all(each.display for each in widget.ancestors_with_self if isinstance(each, Widget))
