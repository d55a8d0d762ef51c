"""Saved views and chosen columns: what a person arranged on the board, kept in ``views.json`` beside the settings."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from kmm_tui.settings.errors import printable
from kmm_tui.settings.read import default_path
from kmm_tui.settings.view import View, are_columns, as_json, from_json, view_trouble

MOST_VIEWS = 100
MOST_TABLES = 20
MOST_BYTES = 2_000_000

_VERSION = 1


def default_views_path() -> Path:
    """Where views are kept: ``views.json`` in the platform's folder for settings."""
    return default_path().with_name("views.json")


class Views:
    """The saved views, and the columns chosen for each table. Every change is written at once.

    Nothing here raises for what is on the disk. What cannot be written holds until the board ends, and is written with
    the next change that can. Before a change the file is read again, so that two boards keep each other's views.
    """

    def __init__(self, path: Path | None) -> None:
        """Without a `path` all of it holds until the board ends."""
        self._path = path
        self._views: dict[str, View] = {}
        self._columns: dict[str, tuple[str, ...]] = {}
        self._unwritten = False
        self._blocked = False

    @property
    def is_kept(self) -> bool:
        """Whether it is there after the board's end as well."""
        return self._path is not None

    def load(self) -> str:
        """Reads the file. Returns a line to tell the person if something is wrong with it, else ''."""
        return self._read()

    def columns(self, table: str) -> tuple[str, ...] | None:
        """The request names chosen for a table, in their order; None for the usual ones."""
        return self._columns.get(table)

    def set_columns(self, table: str, columns: tuple[str, ...] | None) -> str:
        """Chooses the columns of a table, or with None the usual ones again. Returns '' or why that did not work."""
        note = self._refresh()
        if columns is None:
            self._columns.pop(table, None)
            return self._write(note)
        if not _is_choice(table, columns):
            return "these columns cannot be kept"
        if table not in self._columns and len(self._columns) >= MOST_TABLES:
            return f"columns are kept of at most {MOST_TABLES} tables"
        self._columns[table] = columns
        return self._write(note)

    def all(self) -> tuple[View, ...]:
        """The saved views, oldest first."""
        return tuple(self._views.values())

    def save(self, view: View) -> str:
        """Keeps a view; one of the same name is replaced. Returns '' or why that did not work, in one line."""
        note = self._refresh()
        view = replace(view, name=view.name.strip())
        if trouble := view_trouble(view):
            return trouble
        if view.name not in self._views and len(self._views) >= MOST_VIEWS:
            return f"there are {MOST_VIEWS} views already; remove one first"
        self._views[view.name] = view
        return self._write(note)

    def remove(self, name: str) -> str:
        """Forgets the view of this name, if there is one. Returns '' or why that did not work."""
        note = self._refresh()
        if self._views.pop(name.strip(), None) is None:
            return note
        return self._write(note)

    def _refresh(self) -> str:
        return "" if self._unwritten else self._read()

    def _read(self) -> str:
        self._blocked = False
        if self._path is None:
            return ""
        try:
            with self._path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return ""
        except OSError as error:
            self._blocked = True
            return self._told(self._path, "cannot be read", error)
        views, columns, trouble = _parsed(content)
        if views or columns or not trouble:
            self._views, self._columns = views, columns
        if not trouble:
            return ""
        note = self._set_aside(self._path, trouble)
        if not self._blocked and (self._views or self._columns):
            note = self._write(note)
        return note

    def _set_aside(self, path: Path, trouble: str) -> str:
        broken = path.with_name(f"{path.name}.broken")
        try:
            path.replace(broken)
        except OSError as error:
            self._blocked = True
            return self._told(path, f"{trouble}, and it cannot be set aside", error)
        return printable(f"{path}: {trouble}; it was set aside as {broken.name}")

    def _write(self, note: str) -> str:
        """Puts all of it into the file, readable by its owner only, or leaves the file as it is.

        Returns why that did not work; else `note`. A file that could not be read is not overwritten.
        """
        import tempfile  # only a change needs it

        if self._blocked or self._path is None:
            return note
        self._unwritten = True
        document = {
            "version": _VERSION,
            "columns": {table: list(names) for table, names in self._columns.items()},
            "views": [as_json(view) for view in self._views.values()],
        }
        text = json.dumps(document, indent=1, ensure_ascii=False)
        # A link stays one: what it leads to is replaced.
        target = Path(os.path.realpath(self._path))
        name = ""
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made for its owner only, so that at no moment can others open it.
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except OSError as error:
            if name:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
            return self._told(self._path, "cannot be written, so this holds only until the board ends", error)
        self._unwritten = False
        return note

    @staticmethod
    def _told(path: Path, what: str, error: OSError) -> str:
        return printable(f"{path}: {what}: {error.strerror or type(error).__name__}")


def _is_choice(table: Any, columns: tuple[Any, ...]) -> bool:
    return are_columns((table,)) and are_columns(columns) and columns != ()


def _parsed(content: bytes) -> tuple[dict[str, View], dict[str, tuple[str, ...]], str]:
    """What of a file can be used, and what is wrong with the rest; '' if nothing is."""
    views: dict[str, View] = {}
    columns: dict[str, tuple[str, ...]] = {}
    if len(content) > MOST_BYTES:
        return views, columns, "too large for a file of views"
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return views, columns, "not JSON that can be read"
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        return views, columns, "not a file of views that this version knows"
    listed, chosen = document.get("views", []), document.get("columns", {})
    if not isinstance(listed, list) or not isinstance(chosen, dict):
        return views, columns, "not a file of views that this version knows"
    for view in filter(None, map(from_json, listed[:MOST_VIEWS])):
        views[view.name] = view
    for table, names in list(chosen.items())[:MOST_TABLES]:
        if isinstance(names, list) and _is_choice(table, tuple(names)):
            columns[table] = tuple(names)
    lost = len(listed) + len(chosen) - len(views) - len(columns)
    return views, columns, f"{lost} of its entries cannot be used" if lost else ""
