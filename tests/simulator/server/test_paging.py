"""Whatever the page's size, paging shows each row exactly once, in the order that was asked for."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmm_tui.simulator.engine import GroupFigures
from kmm_tui.simulator.server_paging import by_id, metadata_of, ordered
from kmm_tui.simulator.validate_query import Page

KEYS = st.lists(st.one_of(st.integers(-50, 5000).map(str), st.text(min_size=1, max_size=4)), unique=True, max_size=30)
VALUES = st.one_of(st.none(), st.integers(-5, 5), st.floats(-5, 5))


@given(KEYS, st.data(), st.booleans())
def test_rows_are_numerically_ordered_with_those_without_a_value_last(
    keys: list[str], data: st.DataObject, descending: bool
) -> None:
    rows = [(key, data.draw(VALUES)) for key in keys]
    page = Page(0, 50, "x", descending)
    found = ordered(rows, lambda row: row[0], lambda row: row[1], page)
    assert sorted(found, key=repr) == sorted(rows, key=repr)
    values = [value for _key, value in found if value is not None]
    assert values == sorted(values, reverse=descending)
    assert all(value is None for _key, value in found[len(values) :])


@given(KEYS, st.integers(1, 50), st.booleans())
def test_following_the_offsets_reaches_every_row_once(keys: list[str], limit: int, descending: bool) -> None:
    page = Page(0, limit, "key", descending)
    seen: list[str] = []
    offset = 0
    while True:
        page = Page(offset, limit, "key", descending)
        seen += by_id(keys, lambda key: key, page)[offset : offset + limit]
        metadata = metadata_of(len(keys), page, "/p")
        if "next" not in metadata:
            break
        offset = int(metadata["next"]["href"].split("offset=")[1].split("&")[0])
    assert seen == by_id(keys, lambda key: key, page)
    assert sorted(seen) == sorted(keys)
    assert f"offset={offset}&" in metadata["last"]["href"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    figures=st.dictionaries(st.integers(-3, 400).map(str), st.one_of(st.none(), st.integers(0, 9)), max_size=40),
    limit=st.integers(1, 50),
    sort=st.sampled_from(["key:asc", "key:desc", "closedConversations:asc", "closedConversations:desc"]),
)
def test_paging_over_http_gives_each_key_once_in_order(
    figures: dict[str, int | None], limit: int, sort: str,
    make_app: Any, floor: Any, reach: Any, paths: dict[str, str], question: Any,
) -> None:  # fmt: skip
    floor.skills = {key: {} if value is None else {"closedConversations": value} for key, value in figures.items()}
    client = reach(make_app())

    async def everything() -> list[str]:
        keys: list[str] = []
        body = question(groupBy="skillId", responseSections=["groupBy"])
        while True:
            answer = await client.post(f"{paths['metrics']}?limit={limit}&offset={len(keys)}&sort={sort}", json=body)
            page = json.loads(answer.content)
            keys += [group["key"] for group in page["groupBy"]["groups"]]
            if len(keys) >= page["metadata"]["count"]:
                return keys

    keys = asyncio.run(everything())
    assert sorted(keys) == sorted(figures)
    name, _, direction = sort.partition(":")
    if name == "key":
        assert keys == sorted(figures, key=int, reverse=direction == "desc")
    else:
        known = [figures[key] for key in keys if figures[key] is not None]
        assert known == sorted((value for value in known if value is not None), reverse=direction == "desc")
        assert all(figures[key] is None for key in keys[len(known) :])


def test_equal_values_keep_the_order_of_their_keys() -> None:
    rows = [GroupFigures(key, key, {"x": 1}) for key in ("30", "4", "b", "-1", "a")]
    for descending in (False, True):
        found = ordered(rows, lambda row: row.key, lambda row: row.figures["x"], Page(0, 50, "x", descending))
        assert [row.key for row in found] == ["-1", "4", "30", "a", "b"]
