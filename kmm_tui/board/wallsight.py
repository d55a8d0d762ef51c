"""How large figures have to be to be read from where people stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

ARC_MINUTES = 20.0
"""The angle that a character's height is seen under, in minutes of arc.

ISO 9241-303:2011 (ergonomics of human-system interaction, requirements for electronic visual displays) asks for a
character height of at least 16 minutes of arc, and recommends 20 to 22.
"""
INCH = 25.4
"""Millimetres."""
WIDE, HIGH = 16, 9
"""The shape of a screen on a wall: a diagonal of d has a height of d * 9 / sqrt(16**2 + 9**2)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A screen and who looks at it: its diagonal, and from how far, both in mm."""

    diagonal: float
    distance: float

    @property
    def height(self) -> float:
        """How high a character has to be, in mm.

        h = 2 * distance * tan(angle / 2), with an angle of `ARC_MINUTES`: a character of that height is seen under it.
        """
        return 2 * self.distance * math.tan(math.radians(ARC_MINUTES / 60) / 2)

    def row(self, rows: int) -> float:
        """How high one of the terminal's `rows` is, in mm, if it fills the screen."""
        return self.diagonal * HIGH / math.hypot(WIDE, HIGH) / max(1, rows)

    def needed(self, rows: int) -> int:
        """How many of the terminal's `rows` a character has to be high. A figure fills its rows to the edge."""
        return max(1, math.ceil(self.height / self.row(rows) - 1e-9))


def sight_text(sight: Sight, rows: int, used: int | None, largest: int) -> str:
    """What is needed and used, in one line; `used` None where no page can be so large."""
    needed = sight.needed(rows)
    where = f'{sight.distance / 1000:g} m from a {sight.diagonal / INCH:g}" screen of {rows} rows'
    if needed > largest:
        few = math.floor(sight.row(1) * largest / sight.height)
        return f"{where}: figures need {needed} rows, the largest have {largest}; a font of {few} rows or less would do"
    if used is None or used < needed:
        return f"{where}: figures need {needed} rows, and this terminal holds none that large; choose a larger font"
    return f"{where}: figures need {needed} rows and have {used}"
