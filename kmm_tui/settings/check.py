"""Tables checked against their models; what is wrong said in the words of the settings file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kmm_tui.settings.auth import METHODS
from kmm_tui.settings.keys import KeyPath, dotted, listed, nearest
from kmm_tui.settings.layers import AUTH_KEYS
from kmm_tui.settings.models import FREE_TABLES, LISTS, TABLES, TOP, Profile
from kmm_tui.settings.own_alerts import OwnAlert
from kmm_tui.settings.own_limits import OwnLimit
from kmm_tui.settings.own_notices import OwnNotice
from kmm_tui.settings.own_shifts import OwnShift
from kmm_tui.settings.own_sources import OwnFormula, OwnSource, SourceMetric
from kmm_tui.settings.table import Table, keys_of
from kmm_tui.settings.walls import Wallboard, WallPage

T = TypeVar("T", bound=Table)

NOT_A_TABLE = "must be a table"
_FORMS_OF_A_VALUE = (
    'must be text in quotes, { file = "..." }, { command = ["..."] } or { keyring = "service/username" }'
)
_HOMES: dict[str, str] = {
    **dict.fromkeys(keys_of(OwnSource), "[[sources]]"),
    **dict.fromkeys(keys_of(OwnFormula), "[[derived]]"),
    **dict.fromkeys(AUTH_KEYS, "[profiles.NAME.auth]"),
    **dict.fromkeys(keys_of(OwnNotice), "[[notices]]"),
    **dict.fromkeys(keys_of(OwnAlert), "[[alerts]]"),
    **dict.fromkeys(keys_of(OwnShift), "[[shifts]]"),
    **dict.fromkeys(keys_of(WallPage), "[[wallboard.pages]]"),
    **{key: f"[{table}]" for table, model in TABLES.items() for key in keys_of(model)},
    **dict.fromkeys(keys_of(OwnLimit), "[[limits]]"),
    **dict.fromkeys(keys_of(Profile), "[profiles.NAME]"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a place. ``missing``: it is not there; ``meant``: the key that was most likely meant."""

    path: KeyPath
    text: str
    missing: bool = False
    meant: KeyPath | None = None


def check(
    model: type[T], values: Mapping[str, Any], at: KeyPath, folder: Path | None
) -> tuple[T | None, list[Finding]]:
    """The table as its model, or everything that is wrong with it. ``folder`` is where its relative paths start."""
    try:
        return model.model_validate(values, context={"folder": folder}), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    return None, _without_echoes([finding for detail in details for finding in _explain(detail, model, values, at)])


def unknown(name: str, at: KeyPath, known: list[str]) -> Finding:
    """An unknown key, with the known one that is nearest, or the table where it belongs."""
    meant = nearest(name, known)
    if meant:
        return Finding((*at, name), f'unknown key; did you mean "{meant}"?', meant=(*at, meant))
    if name in _HOMES:
        home = _HOMES[name].replace("NAME", dotted(at[1:2])) if at[:1] == ("profiles",) else _HOMES[name]
        return Finding((*at, name), f"does not belong here; move it to {home}")
    return Finding((*at, name), f"unknown key; known here: {listed(known, 'and')}")


def top_level(tree: Mapping[str, Any]) -> list[Finding]:
    """Unknown tables and keys, and tables that are something else. The tables themselves are checked one by one."""
    findings = [unknown(name, (), list(TOP)) for name in tree if name not in TOP]
    tables = ("profiles", *TABLES, *FREE_TABLES)
    others = [name for name in tables if not isinstance(tree.get(name, {}), dict)]
    findings += [Finding((name,), _not_a_table(tree[name], (name,))) for name in others]
    for name in LISTS:
        if not isinstance(tree.get(name, []), list):
            findings.append(Finding((name,), f"must be a list of tables; write [[{name}]]"))
    return findings


def _not_a_table(value: object, path: KeyPath) -> str:
    header = "profiles.NAME" if path == ("profiles",) else dotted(path)
    doubled = ", not [[...]]" if isinstance(value, list) else ""
    return f"{NOT_A_TABLE}; write [{header}]{doubled}"


def profile_tables(profiles: Mapping[str, Any]) -> list[Finding]:
    """Profiles that are no tables, and sign-ins that are none."""
    findings = []
    for name, profile in profiles.items():
        at: KeyPath = ("profiles", name)
        if not name.strip():
            findings.append(Finding(at, "a profile needs a name; write [profiles.NAME]"))
        if not isinstance(profile, dict):
            findings.append(Finding(at, _not_a_table(profile, at)))
        elif not isinstance(profile.get("auth", {}), dict):
            findings.append(Finding((*at, "auth"), _not_a_table(profile["auth"], (*at, "auth"))))
    return findings


def _without_echoes(findings: list[Finding]) -> list[Finding]:
    """Without those missing keys that are there under a wrong name."""
    meant = {finding.meant for finding in findings}
    return [finding for finding in findings if not (finding.missing and finding.path in meant)]


def _explain(detail: ErrorDetails, model: type[Table], values: Mapping[str, Any], at: KeyPath) -> Iterator[Finding]:
    method = str(detail["loc"][1]) if detail["loc"][:1] == ("auth",) and len(detail["loc"]) > 1 else ""
    within = tuple(part for number, part in enumerate(detail["loc"]) if not _is_tag(part, number, method))
    path = (*at, *within)
    kind = detail["type"]
    if kind == "extra_forbidden":
        yield _extra(path, within, model, method)
    elif kind == "missing":
        yield Finding(path, f'missing for method "{method}"' if method else "missing", missing=True)
    elif within == ("auth",) and not isinstance(values["auth"], dict):
        yield Finding(path, _not_a_table(values["auth"], path))
    elif within == ("auth",) and kind.startswith("union_tag"):
        yield from _method(path, values["auth"])
    elif kind == "union_tag_not_found":
        yield Finding(path, _FORMS_OF_A_VALUE)
    elif kind == "value_error":
        yield Finding(path, str(detail["ctx"]["error"]))
    elif kind.endswith("too_short"):
        yield Finding(path, "must not be empty")
    elif kind in {"model_type", "dict_type", "model_attributes_type"}:
        yield Finding(path, NOT_A_TABLE)
    elif kind == "string_type":
        yield Finding(path, "must be text in quotes")
    else:
        yield Finding(path, detail["msg"][:1].lower() + detail["msg"][1:])


def _is_tag(part: object, number: int, method: str) -> bool:
    """Which member of a union was tried; pydantic counts it to the path."""
    return (method != "" and number == 1) or (isinstance(part, str) and part.startswith("<"))


def _extra(path: KeyPath, within: KeyPath, model: type[Table], method: str) -> Finding:
    name = str(path[-1])
    if model is Wallboard and len(within) > 1:
        return unknown(name, path[:-1], list(keys_of(WallPage)))
    if model is OwnSource and within[:1] == ("metrics",) and len(within) > 2:
        return unknown(name, path[:-1], list(keys_of(SourceMetric)))
    if not method and len(within) > 1:
        return unknown(name, path[:-1], ["file", "command", "keyring"])
    if not method:
        return unknown(name, path[:-1], list(keys_of(model)))
    if len(within) > 2:
        return unknown(name, path[:-1], ["file", "command", "keyring"])
    known = [field for field in METHODS[method].model_fields if field != "method"]
    if name in AUTH_KEYS:
        return Finding(path, f'not for method "{method}", which takes {listed(known, "and")}')
    return unknown(name, path[:-1], known)


def _method(path: KeyPath, auth: Mapping[str, Any]) -> Iterator[Finding]:
    """A sign-in whose method is unknown or missing: which it may be, and keys that no method has."""
    yield from (unknown(name, path, list(AUTH_KEYS)) for name in auth if name not in AUTH_KEYS)
    given = auth.get("method")
    place = (*path, "method")
    choice = listed(f'"{name}"' for name in METHODS)
    if given is None:
        fitting = [name for name, model in METHODS.items() if auth and auth.keys() <= model.model_fields.keys()]
        guess = f', most likely "{fitting[0]}"' if len(fitting) == 1 else ""
        yield Finding(place, f"missing{guess}", missing=True)
    else:
        meant = nearest(given, METHODS) if isinstance(given, str) else None
        yield Finding(place, f'unknown method; did you mean "{meant}"?' if meant else f"must be {choice}")
