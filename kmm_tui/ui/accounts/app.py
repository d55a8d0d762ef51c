"""The app of several accounts: all their feeds run, and the board of one is opened from its lane and left again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.command import Hit, Hits, Provider
from textual.message import Message
from textual.screen import Screen

from kmm_tui.board.asked import FIGURES
from kmm_tui.board.board import Board
from kmm_tui.board.derived import requested
from kmm_tui.board.look import Look
from kmm_tui.board.own import own
from kmm_tui.board.present import Present
from kmm_tui.board.severity import Severity
from kmm_tui.board.state import TopicState
from kmm_tui.feed.clock import Clock
from kmm_tui.metrics import Method
from kmm_tui.settings.themefile import DEFAULT
from kmm_tui.ui.accounts.lane import LaneStrip
from kmm_tui.ui.accounts.screen import AccountsScreen
from kmm_tui.ui.alerting import Alerting
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.cells import clean
from kmm_tui.ui.columns import Span
from kmm_tui.ui.comparing import Comparing
from kmm_tui.ui.desk import ComparesPast, Desk
from kmm_tui.ui.fed import Drawn
from kmm_tui.ui.help import Help
from kmm_tui.ui.levels import GLYPHS, ROLES
from kmm_tui.ui.palette import highlighted
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.trending import Trending
from kmm_tui.ui.wall.screen import WallScreen

ALL = "accounts"
"""The mode of the screen with all accounts; each account that was opened has one of its own."""
BACK = "accounts"
"""The action that goes back to it."""


def resting_look(board: Board) -> Look:
    """What is asked of an account whose board is not open: its own figures, and what its limits need of them."""
    wanted = {*requested(own().of_account()), *board.judge.needs(Method.METRICS)}
    return Look(levels=frozenset(), agents=False, trend=None, metrics=tuple(sorted(wanted - set(FIGURES))))


class AccountBoard(Alerting):
    """The board of one account of several: where nothing is left to take back, Esc goes back to all of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("0", "accounts", "Accounts", id="view.accounts", tooltip="all accounts side by side; Esc does it, too"),
    ]

    class Left(Message):
        """The person wants to see all accounts, or the board of `to`."""

        def __init__(self, to: Desk | None = None) -> None:
            super().__init__()
            self.to = to

    _WISHES = (
        BoardScreen.Looked,
        BoardScreen.SubgroupsToggled,
        Alerting.Spanned,
        Alerting.LookedBack,
        Alerting.Compared,
        Trending.Stretched,
    )

    def post_message(self, message: Message) -> bool:
        """What a board behind all the others would like is not asked for; once it is opened again it will be."""
        if isinstance(message, self._WISHES) and not self.is_open:
            return False
        return super().post_message(message)

    @property
    def is_open(self) -> bool:
        """Whether it is the board that is looked at, if maybe behind something that is over it."""
        return self in self.app.screen_stack

    def action_accounts(self) -> None:
        """Back to all accounts."""
        self.post_message(self.Left())

    def action_back(self) -> None:
        """Takes back the last thing; where nothing is left of that, goes back to all accounts."""
        if self.take_back():
            self.update_titles()
        else:
            self.action_accounts()


class Accounts(Provider):
    """Accounts by name or id."""

    async def search(self, query: str) -> Hits:
        """Those that fit."""
        app = self.app
        if not isinstance(app, AccountsApp):
            return
        matcher = self.matcher(query)
        for desk in app.desks:
            name = clean(f"{desk.about.name or 'account'} {desk.about.account}")
            score = matcher.match(name)
            if score > 0:
                shown = highlighted(matcher, name)
                yield Hit(score, shown, lambda desk=desk: app.go_to(desk), text=name, help="account")


class AccountsHelp(Help):
    """The help where all accounts are side by side."""

    def _keys(self) -> list[tuple[str, str]]:
        shown = [deed for deed in self.deeds.values() if deed.part == "accounts" or deed.id in EVERYWHERE]
        return [self._written(deed) for deed in shown]


EVERYWHERE = (
    "strip.left",
    "strip.right",
    "board.refresh",
    "board.meter",
    "board.palette",
    "board.theme",
    "board.help",
    "board.quit",
)


class AccountsApp(BoardApp):
    """Several accounts in one board. Each has a desk of its own; nothing is added up over them."""

    COMMANDS = BoardApp.COMMANDS | {Accounts}
    DEFAULT_MODE = ALL
    DRAWN: ClassVar[tuple[type[Drawn], ...]] = (*BoardApp.DRAWN, AccountsScreen)
    KEYED = (AccountBoard, *BoardApp.KEYED, LaneStrip, AccountsScreen)

    def __init__(
        self,
        desks: Sequence[Desk],
        clock: Clock,
        *,
        theme: str = DEFAULT,
        tz: tzinfo | None = None,
        prefs: Prefs | None = None,
        note: str = "",
    ) -> None:
        """Shows them in the order of `desks` as long as none is worse off than another."""
        super().__init__(desks[0], clock, theme=theme, tz=tz, prefs=prefs, note=note)
        self.desks = tuple(desks)
        self._opened: Desk | None = None
        self.all = AccountsScreen(self.desks, tz, self._prefs)
        self.all.now = clock.now()
        self.add_mode(ALL, lambda: self.all)

    # -- the feeds

    def _start_desks(self) -> None:
        for desk in self.desks:
            self._connect(desk)
            self._rest(desk)
            if desk.feed:
                desk.feed.start()

    def _rest(self, desk: Desk) -> None:
        """Asks of an account what all accounts show, over the window that they are counted over."""
        desk.is_anchored = lambda: self.all.is_anchored
        if desk.feed is None:
            return
        board = self.counting(desk)
        if self._counts_otherwise(board) or (board is None and self.all.present.is_unusual):
            self._count(desk, self.all.present)
        if isinstance(desk.feed, ComparesPast):
            desk.feed.compare(None)
        desk.feed.show(resting_look(desk.board))

    def _counts_otherwise(self, board: Comparing | WallScreen | None) -> bool:
        return board is not None and board.present.span != self.all.present.span

    def _count(self, desk: Desk, present: Present) -> None:
        if desk.feed:
            desk.feed.window = self._teller(present.teller()) if present.is_unusual else desk.about.window
            desk.board.refit(present.fitted)

    def _fitted(self, desk: Desk, state: TopicState) -> TopicState:
        return super()._fitted(desk, state) if desk is self._opened else self.all.present.fitted(state)

    def _woke(self) -> None:
        for desk in self.desks:
            if desk.feed:
                self._start_worker(desk.feed.woke(), "woke")

    # -- what is shown

    @staticmethod
    def _mode(desk: Desk) -> str:
        return f"account {desk.about.account}"

    def screens_of(self, desk: Desk) -> list[Screen[Any]]:
        """The screens that show a desk, the one in front last; none before it was opened."""
        return list(self._screen_stacks.get(self._mode(desk), ()))

    def _new_board_screen(self, desk: Desk) -> AccountBoard:
        screen = AccountBoard(desk.board, desk.about, self._tz, self._prefs)
        screen.alerts, screen.now = desk.alerts, self._clock.now()
        return screen

    def _note(self) -> str:
        # Each lane tells of its own.
        return super()._note() if self._opened else self.theme_note or self._start_note

    def _redraw(self, draw: Callable[[Drawn, float], None]) -> None:
        super()._redraw(draw)
        board = self.comparing if self._opened else None
        if board:
            board.keys.count(BACK, self._elsewhere())

    def _elsewhere(self) -> Span | None:
        """How many of the other accounts are in trouble, and how bad the worst is."""
        now = self._clock.now()
        for lane in self.all.lanes:
            if lane.desk is not self._opened:
                lane.look_again(now)
        others = [lane.standing for lane in self.all.lanes if lane.desk is not self._opened]
        burning = sum(each.severity is Severity.CRITICAL for each in others)
        blind = sum(each.is_blind for each in others)
        if burning:
            return (f"{GLYPHS[Severity.CRITICAL]} {burning + blind}", ROLES[Severity.CRITICAL])
        return (f"? {blind}", "critical") if blind else None

    # -- what a person does

    @on(LaneStrip.Opened)
    def open_lane(self, event: LaneStrip.Opened) -> None:
        """Enter on a lane opens its board."""
        # Unless something has come over the lanes since the key was pressed.
        if self.screen is self.all:
            self.open(event.desk)

    def go_to(self, desk: Desk) -> None:
        """Opens the board of an account from wherever one is."""
        board = self.comparing if self._opened else None
        if isinstance(board, AccountBoard):
            board.post_message(AccountBoard.Left(desk))
        else:
            self.open(desk)

    def open(self, desk: Desk) -> None:
        """Shows the board of an account."""
        self._opened = self.desk = desk
        mode = self._mode(desk)
        if mode not in self._modes:
            self.add_mode(mode, lambda: self._new_board_screen(desk))
        known = self.comparing
        if known and self._counts_otherwise(known):
            self._count(desk, known.present)
        if known:
            known.update_board(self._clock.now(), self._note())
        self.switch_mode(mode)
        board = self.comparing
        if board is None:
            return
        self._seat(desk, board)
        if known and desk.feed:
            desk.feed.show(board.present_look)
            if isinstance(desk.feed, ComparesPast) and board.followed:
                desk.feed.compare(board.followed)

    @on(AccountBoard.Left)
    def leave(self, event: AccountBoard.Left) -> None:
        """Goes back to all accounts, or to another one's board."""
        # What has come over the board since the key was pressed is not to be lost behind all accounts.
        if self._opened is None or event.to is self._opened or self.screen is not self.comparing:
            return
        left, self._opened = self._opened, None
        self._rest(left)
        if event.to:
            self.open(event.to)
            return
        self.all.update_board(self._clock.now(), self._note())
        self.switch_mode(ALL)
        self.all.choose(left)

    def action_ask_now(self) -> None:
        """Asks for everything now: of all accounts, or of the one whose board is open."""
        if self._opened:
            super().action_ask_now()
            return
        for desk in self.desks:
            if desk.feed:
                desk.feed.ask_now()
        self.all.say("asking all accounts")

    def action_meter(self) -> None:
        """Shows what asking costs, of the account whose board is open or that is chosen."""
        if self._opened is None:
            self.desk = self.all.chosen.desk
        super().action_meter()

    @property
    def _whose(self) -> str:
        return self.desk.about.title

    def action_help(self) -> None:
        """Shows the help."""
        if isinstance(self.screen, AccountsScreen):
            self.push_screen(AccountsHelp(self.deeds, self._prefs.keys))
        else:
            super().action_help()
