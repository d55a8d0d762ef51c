"""The board's log: where it is, from which level on, and what is masked in it."""

from __future__ import annotations

import logging
import os
import platform
from typing import TYPE_CHECKING

from kmm_tui import __version__
from kmm_tui.cli.connect import fail
from kmm_tui.cli.exits import Exit

if TYPE_CHECKING:
    from kmm_tui.api.client import KmmClient

logger = logging.getLogger(__name__)


def begin_log(*clients: KmmClient) -> None:
    """Logs to the platform's folder for logs from now on, without the secrets of any of `clients`.

    Ends the command with code 2 where ``KMM_TUI_LOG`` is not one of its levels.
    """
    from kmm_tui.feed.log import hide_known_to

    _start()
    for client in clients:
        hide_known_to(client.redactor)
    _tell(f"the board of account {' and '.join(client.account for client in clients)}")


def begin_log_of(what: str) -> None:
    """The same for `what` has no client, and so no secret."""
    _start()
    _tell(what)


def _start() -> None:
    from platformdirs import user_log_path

    from kmm_tui.feed.log import VARIABLE, log_level, start_log

    try:
        level = log_level(os.environ.get(VARIABLE))
    except ValueError as error:
        fail(str(error), Exit.USAGE)
    start_log(user_log_path("kmm-tui", appauthor=False), level)


def _tell(what: str) -> None:
    logger.info(
        "kmm-tui %s, Python %s, %s: %s begins", __version__, platform.python_version(), platform.system(), what
    )  # fmt: skip
