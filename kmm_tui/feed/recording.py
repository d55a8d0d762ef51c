"""A feed whose answers are kept: each of them goes into the record as it is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kmm_tui.board.look import Look
from kmm_tui.board.scope import Level
from kmm_tui.board.state import Section, TopicState
from kmm_tui.feed.feed import Feed
from kmm_tui.feed.sources import Sources


class Keeps(Protocol):
    """What takes note of answers, at once, and never fails."""

    @property
    def trouble(self) -> str:
        """What is wrong with it, in one line; '' if nothing is."""
        ...

    def note(self, state: TopicState) -> None:
        """Takes note of a new state."""
        ...


class RecordingFeed(Feed):
    """A feed with a person's own sources beside it, which tells of a record's and of their trouble when it has none.

    Set what it has before it starts; `Sources.mixing` is what it has to publish to.
    """

    record: Keeps | None = None
    sources: Sources | None = None
    besides: Callable[[Look], Look] | None = None
    """Makes of what is looked at what has to be asked for, as alerts need figures that nobody looks at."""

    def show(self, look: Look) -> None:
        """See `Feed`."""
        super().show(self.besides(look) if self.besides else look)

    def start(self) -> None:
        """See `Feed`."""
        super().start()
        if self.sources:
            self.sources.start(self._spawn)

    def ask_now(self) -> None:
        """See `Feed`."""
        super().ask_now()
        if self.sources:
            self.sources.ask_now()

    async def woke(self) -> None:
        """See `Feed`."""
        if self.sources:
            self.sources.ask_now()
        await super().woke()

    def note(self) -> str:
        """See `Feed`."""
        told = super().note() or (self.record.trouble if self.record else "")
        return told or (self.sources.note() if self.sources else "")


def recording(
    record: Keeps, publish: Callable[[TopicState], None], subgroups: Callable[[], bool]
) -> Callable[[TopicState], None]:
    """`publish`, and then a note of the state in `record`.

    Groups with their sub-groups, as long as `subgroups` says so, are something else than what is recorded of groups.
    """

    def both(state: TopicState) -> None:
        publish(state)
        of_group = state.topic.section is Section.FIGURES and state.topic.scope.level is Level.GROUP
        if not (of_group and subgroups()):
            record.note(state)

    return both
