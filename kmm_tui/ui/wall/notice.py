"""A notice on the desktop, by the terminal: a sequence of its own, never with anything in it that acts."""

from __future__ import annotations

from collections.abc import Sequence

from kmm_tui.alerting.tmux import through_tmux
from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure_text import figure_text
from kmm_tui.board.scope import ACCOUNT
from kmm_tui.board.wallbreach import Breach
from kmm_tui.board.wallprefs import Notices
from kmm_tui.ui.cells import clean, cut

LONGEST = 120
"""Cells of a notice."""
TITLE = "kmm-tui"


def notice(how: Notices, breaches: Sequence[Breach]) -> str:
    """What to write to the terminal; '' where nothing is to be told.

    Names come from the network: they lose everything that a terminal would act upon, and the ``;`` that parts a
    title from its text.
    """
    if how is Notices.OFF or not breaches:
        return ""
    words = ", ".join(_words(breach) for breach in breaches[:3])
    more = f" and {len(breaches) - 3} more" if len(breaches) > 3 else ""
    text = cut(_harmless(f"critical: {words}{more}"), LONGEST)
    return through_tmux(f"\x1b]9;{text}\x07" if how is Notices.OSC9 else f"\x1b]777;notify;{TITLE};{text}\x07")


def _words(breach: Breach) -> str:
    metric = metric_named(breach.verdict.metric)
    name = "the account" if breach.scope == ACCOUNT else breach.row.label
    return f"{name} {metric.short} {figure_text(breach.row.get(metric), metric)}" if metric else name


def _harmless(text: str) -> str:
    return clean(text).replace(";", ",")
