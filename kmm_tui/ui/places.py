"""Where one is on the board, how one came there, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from kmm_tui.board.scope import ACCOUNT, Scope


class View(Enum):
    """What fills the screen below the strip."""

    OVERVIEW = "overview"
    SKILLS = "skills"
    GROUPS = "groups"
    AGENTS = "agents"
    TREND = "trend"
    AGENT = "agent"
    ALERTS = "alerts"


@dataclass(frozen=True, slots=True)
class Place:
    """A view, of the account or of one skill, group or agent."""

    view: View
    scope: Scope = ACCOUNT


@dataclass(slots=True)
class Trail:
    """The places one came through, the present one last. The first is always the overview."""

    places: list[Place] = field(default_factory=lambda: [Place(View.OVERVIEW)])

    @property
    def here(self) -> Place:
        """The present place."""
        return self.places[-1]

    def go(self, place: Place) -> None:
        """Straight to `place`, from wherever one was."""
        start = Place(View.OVERVIEW)
        self.places = [start] if place.view is View.OVERVIEW else [start, place]

    def enter(self, place: Place) -> None:
        """Deeper, from the present place."""
        if place != self.here:
            self.places.append(place)

    def back(self) -> bool:
        """One place back; False at the overview, from where there is none."""
        if len(self.places) == 1:
            return False
        self.places.pop()
        return True

    def crumbs(self, label: Callable[[Scope], str]) -> list[str]:
        """The way here in words, without the present place: ``['overview', 'skills', 'Billing']``."""
        words: list[str] = []
        for place in self.places[:-1]:
            words += [place.view.value] if place.scope == ACCOUNT else [label(place.scope)]
        return words
