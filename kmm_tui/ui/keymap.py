"""Every key of the board by the id of what it does, and other keys for them from the settings."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType
from textual.dom import DOMNode


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a key does. `part` is where: keys of different dialogs may be the same."""

    id: str
    keys: str
    words: str
    part: str


DIALOGS = (
    "help", "meter", "why", "cover", "chooser", "views", "windows", "metrics", "filter", "note", "replay", "wall",
    "themes",
)  # fmt: skip
"""Parts that have the keyboard for themselves while they are open; everything else is the board."""


ALONE = {"table", "strip", "chart", "heat"}
"""Parts of which only one has the keyboard at a time: they may share keys."""


def deeds() -> dict[str, Deed]:
    """All that has a key, by id, in the order in which the help tells it."""
    from kmm_tui.ui.alert_table import AlertsPanel, NoteBar
    from kmm_tui.ui.alerting import Alerting
    from kmm_tui.ui.app import BoardApp
    from kmm_tui.ui.chooser import ColumnChooser, _List
    from kmm_tui.ui.cover import CoverScreen
    from kmm_tui.ui.filterbar import FilterBar
    from kmm_tui.ui.heatmap import HeatMap
    from kmm_tui.ui.help import Help
    from kmm_tui.ui.linechart import LineChart
    from kmm_tui.ui.linetable import LineTable
    from kmm_tui.ui.meter import MeterScreen
    from kmm_tui.ui.replaying import Replaying
    from kmm_tui.ui.strip import FigureStrip
    from kmm_tui.ui.themechooser import ThemeChooser
    from kmm_tui.ui.trend_panel import TrendPanel
    from kmm_tui.ui.trendchoice import MetricScreen
    from kmm_tui.ui.views import ViewsScreen
    from kmm_tui.ui.wall.screen import WallScreen
    from kmm_tui.ui.why import WhyScreen
    from kmm_tui.ui.windows import WindowScreen

    sources: tuple[type[DOMNode], ...] = (
        Alerting, AlertsPanel, NoteBar, TrendPanel, LineTable, FigureStrip, LineChart, HeatMap, BoardApp, Help,
        MeterScreen, WhyScreen, CoverScreen, ColumnChooser, _List, ViewsScreen, WindowScreen, MetricScreen, FilterBar,
        Replaying, WallScreen, ThemeChooser,
    )  # fmt: skip
    found: dict[str, Deed] = {}
    for source in sources:
        for each in reversed(source.__mro__):
            for binding in _own(each):
                if binding.id:
                    part = binding.id.partition(".")[0]
                    words = binding.tooltip or binding.description.lower()
                    found.setdefault(
                        binding.id, Deed(binding.id, binding.key, words, part if part in DIALOGS else "board")
                    )
    return found


def _own(source: type) -> Iterator[Binding]:
    declared: list[BindingType] = source.__dict__.get("BINDINGS", [])
    return (each for each in declared if isinstance(each, Binding))


def problems(keymap: Mapping[str, str]) -> list[str]:
    """What is wrong with other keys: unknown ids, and two deeds on one key; each in one line."""
    known = deeds()
    found = []
    for name in keymap:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f'; did you mean "{close[0]}"?' if close else f"; known are {', '.join(known)}"
            found.append(f"keys: there is nothing called {name!r}{hint}")
    taken: dict[tuple[str, str], str] = {}
    for deed in known.values():
        for key in _keys(keymap.get(deed.id, deed.keys)):
            other = taken.setdefault((deed.part, key), deed.id)
            # What shares a key by itself does so on purpose: the part that has the keyboard takes it first.
            if key in _keys(deed.keys) and key in _keys(known[other].keys):
                continue
            # The table and the strip share their keys, as only one of them has the keyboard.
            if other != deed.id and not _apart(other, deed.id) and {other, deed.id} & keymap.keys():
                found.append(f"keys: {key!r} is both {other} and {deed.id}; give one of them another key")
    return found


def _apart(one: str, other: str) -> bool:
    parts = {one.partition(".")[0], other.partition(".")[0]}
    return len(parts) == 2 and parts <= ALONE


def _keys(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]


NAMES = {
    "question_mark": "?", "full_stop": ".", "comma": ",", "left_square_bracket": "[", "right_square_bracket": "]",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "plus": "+", "minus": "-",
    "slash": "/", "colon": ":", "space": "space", "escape": "Esc", "enter": "Enter",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home",
    "end": "End", "delete": "Del", "f1": "F1", "shift+up": "⇧↑", "shift+down": "⇧↓",
}  # fmt: skip


def key_text(keys: str) -> str:
    """Keys as they are written for people: ``↑ k``, ``Ctrl+P``."""
    return " ".join(
        NAMES.get(key, f"Ctrl+{key[5:].upper()}" if key.startswith("ctrl+") else key) for key in _keys(keys)
    )
