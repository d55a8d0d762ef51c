"""The board of one that follows another on this machine. What would need asking is not there, and the help knows it."""

from __future__ import annotations

from datetime import tzinfo

from kmm_tui.api.window import format_duration
from kmm_tui.board.board import Board
from kmm_tui.board.present import Present
from kmm_tui.board.span import last
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.arranging import Arranging
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.header import About
from kmm_tui.ui.help import Help
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.travelling import short_label
from kmm_tui.ui.wall.screen import WallScreen

NOT_ASKED = "this board asks for nothing: it shows what another one on this machine is answered"
ASKING = frozenset({"rows.subgroups", "board.refresh"})
"""What would need asking, by the id of its key."""
WRITING = frozenset({"rows.csv", "rows.json", "board.picture"})
"""What writes files on the machine that the board runs on, by the id of its key."""
_WRITES = frozenset({"export", "picture"})


class Mirroring(Arranging):
    """The board of another one. In a browser it writes no file, as that would be one of the server's."""

    def __init__(self, board: Board, about: About, tz: tzinfo | None, prefs: Prefs) -> None:
        super().__init__(board, about, tz, prefs)
        usual = last(about.window)
        self.present = Present(prefs.span or usual, usual, tz, prefs.shifts)

    def update_board(self, now: float, note: str = "") -> None:
        """See `BoardScreen`; the window is told as the other board counts."""
        self._tell_span()
        super().update_board(now, note)

    def _tell_span(self) -> None:
        account = self.board.account()
        span, _ = self.present.at(int(self.now * 1000))
        label, short = span.label, short_label(span)
        if account and not self.present.fits(account.window):
            short = format_duration(account.window.width)
            label = f"last {short}"
        self.title_bar.set_span(label)
        self.strip.set_window(short)

    def action_subgroups(self) -> None:
        """What is not asked for cannot be shown."""
        self.say(NOT_ASKED)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """See `Supervisor`; besides, a browser is no place to write files from."""
        if action in _WRITES and self.app.is_web:
            return False
        return super().check_action(action, parameters)


class MirrorHelp(Help):
    """The help, without the keys that a board has which asks by itself."""

    def _keys(self) -> list[tuple[str, str]]:
        left_out = ASKING | (WRITING if self.app.is_web else frozenset())
        known = self.deeds
        words = {known[name].words for name in left_out} | {
            deed.words for deed in known.values() if deed.id.partition(".")[0] in ("time", "trend", "heat")
        }
        return [(keys, each) for keys, each in super()._keys() if each not in words]


class MirrorApp(BoardApp):
    """Shows what another board on this machine keeps. Its feed is a `MirrorFeed`."""

    def get_default_screen(self) -> BoardScreen:
        """The board."""
        screen = Mirroring(self.board, self.desk.about, self._tz, self._prefs)
        screen.now = self._clock.now()
        return screen

    def action_wall(self) -> None:
        """Shows the wall; Esc or w goes back to the board."""
        board = self.screen_stack[0]
        if isinstance(self.screen, Mirroring) and isinstance(board, Mirroring) and self.feed:
            wall = WallScreen(self.board, self.desk.about, self._tz, self._prefs, can_leave=True)
            wall.present, wall.usual_of, wall.now = board.present, self.feed.usual_of, self._clock.now()
            wall.alerts = self.desk.alerts
            self.push_screen(wall, lambda _: board.update_board(self._clock.now(), self._note()))

    def action_ask_now(self) -> None:
        """Nobody is asked."""
        screen = self.screen_stack[0]
        if isinstance(screen, Mirroring):
            screen.say(NOT_ASKED)

    def action_help(self) -> None:
        """Shows the help."""
        if not isinstance(self.screen, Help):
            self.push_screen(MirrorHelp(self.deeds, self._prefs.keys))
