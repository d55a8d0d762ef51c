"""Every key of the board by the id of what it does, and other keys for them from the settings."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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
    "themes", "accounts",
)  # fmt: skip
"""Parts that have the keyboard for themselves while they are open; everything else is the board."""


ALONE = {"table", "strip", "chart", "heat"}
"""Parts of which only one has the keyboard at a time: they may share keys."""


@runtime_checkable
class Keyed(Protocol):
    """An app that knows what has a key in it."""

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """All that has a key, by id."""
        ...


def deeds_of(*sources: type[DOMNode]) -> dict[str, Deed]:
    """All that has a key in these, by id, in the order in which the help tells it: dialogs come last."""
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
    return dict(sorted(found.items(), key=lambda each: each[1].part != "board"))


def _own(source: type) -> Iterator[Binding]:
    declared: list[BindingType] = source.__dict__.get("BINDINGS", [])
    return (each for each in declared if isinstance(each, Binding))


def problems(keymap: Mapping[str, str], known: Mapping[str, Deed]) -> list[tuple[str, str]]:
    """What is wrong with other keys: unknown ids, and several deeds on one key; each as (id of the keymap, text).

    `known` is all that has a key, by id.
    """
    found = []
    for name in keymap:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f'did you mean "{close[0]}"?' if close else '"kmm-tui config keys" lists what there is'
            found.append((name, f"there is nothing called {name!r}; {hint}"))
    taken: dict[tuple[str, str], str] = {}
    clashes: dict[tuple[str, str], list[str]] = {}
    for deed in known.values():
        for key in _keys(keymap.get(deed.id, deed.keys)):
            other = taken.setdefault((deed.part, key), deed.id)
            # What shares a key by itself does so on purpose: the part that has the keyboard takes it first.
            if key in _keys(deed.keys) and key in _keys(known[other].keys):
                continue
            # The table and the strip share their keys, as only one of them has the keyboard.
            if other != deed.id and not _apart(other, deed.id) and {other, deed.id} & keymap.keys():
                clashes.setdefault((other, key), [other]).append(deed.id)
    for (_, key), names in clashes.items():
        blamed = next(name for name in keymap if name in names)
        others = ", ".join(name for name in names if name != blamed)
        both = f"both {names[0]} and {names[1]}; give one of them another key"
        many = f"{blamed}, and also {others}; give the first one another key"
        found.append((blamed, f"{key!r} is {both if len(names) == 2 else many}"))
    return found


def _apart(one: str, other: str) -> bool:
    parts = {one.partition(".")[0], other.partition(".")[0]}
    return len(parts) == 2 and parts <= ALONE


def _keys(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]


_FUNCTION_KEY = re.compile(r"f\d+")
NAMES = {
    "question_mark": "?", "full_stop": ".", "comma": ",", "left_square_bracket": "[", "right_square_bracket": "]",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "plus": "+", "minus": "-",
    "slash": "/", "colon": ":", "space": "space", "escape": "Esc", "enter": "Enter",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home",
    "end": "End", "delete": "Del",
}  # fmt: skip


def key_text(keys: str) -> str:
    """Keys as they are written for people: ``↑ k``, ``Ctrl+P``."""
    return " ".join(_key_text(key) for key in _keys(keys))


def _key_text(key: str) -> str:
    if key.startswith("ctrl+"):
        return f"Ctrl+{key[5:].upper() if len(key) == len('ctrl+x') else _key_text(key[5:])}"
    if key.startswith("shift+"):
        return f"⇧{_key_text(key[6:])}"
    return NAMES.get(key, key.upper() if _FUNCTION_KEY.fullmatch(key) else key)
