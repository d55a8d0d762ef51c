"""The ledgers of past days: as many as there is room for, the rest played again when somebody asks."""

from __future__ import annotations

from collections.abc import Callable

from kmm_tui.simulator.ledger import Ledger

KEPT_DAYS = 15
"""The days before today that a question can reach into, 14 of them whole."""
KEPT_FACTS = 3_000_000
"""About 100 MB: 14 days of the medium size, three of the large."""


class History:
    """Past days' ledgers. `play` makes the ledger of a day, the same one each time."""

    def __init__(self, play: Callable[[int], Ledger]) -> None:
        self._play = play
        self._ledgers: dict[int, tuple[Ledger, int]] = {}  # with its size; the last is the one used last

    def __len__(self) -> int:
        return len(self._ledgers)

    def ledger(self, day: int) -> Ledger:
        """The ledger of a past day, played now if need be."""
        found = self._ledgers.pop(day, None)
        if found is None:
            ledger = self._play(day)
            found = (ledger, ledger.size)
        self._ledgers[day] = found
        self._make_room()
        return found[0]

    def add(self, day: int, ledger: Ledger) -> None:
        """Keeps a day that has just ended, and drops those that are too old to be asked for."""
        self._ledgers = {past: kept for past, kept in self._ledgers.items() if past > day - KEPT_DAYS}
        self._ledgers[day] = (ledger, ledger.size)
        self._make_room()

    def _make_room(self) -> None:
        # A window of 24 hours needs two past days at most; fewer would be played again for each of its questions.
        while len(self._ledgers) > 2 and sum(size for _, size in self._ledgers.values()) > KEPT_FACTS:
            self._ledgers.pop(next(iter(self._ledgers)))
