"""Which skills and groups are no more: those that the account's own list has not named several times in a row."""

from __future__ import annotations

from collections.abc import Collection

from kmm_tui.api.answers import MetricsAnswer
from kmm_tui.board.doubt import BELIEVED_AFTER


class Gone:
    """Counts, for one level, how often in a row each key was not on the list of all."""

    def __init__(self) -> None:
        self._missed: dict[str, int] = {}
        self._counted_at: float | None = None

    def among(self, known: Collection[str], answer: MetricsAnswer, apart: float) -> set[str]:
        """Those of `known` that are gone by now. `answer` is of a call that was not filtered.

        One that is not whole, or lists nothing at all, tells nothing; nor does one that was asked for less than `apart`
        seconds after the last one that counted: a server that is wrong for a moment is to be asked more than once.
        """
        listed = {row.key for row in answer.rows}
        for key in listed:
            self._missed.pop(key, None)
        at = answer.cost.asked_at / 1000
        if not listed or answer.left_out or answer.count > len(answer.rows):
            return set()
        # Either way: a clock that was set back must not keep it from counting.
        if self._counted_at is not None and abs(at - self._counted_at) < apart:
            return set()
        self._counted_at = at
        self._missed = {key: self._missed.get(key, 0) + 1 for key in known if key not in listed}
        return {key for key, times in self._missed.items() if times >= BELIEVED_AFTER}
