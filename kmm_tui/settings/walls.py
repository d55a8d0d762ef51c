"""``[wallboard]``: the pages of the wall, when somebody looks, from how far, and what everybody may read there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from kmm_tui.board.scope import Level
from kmm_tui.board.shifts import Shift
from kmm_tui.board.wall import DEFAULT_PLANS, MOST_FIGURES, MOST_PAGES, Names, Plan
from kmm_tui.board.wallhours import Closed, Hours
from kmm_tui.board.wallprefs import Notices, WallPrefs
from kmm_tui.board.wallsight import INCH, Sight
from kmm_tui.metrics import Method
from kmm_tui.settings.duration import PATTERN, format_duration, length_between
from kmm_tui.settings.keys import listed, nearest
from kmm_tui.settings.own_limits import limitable
from kmm_tui.settings.own_shifts import read_clock, read_days, zone_of
from kmm_tui.settings.switch import Switch
from kmm_tui.settings.table import Table

SIZES = (3, 5, 7, 10, 14, 20)
"""Rows that figures can have."""
_LONGEST_TITLE = 40
_OPEN = re.compile(r"(?:(.+?)[\s,]+)?(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})", re.ASCII)
_OPEN_FORM = 'must be days and hours such as "mon-fri 07:00-21:00"'
_LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,3})?) ?(in|cm|mm|m|ft)", re.ASCII)
_MM = {"in": INCH, "cm": 10.0, "mm": 1.0, "m": 1000.0, "ft": 12 * INCH}
_NOT_AGENTS = "agents have no pages of figures; agents = true lists those of a skill or group"


def length_mm(text: str) -> float:
    """A length such as ``55in``, ``140cm``, ``6m`` or ``20ft`` in mm. Raises `ValueError` with one line."""
    found = _LENGTH.fullmatch(text.strip())
    if not found or not float(found[1]):
        raise ValueError('must be a length such as "55in", "140cm", "6m" or "20ft"')
    return float(found[1]) * _MM[found[2]]


def _length(low: float, high: float, limits: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError('must be a length in quotes, such as "55in" or "6m"')
        if not low <= length_mm(value) <= high:
            raise ValueError(f"must be {limits}")
        return value.strip()

    return read


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = value.strip().lower() if isinstance(value, str) else ""
        if text not in choices:
            meant = nearest(text, choices) if text else None
            choice = listed(f'"{one}"' for one in choices)
            raise ValueError(f'did you mean "{meant}"?' if meant else f"must be {choice}")
        return text

    return read


def _hours(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    hours_of(text)
    return text


def hours_of(text: str) -> Shift:
    """``mon-fri 07:00-21:00`` as a shift; without days it is every day. Raises `ValueError` with one line."""
    found = _OPEN.fullmatch(text)
    if not found:
        raise ValueError(_OPEN_FORM)
    days, begins, ends = found.groups()
    return Shift("open", read_clock(begins), read_clock(ends), read_days(days or "daily"))


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _scope(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    text = text.strip() if isinstance(text, str) else ""
    if not text or not text.isprintable():
        raise ValueError('must be such as "account", "skill:Bill*", "group:7", an id, a name or a list of them')
    kind, colon, rest = text.partition(":")
    kind = kind.strip().lower()
    if kind == Level.AGENT.value:
        raise ValueError(_NOT_AGENTS)
    if kind == Level.ACCOUNT.value and colon:
        raise ValueError('there is one account; write "account"')
    if kind in (Level.SKILL.value, Level.GROUP.value):
        return f"{kind}:{rest.strip()}" if rest.strip() else kind
    return text


def _metric(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    metric = limitable().get(name)
    if metric is None:
        known = [one for one, found in limitable().items() if Method.METRICS in found.methods]
        meant = nearest(name, known) if name else None
        hint = f'did you mean "{meant}"?' if meant else 'write a name such as "queue_wait_time_90th_percentile"'
        raise ValueError(f"unknown metric; {hint}")
    if Method.METRICS not in metric.methods:
        raise ValueError("this metric is known of agents only, not of the account, skills and groups")
    return metric.name


def _size(value: Any) -> int:
    if isinstance(value, bool) or value not in SIZES:
        raise ValueError(f"must be {listed(map(str, SIZES))}: the rows of a figure")
    return int(value)


def _top(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PAGES * MOST_FIGURES:
        raise ValueError(f"must be a whole number from 1 to {MOST_PAGES * MOST_FIGURES}, such as {MOST_FIGURES}")
    return value


def _title(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or not text.isprintable() or len(text) > _LONGEST_TITLE:
        raise ValueError(f"must be text of at most {_LONGEST_TITLE} characters")
    return text


def _pages(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError("must be a list of tables; write [[wallboard.pages]]")
    return tuple(value)


_AS_TEXT = PlainSerializer(format_duration, return_type=str)
_JSON_DURATION = WithJsonSchema({"type": "string", "pattern": PATTERN})
_JSON_LIST = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
_JSON_LENGTH = WithJsonSchema({"type": "string", "pattern": r"^[0-9.]+ ?(in|cm|mm|m|ft)$"})


class WallPage(Table):
    """A page of the wall, or as many as its scopes make."""

    on: Annotated[tuple[Annotated[str, BeforeValidator(_scope)], ...], BeforeValidator(_tuple), _JSON_LIST] = Field(
        (Level.ACCOUNT.value,),
        description='What it is about: "account", "skill:Bill*", "group:7", an id or name, or a list of them.',
    )
    metrics: Annotated[tuple[Annotated[str, BeforeValidator(_metric)], ...], BeforeValidator(_tuple), _JSON_LIST] = (
        Field((), description="Request names of its figures; without them the usual six, or what tells most of each.")
    )
    size: Annotated[int, BeforeValidator(_size), WithJsonSchema({"enum": [*SIZES]})] | None = Field(
        None, description=f"Rows of a figure: {listed(map(str, SIZES))}; without it as large as fits."
    )
    title: Annotated[str, BeforeValidator(_title)] | None = Field(None, description="What it is called.")
    top: Annotated[int, BeforeValidator(_top), WithJsonSchema({"type": "integer", "minimum": 1})] | None = Field(
        None, description="Only so many skills or groups: those in trouble first, then the busiest."
    )
    agents: Switch = Field(False, description="Lists the agents instead of figures.")

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if self.agents and self.metrics:
            raise ValueError("lists agents or shows metrics, not both; leave out one of the two")
        return self

    def plan(self) -> Plan:
        """It as the board knows pages."""
        return Plan(self.on, self.metrics, self.size, self.title or "", self.top, self.agents)


def page_text(page: WallPage) -> str:
    """A page on one line."""
    parts = [", ".join(page.on)]
    if page.agents:
        parts.append("agents")
    elif page.metrics:
        parts.append(", ".join(page.metrics))
    parts += [f"{name} {value}" for name, value in (("size", page.size), ("top", page.top)) if value is not None]
    return f"{page.title}: {'; '.join(parts)}" if page.title else "; ".join(parts)


class Wallboard(Table):
    """The wall: ``kmm-tui wallboard``, and ``w`` in the board."""

    rotate: Annotated[timedelta, BeforeValidator(length_between("5s", "1h", "s", "20s")), _AS_TEXT, _JSON_DURATION] = (
        Field(timedelta(seconds=20), description='How long a page is up: "5s" to "1h".')
    )
    breach_hold: Annotated[
        timedelta, BeforeValidator(length_between("5s", "1h", "s", "1m")), _AS_TEXT, _JSON_DURATION
    ] = Field(timedelta(minutes=1), description='How long the page of a new critical figure is up: "5s" to "1h".')
    names: Annotated[
        str, BeforeValidator(_one_of(*(one.value for one in Names))), WithJsonSchema({"enum": [n.value for n in Names]})
    ] = Field("off", description='Names of agents on their pages: "off", "initials" or "full".')
    floor: Switch = Field(False, description="Shows figures of teams only: pages of agents are left out.")
    bell: Switch = Field(False, description="Rings the terminal's bell when a figure becomes critical.")
    notices: Annotated[
        str,
        BeforeValidator(_one_of(*(one.value for one in Notices))),
        WithJsonSchema({"enum": [one.value for one in Notices]}),
    ] = Field("off", description='Tells the desktop as well, by the terminal: "off", "osc9" or "osc777".')
    open: Annotated[tuple[Annotated[str, BeforeValidator(_hours)], ...], BeforeValidator(_tuple), _JSON_LIST] = Field(
        (), description='When somebody looks, such as ["mon-fri 07:00-21:00"], in the board\'s zone; empty is always.'
    )
    closed: Annotated[
        str, BeforeValidator(_one_of(*(one.value for one in Closed))), WithJsonSchema({"enum": ["dim", "blank"]})
    ] = Field("dim", description='What it looks like at other times: "dim" or "blank".')
    screen: Annotated[str, BeforeValidator(_length(100, 10_000, 'from "4in" to "390in"')), _JSON_LENGTH] | None = Field(
        None, description='The diagonal of the screen, such as "55in": with distance it says how large figures are.'
    )
    distance: Annotated[str, BeforeValidator(_length(300, 100_000, 'from "30cm" to "100m"')), _JSON_LENGTH] | None = (
        Field(None, description='From how far it is read, such as "6m".')
    )
    pages: Annotated[tuple[WallPage, ...], BeforeValidator(_pages)] = Field(
        (), description="Its pages, in their order; without them the account, skills and groups."
    )

    @model_validator(mode="after")
    def _floor_has_pages(self) -> Self:
        if self.floor and self.pages and all(page.agents for page in self.pages):
            raise ValueError("floor leaves no page: all of them list agents; add a page of figures")
        return self

    def prefs(self, zone: str | None) -> WallPrefs:
        """It as the wall knows it; `zone` is the board's."""
        plans = tuple(page.plan() for page in self.pages if not (self.floor and page.agents)) or DEFAULT_PLANS
        shifts = tuple(hours_of(text) for text in self.open)
        hours = tuple(Shift(each.name, each.begins, each.ends, each.days, zone_of(zone)) for each in shifts)
        sight = Sight(length_mm(self.screen), length_mm(self.distance)) if self.screen and self.distance else None
        return WallPrefs(
            plans=plans,
            rotate=self.rotate.total_seconds(),
            breach_hold=self.breach_hold.total_seconds(),
            hours=Hours(hours, Closed(self.closed)),
            names=Names.OFF if self.floor else Names(self.names),
            bell=self.bell,
            notices=Notices(self.notices),
            sight=sight,
        )
