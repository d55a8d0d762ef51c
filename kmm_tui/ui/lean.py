"""Updates that write only the cells that changed: Textual writes a changed line from its widget's first cell on."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate


class LeanUpdate(ChopsUpdate):
    """The same cells, without those to the left of what changed. For exactly the version that is pinned."""

    def render_segments(self, console: Console) -> str:
        """The update as it is written to the terminal."""
        written: list[str] = []
        for y, start, stop in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(x, start), min(end, stop)
                if strip is None or left >= right:
                    continue
                part = strip if (left, right) == (x, end) else strip.crop(left - x, right - x)
                written += [Control.move_to(left, y).segment.text, part.render(console)]
        return "".join(written)


def lean(update: RenderableType | None) -> RenderableType | None:
    """`update`, written leanly if it is one of parts of the screen."""
    if type(update) is ChopsUpdate:
        return LeanUpdate(update.chops, update.spans, update.chop_ends)
    return update
