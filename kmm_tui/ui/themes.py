"""Theme files: TOML that names roles, read into Textual themes with one CSS variable `$kmm-<role>` each.

An app registers what `load_themes` found and returns `variable_defaults()` from `get_theme_variable_defaults`, so that
the style sheets hold under any theme and with no theme file readable at all.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from textual.color import Color
from textual.theme import Theme

DEFAULT = "kmm-dark"
"""The name of the theme to start with."""

GROUND_ROLES = ("ground", "surface", "cursor", "cursor-blurred")
"""What text lies on."""
TEXT_ROLES = (
    "text",
    "title",
    "dim",
    "stale",
    "accent",
    "ok",
    "warn",
    "critical",
    "online",
    "away",
    "back-soon",
    "offline",
)
"""What is read, on any of the grounds."""
ROLES = (*GROUND_ROLES, "line", *TEXT_ROLES)
"""Every role a theme file has to name."""

LEAST_CONTRAST = 4.5
"""WCAG 2.1 success criterion 1.4.3, level AA."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_TOP_KEYS = ("name", "title", "dark", "roles")
_MOST_BYTES = 64_000

_FALLBACK_ROLES = {
    "ground": "#15181d",
    "surface": "#1c2027",
    "cursor": "#262e4a",
    "cursor-blurred": "#242932",
    "line": "#3a414d",
    "text": "#c9ced6",
    "title": "#eceff4",
    "dim": "#9aa2af",
    "stale": "#969ca7",
    "accent": "#a3b4f8",
    "ok": "#b4bcc8",
    "warn": "#e8b04c",
    "critical": "#ff7b72",
    "online": "#b9d3bd",
    "away": "#d0bd94",
    "back-soon": "#b3bfdc",
    "offline": "#969da9",
}


class ThemeError(ValueError):
    """What is wrong with a theme file; the text is `key: what`, `line` is 1 or more."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


def build_theme(name: str, roles: Mapping[str, str], dark: bool) -> Theme:
    """A Textual theme whose own widgets (inputs, palette, scrollbars) follow the same roles."""
    variables = {f"kmm-{role}": colour for role, colour in roles.items()}
    variables |= {
        "border": roles["accent"],
        "border-blurred": roles["line"],
        "block-cursor-foreground": roles["title"],
        "block-cursor-background": roles["cursor"],
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": roles["text"],
        "block-cursor-blurred-background": roles["cursor-blurred"],
        "block-hover-background": roles["cursor-blurred"],
        "input-cursor-foreground": roles["ground"],
        "input-cursor-background": roles["text"],
        "input-selection-background": roles["cursor"],
        "footer-background": roles["ground"],
        "footer-foreground": roles["dim"],
        "footer-key-foreground": roles["accent"],
        "footer-description-foreground": roles["dim"],
        "scrollbar": roles["line"],
        "scrollbar-hover": roles["dim"],
        "scrollbar-active": roles["accent"],
        "scrollbar-background": roles["ground"],
        "scrollbar-background-hover": roles["ground"],
        "scrollbar-background-active": roles["ground"],
        "scrollbar-corner-color": roles["ground"],
    }
    return Theme(
        name=name,
        primary=roles["accent"],
        secondary=roles["dim"],
        accent=roles["accent"],
        foreground=roles["text"],
        background=roles["ground"],
        surface=roles["surface"],
        panel=roles["cursor-blurred"],
        warning=roles["warn"],
        error=roles["critical"],
        success=roles["ok"],
        dark=dark,
        variables=variables,
    )


FALLBACK = build_theme(DEFAULT, _FALLBACK_ROLES, dark=True)
"""The default look built in, for when no theme file can be read."""


def variable_defaults() -> dict[str, str]:
    """The `kmm-*` CSS variables of the fallback, for `App.get_theme_variable_defaults`."""
    return {f"kmm-{role}": colour for role, colour in _FALLBACK_ROLES.items()}


def load_themes(folder: Traversable | None = None) -> tuple[list[Theme], list[str]]:
    """The themes in `folder` (default: the ones that came with the program), by file name, and what failed.

    A failure is one line `file:line: key: what`; the file is left out and the others still load. Raises nothing.
    """
    loaded: list[Theme] = []
    failed: list[str] = []
    seen: dict[str, str] = {}
    try:
        files = sorted(_theme_files(folder), key=lambda file: file.name)
    except OSError as error:
        return [], [f"{folder or 'themes'}:1: folder: cannot be read ({error.strerror or error})"]
    for file in files:
        try:
            theme = read_theme(file)
            if theme.name in seen:
                raise ThemeError(1, f"name: {theme.name!r} is taken by {seen[theme.name]}")
        except ThemeError as error:
            failed.append(f"{file.name if folder is None else file}:{error.line}: {error}")
        else:
            seen[theme.name] = file.name
            loaded.append(theme)
    return loaded, failed


def read_theme(file: Traversable) -> Theme:
    """One theme file. Raises ThemeError naming line and key."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ThemeError(1, f"file: cannot be read ({error.strerror or error})") from None
    if len(raw) > _MOST_BYTES:
        raise ThemeError(1, "file: too large for a theme")
    try:
        text = raw.decode("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ThemeError(raw[: error.start].count(b"\n") + 1, "file: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = int(where[1]) if where else text.count("\n") + 1
        raise ThemeError(line, f"file: not TOML: {re.sub(r' *[(]at .*', '', str(error))}") from None
    return _theme_of(data, text)


def _theme_of(data: Mapping[str, Any], text: str) -> Theme:
    for key in data:
        if key not in _TOP_KEYS:
            raise ThemeError(_line_of(text, key), f"{key}: unknown{_nearest(key, _TOP_KEYS)}")
    name, dark, roles = data.get("name"), data.get("dark"), data.get("roles")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise ThemeError(_line_of(text, "name"), "name: small letters, digits and dashes, at most 40")
    if not isinstance(dark, bool):
        raise ThemeError(_line_of(text, "dark"), "dark: true or false")
    if not isinstance(roles, dict):
        raise ThemeError(_line_of(text, "roles"), "roles: a table [roles] of colours")
    for role, colour in roles.items():
        if role not in ROLES:
            raise ThemeError(_line_of(text, role), f"roles.{role}: unknown{_nearest(role, ROLES)}")
        if not isinstance(colour, str) or not _HEX.fullmatch(colour):
            raise ThemeError(_line_of(text, role), f"roles.{role}: a colour as #rrggbb, not {str(colour)[:40]!r}")
    missing = [role for role in ROLES if role not in roles]
    if missing:
        raise ThemeError(_line_of(text, "roles"), f"roles.{missing[0]}: missing")
    return build_theme(name, {role: colour.lower() for role, colour in roles.items()}, dark)


def contrast(text: str, ground: str) -> float:
    """The WCAG 2.1 contrast ratio of two `#rrggbb` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def weak_contrasts(theme: Theme) -> list[str]:
    """Every text role under 4.5:1 on a ground it may lie on, as `role on ground: 3.9:1`."""
    weak = []
    for role in TEXT_ROLES:
        for ground in GROUND_ROLES:
            ratio = contrast(theme.variables[f"kmm-{role}"], theme.variables[f"kmm-{ground}"])
            if ratio < LEAST_CONTRAST:
                weak.append(f"{role} on {ground}: {ratio:.1f}:1")
    return weak


def _luminance(colour: str) -> float:
    # WCAG 2.1, "relative luminance".
    parts = (value / 255 for value in Color.parse(colour).rgb)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _theme_files(folder: Traversable | None) -> Iterator[Traversable]:
    if folder is None:
        package = resources.files("kmm_tui")
        folder = package / "themes"
        if not folder.is_dir() and isinstance(package, Path):
            # A source tree or an editable install: the files lie beside the package.
            folder = package.parent / "themes"
            if not (folder / f"{DEFAULT}.toml").is_file():
                return
    if folder.is_dir():
        yield from (file for file in folder.iterdir() if file.name.endswith(".toml") and file.is_file())


def _line_of(text: str, key: str) -> int:
    """The line that sets `key` or opens it as a table; 1 if none does."""
    sets = re.compile(rf"""\s*(?:\[\s*)?["']?{re.escape(key)}["']?\s*(?:=|\]|\.)""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if sets.match(line)), 1)


def _nearest(key: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    return f", perhaps {close[0]}" if close else ""
