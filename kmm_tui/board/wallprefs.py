"""How a person wants the wall."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from kmm_tui.board.wall import DEFAULT_PLANS, Names, Plan
from kmm_tui.board.wallhours import Hours
from kmm_tui.board.wallsight import Sight
from kmm_tui.board.wallturn import BREACH_HOLD, EVERY


class Notices(Enum):
    """How a terminal is asked for a notice on the desktop."""

    OFF = "off"
    OSC9 = "osc9"
    """``OSC 9``: iTerm2, ConEmu, WezTerm, Windows Terminal."""
    OSC777 = "osc777"
    """``OSC 777``: urxvt, foot, Ghostty, VTE."""


@dataclass(frozen=True, slots=True)
class WallPrefs:
    """`rotate` and `breach_hold` in seconds; `sight` is the screen and who looks at it, None where nobody said."""

    plans: tuple[Plan, ...] = DEFAULT_PLANS
    rotate: float = EVERY
    breach_hold: float = BREACH_HOLD
    hours: Hours = field(default_factory=Hours)
    names: Names = Names.OFF
    bell: bool = False
    notices: Notices = Notices.OFF
    sight: Sight | None = None
