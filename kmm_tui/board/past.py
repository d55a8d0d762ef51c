"""Answers about windows that are over: they never change, so each is asked for once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kmm_tui.api.number import Number
from kmm_tui.api.window import MINUTE, Window
from kmm_tui.board.scope import Level

SETTLED = 2 * MINUTE
"""A window is over for good so long after its end, ms: durations of states are up to one minute old."""


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """By-time figures of all skills, all agent groups, or all agents, in one window that is over.

    `asked` are response fields; a field that is asked and not in a row's values has no value. `account` are the
    account's own figures, None where they were not asked for (they come with the skills).
    """

    level: Level
    window: Window
    asked: frozenset[str]
    rows: Mapping[str, Mapping[str, Number | None]] = field(hash=False)
    names: Mapping[str, str | None] = field(hash=False)
    account: Mapping[str, Number | None] | None = field(default=None, hash=False)


def is_settled(window: Window, now_ms: int) -> bool:
    """Whether `window` is over for good at `now_ms`, the server's present."""
    return window.end + SETTLED <= now_ms
