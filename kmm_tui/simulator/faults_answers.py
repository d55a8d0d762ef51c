"""What the faults do to an answer that was right: each function takes the JSON apart and gives it back worse."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from kmm_tui.simulator.http_answers import HTML_TYPE, Answer, json_bytes

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Gateway</h1></body></html>"
_LEFT_ALONE = frozenset({"agentId", "key", "timestamp", "metadata", "groupByField"})
_UNKNOWN: Mapping[str, Any] = {"futureMetric": 42.5, "futureObject": {"a": [1, None, "x"]}, "futureText": "[b]new[/b]"}


def html_page(status: int = 200) -> Answer:
    """A web page, as a gateway in front of the service sends it."""
    return Answer(status, {"content-type": [HTML_TYPE]}, PAGE)


def truncated(answer: Answer, share: float) -> None:
    """Keep only the first part of the body, and say that this is its length."""
    answer.body = answer.body[: int(len(answer.body) * share)]


def _scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _each_object(value: Any, change: Callable[[dict[str, Any]], None]) -> None:
    if isinstance(value, dict):
        for name, inner in list(value.items()):
            if name != "metadata":
                _each_object(inner, change)
        change(value)
    elif isinstance(value, list):
        for inner in value:
            _each_object(inner, change)


def _chosen(fault: Mapping[str, Any], rng: random.Random) -> Callable[[str, Any], bool]:
    fields: tuple[str, ...] = fault["fields"]
    if fields:
        return lambda name, _value: name in fields
    return lambda name, value: _scalar(value) and name not in _LEFT_ALONE and rng.random() < fault["share"]


def without_fields(payload: Any, fault: Mapping[str, Any], rng: random.Random) -> Any:
    """Leave out the fields that the fault names, or a share of the figures. Ids stay unless they are named."""
    gone = _chosen(fault, rng)

    def change(found: dict[str, Any]) -> None:
        for name in [name for name, value in found.items() if gone(name, value)]:
            del found[name]

    _each_object(payload, change)
    return payload


def with_nulls(payload: Any, fault: Mapping[str, Any], rng: random.Random) -> Any:
    """Set the fields that the fault names, or a share of the figures, to null. Ids stay unless they are named."""
    gone = _chosen(fault, rng)

    def change(found: dict[str, Any]) -> None:
        found.update({name: None for name, value in found.items() if gone(name, value)})

    _each_object(payload, change)
    return payload


def with_strings(payload: Any, _fault: Mapping[str, Any], _rng: random.Random) -> Any:
    """Write every number as a string."""

    def change(found: dict[str, Any]) -> None:
        for name, value in found.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                found[name] = str(value)

    _each_object(payload, change)
    return payload


def with_extras(payload: Any, _fault: Mapping[str, Any], _rng: random.Random) -> Any:
    """Add fields that nobody knows to every object."""
    _each_object(payload, lambda found: found.update(_UNKNOWN))
    return payload


def emptied(payload: Any, _fault: Mapping[str, Any], _rng: random.Random) -> Any:
    """The same answer as if there were nobody and nothing: well formed, with status 200."""
    if not isinstance(payload, dict):
        return payload
    found = dict(payload)
    if "metadata" in found:
        found["metadata"] = {"count": 0, "self": found["metadata"]["self"]}
    if "groupBy" in found:
        found["groupBy"] = {**found["groupBy"], "groups": []}
    if "all" in found:
        found["all"] = {}
    for name in ("agentViewRecords", "historicalMetricsIntervals"):
        if name in found:
            found[name] = []
    return found


def with_host(payload: Any, fault: Mapping[str, Any], _rng: random.Random) -> Any:
    """Name another host as the base URI of the services concerned."""
    services: tuple[str, ...] = fault["services"]

    def change(found: dict[str, Any]) -> None:
        if "baseURI" in found and (not services or found.get("service") in services):
            found["baseURI"] = fault["host"]

    _each_object(payload, change)
    return payload


_REWRITES: Mapping[str, Callable[[Any, Mapping[str, Any], random.Random], Any]] = {
    "wrong-host": with_host,
    "empty": emptied,
    "missing-fields": without_fields,
    "nulls": with_nulls,
    "strings": with_strings,
    "extra-fields": with_extras,
}


def rewritten(answer: Answer, faults: Mapping[str, Mapping[str, Any]], rng: random.Random) -> None:
    """Apply the faults that alter a good JSON answer, in a fixed order; ``faults`` maps names to their values."""
    if answer.status != 200 or not answer.body:
        return
    wanted = [name for name in _REWRITES if name in faults]
    if wanted:
        payload = json.loads(answer.body)
        for name in wanted:
            payload = _REWRITES[name](payload, faults[name], rng)
        answer.body = json_bytes(payload)
    if "truncated" in faults:
        truncated(answer, faults["truncated"]["share"])
