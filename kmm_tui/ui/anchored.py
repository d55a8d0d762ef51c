"""Text whose width terminals do not agree on keeps its cells: what stands beside it stays where it belongs.

A joined emoji, a flag or a vowel sign of Devanagari has two cells to one terminal and three to the next. Where it does,
its cells are emptied first, it may not go over the edge, and what follows is put where it belongs by its own address.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.strip import Strip

_ODD = re.compile(
    "[^"
    "\x00-\u02ff\u0370-\u0482\u048a-\u0590"  # Latin, Greek, Cyrillic, Armenian
    "\u05d0-\u05ea\u0621-\u064a"  # Hebrew and Arabic letters
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2100-\u2329\u2400-\u25ff\u2800-\u28ff"  # signs, lines, blocks, braille
    "\u3000-\u3029\u3031-\u303c\u3041-\u3096\u309b-\u30ff\u3105-\u3296\u329a-\ua48c"  # Chinese, Japanese
    "\uac00-\ud7a3\uff01-\uffe6"  # Korean, full width
    "]"
)
"""What is not known to have the same width everywhere."""
NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"


def anchored(strip: Strip, x: int, y: int, console: Console) -> str:
    """`strip` as it is written where the cursor is: at cell `x` of line `y`, from 0."""
    text = strip.render(console)
    if text.isascii() or not _ODD.search(text):
        return text
    written: list[str] = []
    for segment in strip:
        size, plain = cell_len(segment.text), Strip([segment]).render(console)
        if _ODD.search(segment.text):
            blank = Strip([Segment(" " * size, segment.style)]).render(console)
            written += [blank, _to(x, y), NO_WRAP, plain, WRAP, _to(x + size, y)]
        else:
            written.append(plain)
        x += size
    return "".join(written)


class WholeUpdate(LayoutUpdate):
    """A whole frame; each odd text in its cells."""

    def render_segments(self, console: Console) -> str:
        """The frame as it is written to the terminal."""
        written: list[str] = []
        for y, line in enumerate(self.strips, self.region.y):
            x = self.region.x
            written.append(_to(x, y))
            for strip in line:
                written.append(anchored(strip, x, y, console))
                x += strip.cell_length
        return "".join(written)


def _to(x: int, y: int) -> str:
    return Control.move_to(x, y).segment.text
