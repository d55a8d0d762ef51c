"""``[[limits]]``: a person's own limits, which come after the preset's and win over them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, WithJsonSchema, model_validator

from kmm_tui.board.derived import counted_over, known_metrics
from kmm_tui.board.judge import method_of
from kmm_tui.board.limits import Limit
from kmm_tui.board.own import Own, own
from kmm_tui.board.scope import Level
from kmm_tui.metrics import BY_NAME, Good, Metric, Unit
from kmm_tui.settings.duration import PATTERN
from kmm_tui.settings.keys import listed, nearest
from kmm_tui.settings.levels import read_level, write_level
from kmm_tui.settings.names import OWN_NAME
from kmm_tui.settings.table import Table

_LEVELS = frozenset(level.value for level in Level)
_MOST_LEAST = 1_000_000
_BEHIND = {"warn_leave": "warn", "critical_leave": "critical"}


@lru_cache(maxsize=4)
def _limitable(_known: Own) -> Mapping[str, Metric]:
    return {name: metric for name, metric in {**known_metrics(), **BY_NAME}.items() if metric.is_number}


def limitable() -> Mapping[str, Metric]:
    """Every metric that may have a limit, by the names it may be called by."""
    return _limitable(own())


def _metric(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('must be the name of a metric in quotes, such as "queue_wait_time_90th_percentile"')
    name = value.strip()
    if name in limitable():
        return limitable()[name].name
    if name in BY_NAME:
        raise ValueError("this metric is no number and can have no limit")
    meant = nearest(name, limitable())
    hint = f'did you mean "{meant}"?' if meant else 'write a name such as "queue_wait_time_90th_percentile"'
    raise ValueError(f"unknown metric; {hint}")


def _on(value: Any, info: ValidationInfo) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (_scope(value, info),)


def _scope(value: Any, info: ValidationInfo) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    text = text.strip() if isinstance(text, str) else ""
    if not text or not text.isprintable():
        raise ValueError('must be such as "account", "skill:Bill*", "group:7", an id, a name or a list of them')
    kind, colon, rest = text.partition(":")
    kind = kind.strip().lower()
    if colon and kind == Level.ACCOUNT.value:
        raise ValueError('there is one account; write "account"')
    if kind not in _LEVELS:
        return text
    _check_offered(Level(kind), info.data.get("metric"))
    return f"{kind}:{rest.strip()}" if rest.strip() else kind


def _check_offered(level: Level, name: str | None) -> None:
    """A limit that can never be reached would be a promise that is not kept."""
    if name is not None and method_of(level) not in limitable()[name].methods:
        known = "agents only" if level is not Level.AGENT else "the account, skills and groups, not of agents"
        raise ValueError(f"this metric is known of {known}")


def _level(value: Any, info: ValidationInfo) -> float | None:
    """A value in the metric's unit. Of an unknown metric nothing more is said: that it is unknown is said already."""
    name, key = info.data.get("metric"), str(info.field_name)
    if name is None or value is None:
        return None
    metric = limitable()[name]
    level = read_level(value, metric.unit)
    warn = info.data.get("warn")
    if key == "critical" and warn is not None:
        _check_order(warn, level, metric)
    if key in _BEHIND:
        _check_leave(level, _BEHIND[key], info.data, metric)
    return level


def _check_order(warn: float, critical: float, metric: Metric) -> None:
    if warn == critical:
        raise ValueError("is the same as warn; leave one of them out")
    if metric.good is not Good.NEITHER and (critical > warn) != (metric.good is Good.DOWN):
        side, bad = ("above", "high") if metric.good is Good.DOWN else ("below", "low")
        raise ValueError(f"must lie {side} warn, {write_level(warn, metric.unit)}: this metric is bad when it is {bad}")


def _check_leave(leave: float, behind: str, data: Mapping[str, Any], metric: Metric) -> None:
    if behind not in data:  # given and wrong, which is said already
        return
    level, warn, critical = data[behind], data.get("warn"), data.get("critical")
    if level is None:
        raise ValueError(f"is where {behind} ends, and there is no {behind} here")
    low_is_bad = metric.good is Good.UP if warn is None or critical is None else warn > critical
    if leave < level if low_is_bad else leave > level:
        side, bad = ("below", "low") if low_is_bad else ("above", "high")
        text = write_level(level, metric.unit)
        raise ValueError(f"must not lie {side} {behind}, {text}: this metric is bad when it is {bad}")


def _off(value: Any, info: ValidationInfo) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    given = [key for key in ("warn", "critical") if info.data.get(key) is not None]
    if value and given:
        raise ValueError(f"switches the metric off; leave out {listed(given, 'and')}, or this")
    return value


def _least(value: Any, info: ValidationInfo) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_LEAST:
        raise ValueError("must be a whole number, such as 10")
    name = info.data.get("metric")
    if value and name is not None and counted_over(limitable()[name]) is None:
        based = sorted({metric.name for metric in limitable().values() if counted_over(metric)})
        raise ValueError(f"is only for metrics that are a share of something known: {listed(based, 'and')}")
    return value


_JSON_LEVEL = WithJsonSchema(
    {"anyOf": [{"type": "string", "pattern": f"{PATTERN}|^[0-9]+([.][0-9]+)? ?%$"}, {"type": "number"}]}
)
_JSON_METRIC = WithJsonSchema(
    {"anyOf": [{"type": "string", "enum": [*limitable()]}, {"type": "string", "pattern": OWN_NAME}]}
)
_JSON_ON = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
_Level = Annotated[float | None, BeforeValidator(_level), _JSON_LEVEL]


MetricName = Annotated[str, BeforeValidator(_metric), _JSON_METRIC]


class Leveled(Table):
    """Two levels for one metric. Levels are in the metric's own unit."""

    metric: MetricName | None = Field(None, description="Request name of the metric.")
    on: Annotated[tuple[Annotated[str, BeforeValidator(_scope)], ...], BeforeValidator(_on), _JSON_ON] = Field(
        (), description='Where it holds: "account", "skill:Bill*", "group:7", "agent:...", an id or name; empty is all.'
    )
    warn: _Level = Field(None, description='Where the warning begins: "90s", "85%" or a number, by the metric.')
    critical: _Level = Field(None, description="Where critical begins, beyond warn.")
    warn_leave: _Level = Field(None, description="Where the warning ends again, on the calm side of warn.")
    critical_leave: _Level = Field(None, description="Where critical ends again, on the calm side of critical.")
    least: Annotated[int, BeforeValidator(_least)] = Field(
        0, ge=0, description="So much of what a share is of there has to be before it is judged."
    )


class OwnLimit(Leveled):
    """Two levels for one metric, for all scopes that offer it or for some. Levels are in the metric's own unit."""

    metric: MetricName = Field(description="Request name of the metric.")
    off: Annotated[bool, BeforeValidator(_off)] = Field(False, description="No limit for the metric there.")
    _place: str = PrivateAttr("settings")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.warn is None and self.critical is None and not self.off:
            raise ValueError("says nothing; give warn, critical or off = true")
        return self

    def placed(self, place: str) -> Self:
        """The same, known to stand at ``place``, such as ``config.toml:41``."""
        copy = self.model_copy()
        copy._place = place
        return copy

    def limit(self) -> Limit:
        """It as the board knows limits."""
        return Limit(
            self.metric,
            self.warn,
            self.critical,
            self.warn_leave,
            self.critical_leave,
            on=self.on,
            least=self.least,
            source=self._place,
        )


def limit_text(limit: Limit) -> str:
    """A limit on one line, with levels as the settings write them."""
    metric = limitable().get(limit.metric)
    unit = metric.unit if metric else Unit.UNKNOWN
    parts = []
    for name, level, leave in (
        ("warn", limit.warn, limit.warn_leave),
        ("critical", limit.critical, limit.critical_leave),
    ):
        if level is not None:
            until = f" (until {write_level(leave, unit)})" if leave is not None else ""
            parts.append(f"{name} {write_level(level, unit)}{until}")
    where = limit.on or tuple(level.value for level in Level if level in limit.levels)
    on = f" on {', '.join(where)}" if where else ""
    least = f", least {limit.least}" if limit.least else ""
    return f"{limit.metric}{on}: {', '.join(parts) or 'off'}{least}"
