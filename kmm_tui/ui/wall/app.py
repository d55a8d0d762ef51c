"""The wall by itself: on a spare screen, with nobody to answer anything."""

from __future__ import annotations

from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.wall.screen import WallScreen

NOT_HERE = ("meter", "help", "command_palette", "suspend_process")
"""What would lie over the figures until somebody comes."""
GONE = "kmm-tui: the wall's terminal was closed"


class WallApp(BoardApp):
    """The same feed, board and themes, with the wall as its only screen."""

    ENABLE_COMMAND_PALETTE = False

    def get_default_screen(self) -> WallScreen:
        """The wall."""
        screen = WallScreen(self.board, self.desk.about, self._tz, self._prefs)
        screen.now, screen.alerts = self._clock.now(), self.desk.alerts
        return screen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key opens anything in front of the wall."""
        return False if action in NOT_HERE else super().check_action(action, parameters)

    def terminal_gone(self) -> None:
        """Nobody has ended it: it ends as a failure, so that whatever keeps it running starts it again."""
        super().terminal_gone()
        self.exit(GONE)
