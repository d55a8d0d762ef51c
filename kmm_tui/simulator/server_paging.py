"""Sorting and paging of the answers' rows, and the links that go with a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

from kmm_tui.simulator.validate_query import Page

Row = TypeVar("Row")

INTERNAL_HOST = "http://kmm-internal.invalid:8080"
"""What the links name: a host of the service's own network, as in the vendor's examples. Not to be followed."""
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def id_rank(value: str) -> tuple[int, int, str]:
    """The order of ids: numbers by their value, then everything else by its letters."""
    return (0, int(value), value) if _WHOLE.fullmatch(value) else (1, 0, value)


def value_rank(value: Any) -> tuple[int, float, str]:
    """The order of values: numbers by their size, then texts without regard to case."""
    if isinstance(value, (int, float)):
        return (0, float(value), "")
    return (1, 0.0, str(value).casefold())


def ordered(rows: Iterable[Row], key: Callable[[Row], str], value: Callable[[Row], Any], page: Page) -> list[Row]:
    """The rows in the order of ``value``, those without one last, equal ones by their key."""
    by_key = sorted(rows, key=lambda row: id_rank(key(row)))
    having = [row for row in by_key if value(row) is not None]
    lacking = [row for row in by_key if value(row) is None]
    having.sort(key=lambda row: value_rank(value(row)), reverse=page.descending)
    return having + lacking


def by_id(rows: Iterable[Row], key: Callable[[Row], str], page: Page) -> list[Row]:
    """The rows in the order of their ids."""
    return sorted(rows, key=lambda row: id_rank(key(row)), reverse=page.descending)


def metadata_of(count: int, page: Page, path: str) -> dict[str, Any]:
    """The ``metadata`` of a page among ``count`` rows; ``path`` is that of the request."""

    def link(rel: str, offset: int) -> dict[str, str]:
        query = urlencode(
            {"offset": offset, "limit": page.limit, "sort": f"{page.sort}:{'desc' if page.descending else 'asc'}"},
            safe=":",
        )
        return {"rel": rel, "href": f"{INTERNAL_HOST}{path}?{query}"}

    last = max(0, (count - 1) // page.limit * page.limit)
    found: dict[str, Any] = {"count": count, "self": link("self", page.offset), "first": link("first", 0)}
    if page.offset > 0:
        found["prev"] = link("prev", max(0, min(page.offset - page.limit, last)))
    if page.offset + page.limit < count:
        found["next"] = link("next", page.offset + page.limit)
    found["last"] = link("last", last)
    return found
