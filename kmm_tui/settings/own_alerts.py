"""``[alerting]`` and ``[[alerts]]``: what raises alerts, how long it has to last, and when nobody wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from kmm_tui.board.alert_rules import OWN, SETTLE, AlertRule
from kmm_tui.board.derived import known_metrics, metric_named
from kmm_tui.board.expression import Expression, ExpressionError, names_of, parse
from kmm_tui.board.limits import Limit
from kmm_tui.board.severity import Severity
from kmm_tui.board.shifts import Shift
from kmm_tui.settings.duration import PATTERN, format_duration, length_between
from kmm_tui.settings.hours import Hours, shifts_of
from kmm_tui.settings.own_limits import Leveled, limit_text
from kmm_tui.settings.switch import Switch
from kmm_tui.settings.table import Table

OFF = "off"
_LONGEST_NAME = 40
_SEVERITIES = {"warn": Severity.WARN, "critical": Severity.CRITICAL}
_BY_CONDITION: tuple[str, ...] = ("until", "level")
_BY_METRIC: tuple[str, ...] = ("warn", "critical", "warn_leave", "critical_leave", "least")

_read_for = length_between("0s", "1h", "m", "2m")
_read_silence = length_between("1m", "24h", "m", "5m")
_AS_TEXT = PlainSerializer(format_duration, return_type=str)
_JSON_DURATION = WithJsonSchema({"type": "string", "pattern": PATTERN})


def _silence(value: Any) -> timedelta | None:
    if isinstance(value, str) and value.strip().casefold() == OFF:
        return None
    try:
        return _read_silence(value)
    except ValueError as error:
        raise ValueError(f'{error}; "{OFF}" is never') from None


def _name(value: Any) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise ValueError(f'must be a name of at most {_LONGEST_NAME} characters, such as "Billing waits"')
    return name


def _condition(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('must be a condition in quotes, such as "online_agents < 3"')
    try:
        found = _parsed(value)
    except ExpressionError as error:
        raise ValueError(str(error)) from None
    if not found.is_condition:
        raise ValueError(f'is no condition; compare it with something, as in "{found.text} > 3"')
    return found.text


def _parsed(text: str) -> Expression:
    return parse(text, names_of(known_metrics().values()))


For = Annotated[timedelta, BeforeValidator(_read_for), _AS_TEXT, _JSON_DURATION]
Condition = Annotated[str, BeforeValidator(_condition), WithJsonSchema({"type": "string"})]
LevelName = Literal["warn", "critical"]


class Alerting(Table):
    """What holds for all alerts."""

    on: Switch = Field(True, description="Whether there are alerts.")
    limits: Switch = Field(True, description="Whether limits raise alerts, the preset's and your own.")
    hold: For = Field(timedelta(minutes=1), alias="for", description='How long a limit has to be broken: "0s" to "1h".')
    no_data: Annotated[
        timedelta | None,
        BeforeValidator(_silence),
        PlainSerializer(lambda value: OFF if value is None else format_duration(value), return_type=str),
        WithJsonSchema({"type": "string", "pattern": f"{PATTERN}|^{OFF}$"}),
    ] = Field(timedelta(minutes=5), description='After how long without data there is an alert; "off" is never.')
    quiet: Hours = Field((), description='When nobody is told, of any alert: "22:00-07:00", or the name of a shift.')

    def usual(self, shifts: Sequence[Shift], zone: tzinfo | None) -> AlertRule:
        """What limits and silences have as rules."""
        return _timed(AlertRule("", "", quiet=shifts_of(self.quiet, shifts, zone), zone=zone), self.hold)


class OwnAlert(Leveled):
    """A rule of a person's own: a metric with levels, or a condition over several."""

    name: Annotated[str, BeforeValidator(_name)] | None = Field(None, description="What its alerts are called.")
    when: Condition | None = Field(None, description='A condition in place of metric: "online_agents < 3".')
    until: Condition | None = Field(None, description="The condition that ends it; without it when when is over.")
    level: LevelName | None = Field(None, description='How bad it is when the condition is true: "warn" or "critical".')
    hold: For | None = Field(None, alias="for", description="How long it has to last; without it as under [alerting].")
    quiet: Hours = Field((), description="When nobody is told of it, besides the quiet hours under [alerting].")
    hours: Hours = Field((), description="When it holds; without it always.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.metric is None) == (self.when is None):
            raise ValueError("takes one of the two: metric with warn or critical, or when with a condition")
        if self.metric is not None:
            if self.warn is None and self.critical is None:
                raise ValueError("says nothing; give warn or critical")
            wrong = [key for key in _BY_CONDITION if key in self.model_fields_set]
        else:
            wrong = [key for key in _BY_METRIC if key in self.model_fields_set]
        if wrong:
            partner = "when" if self.metric is not None else "metric"
            raise ValueError(f"{wrong[0]} goes with {partner}; leave it out here")
        return self

    @property
    def title(self) -> str:
        """What its alerts are called."""
        metric = metric_named(self.metric) if self.metric else None
        return self.name or (metric.label if metric else self.when or "")

    def rule(self, usual: AlertRule, shifts: Sequence[Shift], hold: timedelta) -> AlertRule:
        """It as the board knows rules; `usual` and `hold` are those of all."""
        rule = AlertRule(
            OWN + self.title.casefold(),
            self.title,
            quiet=(*usual.quiet, *shifts_of(self.quiet, shifts, usual.zone)),
            hours=shifts_of(self.hours, shifts, usual.zone),
            zone=usual.zone,
            limit=self._limit() if self.metric or self.on else None,
            when=_parsed(self.when) if self.when else None,
            until=_parsed(self.until) if self.until else None,
            level=_SEVERITIES[self.level or "warn"],
        )
        return _timed(rule, hold if self.hold is None else self.hold)

    def _limit(self) -> Limit:
        levels = (self.warn, self.critical, self.warn_leave, self.critical_leave)
        return Limit(self.metric or "", *levels, on=self.on, least=self.least, source=self.title)


def _timed(rule: AlertRule, hold: timedelta) -> AlertRule:
    seconds = hold.total_seconds()
    return replace(rule, hold=seconds, settle=max(SETTLE, seconds))


def alert_text(alert: OwnAlert) -> str:
    """A rule on one line."""
    if alert.metric:
        what = limit_text(alert._limit())
    else:
        until = f" until {alert.until}" if alert.until else ""
        on = f" on {', '.join(alert.on)}" if alert.on else ""
        what = f"{alert.level or 'warn'} when {alert.when}{until}{on}"
    parts = [f"{alert.name}: {what}" if alert.name else what]
    parts += [f"for {format_duration(alert.hold)}"] if alert.hold is not None else []
    parts += [f"quiet {', '.join(alert.quiet)}"] if alert.quiet else []
    parts += [f"in {', '.join(alert.hours)}"] if alert.hours else []
    return ", ".join(parts)
