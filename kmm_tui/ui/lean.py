"""Updates that cost what changed: Textual draws whatever lies in the rectangle around all changes, lines in full, and
what is behind them too, and writes each changed line from its widget's first cell on. All for exactly the version that
is pinned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
from textual._styles_cache import StylesCache
from textual.color import TRANSPARENT
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from kmm_tui.ui.anchored import WholeUpdate, anchored

Part = tuple[int, int, Strip]
"""Cells of one line: from which cell on, on which line, and what they look like."""


class LeanUpdate(CompositorUpdate):
    """Parts of lines, and nothing beside them."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for x, y, strip in self.parts:
            yield Control.move_to(x, y).segment
            yield from strip

    def render_segments(self, console: Console) -> str:
        """The update as it is written to the terminal."""
        return "".join([f"\x1b[{y + 1};{x + 1}H{anchored(strip, x, y, console)}" for x, y, strip in self.parts])


class LeanCompositor(Compositor):
    """Has exactly the cells drawn that something changed in, by the widget that is seen there and by none behind it.

    A clock at the top and a table at the bottom that both tick have all that lies between them drawn otherwise, whole
    lines of the table, and the grounds of all that they are in.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: Sequence[tuple[Widget, Offset, Region]] = ()
        self._seen_of: object = None

    def render_partial_update(self) -> LeanUpdate | None:  # type: ignore[override]
        """What is written anew."""
        changed = self._dirty_regions.copy()
        self._dirty_regions.clear()
        if not changed:
            return None
        widgets = self.visible_widgets
        if self._seen_of is not widgets:
            # Front to back, as they are; another layout has another mapping.
            self._seen_of = widgets
            self._seen = [(each, region.offset, region.intersection(clip)) for each, (region, clip) in widgets.items()]
        parts: list[Part] = []
        for region in _together(self._regions_to_spans(changed)):
            self._draw(region.intersection(self.size.region), 0, parts)
        return LeanUpdate(parts)

    def _draw(self, region: Region, behind: int, parts: list[Part]) -> None:
        for place in range(behind, len(self._seen)):
            widget, offset, seen = self._seen[place]
            if region.overlaps(seen):
                here = region.intersection(seen)
                strips = widget.render_lines(here.translate((-offset.x, -offset.y)))
                parts += [(here.x, y, strip) for y, strip in zip(here.line_range, strips, strict=False)]
                for rest in _around(region, here):
                    self._draw(rest, place + 1, parts)
                return


def _together(spans: Iterable[tuple[int, int, int]]) -> list[Region]:
    """Spans (y, left, right), in the order of their lines, as regions: such as are below each other are one."""
    tops: dict[tuple[int, int, int], int] = {}
    for y, left, right in spans:
        tops[left, right, y + 1] = tops.pop((left, right, y), y)
    return [Region(left, top, right - left, bottom - top) for (left, right, bottom), top in tops.items()]


def _around(region: Region, hole: Region) -> Iterator[Region]:
    """What is left of `region` without the `hole` in it."""
    if hole == region:
        return
    if hole.y > region.y:
        yield Region(region.x, region.y, region.width, hole.y - region.y)
    if hole.bottom < region.bottom:
        yield Region(region.x, hole.bottom, region.width, region.bottom - hole.bottom)
    if hole.x > region.x:
        yield Region(region.x, hole.y, hole.x - region.x, hole.height)
    if hole.right < region.right:
        yield Region(hole.right, hole.y, region.right - hole.right, hole.height)


class LeanCache(StylesCache):
    """For a widget that can draw some cells of its lines without the others, and has neither border nor padding.

    `draw` is given what is wanted of the widget, and returns its lines; None has the widget drawn as any other. Textual
    would have every line drawn in full, and lay styles on it that are none.
    """

    def __init__(self, draw: Callable[[Region], list[Strip] | None]) -> None:
        super().__init__()
        self._draw = draw

    def render_widget(self, widget: Widget, crop: Region) -> list[Strip]:
        """The lines of `crop`, ready to be written."""
        strips = self._draw(crop)
        if strips is None:
            return super().render_widget(widget, crop)
        # Of lines in full nothing is kept: most are drawn in parts from now on, and whole frames are rare.
        self.clear()
        filters = widget.get_line_filters()
        background = widget.background_colors[1] if filters else TRANSPARENT
        for each in filters:
            strips = [strip.apply_filter(each, background) for strip in strips]
        return strips


def lean(update: RenderableType | None) -> RenderableType | None:
    """`update`, written leanly if it is one of parts of the screen, and with odd text in its cells."""
    if type(update) is ChopsUpdate:
        return LeanUpdate(list(_parts_of(update)))
    if type(update) is LayoutUpdate:
        return WholeUpdate(update.strips, update.region)
    return update


def _parts_of(update: ChopsUpdate) -> Iterator[Part]:
    for y, start, stop in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            left, right = max(x, start), min(end, stop)
            if strip is not None and left < right:
                yield left, y, strip.crop(left - x, right - x)
