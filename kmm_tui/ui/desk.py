"""A desk is what the board has of one account: what is known of it, who asks, and what is wrong; no screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, runtime_checkable

from kmm_tui.alerting.service import AlertService
from kmm_tui.api.window import Window
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Number
from kmm_tui.board.judge import Judge
from kmm_tui.board.look import Look
from kmm_tui.board.meter import Reading
from kmm_tui.board.scope import Scope
from kmm_tui.board.state import TopicState
from kmm_tui.feed.backfill import Backfill
from kmm_tui.feed.feed import Spawn
from kmm_tui.ui.header import About
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.recordedline import Lines


class BoardFeed(Protocol):
    """What the app needs of a feed."""

    subgroups: bool

    def start(self) -> None:
        """Begin to poll."""
        ...

    def ask_now(self) -> None:
        """Ask for everything at once."""
        ...

    async def woke(self) -> None:
        """The machine slept or its clock jumped: connections may be dead, and all has to be asked for anew."""
        ...

    def show(self, look: Look) -> None:
        """What is on the screen; the rest is not asked for."""
        ...

    @property
    def window(self) -> int | Callable[[], Window]:
        """What live figures are counted over: ms up to now, or what tells the present window."""
        ...

    @window.setter
    def window(self, window: int | Callable[[], Window]) -> None: ...

    async def past_board(self, window: Window, look: Look) -> tuple[TopicState, ...]:
        """The board of a window that is over. Raises the `KmmError` that leaves nothing to show."""
        ...

    @property
    def backfill(self) -> Backfill | None:
        """What fills in how it was on other days; None where nothing does."""
        ...

    def usual_of(self, scope: Scope, names: Iterable[str], window: Window) -> Mapping[int, Mapping[str, Number | None]]:
        """What the figures of `scope` were in comparable windows, by days ago and response field."""
        ...

    def note(self) -> str:
        """What a person should know of the asking, in one line; '' if there is nothing."""
        ...

    def reading(self) -> Reading:
        """The meter."""
        ...


@runtime_checkable
class Stretching(Protocol):
    """A feed that can ask for trends over another stretch."""

    def trend_over(self, width: int, interval: int) -> None:
        """From now on trends reach back `width` ms, in steps of `interval` minutes; at most 100 of them."""
        ...


@runtime_checkable
class ComparesPast(Protocol):
    """A feed that can ask how it was before a window that is over, and not only before now."""

    def compare(self, past: Window | None) -> None:
        """From now on other days are those before `past`; None is the present again."""
        ...


Connect = Callable[[Spawn, Callable[[TopicState], None]], BoardFeed]
"""Makes the feed, given how to start its workers and where to publish."""


class Desk:
    """One account at the board."""

    def __init__(
        self,
        connect: Connect,
        about: About,
        prefs: Prefs,
        *,
        lines: Lines | None = None,
        alerts: AlertService | None = None,
    ) -> None:
        """`connect` makes its feed; `lines` has what was recorded, `alerts` what is wrong and was."""
        self.connect = connect
        self.about = about
        self.lines = lines
        self.alerts = alerts
        self.board = Board(Judge(prefs.limits), prefs.state_limits)
        self.feed: BoardFeed | None = None
        self.is_anchored: Callable[[], bool] = lambda: False
        """Whether live figures are counted from a begin that stands still. Set by who shows them."""

    def note(self) -> str:
        """What a person should know of asking and telling, in one line; '' if there is nothing."""
        return (self.feed.note() if self.feed else "") or (self.alerts.trouble if self.alerts else "")
