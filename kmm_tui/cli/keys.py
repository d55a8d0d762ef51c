"""A person's own keys, held against what has a key. Only the screen knows that, so that it is loaded where needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmm_tui.settings import Loaded


def key_problems(loaded: Loaded) -> list[str]:
    """What is wrong with ``[keys]``, a line each with its place: unknown names, and keys that are to do two things."""
    if not loaded.settings.keys:
        return []
    from kmm_tui.settings.errors import Problem
    from kmm_tui.settings.keys import dotted
    from kmm_tui.ui.deeds import all_deeds
    from kmm_tui.ui.keymap import problems

    # In the file such a name may stand with quotes or without.
    places = [(f"keys.{name}", name) for name in loaded.settings.keys]
    sources = {name: loaded.sources.get(dotted(("keys", name))) or loaded.sources.get(key) for key, name in places}
    return [
        str(Problem(str(sources.get(name) or loaded.path or ""), dotted(("keys", name)), text))
        for name, text in problems(loaded.settings.keys, all_deeds())
    ]


def key_lines(loaded: Loaded | None) -> list[str]:
    """All that has a key, a line each: its name, its keys as they are written in the settings, and what it does."""
    from kmm_tui.ui.deeds import all_deeds
    from kmm_tui.ui.keymap import NAMES

    def written(key: str) -> str:
        name = NAMES.get(key, "")
        return name if len(name) == 1 and name.isascii() and name != "," else key

    own = loaded.settings.keys if loaded else {}
    rows = [
        (deed.id, ",".join(map(written, own.get(deed.id, deed.keys).split(","))), deed.words)
        for deed in all_deeds().values()
    ]
    widths = [max(len(row[at]) for row in rows) for at in (0, 1)]
    return [f"{name:<{widths[0]}}  {keys:<{widths[1]}}  {words}" for name, keys, words in rows]
