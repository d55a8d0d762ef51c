"""Everything that a feed knows of other times than now: boards of past windows, what was usual, and its filling in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kmm_tui.api.window import Window
from kmm_tui.board.look import Look
from kmm_tui.board.scope import Scope, Watch
from kmm_tui.board.state import TopicState
from kmm_tui.feed.asker import Asker
from kmm_tui.feed.backfill import Backfill, Live
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.extra import extra_of
from kmm_tui.feed.gather import Gatherer
from kmm_tui.feed.history import PastAsker, by_time
from kmm_tui.feed.past import Archive, PastBoard, Question
from kmm_tui.feed.usual_of import Comparable, UsualOf
from kmm_tui.metrics import Method


class OtherDays:
    """The past of one account. `ahead` are the seconds that the server's clock is ahead, None if that is not known."""

    def __init__(
        self,
        asker: Asker,
        gatherer: Gatherer,
        watch: Watch,
        archive: Archive | None,
        clock: Clock,
        budget: Budget,
        ahead: Callable[[], float | None],
        live: Callable[[], Live],
        name_of: Callable[[Scope], str | None],
    ) -> None:
        self._gatherer = gatherer
        self.is_kept = archive is not None
        """Whether answers about the past are kept anywhere: without that nothing is filled in."""
        self._archive = archive = archive or Archive()
        self._clock = clock
        self._ahead = ahead
        wants = gatherer.wants
        self._asker = PastAsker(asker, archive.store, self._now, gatherer.parts)
        self._board = PastBoard(
            self._asker, archive.moments, watch.wants, gatherer.last_seen, gatherer.past_trend, name_of
        )
        self.usual = UsualOf(self._comparable)
        metrics = tuple(metric.name for metric in by_time(wants.metrics, Method.METRICS))
        self.backfill = Backfill(
            self._asker, self.usual, self._comparable, self._compared, metrics, live, budget, clock
        )
        self._past: Window | None = None

    def compare(self, past: Window | None) -> None:
        """What is to be known of other days is what came before `past`; None is the present again."""
        self._past = past
        self.backfill.wake()

    def _compared(self) -> Window:
        return self._past or self._gatherer.present()

    async def board(self, window: Window, look: Look) -> tuple[TopicState, ...]:
        """The board of a window that is over; see `PastBoard.look_at`."""
        wants = self._gatherer.wants
        extra = extra_of(look, wants.metrics, wants.agent_metrics)
        question = Question(
            (*wants.metrics, *extra.metrics),
            (*wants.agent_metrics, *extra.agent_metrics),
            look,
            self._gatherer.subgroups,
        )
        return await self._board.look_at(window, question)

    def close(self) -> None:
        """Lets go of what is being asked."""
        self._asker.close()

    def _comparable(self, window: Window) -> Sequence[Comparable]:
        return self._archive.comparable(window, self._now()) if self._archive.comparable else ()

    def _now(self) -> int:
        """The server's present, epoch ms."""
        return int((self._clock.now() + (self._ahead() or 0.0)) * 1000)
