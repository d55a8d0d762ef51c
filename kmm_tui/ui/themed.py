"""An app that wears themes: as it was wished, as the terminal can show it, and as a file becomes while it runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from textual.app import ReturnType
from textual.filter import LineFilter, Monochrome, NoColor
from textual.theme import Theme

from kmm_tui.settings.themefile import DEFAULT
from kmm_tui.ui.enduring import EnduringApp
from kmm_tui.ui.looks import Depth, looks_for
from kmm_tui.ui.shelf import Shelf
from kmm_tui.ui.themes import FALLBACK, made, roles_of, variable_defaults

logger = logging.getLogger("kmm_tui.ui")

NAMED = 60.0
"""Seconds for which it is told on the screen that a theme can hardly be read."""
_DEPTHS: dict[str | None, Depth] = {"truecolor": "truecolor", "256": "256", "standard": "standard"}


class ThemedApp(EnduringApp[ReturnType]):
    """Call `wear_wanted` when the app starts, and `renew_themes` now and then."""

    # The palette's list is where the keyboard is, though its field has the focus.
    CSS = """
    CommandList > .option-list--option-highlighted {
        background: $kmm-cursor; color: $kmm-title; text-style: bold;
    }
    """

    def __init__(self, theme: str = DEFAULT, folder: Path | None = None) -> None:
        """`theme` is the one that is wished for, `folder` has a person's own."""
        self._own_themes: dict[str, Theme] = {}
        self._filtered: tuple[Theme, Sequence[LineFilter]] | None = None
        super().__init__()
        # By no-color.org an empty NO_COLOR says nothing; and Textual's own way with it would send greys.
        self.no_color = bool(os.environ.get("NO_COLOR"))
        self._wanted_theme = theme
        self.shelf = Shelf(folder)
        self._weak_told = ""

    # -- as it was wished

    def wear_wanted(self) -> None:
        """Puts on the theme that is wished for, or the default one; `theme_note` tells why."""
        self.shelf.read()
        self._take_over()
        self.wear(self._wanted_theme if self._wanted_theme in self._own_themes else DEFAULT)

    def wear(self, name: str) -> None:
        """Puts on the theme of this name, of those there are."""
        self.theme = name
        weak = self.shelf.weak(name)
        self._weak_told = weak[0] + (f" and {len(weak) - 1} more" if len(weak) > 1 else "") if weak else ""
        if weak:
            for line in weak:
                logger.info("%s", line)
            self.set_timer(NAMED, self._forget_weak)

    def _forget_weak(self) -> None:
        self._weak_told = ""

    @property
    def theme_note(self) -> str:
        """What a person should know of the themes, in one line; '' if there is nothing."""
        wanted, names = self._wanted_theme, self._own_themes
        failed = self.shelf.failed[0] if self.shelf.failed else ""
        if wanted in names:
            return failed or self._weak_told
        missing = f"there is no theme {wanted!r}"
        return f"{failed}; {missing}, {self.theme} is used" if failed else f"{missing}: use one of {', '.join(names)}"

    def renew_themes(self) -> bool:
        """Takes over what has changed in the files; whether anything has. A broken theme keeps its last good look."""
        if not self.shelf.read():
            return False
        before = roles_of(self.current_theme)
        was_missing = self._wanted_theme not in self._own_themes
        self._take_over()
        for line in self.shelf.failed:
            logger.warning("%s", line)
        if was_missing and self._wanted_theme in self._own_themes:
            self.wear(self._wanted_theme)
        elif roles_of(self.current_theme) != before:
            self.mutate_reactive(ThemedApp.theme)
            self.wear(self.theme)
        return True

    def _take_over(self) -> None:
        for file in self.shelf.themes.values():
            theme = made(file)
            if self._own_themes.get(theme.name) != theme:
                self.register_theme(theme)
                self._own_themes[theme.name] = theme
        if DEFAULT not in self._own_themes:
            self.register_theme(FALLBACK)
            self._own_themes[DEFAULT] = FALLBACK

    # -- as Textual asks for it

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Every role has a colour, whatever theme is chosen."""
        return variable_defaults()

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Our own themes only: the others know nothing of our roles."""
        # Textual asks for it with every line that it draws.
        return self._own_themes or super().available_themes

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What the terminal cannot show is shown in another way."""
        theme = self.current_theme
        if self._filtered is None or self._filtered[0] is not theme:
            filters = [each for each in super().get_line_filters() if not isinstance(each, Monochrome | NoColor)]
            looks = looks_for(roles_of(theme), theme.dark, self._depth()) if theme.name in self._own_themes else None
            self._filtered = theme, [*filters, looks] if looks else filters
        return self._filtered[1]

    def _depth(self) -> Depth:
        if self.no_color:
            return "none"
        return "truecolor" if self.is_headless else _DEPTHS.get(self.console.color_system, "none")
