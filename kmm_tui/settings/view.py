"""A saved view: which screen, how its table is arranged and what it is narrowed to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kmm_tui.board.scope import Level

SCREENS = ("overview", "skills", "groups", "agents", "trend", "alerts")
MOST_COLUMNS = 64
LONGEST_NAME = 40
"""In terminal cells."""
LONGEST_TEXT = 200
"""Characters of a filter, a state or a key."""

_COLUMN = re.compile(r"[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True, slots=True)
class View:
    """An arrangement of a screen that a person gave a name. Columns and the sorted one are request names."""

    name: str
    screen: str
    """One of `SCREENS`."""
    columns: tuple[str, ...] | None = None
    """None is the usual columns."""
    sort: tuple[str, bool] | None = None
    """The column and whether the largest is on top; None is the usual order."""
    filter: str = ""
    state: str = ""
    """Which state chip is chosen; '' is all."""
    scope: tuple[str, str] | None = None
    """Level and key of what it was drilled into."""


def cells(text: str) -> int:
    """Terminal cells of a text: wide characters take two, combining marks none."""
    marks = ("Mn", "Me", "Cf")
    return sum(
        0 if unicodedata.category(one) in marks else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def view_trouble(view: View) -> str:
    """Why a view cannot be kept, in one line; '' if it can."""
    if not view.name.strip():
        return "a view needs a name"
    if cells(view.name) > LONGEST_NAME:
        return f"the name is too long: at most {LONGEST_NAME} characters wide"
    scope = view.scope or (Level.ACCOUNT.value, "")
    if not all(is_text(text) for text in (view.name, view.filter, view.state, scope[1])):
        return f"names and filters are one line of at most {LONGEST_TEXT} characters"
    sort = (view.sort[0],) if view.sort else ()
    levels = {level.value for level in Level}
    if view.screen not in SCREENS or scope[0] not in levels or not all(map(are_columns, (view.columns or (), sort))):
        return "this arrangement cannot be kept"
    return ""


def is_text(value: Any) -> bool:
    """Whether it is one line of text that is not too long."""
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_TEXT


def are_columns(columns: tuple[Any, ...]) -> bool:
    """Whether these can be names of columns: each once, and not more than any table has."""
    named = all(isinstance(name, str) and _COLUMN.fullmatch(name) for name in columns)
    return named and len(set(columns)) == len(columns) <= MOST_COLUMNS


def as_json(view: View) -> dict[str, Any]:
    """The view as it is written."""
    return asdict(view)


def from_json(value: Any) -> View | None:
    """The view that was written so; None if it is none."""
    if not isinstance(value, Mapping):
        return None
    texts = [value.get("name"), value.get("screen"), value.get("filter", ""), value.get("state", "")]
    columns, sort, scope = value.get("columns"), value.get("sort"), value.get("scope")
    if not all(isinstance(text, str) for text in texts) or not (columns is None or isinstance(columns, list)):
        return None
    if not (sort is None or _pair(sort, bool)) or not (scope is None or _pair(scope, str)):
        return None
    view = View(
        name=texts[0],
        screen=texts[1],
        columns=None if columns is None else tuple(columns),
        sort=None if sort is None else (sort[0], sort[1]),
        filter=texts[2],
        state=texts[3],
        scope=None if scope is None else (scope[0], scope[1]),
    )
    return None if view_trouble(view) else view


def _pair(value: Any, second: type) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], second)
