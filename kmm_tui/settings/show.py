"""The settings for people to read: every value with its source; and the schema of the file for editors."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, SecretStr

from kmm_tui.settings.auth import OPEN_FIELDS
from kmm_tui.settings.duration import format_duration
from kmm_tui.settings.errors import printable
from kmm_tui.settings.keys import KeyPath, dotted, listed
from kmm_tui.settings.layers import DEFAULT
from kmm_tui.settings.load import Loaded
from kmm_tui.settings.models import Board, Settings
from kmm_tui.settings.secrets import SecretCommand, SecretFile

MASK = "********"


class Row(NamedTuple):
    """A setting: its dotted key, its value as text with secrets masked, and where it comes from."""

    key: str
    value: str
    source: str


def show(loaded: Loaded) -> list[Row]:
    """Every setting with its source. Reads no secret file and runs no command."""
    rows = [
        Row(printable(dotted(path)), printable(value), printable(str(loaded.sources.get(dotted(path), DEFAULT))))
        for path, value in _values(loaded.settings, ())
    ]
    for name, lacking in loaded.incomplete.items():
        key = dotted(("profiles", name))
        missing = f"incomplete without {listed(lacking, 'and')}"
        rows.append(Row(printable(key), missing, printable(str(loaded.sources.get(key, DEFAULT)))))
    return rows


def _values(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, SecretFile):
        yield path, f"file {value.file}"
    elif isinstance(value, SecretCommand):
        yield path, f"command {shlex.join(value.command)}"
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _values(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _values(inner, (*path, name))
    elif isinstance(value, SecretStr) or ("auth" in path[2:3] and path[-1] not in OPEN_FIELDS):
        yield path, MASK
    elif isinstance(value, timedelta):
        yield path, format_duration(value)
    elif isinstance(value, tuple):
        yield path, ", ".join(value) or "all"
    else:
        yield path, "none" if value is None else str(value)


def schema() -> dict[str, Any]:
    """JSON Schema of the settings file. What the environment can give instead is not required in the file."""
    whole = Settings.model_json_schema()
    tables = [whole, *whole["$defs"].values()]
    for table in tables:
        required = [name for name in table.get("required", []) if name in {"method", "file", "command"}]
        table.pop("required", None)
        if required:
            table["required"] = required
    for name, length in Board():
        if isinstance(length, timedelta):
            whole["$defs"]["Board"]["properties"][name]["default"] = format_duration(length)
    for name in ("board", "ui"):
        whole["properties"][name].pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "title": "kmm-tui settings"}
