"""The settings for people to read: every value with its source; and the schema of the file for editors."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, SecretStr

from kmm_tui.board.own import using
from kmm_tui.settings.auth import OPEN_FIELDS
from kmm_tui.settings.away import by_key, plain_key
from kmm_tui.settings.duration import format_duration
from kmm_tui.settings.errors import printable
from kmm_tui.settings.keys import KeyPath, dotted, listed
from kmm_tui.settings.layers import DEFAULT, Source
from kmm_tui.settings.load import Loaded
from kmm_tui.settings.models import FREE_TABLES, TABLES, Board, Settings
from kmm_tui.settings.own_alerts import Alerting, alert_text
from kmm_tui.settings.own_limits import limit_text
from kmm_tui.settings.own_notices import notice_text
from kmm_tui.settings.own_shifts import shift_text
from kmm_tui.settings.secrets import SecretCommand, SecretFile, SecretKeyring
from kmm_tui.settings.size import USUAL, format_size
from kmm_tui.settings.walls import Wallboard, WallPage, page_text

MASK = "********"
_ROWS_OF_THEIR_OWN = ("own_limits", "own_shifts", "sources", "own_formulas", "own_alerts", "own_notices", *FREE_TABLES)
_WITHOUT: dict[KeyPath, str] = {
    ("board", "zone"): "the machine's own",
    ("alerting", "no_data"): "off",
    ("alerting", "quiet"): "never",
    ("wallboard", "open"): "always",
    ("wallboard", "pages"): "the usual",
}
"""What holds where nothing is set, if that is not simply nothing."""
_NEEDED = frozenset(
    {"method", "file", "command", "keyring", "metric", "name", "from", "to", "by", "metrics", "formula"}
)
"""Keys that no layer can give but the file, where their table is there."""


class Row(NamedTuple):
    """A setting: its dotted key, its value as text with secrets masked, and where it comes from."""

    key: str
    value: str
    source: str


def show(loaded: Loaded) -> list[Row]:
    """Every setting with its source. Reads no secret file and runs no command."""
    with using(loaded.settings.own_metrics()):
        return _show(loaded)


def _show(loaded: Loaded) -> list[Row]:
    settings = loaded.settings
    rows = [_row(loaded, path, value) for path, value in _values(settings, ())]
    shifts = enumerate(settings.own_shifts)
    rows += [_row(loaded, ("shifts", number), shift_text(shift)) for number, shift in shifts]
    rows += [_row(loaded, ("sources", number), source.text) for number, source in enumerate(settings.sources)]
    formulas = enumerate(settings.own_formulas)
    rows += [_row(loaded, ("derived", number), f"{own.name} = {own.formula}") for number, own in formulas]
    rows += _limits(loaded)
    rows += [_row(loaded, ("alerts", at), alert_text(alert)) for at, alert in enumerate(settings.own_alerts)]
    rows += [_row(loaded, ("notices", at), notice_text(notice)) for at, notice in enumerate(settings.own_notices)]
    rows += _away(loaded)
    for name in ("group_parents", "keys"):
        rows += [_row(loaded, path, value) for path, value in _values(getattr(settings, name), (name,))]
    for name, lacking in loaded.incomplete.items():
        rows.append(_row(loaded, ("profiles", name), f"incomplete without {listed(lacking, 'and')}"))
    return rows


def _away(loaded: Loaded) -> Iterator[Row]:
    """The usual limits and a person's own, and which of the usual ones the person has taken away."""
    own = {plain_key(reason): reason for reason in loaded.settings.away}
    limits = dict(by_key(loaded.settings.state_limits()))
    for reason, limit in limits.items():
        key = own.get(plain_key(reason), reason)
        value = "none" if limit is None else format_duration(timedelta(milliseconds=limit))
        yield _row(loaded, ("away", key), value, given=plain_key(reason) in own)


def _row(loaded: Loaded, path: KeyPath, value: str, *, given: bool = True) -> Row:
    source = _source(loaded, path) if given else DEFAULT
    return Row(printable(dotted(path)), printable(value), printable(str(source)))


def _source(loaded: Loaded, path: KeyPath) -> Source:
    """That of the value. A key of [keys] may stand there with quotes or without."""
    unquoted = ".".join(str(part) for part in path)
    return loaded.sources.get(dotted(path)) or loaded.sources.get(unquoted) or DEFAULT


def _limits(loaded: Loaded) -> Iterator[Row]:
    """The limits in the order in which they hold, later over earlier."""
    settings = loaded.settings
    limits = settings.limits()
    usual = len(limits) - len(settings.own_limits)
    for limit in limits[:usual]:
        yield Row("limits", printable(limit_text(limit)), printable(limit.source))
    for number, limit in enumerate(limits[usual:]):
        yield _row(loaded, ("limits", number), limit_text(limit))


def _values(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, SecretFile):
        yield path, f"file {value.file}"
    elif isinstance(value, SecretKeyring):
        yield path, f"keyring {value.keyring}"
    elif isinstance(value, SecretCommand):
        yield path, f"command {shlex.join(value.command)}"
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if path or name not in _ROWS_OF_THEIR_OWN:
                yield from _values(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _values(inner, (*path, name))
    elif isinstance(value, SecretStr) or ("auth" in path[2:3] and path[-1] not in OPEN_FIELDS):
        yield path, MASK
    elif isinstance(value, timedelta):
        yield path, format_duration(value)
    elif isinstance(value, bool):
        yield path, str(value).lower()
    elif isinstance(value, tuple) and value and isinstance(value[0], WallPage):
        yield from (((*path, number), page_text(page)) for number, page in enumerate(value))
    elif isinstance(value, tuple):
        yield path, ", ".join(value) or _WITHOUT.get(path, "all")
    elif value is None:
        yield path, _WITHOUT.get(path, "none")
    else:
        yield path, format_size(value) if path == ("record", "cap") else str(value)


def schema() -> dict[str, Any]:
    """JSON Schema of the settings file. What the environment can give instead is not required in the file."""
    whole = Settings.model_json_schema()
    tables = [whole, *whole["$defs"].values()]
    for table in tables:
        required = [name for name in table.get("required", []) if name in _NEEDED]
        table.pop("required", None)
        if required:
            table["required"] = required
    for model in (Board, Alerting, Wallboard):
        for name, field in model.model_fields.items():
            length = getattr(model(), name)
            if isinstance(length, timedelta):
                properties = whole["$defs"][model.__name__]["properties"]
                properties[field.alias or name]["default"] = format_duration(length)
    whole["$defs"]["Record"]["properties"]["cap"]["default"] = format_size(USUAL)
    for name in TABLES:
        whole["properties"][name].pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "title": "kmm-tui settings"}
