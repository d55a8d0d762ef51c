"""Which page of a wall is up: they take turns, a breach comes in between, and a person can hold or turn them.

Times are epoch seconds. A clock that jumps makes no page wait for hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

EVERY = 20.0
"""Seconds that a page is up."""
BREACH_HOLD = 60.0
"""Seconds that the page of a breach is up."""
MOST_WAITING = 3
"""Breaches that wait for their turn: of more than these the strip tells, as a page each would be old by then."""


class Why(Enum):
    """Why a page is up."""

    TURN = "turn"
    BREACH = "breach"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Up:
    """The page that is up: its key, why, and for how many more seconds; None is for as long as it likes."""

    key: str
    why: Why
    left: float | None


class Turns:
    """The turns of a wall's pages, by key. The only thing here that changes."""

    def __init__(self, every: float = EVERY, breach_hold: float = BREACH_HOLD) -> None:
        self._every = every
        self._breach_hold = breach_hold
        self._keys: tuple[str, ...] = ()
        self._at = 0
        self._since = 0.0
        self._spent = 0.0
        self._breaches: list[str] = []
        self._held = False

    @property
    def is_held(self) -> bool:
        """Whether a person holds the page."""
        return self._held

    @property
    def waiting(self) -> tuple[str, ...]:
        """The pages of breaches, the one that is up first."""
        return tuple(self._breaches)

    @property
    def index(self) -> int:
        """The place of the page that is up, or will be again, among the pages."""
        return self._at

    def set_pages(self, keys: Sequence[str], now: float) -> None:
        """These are the pages now. The one that is up stays up, if it is still among them."""
        if tuple(keys) == self._keys:
            return
        here = self._keys[self._at] if self._keys else None
        self._keys = tuple(keys)
        if here in self._keys:
            self._at = self._keys.index(here)
        else:
            self._at = min(self._at, max(0, len(self._keys) - 1))
            if not self._breaches:
                self._since = now

    def breach(self, keys: Sequence[str], now: float) -> None:
        """Brings up the pages of new breaches, in their order, before the turns go on. Not while a person holds one."""
        if self._held:
            return
        fresh = [key for key in dict.fromkeys(keys) if key not in self._breaches]
        if fresh and not self._breaches:
            # What was left of the page's time is given to it afterwards.
            self._spent = min(self._every, max(0.0, now - self._since))
            self._since = now
        self._breaches = [*self._breaches, *fresh][:MOST_WAITING]

    def tick(self, now: float) -> bool:
        """Moves on to `now`; whether another page is up."""
        if now < self._since:
            self._since = now
        before = self.up(now).key if self._keys or self._breaches else ""
        if self._breaches:
            if now - self._since >= self._breach_hold:
                self._breaches.pop(0)
                self._since = now if self._breaches else now - self._spent
        elif not self._held and len(self._keys) > 1 and now - self._since >= self._every:
            self._at = (self._at + 1) % len(self._keys)
            self._since = now
        return bool(self._keys or self._breaches) and self.up(now).key != before

    def turn(self, step: int, now: float) -> None:
        """A person turns `step` pages on or back; a breach that is up has been seen."""
        if self._breaches:
            self._breaches.clear()
        elif self._keys:
            self._at = (self._at + step) % len(self._keys)
        self._since = now

    def hold(self, now: float) -> None:
        """Holds the page that is up, or lets the turns go on."""
        self._held = not self._held
        self._since = now

    def up(self, now: float) -> Up:
        """The page that is up at `now`. Raises `IndexError` while there is none."""
        if self._held:
            return Up(self._breaches[0] if self._breaches else self._keys[self._at], Why.HELD, None)
        if self._breaches:
            return Up(self._breaches[0], Why.BREACH, max(0.0, self._breach_hold - (now - self._since)))
        left = max(0.0, self._every - (now - self._since)) if len(self._keys) > 1 else None
        return Up(self._keys[self._at], Why.TURN, left)
