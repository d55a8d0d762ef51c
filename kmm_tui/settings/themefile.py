"""Theme files: TOML that gives each role a colour. Those that came with the program, and a person's own."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

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
_MOST_FILES = 200
_LONGEST_TITLE = 60


class ThemeError(ValueError):
    """What is wrong with a theme file; the text is `key: what`, `line` is 1 or more."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True)
class ThemeFile:
    """What a theme file says. `roles` are `#rrggbb` in small letters; `file` is where it lies, for people."""

    name: str
    dark: bool
    roles: Mapping[str, str]
    title: str = ""
    file: str = ""
    own: bool = False
    """Whether it is the person's, and did not come with the program."""


def read_themes(folder: Traversable | None = None) -> tuple[list[ThemeFile], list[str]]:
    """The themes in `folder` (default: the ones that came with the program), by file name, and what failed.

    A failure is one line `file:line: key: what`; the file is left out and the others still load. Raises nothing.
    """
    return _read_all(folder, {})


def all_themes(own: Path | None) -> tuple[list[ThemeFile], list[str]]:
    """The program's themes, and those in the folder `own`, which may not take a name of the former; what failed."""
    loaded, failed = read_themes()
    if own is not None:
        more, wrong = _read_all(own, {theme.name: "a theme of the program" for theme in loaded})
        loaded, failed = [*loaded, *more], [*failed, *wrong]
    return loaded, failed


def _read_all(folder: Traversable | None, seen: dict[str, str]) -> tuple[list[ThemeFile], list[str]]:
    loaded: list[ThemeFile] = []
    failed: list[str] = []
    try:
        files = sorted(theme_files(folder), key=lambda file: file.name)
    except OSError as error:
        return [], [f"{folder or 'themes'}:1: folder: cannot be read ({error.strerror or error})"]
    for file in files:
        # A name is printed; what could move a cursor in it is not.
        where = re.sub(r"[^\S ]|[\x00-\x1f\x7f-\x9f]", "�", file.name if folder is None else str(file))
        try:
            theme = read_theme(file, where, own=folder is not None)
            if theme.name in seen:
                raise ThemeError(_line_of(file.read_text("utf-8"), "name"),
                                 f"name: {theme.name!r} is taken by {seen[theme.name]}")  # fmt: skip
        except ThemeError as error:
            failed.append(f"{where}:{error.line}: {error}")
        else:
            seen[theme.name] = file.name
            loaded.append(theme)
    return loaded, failed


def read_theme(file: Traversable, where: str = "", *, own: bool = False) -> ThemeFile:
    """One theme file, called `where` in what is said of it. Raises ThemeError naming line and key."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ThemeError(1, f"file: cannot be read ({error.strerror or error})") from None
    if len(raw) > _MOST_BYTES:
        raise ThemeError(1, "file: too large for a theme")
    try:
        text = raw.decode("utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ThemeError(raw[: error.start].count(b"\n") + 1, "file: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        raise ThemeError(line, f"file: not TOML: {re.sub(r' *[(]at .*', '', str(error))}") from None
    except RecursionError:
        raise ThemeError(1, "file: not a theme, too many brackets") from None
    return _theme_of(data, text, where, own)


def _theme_of(data: Mapping[str, Any], text: str, where: str, own: bool) -> ThemeFile:
    for key in data:
        if key not in _TOP_KEYS:
            raise ThemeError(_line_of(text, key), f"{_shown(key)}: unknown{_nearest(key, _TOP_KEYS)}")
    name, dark, roles, title = data.get("name"), data.get("dark"), data.get("roles"), data.get("title", "")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise ThemeError(_line_of(text, "name"), "name: small letters, digits and dashes, at most 40")
    if not isinstance(title, str) or len(title) > _LONGEST_TITLE or not (title.isprintable()):
        raise ThemeError(_line_of(text, "title"), f"title: one line of text of at most {_LONGEST_TITLE}")
    if not isinstance(dark, bool):
        raise ThemeError(_line_of(text, "dark"), "dark: true or false")
    if not isinstance(roles, dict):
        raise ThemeError(_line_of(text, "roles"), "roles: a table [roles] of colours")
    for role, colour in roles.items():
        if role not in ROLES:
            raise ThemeError(_line_of(text, role), f"roles.{_shown(role)}: unknown{_nearest(role, ROLES)}")
        if not isinstance(colour, str) or not _HEX.fullmatch(colour):
            raise ThemeError(_line_of(text, role), f"roles.{role}: a colour as #rrggbb, not {str(colour)[:40]!r}")
    missing = [role for role in ROLES if role not in roles]
    if missing:
        raise ThemeError(_line_of(text, "roles"), f"roles.{missing[0]}: missing")
    return ThemeFile(name, dark, {role: colour.lower() for role, colour in roles.items()}, title, where, own)


def contrast(text: str, ground: str) -> float:
    """The WCAG 2.1 contrast ratio of two `#rrggbb` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def weak_contrasts(roles: Mapping[str, str]) -> list[str]:
    """Every text role under 4.5:1 on a ground it may lie on, as `role on ground: 3.9:1`."""
    weak = []
    for role in TEXT_ROLES:
        for ground in GROUND_ROLES:
            ratio = contrast(roles[role], roles[ground])
            if ratio < LEAST_CONTRAST:
                # Never rounded up to what would do.
                weak.append(f"{role} on {ground}: {int(ratio * 10) / 10:.1f}:1")
    return weak


def weak_lines(themes: Iterable[ThemeFile]) -> list[str]:
    """`file:line: roles.role: 3.9:1 on ground, under 4.5:1` for what can hardly be read in a person's own themes."""
    found = []
    for theme in themes:
        if not theme.own:
            continue
        try:
            text = Path(theme.file).read_text("utf-8-sig")
        except (OSError, ValueError):
            text = ""
        for weak in weak_contrasts(theme.roles):
            role, _, rest = weak.partition(" on ")
            ground, _, ratio = rest.partition(": ")
            found.append(
                f"{theme.file}:{_line_of(text, role)}: roles.{role}: {ratio} on {ground}, under {LEAST_CONTRAST}:1"
            )
    return found


def _luminance(colour: str) -> float:
    # WCAG 2.1, "relative luminance".
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def theme_files(folder: Traversable | None) -> Iterator[Traversable]:
    """The theme files of a folder, by default those of the program. Raises OSError."""
    if folder is None:
        package = resources.files("kmm_tui")
        folder = package / "themes"
        if not folder.is_dir() and isinstance(package, Path):
            # A source tree or an editable install: the files lie beside the package.
            folder = package.parent / "themes"
            if not (folder / f"{DEFAULT}.toml").is_file():
                return
    if folder.is_dir():
        found = (file for file in folder.iterdir() if file.name.endswith(".toml") and file.is_file())
        yield from sorted(found, key=lambda file: file.name)[:_MOST_FILES]


def _line_of(text: str, key: str) -> int:
    """The line that sets `key` or opens it as a table; 1 if none does."""
    sets = re.compile(rf"""\s*(?:\[\s*)?["']?(?:roles\.)?{re.escape(key)}["']?\s*(?:=|\]|\.)""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if sets.match(line)), 1)


def _nearest(key: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    return f", perhaps {close[0]}" if close else ""


def _shown(key: str) -> str:
    return key if key.isprintable() and len(key) <= 40 else repr(key[:40])
