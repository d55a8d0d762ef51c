"""What a supervisor does with the board: order, filter, hold, ask why, find who could help, and take figures along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from kmm_tui.board.alerts import Alert
from kmm_tui.board.derived import metric_named
from kmm_tui.board.freshness import Age
from kmm_tui.board.judge import Judged, next_to_breach
from kmm_tui.board.limit_text import limit_text
from kmm_tui.board.outlook_text import crossing_words
from kmm_tui.board.rows import AgentRow, ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.state import AGENTS
from kmm_tui.board.why import Why, explain
from kmm_tui.metrics import Metric
from kmm_tui.ui.agents_panel import WITH_WORK, moment
from kmm_tui.ui.asking import ahead_of, metrics_of_row, subject_of
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.cover import CoverScreen, Found
from kmm_tui.ui.detail_panel import FigureLine
from kmm_tui.ui.export import ExportError, as_csv, as_json, row_text, write_export
from kmm_tui.ui.figure_column import figure_text_of
from kmm_tui.ui.header import local_time
from kmm_tui.ui.places import Place, View
from kmm_tui.ui.scope_panel import ScopePanel
from kmm_tui.ui.strip import FigureStrip
from kmm_tui.ui.why import WhyScreen

AnyRow = ScopeRow | AgentRow | FigureLine | Alert


class Supervisor(BoardScreen):
    """The board with all that its person can do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Find", key_display="/", id="rows.filter",
                tooltip="show only rows that fit: text, a pattern, or !not"),
        Binding("question_mark", "why", "Why", key_display="?", id="rows.why",
                tooltip="all that is known of the figure under the cursor"),
        Binding("space", "hold", "Hold", id="rows.hold", tooltip="hold the rows still while asking goes on"),
        Binding("a", "with_work", "Away with work", show=False, id="rows.with-work",
                tooltip="agents who are away while conversations are assigned to them"),
        Binding("x", "cover", "Cover", show=False, id="rows.cover",
                tooltip="who could cover the chosen skill or group"),
        Binding("b", "next_to_breach", "Next to breach", show=False, id="rows.next-to-breach",
                tooltip="the row that is nearest to one of its limits"),
        Binding("t", "next_state", "State", show=False, id="rows.state", tooltip="agents of the next state only"),
        Binding("o", "order", "Order", show=False, id="rows.sort",
                tooltip="order by the column under the cursor, or by the next one"),
        Binding("O", "reverse", "Reverse", show=False, id="rows.reverse", tooltip="turn the order around"),
        Binding("p", "pin", "Pin", show=False, id="rows.pin", tooltip="rows in trouble on top, or in the order"),
        Binding("g", "subgroups", "Sub-groups", show=False, id="rows.subgroups",
                tooltip="agent groups with or without their sub-groups"),
        Binding("y", "copy", "Copy", show=False, id="rows.copy", tooltip="copy the row"),
        Binding("e", "export('csv')", "CSV", show=False, id="rows.csv", tooltip="what is shown, as a CSV file"),
        Binding("E", "export('json')", "JSON", show=False, id="rows.json", tooltip="what is shown, as a JSON file"),
        Binding("s", "picture", "Picture", show=False, id="board.picture", tooltip="an SVG picture of the screen"),
    ]  # fmt: skip

    # -- rows

    def action_filter(self) -> None:
        """Opens the filter of the table that has the keyboard."""
        if panel := self.active:
            panel.filter_bar.open(panel.table)

    def action_order(self) -> None:
        """Orders the table that has the keyboard by the column under its cursor, or by its next one."""
        if panel := self.active:
            panel.sort_by_next()

    def action_reverse(self) -> None:
        """Turns the order of the table that has the keyboard around."""
        if panel := self.active:
            panel.reverse()

    def action_pin(self) -> None:
        """Puts rows in trouble on top of every table, or leaves them in their order."""
        for panel in self.tables:
            panel.toggle_pin()
        self.update_titles()

    def action_hold(self) -> None:
        """Holds the rows still, or lets them go on."""
        self.hold(not any(panel.is_held for panel in self.tables))

    def action_next_state(self) -> None:
        """Shows the agents of the next state only."""
        if not self.agents.display:
            self.action_view(View.AGENTS.value)
        self.choose_state(self.agents.next_state())

    def action_subgroups(self) -> None:
        """Includes sub-groups in each group's figures, or leaves them out again."""
        self.groups.subgroups = not self.groups.subgroups
        self.post_message(self.SubgroupsToggled(self.groups.subgroups))
        if self.groups.display:
            self.groups.table.focus()
            self.update_titles()
        else:
            self.action_view(View.GROUPS.value)

    # -- who

    def action_with_work(self) -> None:
        """Shows who is away while conversations are assigned, longest first."""
        if self.trail.here.view is not View.AGENTS:
            self.trail.enter(Place(View.AGENTS, self.scope))
            self.arrive()
        self.agents.sort_by("state", descending=False)
        self.choose_state(WITH_WORK)

    def action_cover(self) -> None:
        """Shows who could cover the chosen skill or group; without one, the skill that is worst."""
        scope = self.scope
        if scope.level not in (Level.SKILL, Level.GROUP):
            rows = [row for row in self.board.rows(Level.SKILL, self.now) if row.judged.rank]
            if not rows:
                self.say("no skill is in trouble: choose one to see who could cover it")
                return
            scope = max(rows, key=lambda row: row.judged.rank).scope

        def find() -> Found | None:
            cover = self.agents.cover_of(self.board, scope, self.now)
            old = self.board.freshness(AGENTS, self.now).age in (Age.STALE, Age.GONE)
            return Found(cover, moment(self.board, self.now), old) if cover else None

        if find() is None:
            self.say(f"nothing is known of {self.board.label(scope)} by now")
            return
        self.app.push_screen(
            CoverScreen(self.board.label(scope), find),
            lambda key: self.enter(Place(View.AGENT, Scope(Level.AGENT, key))) if key else None,
        )

    def action_next_to_breach(self) -> None:
        """Goes to the row that breaches none of its limits yet and is nearest to one."""
        panel = self.active if isinstance(self.active, ScopePanel) else self.skills
        if not panel.display:
            self.action_view(View.SKILLS.value)
        pairs: list[tuple[ScopeRow, Judged]] = [
            (row, row.judged) for row in self.board.rows(panel.level, self.now) if not row.is_old
        ]
        found = next(iter(next_to_breach(pairs)), None)
        if found is None or found.judged.nearest is None:
            self.say("no limit is set for any of them, or all breach one already")
            return
        near = found.judged.nearest
        is_shown = panel.table.move_cursor(panel.key_of(found))
        # Where the column does not fit, no other one is meant: without a picked one `?` is about the nearest figure.
        if not panel.table.pick_column(near):
            panel.table.pick_column(None)
        panel.table.focus()
        verdict = found.judged.verdicts[near]
        text = figure_text_of(found, near)
        hidden = "" if is_shown else " (the filter hides it)"
        metric = metric_named(near)
        ahead = crossing_words(metric, verdict, self.board.lately, found.scope, self.now) if metric else ""
        when = f"; {ahead}" if ahead else ""
        self.say(f"next to breach: {found.label}, {_label(near)} {text} of {limit_text(verdict.limit)}{when}{hidden}")

    # -- why

    def action_why(self) -> None:
        """Tells all that is known of the figure under the cursor; without one, of the row's worst."""
        if self.focused is self.strip or self.active is None:
            self._why_account(self.strip.picked if self.focused is self.strip else self.strip.worst)
            return
        panel = self.active
        row = panel.table.cursor_row
        if row is None:
            self._why_account(self.strip.worst)
            return
        if isinstance(row, Alert):
            # Which figure that is knows the view of alerts.
            return
        if isinstance(row, FigureLine):
            names, name = [line.metric.name for line in self.detail.shown_rows], row.metric.name
            self._why(names, name, Scope(Level.AGENT, row.row.key))
            return
        names = metrics_of_row(panel.columns)
        picked = panel.table.cursor_column
        name = picked if picked in names else row.judged.worst or row.judged.nearest or names[0]
        self._why(names, name, row.scope if isinstance(row, ScopeRow) else Scope(Level.AGENT, row.key))

    @on(FigureStrip.Asked)
    def why_tile(self, event: FigureStrip.Asked) -> None:
        """A tile of the strip was asked about."""
        self._why_account(event.metric)

    def _why_account(self, name: str | None) -> None:
        names = metrics_of_row(self.skills.columns)
        self._why(names, name or names[0], ACCOUNT)

    def _why(self, names: list[str], name: str, scope: Scope) -> None:
        def answer(wanted: str) -> Why:
            metric = metric_named(wanted)
            assert metric is not None  # noqa: S101 - only names of metrics are handed over
            about = subject_of(self.board, scope, self.now, subgroups=self.groups.subgroups)
            why = explain(metric, about, self.board.judge, self.now, lambda at: local_time(at * 1000, self.tz))
            return replace(
                why,
                lines=(*why.lines, *ahead_of(self.board, scope, metric, self.now), *self.usual_words(scope, metric)),
            )

        self.app.push_screen(WhyScreen(names, name, answer))

    def usual_words(self, scope: Scope, metric: Metric) -> Sequence[tuple[str, str]]:  # noqa: ARG002
        """What was usual of a figure, as labelled lines: for a board that knows of other days."""
        return ()

    # -- what is taken along

    def action_copy(self) -> None:
        """Copies the row under the cursor, as text."""
        panel = self.active
        row = panel.table.cursor_row if panel and panel.table.message is None else None
        if panel is None or row is None:
            self.say("there is no row to copy")
            return
        self.app.copy_to_clipboard(row_text(panel.columns, row, int(self.now * 1000)))
        self.say("copied the row, if your terminal allows it")

    def action_export(self, form: str) -> None:
        """Writes what the table shows into a file."""
        panel = self.active
        if panel is None or panel.table.message is not None:
            self.say("there is no table to export" if panel is None else "there are no rows to export")
            return
        shown = [column for column in panel.columns if column.key in panel.table.shown_columns]
        rows: list[AnyRow] = list(panel.shown_rows)
        now_ms = int(self.now * 1000)
        text = as_csv(shown, rows, now_ms) if form == "csv" else as_json(shown, rows, now_ms)
        self._save(f"{panel.table.id}", form, text)

    def action_picture(self) -> None:
        """Saves the screen as an SVG picture."""
        self._save(self.trail.here.view.value, "svg", self.app.export_screenshot(title="kmm-tui"))

    def _save(self, what: str, form: str, text: str) -> None:
        moment = local_time(self.now * 1000, self.tz, "%Y%m%d-%H%M%S")
        try:
            path = write_export(self.prefs.folder, f"kmm-tui-{what}-{moment}", form, text)
        except ExportError as error:
            self.say(str(error))
        else:
            self.say(f"saved {path}")

    # -- typing is no command

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something is typed, letters are letters; where nothing can be seen, nothing is changed."""
        if action == "view" and parameters == (View.ALERTS.value,) and not self.has_alerts:
            return False
        return not (self.is_small or (isinstance(self.focused, Input) and action != "back"))


def _label(name: str) -> str:
    metric = metric_named(name)
    return metric.label.lower() if metric else name
