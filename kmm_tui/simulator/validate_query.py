"""The query part of a question: paging, sorting and the interval of a trend, by the documentation and no further."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kmm_tui.metrics import Method, sort_fields
from kmm_tui.simulator.http_refusal import bad_request

METRICS_PAGE = 50
AGENT_PAGE = 50
READABLE_AGENTS = 1000
_WHOLE = re.compile(r"[0-9]{1,9}")
_DEFAULT_SORT = {Method.METRICS: "key", Method.AGENT_VIEW: "agentId"}


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are asked for, and in which order."""

    offset: int
    limit: int
    sort: str
    descending: bool


def _single(pairs: list[tuple[str, str]], allowed: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in allowed:
            raise bad_request("unknown-parameter", f"no query parameter {name!r}; there are {', '.join(allowed)}")
        if name in found:
            raise bad_request("repeated-parameter", f"the query parameter {name!r} is given twice")
        found[name] = value
    return found


def _whole(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    if not _WHOLE.fullmatch(value):
        raise bad_request(name, f"{name} must be a whole number from 0 on, not {value!r}")
    return int(value)


def _sort(value: str | None, method: Method) -> tuple[str, bool]:
    if value is None:
        return _DEFAULT_SORT[method], False
    name, colon, direction = value.partition(":")
    if not colon or direction not in ("asc", "desc"):
        raise bad_request("sort-direction", f"sort must be field:asc or field:desc, not {value!r}")
    if name not in sort_fields(method):
        raise bad_request("sort-field", f"{method.value} cannot be sorted by {name!r}")
    return name, direction == "desc"


def page_of(pairs: list[tuple[str, str]], method: Method, agent_page_max: int) -> Page:
    """The page that a query asks for. Raises a refusal with 400; ``agent_page_max`` is 1 to 1000."""
    query = _single(pairs, ("offset", "limit", "sort"))
    offset = _whole(query, "offset", 0)
    limit = _whole(query, "limit", METRICS_PAGE if method is Method.METRICS else AGENT_PAGE)
    most = METRICS_PAGE if method is Method.METRICS else agent_page_max
    if not 1 <= limit <= most:
        raise bad_request("limit", f"limit must be from 1 to {most} for {method.value}, not {limit}")
    if method is Method.AGENT_VIEW and offset + limit > READABLE_AGENTS:
        raise bad_request("offset", f"offset + limit must be at most {READABLE_AGENTS}, not {offset + limit}")
    sort, descending = _sort(query.get("sort"), method)
    return Page(offset, limit, sort, descending)


def interval_minutes(pairs: list[tuple[str, str]]) -> int:
    """The interval that a query for a trend asks for in minutes, 0 for the server's choice. Raises a refusal."""
    return _whole(_single(pairs, ("interval",)), "interval", 0)
