"""Text cut and padded by terminal cells, for everything the board draws line by line.

All widths here are terminal cells as `rich.cells` counts them: a CJK character or an emoji takes two, a combining
mark none. What comes in is data from the network: nothing in it is markup, and no control character passes.
"""

import re
from typing import Literal

from rich.cells import cell_len, split_graphemes

ELLIPSIS = "…"

Align = Literal["left", "right"]

# Controls move the terminal's cursor; U+2028/2029 are line ends to some terminals.
_BLANKED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Marks that turn the direction of what follows would turn the neighbouring columns too; the rest draws nothing.
_DROPPED = re.compile("[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# Half a character cannot be encoded, and an exception while writing would end the screen.
_BROKEN = re.compile("[\ud800-\udfff]")
# A joiner with nothing to join would swallow the neighbouring column's character.
_LOOSE = re.compile("^[\u200d\ufe0f]+|\u200d+$")


def clean(text: str) -> str:
    """`text` with nothing in it that a terminal would act upon: controls become blanks, direction marks vanish."""
    if text.isprintable():
        return text
    return _LOOSE.sub("", _BROKEN.sub("\ufffd", _DROPPED.sub("", _BLANKED.sub(" ", text))))


def cut(text: str, width: int) -> str:
    """At most `width` cells of a cleaned `text`; one that does not fit ends in `…`.

    A wide character that would be cut in half becomes a blank before the `…`, so a cut text is exactly `width` cells.
    """
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    spans, _ = split_graphemes(text)
    room = width - 1
    end = used = 0
    for _, stop, size in spans:
        if used + size > room:
            break
        used += size
        end = stop
    result = f"{text[:end]}{' ' * (room - used)}{ELLIPSIS}"
    if cell_len(result) == width:
        return result
    # Odd joiner sequences measure otherwise alone than in a row; a plain form is better than a shifted line.
    plain = "".join(char if cell_len(char) == 1 else "?" for char in text)
    return f"{plain[: width - 1]}{ELLIPSIS}" if len(plain) > width else plain.ljust(width)


def fit(text: str, width: int, align: Align = "left") -> str:
    """`text`, cleaned, cut and padded to exactly `width` cells (an empty string if `width` is 0 or less)."""
    if width <= 0:
        return ""
    text = clean(text)
    room = width - cell_len(text)
    if room < 0:
        return cut(text, width)
    return f"{' ' * room}{text}" if align == "right" else f"{text}{' ' * room}"


def wrap(text: str, width: int, most: int) -> list[str]:
    """`text`, cleaned, broken at blanks into `most` lines of `width` cells at most; what does not fit ends in `…`."""
    if width <= 0 or most <= 0:
        return []
    lines: list[str] = []
    words = clean(text).split()
    while words:
        line = words.pop(0)
        while words and (len(lines) == most - 1 or cell_len(line) + 1 + cell_len(words[0]) <= width):
            line = f"{line} {words.pop(0)}"
        lines.append(cut(line, width))
    return lines
