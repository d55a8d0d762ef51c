"""Faults on demand: one row a fault in `TABLE`, and the switchboard that says which of them strike a request.

A fault is ordered as text, ``slow:seconds=3,on=metrics+login,for=60``, or as a plain dict with the same names.
"""

from __future__ import annotations

import difflib
import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kmm_tui.simulator.targets import METHOD_TARGETS, TARGETS


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("must be a number")
    found = float(value)
    if not math.isfinite(found):
        raise ValueError("must be a finite number")
    return found


def _positive(value: Any) -> float:
    if (found := _number(value)) < 0:
        raise ValueError("must not be negative")
    return found


def _share(value: Any) -> float:
    if not 0 <= (found := _number(value)) <= 1:
        raise ValueError("must be from 0 to 1")
    return found


def _count(value: Any) -> int:
    if (found := _number(value)) != int(found) or found < 1:
        raise ValueError("must be a whole number from 1 on")
    return int(found)


def _words(value: Any) -> tuple[str, ...]:
    parts = value.split("+") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) and part for part in parts):
        raise ValueError("must be words joined by +, or a list of them")
    return tuple(parts)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return read


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of a fault: how it is read and what it is when it is not given."""

    name: str
    read: Callable[[Any], Any]
    default: Any
    meaning: str


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault: its name, what it does, which requests it strikes unless told, and its settings."""

    name: str
    meaning: str
    targets: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    count: int | None = None


_FIELDS = (
    Parameter("fields", _words, (), "names of the fields, joined by +; by default some figures at random"),
    Parameter("share", _share, 0.5, "how many of the figures, 0 to 1, where no fields are named"),
)
_ERROR_BODY = Parameter("body", _one_of("json", "html", "empty"), "html", "what the error's body is")
_RETRY_AFTER = Parameter("retry_after", _positive, 5.0, "seconds in Retry-After; 0 leaves the header out")

TABLE: tuple[FaultKind, ...] = (
    FaultKind("slow", "Answers late.", TARGETS, (Parameter("seconds", _positive, 3.0, "how late"),)),
    FaultKind("hanging", "Takes the request and never answers.", METHOD_TARGETS),
    FaultKind("reset", "Cuts the connection.", METHOD_TARGETS, (
        Parameter("at", _one_of("start", "body"), "start", "before the answer, or in the middle of its body"),)),
    FaultKind("500", "Internal server error.", METHOD_TARGETS, (_ERROR_BODY,)),
    FaultKind("503", "Service unavailable.", METHOD_TARGETS, (
        _ERROR_BODY, Parameter("retry_after", _positive, 0.0, "seconds in Retry-After; 0 leaves the header out"))),
    FaultKind("429", "Too many requests, whatever the rate.", METHOD_TARGETS, (_RETRY_AFTER,)),
    FaultKind("403", "The permission has been taken away.", METHOD_TARGETS),
    FaultKind("expired-session", "The bearer of the next request has expired.", (*METHOD_TARGETS, "refresh"), count=1),
    FaultKind("password-changed", "Sessions end, and the old password is refused.", (
        *METHOD_TARGETS, "login", "refresh", "logout")),
    FaultKind("wrong-host", "The Domain API names a host where nobody answers.", ("domain",), (
        Parameter("host", _text, "127.0.0.1:9", "the host that is named"),
        Parameter("services", _words, (), "only for these services, joined by +; by default for all"))),
    FaultKind("html", "A web page with status 200 in place of the answer.", METHOD_TARGETS),
    FaultKind("truncated", "The JSON ends before its time.", METHOD_TARGETS, (
        Parameter("share", _share, 0.6, "how much of it arrives, 0 to 1"),)),
    FaultKind("missing-fields", "Fields are left out.", METHOD_TARGETS, _FIELDS),
    FaultKind("nulls", "Values are null.", METHOD_TARGETS, _FIELDS),
    FaultKind("strings", "Numbers come as strings.", METHOD_TARGETS),
    FaultKind("empty", "An empty answer for a full floor.", METHOD_TARGETS),
    FaultKind("extra-fields", "Fields that nobody knows are added.", (*METHOD_TARGETS, "login", "token", "domain")),
    FaultKind("refused-metric", "One metric is refused with 400.", METHOD_TARGETS, (
        Parameter("metric", _text, "csat", "the metric's request name"),
        Parameter("named", _one_of("yes", "no"), "yes", "whether the refusal names the metric"))),
    FaultKind("clock-skew", "The server's clock is wrong: its Date, its times and what it takes for now.", TARGETS, (
        Parameter("seconds", _number, 600.0, "how far it is ahead; negative for behind"),)),
)  # fmt: skip

COMMON: tuple[Parameter, ...] = (
    Parameter("on", _words, None, f"what it strikes, joined by +: {', '.join(TARGETS)}, methods, signin, all"),
    Parameter("after", _positive, 0.0, "seconds until it begins"),
    Parameter("for", _positive, None, "seconds that it lasts"),
    Parameter("count", _count, None, "requests that it strikes"),
    Parameter("chance", _share, 1.0, "how likely it strikes a request, 0 to 1"),
)
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "methods": METHOD_TARGETS,
    "signin": ("login", "refresh", "token"),
    "all": TARGETS,
}
_KINDS: Mapping[str, FaultKind] = {kind.name: kind for kind in TABLE}


@dataclass(slots=True)
class ActiveFault:
    """A fault that is switched on. Times are seconds of the switchboard's clock."""

    id: str
    kind: FaultKind
    on: frozenset[str]
    values: Mapping[str, Any]
    begins: float
    ends: float
    left: float
    chance: float
    struck: int = 0

    def described(self, now: float) -> dict[str, Any]:
        """What the control address shows of it."""
        return {
            "id": self.id,
            "name": self.kind.name,
            "on": sorted(self.on),
            **{name: list(value) if isinstance(value, tuple) else value for name, value in self.values.items()},
            "chance": self.chance,
            "begins_in": max(0.0, round(self.begins - now, 3)),
            "ends_in": None if math.isinf(self.ends) else max(0.0, round(self.ends - now, 3)),
            "left": None if math.isinf(self.left) else int(self.left),
            "struck": self.struck,
        }


class Switchboard:
    """The faults that are on. ``clock`` gives seconds; ``seed`` makes the chances repeatable."""

    def __init__(self, orders: Iterable[str | Mapping[str, Any]], *, clock: Callable[[], float], seed: int = 0) -> None:
        self._clock = clock
        self.rng = random.Random(seed)
        self._active: list[ActiveFault] = []
        self._next = 1
        for order in orders:
            self.switch_on(order)

    def active(self) -> list[ActiveFault]:
        """Every fault that is on or will begin."""
        now = self._clock()
        self._active = [fault for fault in self._active if now < fault.ends and fault.left > 0]
        return list(self._active)

    def described(self) -> list[dict[str, Any]]:
        """Every fault that is on or will begin, as plain data."""
        now = self._clock()
        return [fault.described(now) for fault in self.active()]

    def switch_on(self, order: str | Mapping[str, Any]) -> ActiveFault:
        """Switch a fault on. Raises `ValueError` that names what is wrong with the order."""
        kind, values = read_order(order)
        common = {parameter.name: values.pop(parameter.name) for parameter in COMMON}
        begins = self._clock() + common["after"]
        fault = ActiveFault(
            id=str(self._next),
            kind=kind,
            on=_targets(common["on"]) if common["on"] is not None else frozenset(kind.targets),
            values=values,
            begins=begins,
            ends=math.inf if common["for"] is None else begins + common["for"],
            left=common["count"] or kind.count or math.inf,
            chance=common["chance"],
        )
        self._next += 1
        self._active.append(fault)
        return fault

    def switch_off(self, which: str | None = None) -> int:
        """Switch off one fault by its id, all of a name, or every one. Returns how many were on."""
        before = self.active()
        self._active = [fault for fault in before if which is not None and which not in (fault.id, fault.kind.name)]
        return len(before) - len(self._active)

    def striking(self, target: str) -> list[ActiveFault]:
        """The faults that strike the request at hand; each of them is counted as used once."""
        now = self._clock()
        found = []
        for fault in self.active():
            if target not in fault.on or now < fault.begins:
                continue
            if fault.chance < 1 and self.rng.random() >= fault.chance:
                continue
            fault.left -= 1
            fault.struck += 1
            found.append(fault)
        return found

    @staticmethod
    def give_back(fault: ActiveFault) -> None:
        """The fault did not concern the request that it was counted for."""
        fault.left += 1
        fault.struck -= 1


def read_order(order: str | Mapping[str, Any]) -> tuple[FaultKind, dict[str, Any]]:
    """The kind and every value of an order, defaults filled in. Raises `ValueError` that names what is wrong."""
    given = _split(order) if isinstance(order, str) else dict(order)
    name = given.pop("name", None)
    if name not in _KINDS:
        raise ValueError(f"there is no fault {name!r}{_nearest(str(name), _KINDS)}")
    kind = _KINDS[name]
    parameters = {parameter.name: parameter for parameter in (*COMMON, *kind.parameters)}
    for key in given:
        if key not in parameters:
            raise ValueError(f"fault {name!r} has no parameter {key!r}{_nearest(key, parameters)}")
    values: dict[str, Any] = {}
    for key, parameter in parameters.items():
        try:
            values[key] = parameter.read(given[key]) if key in given else parameter.default
        except ValueError as error:
            raise ValueError(f"fault {name!r}: {key} {_plain(error)}") from None
    if values["on"] is not None:
        _targets(values["on"])
    return kind, values


def _plain(error: ValueError) -> str:
    text = str(error)
    return text if text.startswith("must") else "must be a number"


def _split(order: str) -> dict[str, Any]:
    name, _, rest = order.partition(":")
    given: dict[str, Any] = {"name": name.strip()}
    for part in filter(None, rest.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"fault {name!r}: {part!r} must be written as parameter=value")
        given[key.strip()] = value.strip()
    return given


def _targets(words: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for word in words:
        if word in _GROUPS:
            found.update(_GROUPS[word])
        elif word in TARGETS:
            found.add(word)
        else:
            raise ValueError(f"a fault cannot strike {word!r}{_nearest(word, (*TARGETS, *_GROUPS))}")
    return frozenset(found)


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 1, 0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
