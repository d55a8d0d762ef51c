"""Updates that cost what changed: Textual draws whatever lies in the rectangle around all changes, and writes each
changed line from its widget's first cell on. Both for exactly the version that is pinned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from kmm_tui.ui.anchored import WholeUpdate, anchored


class LeanUpdate(ChopsUpdate):
    """The same cells, without those to the left of what changed."""

    def render_segments(self, console: Console) -> str:
        """The update as it is written to the terminal."""
        written: list[str] = []
        for y, start, stop in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(x, start), min(end, stop)
                if strip is None or left >= right:
                    continue
                part = strip if (left, right) == (x, end) else strip.crop(left - x, right - x)
                written += [Control.move_to(left, y).segment.text, anchored(part, left, y, console)]
        return "".join(written)


class LeanCompositor(Compositor):
    """Has those widgets draw that something changed in, and of each the lines from the first change to the last.

    A clock at the top and a table at the bottom that both tick have all that lies between them drawn otherwise.
    """

    def __init__(self) -> None:
        super().__init__()
        self._changed: Sequence[Region] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        """What is written anew. Written leanly: beside the changes it may hold cells of what is below them."""
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if not self._changed:
            yield from super()._get_renders(crop)
            return
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            lines = [(each.y, each.bottom) for each in self._changed if each.overlaps(seen)]
            if lines:
                top = max(seen.y, min(first for first, _ in lines))
                bottom = min(seen.bottom, max(last for _, last in lines))
                part = Region(seen.x, top, seen.width, bottom - top)
                yield part, clip, widget.render_lines(part.translate((-region.x, -region.y)))


def lean(update: RenderableType | None) -> RenderableType | None:
    """`update`, written leanly if it is one of parts of the screen, and with odd text in its cells."""
    if type(update) is ChopsUpdate:
        return LeanUpdate(update.chops, update.spans, update.chop_ends)
    if type(update) is LayoutUpdate:
        return WholeUpdate(update.strips, update.region)
    return update
