"""``[[sources]]``: where figures beside those of the API come from, and which; and ``[[derived]]``: formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PlainSerializer, SecretStr, WithJsonSchema, model_validator

from kmm_tui.board.derived import known_metrics
from kmm_tui.board.expression import Expression
from kmm_tui.board.scope import Level
from kmm_tui.board.sources import Column, method_of
from kmm_tui.metrics import BY_FIELD, BY_NAME, Combine, Good, Kind, Metric, Unit, camel
from kmm_tui.outside.address import WebError, host_of
from kmm_tui.outside.reading import Reading
from kmm_tui.settings.duration import PATTERN, format_duration, length_between
from kmm_tui.settings.keys import listed, nearest
from kmm_tui.settings.names import OWN_NAME
from kmm_tui.settings.secrets import FilePath, Secret, arguments
from kmm_tui.settings.table import Table

ORIGINS = ("file", "url", "command", "sqlite")
UNITS: Mapping[str, tuple[Unit, float]] = {
    "count": (Unit.COUNT, 1),
    "ms": (Unit.DURATION, 1),
    "seconds": (Unit.DURATION, 1000),
    "minutes": (Unit.DURATION, 60_000),
    "hours": (Unit.DURATION, 3_600_000),
    "ratio": (Unit.RATIO, 1),
    "percent": (Unit.RATIO, 0.01),
    "score": (Unit.SCORE, 1),
    "number": (Unit.UNKNOWN, 1),
}
"""What a source may count in, the unit that it is shown in, and by what a number of it is multiplied."""
RESULTS = {name: unit for name, (unit, factor) in UNITS.items() if factor == 1}
"""What a formula may be declared to give."""
_NAME = re.compile(OWN_NAME)
_TAKEN = frozenset(
    {"and", "or", "not", "if", "else", "is", "in", "min", "max", "abs", "round", "true", "false", "none"}
)
_LONGEST_NAME, _LONGEST_PATH, _LONGEST_SHORT = 40, 300, 10
_SAMPLE = "planned_agents"


def _name(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ValueError(f'must be a name in small letters, digits and single _, such as "{_SAMPLE}"')
    others = {metric.name for metric in known_metrics().values() if not metric.is_own}
    fields = {metric.field for metric in known_metrics().values() if not metric.is_own}
    if name in others or name in BY_NAME or camel(name) in fields or camel(name) in BY_FIELD or name in _TAKEN:
        raise ValueError("this name means something else already; choose another")
    return name


def _choice(words: Mapping[str, Any]) -> Any:
    def read(value: Any) -> str:
        word = value.strip().lower() if isinstance(value, str) else ""
        if word in words:
            return word
        meant = nearest(word, words)
        listing = listed(f'"{each}"' for each in words)
        raise ValueError(f'did you mean "{meant}"?' if meant else f"must be {listing}")

    return BeforeValidator(read)


def _short_text(longest: int) -> Any:
    def read(value: Any) -> str:
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if not text or not text.isprintable() or len(text) > longest:
            raise ValueError(f"must be text in quotes, of at most {longest} characters")
        return text

    return BeforeValidator(read)


def _url(value: Any) -> SecretStr:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    trouble = ""
    try:
        host_of(text.strip() if isinstance(text, str) else "")
    except WebError as error:
        trouble = str(error)
    if trouble:
        raise ValueError(trouble)
    return SecretStr(str(text).strip())


def _headers(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError('must be a table, such as { Authorization = { file = "wfm.secret" } }')
    for name in value:
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
            raise ValueError("holds a name that no header may have")
    return value


def _profiles(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError('must be names of profiles, such as ["acme"]')
    return tuple(dict.fromkeys(names))


def _path(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or not text.isprintable() or len(text) > _LONGEST_PATH:
        raise ValueError(f"must be text in quotes, of at most {_LONGEST_PATH} characters")
    return text


_GOOD = {"up": Good.UP, "down": Good.DOWN, "neither": Good.NEITHER}
_BY = {level.value: level for level in Level}
_FORMATS = {"csv": "csv", "json": "json"}


def _words(words: Mapping[str, Any]) -> Any:
    return WithJsonSchema({"type": "string", "enum": [*words]})


_AS_TEXT = PlainSerializer(format_duration, return_type=str)
_JSON_DURATION = WithJsonSchema({"type": "string", "pattern": PATTERN})
_TEXT = WithJsonSchema({"type": "string"})
_PathText = Annotated[str, BeforeValidator(_path), _TEXT]
_MetricName = Annotated[str, BeforeValidator(_name), WithJsonSchema({"type": "string", "pattern": OWN_NAME})]
_GoodWord = Annotated[str, _choice(_GOOD), _words(_GOOD)]


class _Shown(Table):
    """What a metric is called and how it is read."""

    name: _MetricName = Field(description="What limits, columns and formulas call it.")
    label: Annotated[str, _short_text(22), _TEXT] | None = Field(None, description="What the board calls it.")
    short: Annotated[str, _short_text(_LONGEST_SHORT), _TEXT] | None = Field(
        None, description="The same above a column."
    )
    good: _GoodWord = Field("neither", description='Which way is good: "up", "down" or "neither".')
    meaning: Annotated[str, _short_text(200), _TEXT] | None = Field(None, description="What ? says of it.")

    def _metric(self, levels: frozenset[Any], unit: Unit, kind: Kind, meaning: str) -> Metric:
        label = self.label or self.name.replace("_", " ").capitalize()[:22]
        return Metric(
            name=self.name,
            field=camel(self.name),
            methods=levels,
            kind=kind,
            unit=unit,
            good=_GOOD[self.good],
            combine=Combine.NEVER,
            short=self.short or _shortened(self.name.replace("_", " ")),
            label=label,
            meaning=self.meaning or meaning,
            is_own=True,
        )


class SourceMetric(_Shown):
    """One value of a source."""

    value: _PathText | None = Field(None, description="Its column, or its JMESPath in a row; without it its name.")
    unit: Annotated[str, _choice(UNITS), _words(UNITS)] = Field(
        "count", description=f"What the source counts it in: {listed(UNITS)}."
    )

    @property
    def place(self) -> str:
        """Its column, or its JMESPath."""
        return self.value or self.name


def _metrics(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("must be a list of tables; write [[sources.metrics]] below the source")
    return tuple(value)


class OwnSource(Table):
    """A file, an address, a command or a database with figures of the account, skills, agent groups or agents."""

    name: Annotated[str, _short_text(30), _TEXT] = Field(description="What the board calls it.")
    file: FilePath | None = Field(None, description="A CSV or JSON file, relative to the settings file.")
    url: Annotated[SecretStr, BeforeValidator(_url), _TEXT] | None = Field(
        None, description="An address that answers JSON or CSV; it may hold a key, but no user and password."
    )
    command: Annotated[tuple[str, ...], BeforeValidator(arguments)] | None = Field(
        None, repr=False, description="A command and its arguments, run without a shell, that prints JSON or CSV."
    )
    sqlite: FilePath | None = Field(None, description="An SQLite database, which is only read.")
    query: Annotated[str, BeforeValidator(_path), _TEXT] | None = Field(
        None, description="The SELECT that gives its rows, for sqlite."
    )
    format: Annotated[str, _choice(_FORMATS), _words(_FORMATS)] | None = Field(
        None, description='"csv" or "json", where the name of the file does not tell; json for url and command.'
    )
    headers: Annotated[dict[str, Secret], BeforeValidator(_headers)] = Field(
        {}, description="Headers of its own for url, such as a key; each a text or a secret."
    )
    rows: _PathText | None = Field(None, description="JMESPath of the rows in JSON; without it all of it.")
    by: Annotated[str, _choice(_BY), _words(_BY)] = Field(
        description='Whom a row is about: "account", "skill", "group" or "agent".'
    )
    key: _PathText | None = Field(
        None,
        description="The column, or JMESPath in a row, that names it, by id or name; an account need not be named.",
    )
    profiles: Annotated[tuple[str, ...], BeforeValidator(_profiles)] = Field(
        (), description="The profiles whose account it tells of; without it all of them."
    )
    slot: _PathText | None = Field(
        None, description='That of the start of the time slot: "14:30", a date with a time, or epoch seconds or ms.'
    )
    slot_length: Annotated[
        timedelta, BeforeValidator(length_between("1m", "24h", "m", "30m")), _AS_TEXT, _JSON_DURATION
    ] = Field(timedelta(minutes=30), description="How long a slot is.")
    every: Annotated[timedelta, BeforeValidator(length_between("5s", "24h", "m", "5m")), _AS_TEXT, _JSON_DURATION] = (
        Field(timedelta(minutes=5), description='How often it is asked: "5s" to "24h".')
    )
    timeout: Annotated[
        timedelta, BeforeValidator(length_between("1s", "60s", "s", "10s")), _AS_TEXT, _JSON_DURATION
    ] = Field(timedelta(seconds=10), description='How long asking and reading may each take: "1s" to "60s".')
    metrics: Annotated[tuple[SourceMetric, ...], BeforeValidator(_metrics)] = Field(description="What it tells.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        given = [name for name in ORIGINS if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"names {listed(given, 'and')}; leave all but one of them out" if given else "has no origin"
            raise ValueError(said if given else f"{said}; give it {listed(ORIGINS)}")
        if self.by != Level.ACCOUNT.value and self.key is None:
            raise ValueError(f'does not say which {self.by} a row is about; write key = "{self.by}"')
        if (self.query is None) == (self.sqlite is not None):
            raise ValueError('sqlite and query go together; write query = "SELECT ..."')
        if self.headers and self.url is None:
            raise ValueError("headers are for url only")
        if self.kind != "json":
            if self.rows is not None:
                raise ValueError("rows is for JSON only")
            return self
        for name, path in (("rows", self.rows), ("key", self.key), ("slot", self.slot), *self._places()):
            if path is not None and (wrong := _not_jmespath(path)):
                raise ValueError(f"{name} is no JMESPath: {wrong}")
        return self

    def _places(self) -> list[tuple[str, str]]:
        return [(f"the value of {metric.name}", metric.place) for metric in self.metrics]

    @property
    def kind(self) -> Literal["csv", "json", "sqlite"]:
        """How it is read."""
        if self.sqlite is not None:
            return "sqlite"
        if self.format is not None:
            return "csv" if self.format == "csv" else "json"
        return "csv" if self.file is not None and self.file.suffix.lower() != ".json" else "json"

    @property
    def level(self) -> Level:
        """Whom its rows are about."""
        return _BY[self.by]

    def is_of(self, profile: str) -> bool:
        """Whether it tells of the account of `profile`."""
        return not self.profiles or profile in self.profiles

    @property
    def tells_whose(self) -> bool:
        """Whether its rows can be taken for another account's by nobody: it names profiles, or accounts in its rows."""
        return bool(self.profiles) or (self.by == Level.ACCOUNT.value and self.key is not None)

    @property
    def origin(self) -> str:
        """Where it comes from, as it may be shown: no path, argument or header of what may be secret."""
        if self.url is not None:
            return urlsplit(self.url.get_secret_value()).hostname or ""
        if self.command is not None:
            return f"the command {Path(self.command[0]).name}"
        path = self.file or self.sqlite
        return path.name if path else ""

    @property
    def text(self) -> str:
        """It on one line."""
        names = ", ".join(metric.name for metric in self.metrics)
        return f"{self.name}: {self.origin}, by {self.by}, every {format_duration(self.every)}: {names}"

    def reading(self) -> Reading:
        """How its rows are read; of what is asked for elsewhere the data comes along."""
        return Reading(
            kind=self.kind,
            values=tuple(metric.place for metric in self.metrics),
            key=self.key or "",
            slot=self.slot or "",
            path=self.file or self.sqlite,
            query=self.query or "",
            rows=self.rows or "",
        )

    def columns(self) -> tuple[Column, ...]:
        """What each of its values is."""
        return tuple(
            Column(camel(metric.name), f"{metric.place}, in {metric.unit}", UNITS[metric.unit][1])
            for metric in self.metrics
        )

    def catalogue(self) -> tuple[Metric, ...]:
        """Its metrics."""
        methods = frozenset({method_of(self.level)})
        said = f"From {self.name} ({self.origin}), by {self.by}."
        return tuple(metric._metric(methods, UNITS[metric.unit][0], Kind.CURRENT, said) for metric in self.metrics)


class OwnFormula(_Shown):
    """A metric that is computed from others."""

    formula: Annotated[str, BeforeValidator(_path), _TEXT] = Field(
        description='Of metrics by name, such as "planned_agents - online_agents"; + - * / //, min, max, abs, round.'
    )
    unit: Annotated[str, _choice(RESULTS), _words(RESULTS)] | None = Field(
        None, description=f"Its unit, where the formula does not tell: {listed(RESULTS)}."
    )

    def metric(self, expression: Expression, known: Mapping[str, Metric]) -> Metric:
        """The metric. Raises `ValueError` where no answer holds all that it needs, or its unit cannot be told."""
        if expression.is_condition:
            raise ValueError("is a comparison, which is true or false and no figure")
        if not expression.names:
            raise ValueError("names no metric; it would always be the same")
        inputs = [known[name] for name in expression.names]
        methods = frozenset.intersection(*(metric.methods for metric in inputs))
        if not methods:
            agents = [m.name for m in inputs if not m.methods - {method_of(Level.AGENT)}]
            others = [m.name for m in inputs if method_of(Level.AGENT) not in m.methods]
            raise ValueError(f"needs {agents[0]}, which is known of agents only, and {others[0]}, which is not")
        unit = expression.unit
        if self.unit is not None:
            declared = RESULTS[self.unit]
            if unit not in (Unit.UNKNOWN, declared) and declared is not Unit.UNKNOWN:
                raise ValueError(f"is in {unit.value} by what it is made of, and not in {self.unit}; leave unit out")
            unit = declared
        elif unit is Unit.UNKNOWN and not any(metric.unit is Unit.UNKNOWN for metric in inputs):
            raise ValueError(
                f"has a unit that cannot be told; write unit = {listed([chr(34) + u + chr(34) for u in RESULTS])}"
            )
        kind = Kind.BY_TIME if all(metric.kind is Kind.BY_TIME for metric in inputs) else Kind.CURRENT
        return self._metric(methods, unit, kind, f"By your formula: {expression.text}")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHORT else f"{text[: _LONGEST_SHORT - 1].rstrip()}…"


def _not_jmespath(path: str) -> str:
    import jmespath  # only who has such a source needs it
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(path)
    except JMESPathError as error:
        return " ".join(str(error).splitlines()[0].split())[:100]
    except RecursionError:
        return "nested too deep"
    return ""
