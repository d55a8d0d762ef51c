"""Names of settings: dotted in the file, upper case in the environment, dashed as flags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

KeyPath = tuple[str | int, ...]
"""The way to a value in the settings file; numbers are places in a list."""

PREFIX = "KMM_TUI_"
CONFIG_VARIABLE = "KMM_TUI_CONFIG"
PROFILE_VARIABLE = "KMM_TUI_PROFILE"
RESERVED = frozenset({CONFIG_VARIABLE, PROFILE_VARIABLE, "KMM_TUI_LOG"})
"""Variables with our prefix that are not settings of a profile or a board."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dotted(path: KeyPath) -> str:
    """``("profiles", "a b", "watch", 1)`` as TOML would write it: ``profiles."a b".watch[1]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False)
            text += f".{name}" if text else name
    return text


def variable(key: str) -> str:
    """The environment's name of a setting: ``board.every`` is ``KMM_TUI_BOARD__EVERY``."""
    return PREFIX + key.upper().replace(".", "__")


def flag(key: str) -> str:
    """The flag of a setting: ``board.every`` is ``--every``."""
    return "--" + key.rpartition(".")[2].replace("_", "-")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that a person most likely meant, or None if nothing is close."""
    import difflib  # only a mistake needs it

    by_folded = {name.casefold().replace("-", "_"): name for name in known}
    close = difflib.get_close_matches(word.casefold().replace("-", "_"), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def listed(words: Iterable[str], last: str = "or") -> str:
    """``a, b or c``."""
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail
