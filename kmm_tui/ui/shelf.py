"""The themes at hand: the program's, and a person's own, read again when a file of theirs changes."""

from __future__ import annotations

import os
from pathlib import Path

from kmm_tui.settings.themefile import ThemeFile, all_themes, weak_lines

_Stamp = tuple[tuple[str, int, int], ...]


class Shelf:
    """Own themes lie in `folder`, which need not exist; None is for none. Raises nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._stamp: _Stamp = ()
        self._weak: dict[str, list[str]] = {}
        self.themes: dict[str, ThemeFile] = {}
        """By name, as the files say it now: a broken one is not among them."""
        self.failed: list[str] = []
        """What is wrong with files, `file:line: key: what`."""

    def read(self) -> bool:
        """Reads them if a file is new, gone or another than before; whether it did. Cheap where nothing changed."""
        stamp = self._stamp_now()
        if self.themes and stamp == self._stamp:
            return False
        self._stamp = stamp
        found, self.failed = all_themes(self._folder)
        self.themes = {theme.name: theme for theme in found}
        self._weak = {theme.name: weak_lines([theme]) for theme in found}
        return True

    def weak(self, name: str) -> list[str]:
        """What can hardly be read in an own theme, a line each."""
        return self._weak.get(name, [])

    def _stamp_now(self) -> _Stamp:
        if self._folder is None:
            return ()
        try:
            with os.scandir(self._folder) as entries:
                files = [(each.name, each.stat()) for each in entries if each.name.endswith(".toml")]
        except OSError:
            return ()
        return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in files))
