"""Which settings file is read, and its text made into values and line numbers."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kmm_tui.settings import keys
from kmm_tui.settings.errors import Problem
from kmm_tui.settings.layers import Draft, Origin, Source, covered
from kmm_tui.settings.lines import key_lines

_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
_DEEPEST = 50
"""Far more tables in tables than any setting has, and far fewer than exhaust the stack."""
_AT_END = " (at end of document)"
_BACKSLASH = "a \\ in a text in double quotes; write it twice, or put the text in '...'"
_PLAINER = {
    "Cannot overwrite a value": "this key was given before",
    "Unescaped '\\\\' in a string": _BACKSLASH,
    "Invalid hex value": _BACKSLASH,
}


def default_path() -> Path:
    """Where the settings file is by default: ``kmm-tui/config.toml`` in the platform's folder for settings."""
    from platformdirs import user_config_path

    return user_config_path("kmm-tui", appauthor=False) / "config.toml"


def themes_folder(settings: Path | None) -> Path:
    """Where a person's own themes are: ``themes`` beside the settings file, or where it would be by default."""
    beside = default_path() if settings is None or settings == Path(os.devnull) else settings
    return beside.with_name("themes")


def choose_path(config: Path | None, environ: Mapping[str, str], default: Path) -> tuple[Path, str]:
    """The settings file, and what named it: ``--config``, ``KMM_TUI_CONFIG`` or nothing."""
    if config is not None:
        return config, "--config"
    if named := environ.get(keys.CONFIG_VARIABLE):
        return Path(named), keys.CONFIG_VARIABLE
    return default, ""


def read(path: Path, named_by: str) -> tuple[Draft, list[Problem]]:
    """What the file says, or why it cannot be read. A missing file is a problem only if a person named it."""
    where = str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if not named_by:
            return Draft(None), []
        hint = 'correct the path, or let "kmm-tui config init" write an example there'
        return Draft(None), [Problem(named_by, "", f"there is no file {path}; {hint}")]
    except OSError as error:
        return Draft(None), [Problem(where, "", f"cannot be read: {error.strerror or type(error).__name__}")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Draft(path), [Problem(f"{where}:{line}", "", "not UTF-8 text; save the file as UTF-8")]
    try:
        tree = covered(tomllib.loads(text))
        lines = key_lines(text)
        if any(len(key) > _DEEPEST for key in lines):
            raise RecursionError
    except RecursionError:
        return Draft(path), [Problem(where, "", "not TOML that can be read: nested too deeply")]
    except ValueError as error:
        return Draft(path), [_syntax(where, text, str(error))]
    sources = {key: Source(Origin.FILE, where, line) for key, line in lines.items()}
    return Draft(path, tree, sources), []


def _syntax(where: str, text: str, message: str) -> Problem:
    found = _AT_LINE.search(message)
    if found:
        where, message = f"{where}:{found[1]}", message[: found.start()]
    elif message.endswith(_AT_END):
        where, message = f"{where}:{text.rstrip().count(chr(10)) + 1}", message.removesuffix(_AT_END)
    message = _PLAINER.get(message, message)
    return Problem(where, "", f"not TOML: {message[:1].lower()}{message[1:]}")


def exposed(draft: Draft) -> Iterator[str]:
    """A warning if others may read a file that holds a secret. POSIX only."""
    path = draft.file
    if path is None or os.name != "posix" or not _holds_secret(draft.tree):
        return
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if mode & 0o044:
        yield f"{path}: others on this machine may read this file, and it holds a secret; chmod 600 {path}"


def _holds_secret(value: Any, key: str = "") -> bool:
    if isinstance(value, dict):
        return any(_holds_secret(inner, name) for name, inner in value.items())
    if isinstance(value, list):
        return any(_holds_secret(inner, key) for inner in value)
    # A proxy's address is masked everywhere, but without a user and password in it others may read it.
    sign = "@" if key == "proxy" else ""
    return isinstance(value, SecretStr) and sign in value.get_secret_value()
