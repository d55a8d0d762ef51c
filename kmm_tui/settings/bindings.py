"""``[keys]``: a person's own keys for what the board does. Which ids there are only the screen knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from kmm_tui.settings.keys import KeyPath

_NAME = re.compile(r"(?:(?:ctrl|shift|alt|super|hyper|meta)\+)*[a-z0-9_]+")
_WORDS = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_DEEPEST = 8
_FORM = 'must be names of keys, such as "j", "f5", "ctrl+r" or "j,down"'


def read_keys(values: Mapping[str, Any]) -> tuple[dict[str, str], list[tuple[KeyPath, str]]]:
    """The keys of each id, with commas between them, as the screen calls them; and what is wrong, as (way, text)."""
    good: dict[str, str] = {}
    wrong: list[tuple[KeyPath, str]] = []
    users: dict[str, str] = {}
    for path, value in _flat(values, ()):
        name = ".".join(str(part).strip() for part in path)
        try:
            if not name.strip(".") or not name.isprintable():
                raise ValueError("the name of what the key does is missing")
            if name in good:
                raise ValueError("was given before")
            names = _keys(value)
            taken = next(((key, users[key]) for key in names if users.get(key, name) != name), None)
            if taken:
                raise ValueError(f'the key {taken[0]} is given to "{taken[1]}" already; a key can do one thing only')
            users.update(dict.fromkeys(names, name))
            good[name] = ",".join(names)
        except ValueError as error:
            wrong.append((path, str(error)))
    return good, wrong


def _flat(values: Mapping[str, Any], at: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Without quotes ``table.down = "j"`` is a table in a table to TOML."""
    for name, value in values.items():
        if isinstance(value, dict) and value and len(at) < _DEEPEST:
            yield from _flat(value, (*at, name))
        else:
            yield (*at, name), value


def _keys(value: Any) -> list[str]:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 9:
        value = str(value)
    entries = value if isinstance(value, list) else [value]
    names: list[str] = []
    for entry in entries:
        if not isinstance(entry, str):
            raise ValueError(_FORM)
        # By themselves a comma and a blank are keys; with others they part them.
        alone = {",": "comma", "": "space"}.get(entry.strip()) if entry else None
        names += [key_name(part) for part in ([alone] if alone else entry.split(","))]
    if not names:
        raise ValueError(_FORM)
    return list(dict.fromkeys(names))


def key_name(text: str) -> str:
    """A key as the screen calls it: ``?`` is ``question_mark``, ``Ctrl+R`` is ``ctrl+r``. Raises ``ValueError``.

    >>> key_name("?"), key_name("PageDown"), key_name("J")
    ('question_mark', 'pagedown', 'J')
    """
    key = text.strip()
    if len(key) == 1 and key.isprintable():
        if key.isalnum():
            return key
        word = unicodedata.name(key, "").lower().replace("-", "_").replace(" ", "_")
        key = _WORDS.get(word, word)
    if not _NAME.fullmatch(key.lower()):
        raise ValueError(_FORM)
    return key.lower()
