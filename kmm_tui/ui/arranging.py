"""How a person arranges the board: the columns of each table, and views that are saved under a name."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar

from textual.binding import Binding, BindingType

from kmm_tui.board.board import Board
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.metrics import Kind, Method, Metric
from kmm_tui.settings.view import View as SavedView
from kmm_tui.settings.views import Views
from kmm_tui.ui.agents_panel import AgentsPanel
from kmm_tui.ui.chooser import Choice, ColumnChooser
from kmm_tui.ui.figure_column import choosable
from kmm_tui.ui.header import About
from kmm_tui.ui.places import Place, View
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.scope_panel import ScopePanel
from kmm_tui.ui.supervisor import Supervisor
from kmm_tui.ui.views import ViewsScreen


class Arranging(Supervisor):
    """The supervisor's board, arranged as its person likes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "columns", "Columns", show=False, id="rows.columns", tooltip="choose the columns of the table"),
        Binding("v", "views", "Views", show=False, id="board.views", tooltip="open or save a view"),
    ]

    def __init__(self, board: Board, about: About, tz: tzinfo | None, prefs: Prefs) -> None:
        super().__init__(board, about, tz, prefs)
        self._views = prefs.views or Views(None)

    def on_mount(self) -> None:
        """The columns as they were chosen last."""
        for panel in (self.skills, self.groups, self.agents):
            if chosen := _known(panel, self._views.columns(panel.table.id or "")):
                panel.choose_columns(chosen)

    # -- columns

    def action_columns(self) -> None:
        """Chooses the columns of the table that has the keyboard."""
        panel = self.active
        if not isinstance(panel, ScopePanel | AgentsPanel):
            self.say("the columns of this table are always the same")
            return
        method = Method.METRICS if isinstance(panel, ScopePanel) else Method.AGENT_VIEW
        metrics = choosable(method)
        shown = [column.key for column in panel.columns if column.key in metrics]
        choices = [_choice(metric) for metric in metrics.values()]

        def keep(chosen: tuple[str, ...] | None) -> None:
            if chosen is not None:
                self._keep_columns(panel, None if chosen == panel.usual else chosen)

        self.app.push_screen(ColumnChooser(choices, shown, panel.usual), keep)

    def _keep_columns(self, panel: ScopePanel | AgentsPanel, chosen: tuple[str, ...] | None) -> None:
        panel.choose_columns(chosen)
        self.update_board(self.now, self.note)
        self.look()
        if trouble := self._views.set_columns(panel.table.id or "", chosen):
            self.say(trouble)

    # -- views

    def action_views(self) -> None:
        """Opens a saved view, saves the present one under a name, or removes one."""

        def done(result: tuple[str, str] | None) -> None:
            if result:
                self._with_view(*result)

        self.app.push_screen(ViewsScreen(self._views.all(), self.board.label), done)

    def _with_view(self, what: str, name: str) -> None:
        views = self._views
        if what == "save":
            trouble = views.save(self.present_view(name))
            self.say(trouble or f"saved the view {name}{'' if views.is_kept else ', until the board ends'}")
        elif what == "remove":
            trouble = views.remove(name)
            self.say(trouble or f"removed the view {name}")
        else:
            found = next((view for view in views.all() if view.name == name), None)
            if found:
                self.open_view(found)

    def present_view(self, name: str) -> SavedView:
        """What is on the screen, as a view to save."""
        here, panel = self.trail.here, self._panel_of(self.trail.here.view)
        screen = View.AGENTS if here.view is View.AGENT else here.view
        scope = here.scope if here.view in (View.AGENTS, View.TREND) else ACCOUNT
        method = Method.AGENT_VIEW if isinstance(panel, AgentsPanel) else Method.METRICS
        metrics = choosable(method)
        columns = tuple(column.key for column in panel.columns if column.key in metrics) if panel else ()
        return SavedView(
            name=name,
            screen=screen.value,
            columns=None if panel is None or columns == panel.usual or not columns else columns,
            sort=panel.sort if panel else None,
            filter=panel.filter_text if panel else "",
            state=self.agents.state if isinstance(panel, AgentsPanel) else "",
            scope=None if scope == ACCOUNT else (scope.level.value, scope.key),
        )

    def _panel_of(self, view: View) -> ScopePanel | AgentsPanel | None:
        """The table that a saved view arranges; None where there is none."""
        panels: dict[View, ScopePanel | AgentsPanel] = {
            View.OVERVIEW: self.skills,
            View.SKILLS: self.skills,
            View.GROUPS: self.groups,
            View.AGENTS: self.agents,
            View.AGENT: self.agents,
        }
        return panels.get(view)

    def open_view(self, view: SavedView) -> None:
        """Arranges the screen as a saved view says. What it names and is no more is left out."""
        scope = Scope(Level(view.scope[0]), view.scope[1]) if view.scope else ACCOUNT
        self.trail.go(Place(View(view.screen), scope))
        self.arrive()

        def arrange() -> None:
            panel = self._panel_of(self.trail.here.view)
            if panel is None:
                return
            panel.choose_columns(_known(panel, view.columns))
            if view.sort:
                panel.sort_by(view.sort[0], descending=view.sort[1])
            panel.filter_bar.set_text(view.filter)
            panel.set_filter(view.filter)
            if isinstance(panel, AgentsPanel):
                self.choose_state(view.state)
            self.update_board(self.now, self.note)
            self.look()

        self.call_after_refresh(arrange)


def _known(panel: ScopePanel | AgentsPanel, columns: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Those that there are; None, the usual ones, where a file by another hand names no such column."""
    metrics = choosable(Method.METRICS if isinstance(panel, ScopePanel) else Method.AGENT_VIEW)
    return tuple(name for name in columns or () if name in metrics) or None


def _choice(metric: Metric) -> Choice:
    return Choice(metric.name, metric.label, metric.meaning, "now" if metric.kind is Kind.CURRENT else "in the window")
