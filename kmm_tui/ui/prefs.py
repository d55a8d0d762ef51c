"""What a person has set about the board, beside whose board it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kmm_tui.board.limits import Limit, StateLimits
from kmm_tui.board.shifts import Shift
from kmm_tui.board.span import Span
from kmm_tui.board.wallprefs import WallPrefs
from kmm_tui.settings.views import Views


@dataclass(frozen=True, slots=True)
class Prefs:
    """`limits` in order, a later one wins; `parents` maps an agent group's name or id to its parent's."""

    limits: tuple[Limit, ...] = ()
    state_limits: StateLimits = field(default_factory=StateLimits)
    parents: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    pin: bool = True
    """Whether breaching rows stand on top at the start."""
    views: Views | None = None
    """Saved views and chosen columns; None keeps them for this run only."""
    shifts: Sequence[Shift] = ()
    span: Span | None = None
    """What the board looks at when it starts; None is the last hour, or what it was told."""
    fill: bool = True
    """Whether it is asked how it was on other days."""
    wall: WallPrefs = field(default_factory=WallPrefs)
    folder: Path = Path()
    """Where exports and pictures go."""
    themes: Path | None = None
    """The folder of a person's own themes."""
