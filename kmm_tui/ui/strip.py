"""The strip: the account's figures that answer in one second whether anything is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure import Absent, Number
from kmm_tui.board.figure_text import GONE, figure_text
from kmm_tui.board.freshness import Age
from kmm_tui.board.judge import Verdict
from kmm_tui.board.limit_text import bound_text
from kmm_tui.board.own import own
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.severity import Severity
from kmm_tui.metrics import Kind, Metric
from kmm_tui.ui.bars import spark
from kmm_tui.ui.cells import cut
from kmm_tui.ui.columns import Span, fit_cell
from kmm_tui.ui.levels import GLYPHS, ROLES
from kmm_tui.ui.lines import Line, RoleLines
from kmm_tui.ui.roles import Role
from kmm_tui.ui.scope_table import Beside

SPARK_CELLS = 10
LEAST_KNOWN = 2
"""Fewer values are no line."""

BREACHED = (Severity.WARN, Severity.CRITICAL)


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the strip: its label, its value, and a line of what belongs to it. `need` 0 is shown first.

    `below` says the line in forms that tell the same, the longest first; `also` are metrics whose breach shows here as
    well.
    """

    label: str
    metric: str
    width: int
    need: int
    below: Callable[[Callable[[str], str]], Sequence[str]]
    also: tuple[str, ...] = ()


class Say:
    """Writes figures of one row; too old a row has no values any more."""

    def __init__(self, row: ScopeRow | None) -> None:
        self.row = row

    def __call__(self, name: str) -> str:
        """The figure of the metric of this name, as text."""
        if self.row is None or self.row.age is Age.GONE:
            return GONE
        metric = _metric(name)
        figure = self.row.get(metric)
        return GONE if isinstance(figure, Absent) and self.row.is_old_figure(metric) else figure_text(figure, metric)

    def role(self, name: str) -> Role:
        """How the figure of the metric of this name looks while it breaches nothing."""
        if self.row is None or self.row.is_old or self.row.is_old_figure(_metric(name)):
            return "stale"
        return "dim" if isinstance(self.row.get(_metric(name)), Absent) else "strong"

    def worst(self, tile: Tile) -> Verdict | None:
        """The worst breach of what the tile stands for; its own figure's before others as bad."""
        if self.row is None or self.row.age is Age.GONE:
            return None
        found = [self.row.judged.verdicts.get(name) for name in (tile.metric, *tile.also)]
        breached = [verdict for verdict in found if verdict and verdict.severity in BREACHED]
        return max(breached, key=lambda verdict: verdict.severity, default=None)


def _metric(name: str) -> Metric:
    metric = metric_named(name)
    if metric is None:
        raise KeyError(name)
    return metric


def _away(say: Callable[[str], str]) -> Sequence[str]:
    away, soon = say("away_agents"), say("back_soon_agents")
    return f"{away} away {soon} soon", f"{away} aw {soon} soon", f"○ {away} ◐ {soon}"


def _closed_by(say: Callable[[str], str]) -> Sequence[str]:
    agent, consumer, auto = say("closed_by_agent"), say("closed_by_consumer"), say("auto_closed")
    return (
        f"{agent} agt {consumer} con {auto} auto",
        f"{agent}agt {consumer}con {auto}auto",
        f"{agent} a {consumer} c {auto} au",
    )


def _named(before: str, figure: str, after: str, short: str) -> Sequence[str]:
    """A figure with its word, and with a `short` word for where that is cut."""
    return f"{before}{figure}{after}", f"{short}{figure}" if before else f"{figure}{short}"


def tiles(window: str) -> tuple[Tile, ...]:
    """The tiles, left to right; `window` is what by-time figures are counted over, such as ``1h``."""
    return (
        Tile("IN QUEUE", "unassigned_conversations", 8, 0,
             lambda say: _named("", say("available_slots"), " free", " fr")),
        Tile("P90 WAIT", "queue_wait_time_90th_percentile", 9, 0,
             lambda say: (f"p50 {say('queue_wait_time_50th_percentile')}",), ("queue_wait_time_50th_percentile",)),
        Tile("OVERDUE", "overdue_conversations_total", 11, 0,
             lambda say: _named("", say("overdue_conversations_in_queue"), " in queue", " in q"),
             ("overdue_conversations_in_queue", "sla_share")),
        Tile("ONLINE", "online_agents", 15, 0, _away, ("online_share", "away_agents", "back_soon_agents")),
        Tile("LOAD", "human_online_load", 8, 0, lambda say: (f"all {say('agent_load')}",),
             ("agent_load", "human_agent_load")),
        Tile("1ST RESP", "avg_time_to_first_response_first_assignment", 9, 4,
             lambda say: _named("wait ", say("avg_wait_time_first_response"), "", "w "),
             ("avg_wait_time_first_response",)),
        Tile("RESPONSE", "avg_time_to_response", 9, 2, lambda say: _named("wait ", say("avg_wait_time"), "", "w "),
             ("avg_wait_time",)),
        Tile(f"CLOSED {window}".strip(), "closed_conversations", 24, 3, _closed_by),
        Tile("CSAT", "csat", 7, 1, lambda _: ("",)),
        *(_own_tile(_metric(name)) for name in own().of_account()),
    )  # fmt: skip


def _own_tile(metric: Metric) -> Tile:
    """A person's own figure of the account: who has set it wants it, so that others give way to it."""
    return Tile(metric.short.upper(), metric.name, max(8, cell_len(metric.short)), 1, lambda _: ("",))


class FigureStrip(RoleLines, can_focus=True):
    """As many tiles as the width takes, the most needed ones first, always in the same places.

    With the keyboard on it, one tile is picked: what ``?`` is asked about.
    """

    class Asked(Message):
        """The person wants to know more of a tile's figure."""

        def __init__(self, metric: str) -> None:
            super().__init__()
            self.metric = metric

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "pick(-1)", "Left", show=False, id="strip.left"),
        Binding("right,l", "pick(1)", "Right", show=False, id="strip.right"),
        Binding("enter", "ask", "Why", show=False, id="strip.why"),
    ]
    DEFAULT_CSS = """
    FigureStrip { height: 4; margin: 1 0 0 0; }
    FigureStrip.-short { margin: 0; }
    """

    def __init__(self, window: str) -> None:
        super().__init__(id="strip")
        self._window = window
        self._counted_first = False
        self._beside: Beside | None = None
        self._tiles = tiles(window)
        self._row: ScopeRow | None = None
        self._lines: dict[str, list[Number | None]] = {}
        self._picked = 0

    def set_window(self, window: str) -> None:
        """What by-time figures are counted over, beside CLOSED; '' is told elsewhere."""
        if window != self._window:
            self._window = window
            self._choose_tiles()

    def prefer_counted(self, wanted: bool) -> None:
        """Shows by-time figures before those of a moment where there is not room for all."""
        if wanted != self._counted_first:
            self._counted_first = wanted
            self._choose_tiles()

    def compare_with(self, comparison: Beside | None) -> None:
        """Shows by-time figures beside what they were at another time; None shows them with what belongs to them."""
        if comparison is not None or self._beside is not None:
            self._beside = comparison
            self.show()

    def _choose_tiles(self) -> None:
        self._tiles = tiles(self._window)
        if self._counted_first:
            self._tiles = tuple(replace(tile, need=tile.need + _later(tile)) for tile in self._tiles)
        self.show()

    @property
    def row(self) -> ScopeRow | None:
        """The account's row as last shown."""
        return self._row

    @property
    def picked(self) -> str:
        """The metric that the picked tile tells of: the one in breach, or the tile's own."""
        shown, _ = place(self._tiles, self.size.width - 1)
        tile = shown[min(self._picked, len(shown) - 1)] if shown else self._tiles[0]
        worst = Say(self._row).worst(tile)
        return worst.metric if worst else tile.metric

    @property
    def metrics(self) -> list[str]:
        """The metrics of all tiles, left to right, with what belongs to each."""
        return list(dict.fromkeys(name for tile in self._tiles for name in (tile.metric, *tile.also)))

    @property
    def worst(self) -> str | None:
        """The metric of the account that is worst in breach."""
        return self._row.judged.worst if self._row else None

    def update_row(self, row: ScopeRow | None, recent: Callable[[str], list[Number | None]] = lambda _: []) -> None:
        """Shows the account's figures; None while there are none. `recent` tells what a metric was lately."""
        self._row = row
        self._lines = {tile.metric: recent(tile.metric) for tile in self._tiles}
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        shown, gap = place(self._tiles, width - 1)
        say = Say(self._row)
        label: list[Span] = [(" ", "value")]
        value: list[Span] = [(" ", "value")]
        below: list[Span] = [(" ", "value")]
        small: list[Span] = [(" ", "value")]
        for index, tile in enumerate(shown):
            # Behind the last one there is nothing to keep a distance from.
            size = tile.width + (gap if tile is not shown[-1] else 0)
            is_picked = self.has_focus and index == min(self._picked, len(shown) - 1)
            label += _fixed(f"▸{tile.label}" if is_picked else tile.label, "accent" if is_picked else "dim", size)
            figure = _value(tile, say)
            value += _fixed(*figure, size)
            # What is left to the next one is room as well, but for two cells that part them.
            below += _fitted(self._compared(tile) or (_detail(tile, say, max(tile.width, size - 2)),), size)
            small += _fixed(self._spark(tile), "stale" if figure[1] == "stale" else "dim", size)
        return [label, value, below, small]

    def _compared(self, tile: Tile) -> tuple[Span, ...]:
        """How it was at another time, in place of what belongs to it; nothing where that is not known."""
        if self._beside is None or self._row is None or self._row.is_old:
            return ()
        return self._beside.beside(self._row, _metric(tile.metric), tile.width)

    def _spark(self, tile: Tile) -> str:
        """What the figure was lately, from 0 to its highest or its limit; one that hardly moves stays half as high."""
        values = self._lines.get(tile.metric, [])
        known = [value for value in values if value is not None]
        if len(known) < LEAST_KNOWN:
            return ""
        verdict = self._row.judged.verdicts.get(tile.metric) if self._row else None
        limit = (verdict.limit.critical or verdict.limit.warn) if verdict else None
        top = max(known) + min(known)
        return spark(values, min(SPARK_CELLS, tile.width), 0, max(top, limit or 0, 1e-9))

    # -- keys and mouse

    def watch_has_focus(self, has_focus: bool) -> None:
        """Marks the picked tile; the event itself comes before it is known who has the keyboard."""
        super().watch_has_focus(has_focus)
        self.show()

    def action_pick(self, step: int) -> None:
        """Picks the next tile to the right (1) or left (-1)."""
        shown, _ = place(self._tiles, self.size.width - 1)
        self._picked = max(0, min(self._picked + step, len(shown) - 1))
        self.show()

    def action_ask(self) -> None:
        """Asks about the picked tile."""
        self.post_message(self.Asked(self.picked))

    def on_click(self, event: events.Click) -> None:
        """A click picks a tile, a double click asks about it."""
        shown, gap = place(self._tiles, self.size.width - 1)
        x = 1
        for index, tile in enumerate(shown):
            x += tile.width + gap
            if event.x < x:
                self._picked = index
                self.show()
                if event.chain > 1:
                    self.action_ask()
                return


def _value(tile: Tile, say: Say) -> tuple[str, Role]:
    worst, role, text = say.worst(tile), say.role(tile.metric), say(tile.metric)
    if worst is None:
        return text, role
    # Dimmed with the rest once it is old: what was bad then may be good by now.
    return f"{GLYPHS[worst.severity]} {text}", "stale" if role == "stale" else ROLES[worst.severity]


def _detail(tile: Tile, say: Say, room: int) -> tuple[str, Role]:
    worst = say.worst(tile)
    stale = say.role(tile.metric) == "stale"
    if worst is None:
        return _below(tile, say, room), "stale" if stale else "dim"
    bound = bound_text(worst.limit, worst.severity)
    forms = [bound]
    if worst.metric != tile.metric:
        figure = f"{_metric(worst.metric).short} {say(worst.metric)}"
        forms = [f"{figure} {bound}", f"{figure}/{bound.partition(' ')[2]}", figure] if bound else [figure]
    text = next((form for form in forms if cell_len(form) <= room), forms[-1])
    return text, "stale" if stale else "value"


def _below(tile: Tile, say: Say, room: int) -> str:
    """What belongs to the figure, on `room` cells; where nothing of it is known and that is long, why, once."""
    said: list[str] = []

    def note(name: str) -> str:
        said.append(say(name))
        return said[-1]

    longest, *shorter = tile.below(note)
    if cell_len(longest) <= room:
        return longest
    if len(set(said)) == 1 and say.role(tile.metric) != "strong":
        return said[0]
    return next((form for form in shorter if cell_len(form) <= room), cut((shorter or [longest])[-1], room))


def _later(tile: Tile) -> int:
    return 0 if _metric(tile.metric).kind is Kind.BY_TIME else 10


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
    return _fitted(((text, role),), width)


def _fitted(spans: tuple[Span, ...], width: int) -> list[Span]:
    return [(piece, each or "value") for piece, each in fit_cell(spans, width)]


def strip_text(row: ScopeRow | None) -> str:
    """The three most important figures as a sentence, for a screen too small for anything else."""
    say = Say(row)
    return (
        f"in queue {say('unassigned_conversations')}, p90 wait {say('queue_wait_time_90th_percentile')}, "
        f"online {say('online_agents')}"
    )
