"""Where values come from: flags over environment over file over defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from kmm_tui.settings import keys
from kmm_tui.settings.auth import METHODS
from kmm_tui.settings.errors import Problem
from kmm_tui.settings.keys import KeyPath
from kmm_tui.settings.models import FILE_ONLY, OPEN, TABLES, Profile, Settings
from kmm_tui.settings.own_notices import OPEN_FIELDS as NOTICE_FIELDS
from kmm_tui.settings.secrets import SecretCommand, SecretFile, SecretKeyring
from kmm_tui.settings.table import keys_of
from kmm_tui.settings.walls import WallPage

AUTH_KEYS = tuple(dict.fromkeys(name for model in METHODS.values() for name in model.model_fields))
FILE_ONLY_KEYS = ("wallboard.pages",)
"""Lists of tables inside a table that the environment can give otherwise."""
LIST_KEYS = ("board.watch", "wallboard.open")
"""What is written with commas in between where it is one text."""
SETTING_KEYS = (
    *(name for name in Profile.model_fields if name != "auth"),
    *(f"auth.{name}" for name in AUTH_KEYS),
    *(
        key
        for table, model in TABLES.items()
        for name in keys_of(model)
        if (key := f"{table}.{name}") not in FILE_ONLY_KEYS
    ),
)
"""Every setting that the environment and flags can give. Those of a profile are the chosen profile's."""

VARIABLES = {keys.variable(key): key for key in SETTING_KEYS}

_OPEN_TABLES: tuple[type[BaseModel], ...] = (
    Settings, *TABLES.values(), WallPage, SecretFile, SecretCommand, SecretKeyring,
)  # fmt: skip
_PLAIN = frozenset(
    {"account", "name", "domain_api", "ca_bundle", "method", "username", "client_id"}
    | {*NOTICE_FIELDS}
    | {name for model in _OPEN_TABLES for name in keys_of(model)}
)


class Origin(Enum):
    """A layer, the highest first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: the flag, the variable, or the file and its line (from 1)."""

    origin: Origin
    name: str = ""
    line: int | None = None

    def __str__(self) -> str:
        if self.origin is Origin.DEFAULT:
            return "default"
        return f"{self.name}:{self.line}" if self.line else self.name


DEFAULT = Source(Origin.DEFAULT)


@dataclass(frozen=True, slots=True)
class Layer:
    """What flags or the environment say: values by setting, and how each was named."""

    origin: Origin
    values: dict[str, Any] = field(repr=False)
    names: dict[str, str]

    def source(self, key: str) -> Source:
        return Source(self.origin, self.names[key])


def covered(value: Any, key: str = "") -> Any:
    """The file's values with every text that may be a secret behind ``SecretStr``, so that no traceback prints it."""
    if isinstance(value, dict):
        return {name: _open(inner, name) if not key and name in OPEN else covered(inner, name)
                for name, inner in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [covered(inner, key) for inner in value]
    return SecretStr(value) if isinstance(value, str) and key not in _PLAIN else value


def _open(value: Any, name: str) -> Any:
    """What only the file can give holds no secret, but for the headers and addresses of sources."""
    if name != "sources" or not isinstance(value, list):
        return value
    return [
        {key: covered(inner, key) if key in ("headers", "url") else inner for key, inner in each.items()}
        if isinstance(each, dict)
        else each
        for each in value
    ]


def _value(key: str, text: str) -> Any:
    if key in LIST_KEYS:
        return [part for part in (part.strip() for part in text.split(",")) if part]
    name = key.rpartition(".")[2]
    return text.strip() if name in _PLAIN else SecretStr(text)


def environment(environ: Mapping[str, str]) -> tuple[Layer, list[Problem]]:
    """The settings in the environment, and its unknown variables. An empty variable counts as not set."""
    layer = Layer(Origin.ENVIRONMENT, {}, {})
    problems: list[Problem] = []
    for name in sorted(environ):
        if not name.startswith(keys.PREFIX) or name in keys.RESERVED or not environ[name]:
            continue
        key = VARIABLES.get(name)
        if key is None:
            known = [one.removeprefix(keys.PREFIX) for one in (*VARIABLES, *sorted(keys.RESERVED))]
            meant = keys.nearest(name.removeprefix(keys.PREFIX), known)
            hint = f"did you mean {keys.PREFIX}{meant}?" if meant else "unset it"
            told = f"unknown variable; {hint}"
            table = name.removeprefix(keys.PREFIX).partition("__")[0].lower()
            given = name.removeprefix(keys.PREFIX).lower().replace("__", ".")
            if table in FILE_ONLY or given in FILE_ONLY_KEYS:
                told = f"only the settings file can give {given if given in FILE_ONLY_KEYS else table}; unset this"
            problems.append(Problem(name, "", told))
        else:
            layer.values[key] = _value(key, environ[name])
            layer.names[key] = name
    return layer, problems


def flags_layer(flags: Mapping[str, Any]) -> Layer:
    """The settings in flags. None and an empty list, as a flag that was not used gives, count as not set.

    Raises ``ValueError`` for a key that is no setting: that is a mistake of the program.
    """
    layer = Layer(Origin.FLAG, {}, {})
    for key, value in flags.items():
        if key != "profile" and key not in SETTING_KEYS:
            raise ValueError(f"no setting is called {key!r}")
        if value is not None and value != () and value != []:
            layer.values[key] = _value(key, value) if isinstance(value, str) and key != "profile" else value
            layer.names[key] = keys.flag(key)
    return layer


def place(key: str, profile: str) -> KeyPath:
    """Where a setting of the environment or of flags stands in the file."""
    parts = tuple(key.split("."))
    return parts if parts[0] in {*TABLES, "profile"} else ("profiles", profile, *parts)


@dataclass(slots=True)
class Draft:
    """The layers put together, not yet checked, and the source of each value."""

    file: Path | None
    tree: dict[str, Any] = field(default_factory=dict, repr=False)
    sources: dict[KeyPath, Source] = field(default_factory=dict)

    def table(self, path: KeyPath) -> dict[str, Any]:
        """The table at the path, made if it is missing or is something else."""
        table = self.tree
        for part in path:
            inner = table.get(str(part))
            if not isinstance(inner, dict):
                inner = table[str(part)] = {}
            table = inner
        return table

    def put(self, path: KeyPath, value: Any, source: Source) -> None:
        self.drop(path)
        self.table(path[:-1])[str(path[-1])] = value
        self.sources[path] = source

    def drop(self, path: KeyPath) -> None:
        self.table(path[:-1]).pop(str(path[-1]), None)
        for known in [known for known in self.sources if known[: len(path)] == path]:
            del self.sources[known]

    def without_secrets(self, profiles: Iterable[str]) -> None:
        """Takes away channels, and how profiles sign in and by which way; in its place stands a bearer that is none."""
        self.drop(("notices",))
        for profile in profiles:
            for key in ("auth", "proxy", "ca_bundle"):
                self.drop(("profiles", profile, key))
            for key, value in (("method", "bearer"), ("token", SecretStr("none"))):
                self.put(("profiles", profile, "auth", key), value, DEFAULT)

    def source(self, path: KeyPath) -> Source:
        """The source of a value, or of the closest table around it; ``DEFAULT`` if it stands nowhere."""
        while path:
            if path in self.sources:
                return self.sources[path]
            path = path[:-1]
        return DEFAULT

    def lay(self, layer: Layer, profile: str) -> None:
        """Puts a layer over what is there. A sign-in by another method replaces the one below, it is not mixed in."""
        auth: KeyPath = ("profiles", profile, "auth")
        method = layer.values.get("auth.method")
        below = self.table(auth).get("method") if method is not None else None
        if below is not None and below != method:
            self.drop(auth)
        for key, value in layer.values.items():
            if key != "profile":
                self.put(place(key, profile), value, layer.source(key))
