"""A line chart in braille dots, on a scale that reads round and holds 0, with gaps where nothing is known.

    chart = LineChart(y_format=wait_text, steps=DURATION_STEPS, zone=zone)   # in compose()
    chart.set_data([Series("p90 wait", points, "warn"), Series("last week", before, "dim")], span=(start_ms, end_ms))
    chart.set_limits([(60_000, "warn", "max 1:00"), (180_000, "critical", "max 3:00")])
    chart.set_unit(percent_text)                      # another metric, in another unit
    chart.dim = True                                  # STALE: all in the stale role
    chart.message = "not kept by the API"             # in place of the chart; None shows it again

Series are told apart by the pattern of their line (solid, dotted, dashed, dash-dotted), by their place in the legend
and last by colour. A missing value, or a distance in time over `gap_ms`, is a gap: nothing is drawn across it.

A cursor reads values: they stand in the first line, beside the names. It belongs to a moment, and goes with it as time
moves on; out of the picture it is hidden. The mouse reads in passing, a click leaves the cursor there.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from kmm_tui.ui.cells import wrap
from kmm_tui.ui.chartplot import Limit, Plot, Unit
from kmm_tui.ui.readout import Pieces, Point, Readout, Series, legend, told
from kmm_tui.ui.roles import RoleStyles
from kmm_tui.ui.rowlines import draw_text, join

__all__ = ["Limit", "LineChart", "Point", "Readout", "Series"]


class LineChart(Widget, can_focus=True):
    """See the module's text. It fills what room it is given, from some 20 x 4 cells up."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"linechart--axis", "linechart--label", "linechart--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "cursor(-1)", "Read to the left", show=False, id="chart.left"),
        Binding("right,l", "cursor(1)", "Read to the right", show=False, id="chart.right"),
        Binding("shift+left,ctrl+left", "cursor(-10)", "Ten to the left", show=False, id="chart.left-far"),
        Binding("shift+right,ctrl+right", "cursor(10)", "Ten to the right", show=False, id="chart.right-far"),
        Binding("home", "edge(False)", "First value", show=False, id="chart.first"),
        Binding("end", "edge(True)", "Last value", show=False, id="chart.last"),
        Binding("escape", "cursor_off", "No cursor", show=False, id="chart.off"),
    ]
    DEFAULT_CSS = """
    LineChart {
        height: 1fr;
        width: 1fr;
        background: $kmm-ground;
        color: $kmm-text;
        & > .linechart--axis { color: $kmm-line; }
        & > .linechart--label { color: $kmm-dim; }
        & > .linechart--cursor { background: $kmm-cursor; }
    }
    """

    dim: reactive[bool] = reactive(False, repaint=False)
    """STALE: every line and label in the stale role."""
    message: reactive[str | None] = reactive(None, repaint=False)
    """Shown in place of the chart."""

    class CursorMoved(Message):
        """The cursor of `chart` is at another moment (epoch ms), or off (None)."""

        def __init__(self, chart: "LineChart", moment: int | None) -> None:
            super().__init__()
            self.chart = chart
            self.moment = moment

        @property
        def control(self) -> Widget:
            """The chart, so that `@on` can tell charts apart by a selector."""
            return self.chart

    def __init__(
        self,
        *,
        y_format: Callable[[float], str] = "{:g}".format,
        y_top: float | None = None,
        steps: Sequence[float] | None = None,
        whole: bool = False,
        zone: tzinfo | None = None,
        waiting: str = "waiting for the first answer",
        empty: str = "nothing known in this time",
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        """`y_format`, `y_top`, `steps` and `whole` as in `set_unit`.

        `zone` is for the labels of time, None the machine's own. Raises ValueError for a `y_top` that is not above 0.
        """
        super().__init__(id=id, classes=classes)
        self._unit = _unit(y_format, y_top, steps, whole)
        self._zone = zone
        self._waiting: str | None = waiting
        self._empty = empty
        self._series: tuple[Series, ...] = ()
        self._limits: tuple[Limit, ...] = ()
        self._span: tuple[int, int] | None = None
        self._look = RoleStyles(self, "linechart")
        self._strips: list[Strip] | None = None
        self._plot: Plot | None = None
        self._legend_rows = 0
        self._drawn_size = (0, 0)
        self._held: int | None = None
        self._passing: int | None = None

    # -- what is shown

    def set_data(self, series: Sequence[Series], span: tuple[int, int] | None = None) -> None:
        """Shows these series from `span[0]` to `span[1]` (epoch ms; None: as far as their points go)."""
        given = tuple(series)
        if self._waiting is None and given == self._series and span == self._span:
            return
        self._waiting = None
        self._series, self._span = given, span
        self._redraw()

    def set_limits(self, limits: Sequence[Limit]) -> None:
        """Shows dashed lines at (value, level, name), once the data come near them; see `chartscale.reach`."""
        if tuple(limits) != self._limits:
            self._limits = tuple(limits)
            self._redraw()

    def set_unit(
        self,
        y_format: Callable[[float], str],
        *,
        y_top: float | None = None,
        steps: Sequence[float] | None = None,
        whole: bool = False,
    ) -> None:
        """`y_format` writes a value with its unit; `y_top` fixes the scale (1 for shares), values above stick to it.

        `steps` are the distances for marks (`DURATION_STEPS` for ms), `whole` keeps them at 1 or more. Raises
        ValueError for a `y_top` that is not above 0.
        """
        unit = _unit(y_format, y_top, steps, whole)
        if unit != self._unit:
            self._unit = unit
            self._redraw()

    def watch_dim(self, dim: bool) -> None:
        self._look.dim = dim
        self._redraw()

    def watch_message(self) -> None:
        self._redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._look.clear()
        self._strips = None

    def _redraw(self) -> None:
        self._strips = None
        self.refresh()

    # -- the cursor

    @property
    def cursor(self) -> int | None:
        """The moment (epoch ms) that is read, or None while there is no cursor."""
        return self._held if self._passing is None else self._passing

    @property
    def cursor_column(self) -> int | None:
        """The column of cells of the widget in which the cursor is; None while it is off or out of the picture."""
        plot, moment = self._picture(), self.cursor
        if plot is None or moment is None or not plot.start <= moment <= plot.end:
            return None
        return plot.gutter + plot.column(moment)

    def readout(self) -> Readout | None:
        """The time under the cursor, and what each series says then; None while no cursor is seen."""
        plot, moment = self._picture(), self.cursor
        if plot is None or moment is None or self.cursor_column is None:
            return None
        return plot.read(moment)

    def cursor_to(self, moment: int | None) -> None:
        """Puts the cursor on an epoch moment (ms), or takes it away (None)."""
        self._read_at(moment, None)

    def cursor_off(self) -> None:
        """Takes the cursor away."""
        self.cursor_to(None)

    def _read_at(self, held: int | None, passing: int | None) -> None:
        before, column = self.cursor, self.cursor_column
        self._held, self._passing = held, passing
        if self.cursor == before:
            return
        if self._picture() is not None:
            width, top = self.size.width, self._legend_rows
            places = {each for each in (column, self.cursor_column) if each is not None}
            regions = [Region(0, 0, width, top)] if top else []
            regions += [Region(x, top, 1, self.size.height - top) for x in sorted(places)]
            if regions:
                self.refresh(*regions)
        self.post_message(self.CursorMoved(self, self.cursor))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Without a cursor its keys are the screen's: Escape goes back."""
        return self.cursor is not None if action == "cursor_off" else True

    def action_cursor(self, steps: int) -> None:
        """Reads so many known columns further right, or left if negative."""
        plot = self._picture()
        if plot is not None and (moment := plot.step(self.cursor, steps)) is not None:
            self.cursor_to(moment)

    def action_edge(self, last: bool) -> None:
        """Reads the last or the first known value."""
        plot = self._picture()
        if plot is not None and (moment := plot.edge(last)) is not None:
            self.cursor_to(moment)

    def action_cursor_off(self) -> None:
        """Takes the cursor away."""
        self.cursor_off()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Reads in passing."""
        self._read_at(self._held, self._under(event))

    def on_leave(self) -> None:
        """The cursor is where the person put it, if anywhere."""
        self._read_at(self._held, None)

    def on_click(self, event: events.Click) -> None:
        """Leaves the cursor there."""
        moment = self._under(event)
        if moment is not None:
            self._read_at(moment, moment)

    def _under(self, event: events.MouseEvent) -> int | None:
        offset, plot = event.get_content_offset(self), self._picture()
        if offset is None or plot is None or not 0 <= offset.x - plot.gutter < plot.across:
            return None
        return plot.snap(offset.x - plot.gutter)

    # -- drawing

    def render_line(self, y: int) -> Strip:
        """One line of the chart as drawn for the present data, size and cursor."""
        plot = self._picture()
        strips = self._strips or []
        if y >= len(strips):
            return draw_text("", self.size.width, self._look(None))
        column = self.cursor_column
        if plot is None or column is None:
            return strips[y]
        if y < self._legend_rows:
            readout = self.readout()
            lines = told(readout, self.size.width, self._legend_rows) if readout else []
            return join(lines[y], self.size.width, self._look) if lines else strips[y]
        return self._marked(strips[y], column) if y < self._legend_rows + plot.height else strips[y]

    def _marked(self, strip: Strip, x: int) -> Strip:
        """`strip` with the cursor's line through the cell `x`: beside what is drawn there, never over it."""
        ground = Style(bgcolor=self._look(None, "cursor").bgcolor)
        here = [
            Segment("│", self._look("accent", "cursor"))
            if not text.strip()
            else Segment(text, (style or ground) + ground)
            for text, style, _ in strip.crop(x, x + 1)
        ]
        return Strip.join([strip.crop(0, x), Strip(here, 1), strip.crop(x + 1, strip.cell_length)])

    def _picture(self) -> Plot | None:
        """The plot for the present data and size; None while a message stands in its place."""
        width, height = self.size
        if self._strips is None or self._drawn_size != (width, height):
            self._drawn_size = (width, height)
            self._strips = self._draw(width, height)
        return self._plot

    def _draw(self, width: int, height: int) -> list[Strip]:
        self._plot, self._legend_rows = None, 0
        moments = [x for series in self._series for run in series.runs() for x, _ in run]
        start, end = self._span if self._span is not None else (min(moments, default=0), max(moments, default=0))
        message = self.message or self._waiting
        if message is None and not any(start <= moment <= end for moment in moments):
            message = self._empty
        if message is not None:
            lines = wrap(message, width - 2, height)
            above = [""] * ((height - len(lines)) // 2)
            return [draw_text(f" {line}", width, self._look("label")) for line in above + lines]
        if width <= 0 or height <= 0:
            return []
        rows: list[Pieces] = legend(self._series, width, max(1, height // 4)) if height >= 3 else []
        axis = 2 if height >= 8 else 1 if height >= 3 else 0
        self._legend_rows = len(rows)
        size = (width, height - len(rows))
        self._plot = Plot(self._series, (start, end), self._limits, self._unit, self._zone, size, axis)
        return [join(pieces, width, self._look) for pieces in [*rows, *self._plot.rows()]]


def _unit(y_format: Callable[[float], str], y_top: float | None, steps: Sequence[float] | None, whole: bool) -> Unit:
    if y_top is not None and not y_top > 0:
        raise ValueError("y_top must be above 0")
    return Unit(y_format, tuple(steps) if steps is not None else None, whole, y_top)
