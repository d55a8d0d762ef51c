"""All pages, each thing once: by offset and limit, whatever the server says of its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from kmm_tui.api.errors import Garbled, LimitExceeded, RequestRefused
from kmm_tui.api.query import AgentViewQuery, MetricsQuery


class Pages:
    """A server with `many` rows. `cap` is its largest page, `count` what it says that there are (None: nothing)."""

    def __init__(self, http_answer: Callable[..., bytes], many: int, **odd: Any) -> None:
        self.http_answer, self.many, self.odd = http_answer, many, odd
        self.asked: list[tuple[int, int]] = []

    def __call__(self, heard: Any) -> bytes:
        page = dict(parse_qsl(heard.query))
        offset, limit = int(page["offset"]), int(page["limit"])
        self.asked.append((offset, limit))
        if limit > self.odd.get("refuses_over", 10**9):
            said = self.odd.get("says", "limit is too large")
            return self.http_answer(400, {"error": {"message": said}})
        size = min(limit, self.odd.get("cap", 10**9))
        keys = [str(n) for n in range(self.many)][offset : offset + size]
        if self.odd.get("ignores_offset"):
            keys = [str(n) for n in range(self.many)][:size]
        if self.odd.get("overlaps") and offset:
            keys = [str(offset - 1), *keys]
        if self.odd.get("endless"):
            keys = [str(n) for n in range(offset, offset + size)]
        links = {"rel": "next", "href": "http://kmm-internal.invalid/next"}
        metadata: dict[str, Any] = {"next": links, "count": self.odd.get("count", self.many)}
        if metadata["count"] is None:
            del metadata["count"]
        if heard.method == "metrics":
            groups = [{"key": key, "metrics": {}} for key in keys]
            return self.http_answer(200, {"metadata": metadata, "groupBy": {"groups": groups}, "all": {}})
        records: list[Any] = [{"agentId": key} for key in keys]
        if self.odd.get("bad"):
            records = [{"agentId": None} if n % 7 == 3 else record for n, record in enumerate(records)]
        return self.http_answer(200, {"metadata": metadata, "agentViewRecords": records})


@pytest.fixture
def groups(scripted: Any, http_answer: Any, make_client: Any, hour: Any) -> Any:
    async def ask(many: int, **odd: Any) -> tuple[Any, list[tuple[int, int]]]:
        pages = scripted.answer = Pages(http_answer, many, **odd)
        answer = await make_client(scripted.url).all_metrics(MetricsQuery(window=hour, group_by="skillId"))
        assert [row.key for row in answer.rows] == list(dict.fromkeys(row.key for row in answer.rows))
        assert answer.cost.calls == len(pages.asked)
        return answer, pages.asked

    return ask


@pytest.fixture
def agents(scripted: Any, http_answer: Any, make_client: Any, hour: Any) -> Any:
    async def ask(many: int, **odd: Any) -> tuple[Any, list[tuple[int, int]]]:
        pages = scripted.answer = Pages(http_answer, many, **odd)
        answer = await make_client(scripted.url).all_agents(AgentViewQuery(window=hour))
        assert len({record.agent_id for record in answer.records}) == len(answer.records)
        return answer, pages.asked

    return ask


@pytest.mark.parametrize("many", [0, 1, 49, 50, 51, 100, 120])
async def test_groups_come_in_as_few_pages_as_they_fill(many: int, groups: Any) -> None:
    answer, asked = await groups(many)
    assert len(answer.rows) == answer.count == many
    assert asked == [(offset, 50) for offset in range(0, max(many, 1), 50)]


@pytest.mark.parametrize(
    ("odd", "many", "got"),
    [
        ({"cap": 20}, 45, 45),
        ({"overlaps": True}, 120, 120),
        ({"count": 500}, 70, 70),
        ({"count": 2**62, "ignores_offset": True}, 120, 50),
        ({"count": None}, 120, 120),
        ({"count": None}, 30, 30),
        ({"count": 3}, 120, 120),
        ({"count": 0}, 120, 120),
        ({"count": -1}, 60, 60),
        ({"count": "120"}, 120, 120),
        ({"count": "many"}, 120, 120),
    ],
)
async def test_groups_of_an_odd_server(odd: Any, many: int, got: int, groups: Any) -> None:
    answer, asked = await groups(many, **odd)
    assert len(answer.rows) == got
    assert len(asked) <= 4


async def test_a_server_whose_pages_never_end_is_given_up(groups: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kmm_tui.api.client.MOST_GROUPS", 200)
    with pytest.raises(Garbled, match="more than 200 groups"):
        await groups(1, endless=True, count=2**62)


async def test_groups_that_were_not_asked_for_are_not_paged(
    scripted: Any, http_answer: Any, make_client: Any, hour: Any
) -> None:
    pages = scripted.answer = Pages(http_answer, 120)
    await make_client(scripted.url).all_metrics(MetricsQuery(window=hour, group_by="skillId", sections=("all",)))
    await make_client(scripted.url).all_metrics(MetricsQuery(window=hour))
    assert len(pages.asked) == 2


@pytest.mark.parametrize("many", [0, 1, 50, 999, 1000])
async def test_agents_come_in_one_page_of_a_thousand(many: int, agents: Any) -> None:
    answer, asked = await agents(many)
    assert len(answer.records) == answer.count == many
    assert asked == [(0, 1000)]


@pytest.mark.parametrize(
    ("odd", "many", "got"),
    [
        ({"cap": 50}, 130, 130),
        ({"cap": 33}, 100, 100),
        ({"cap": 50}, 1000, 1000),
        ({"cap": 300}, 1000, 1000),
        ({"count": 900}, 70, 70),
        ({"count": None}, 999, 999),
        ({"count": None, "cap": 50}, 130, 130),
        ({"count": 2, "cap": 50}, 130, 130),
        ({"count": 1000, "ignores_offset": True, "cap": 50}, 130, 50),
        ({"bad": True}, 70, 60),
        ({"bad": True, "cap": 50}, 130, 112),
    ],
)
async def test_agents_of_an_odd_server(odd: Any, many: int, got: int, agents: Any) -> None:
    answer, asked = await agents(many, **odd)
    assert len(answer.records) == got
    assert all(offset + limit <= 1000 for offset, limit in asked)
    if "bad" in odd:
        assert answer.left_out == many - got


async def test_more_than_a_thousand_agents_are_told_from_the_first_page(agents: Any, scripted: Any) -> None:
    with pytest.raises(LimitExceeded, match=r"1001 agents .* only 1000 .*groups or skills"):
        await agents(1001)
    assert len(scripted.heard) == 1


async def test_a_server_that_refuses_large_pages_is_asked_for_50_from_then_on(
    scripted: Any, http_answer: Any, make_client: Any, hour: Any
) -> None:
    pages = scripted.answer = Pages(http_answer, 120, refuses_over=50)
    client = make_client(scripted.url)
    for _ in range(2):
        assert len((await client.all_agents(AgentViewQuery(window=hour))).records) == 120
    sweep = [(0, 50), (50, 50), (100, 50)]
    assert pages.asked == [(0, 1000), *sweep, *sweep]


async def test_a_refusal_that_has_other_reasons_is_not_put_down_to_the_page(
    scripted: Any, http_answer: Any, make_client: Any, hour: Any
) -> None:
    pages = scripted.answer = Pages(http_answer, 10, refuses_over=0, says="csat is not available")
    client = make_client(scripted.url)
    with pytest.raises(RequestRefused, match="csat is not available"):
        await client.all_agents(AgentViewQuery(window=hour))
    assert pages.asked == [(0, 1000)]
    pages.odd["says"] = "no"
    with pytest.raises(RequestRefused):
        await client.all_agents(AgentViewQuery(window=hour))
    pages.odd.clear()
    await client.all_agents(AgentViewQuery(window=hour))
    assert pages.asked[-1] == (0, 1000)


@pytest.mark.parametrize("most", [50, 1000])
async def test_the_strict_service_pages_the_same(
    most: int, make_service: Any, service_at: Any, make_client: Any, rows: Any, hour: Any
) -> None:
    rows.agents_, rows.skills = 230, 120
    app = make_service(agent_page_max=most)
    client = make_client(await service_at(app))
    assert len((await client.all_agents(AgentViewQuery(window=hour))).records) == 230
    found = await client.all_metrics(MetricsQuery(window=hour, group_by="skillId"))
    assert [row.key for row in found.rows] == [str(n) for n in range(1, 121)]
    assert [each["query"] for each in app.service.counters.refused] == (["offset=0&limit=1000"] if most == 50 else [])
