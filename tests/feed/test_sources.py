"""Sources: what they say stands beside the API's figures, and whatever is wrong with one concerns it alone."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import Window
from kmm_tui.board.board import Board
from kmm_tui.board.derived import known_metrics
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.freshness import Age, Trouble
from kmm_tui.board.judge import Judge
from kmm_tui.board.limits import Limit
from kmm_tui.board.own import using
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.sources import Slot, SourceAnswer
from kmm_tui.board.state import Section, Topic, TopicState
from kmm_tui.board.why import Subject, explain
from kmm_tui.feed.source_asker import SourceAsker, SourceError
from kmm_tui.feed.sources import Sources
from kmm_tui.metrics import Method
from kmm_tui.settings.own_metrics import own_metrics
from kmm_tui.settings.own_sources import OwnFormula, OwnSource
from tests.feed.conftest import SleptOn

BILLING, SALES, MAIN = Scope(Level.SKILL, "7"), Scope(Level.SKILL, "8"), Scope(Level.GROUP, "1")
NAMES = {BILLING: "Billing", SALES: "Sales", MAIN: "Main", ACCOUNT: None}
SLEEPS = "import time; time.sleep(99)"
GAP = OwnFormula.model_validate({"name": "staff_gap", "formula": "planned_agents - onlineAgents", "good": "down"})


def source(**keys: Any) -> OwnSource:
    usual = {"name": "plan", "by": "skill", "key": "skill", "every": "1m", "metrics": [{"name": "planned_agents"}]}
    return OwnSource.model_validate(usual | keys, context={"folder": keys.pop("folder", None)})


@pytest.fixture
async def spawn() -> AsyncIterator[Callable[[Coroutine[Any, Any, None], str], object]]:
    tasks: list[asyncio.Task[None]] = []
    yield lambda work, _: tasks.append(asyncio.ensure_future(work))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Rig:
    """A board that hears from the API and from one source, which says what the test wants."""

    def __init__(self, clock: SleptOn) -> None:
        self.clock = clock
        self.says: dict[str, tuple[Slot, ...]] | Exception = {}
        self.asked = 0
        self.recorded: list[TopicState] = []
        self.published: list[TopicState] = []
        self.board = Board(Judge([Limit("staff_gap", 2, 5)]))
        self.own = source(file="plan.csv")
        self.sources = Sources([self.own], clock, None, lambda _: self)  # type: ignore[arg-type, return-value]
        self.publish = self.sources.mixing(self._heard, self.recorded.append)

    def _heard(self, state: TopicState) -> None:
        self.published.append(state)
        self.board.put(state)

    async def ask(self) -> SourceAnswer:
        self.asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        return SourceAnswer("plan", Level.SKILL, self.own.columns(), self.says, self.clock.ms)

    def answer(self, *scopes: Scope, online: int = 4) -> None:
        """The API answers about these."""
        for scope in scopes:
            figures = Figures(Method.METRICS, frozenset({"onlineAgents"}), {"onlineAgents": online})
            now = self.clock.ms
            snapshot = Snapshot(scope, NAMES[scope], Window(0, now), figures, now, Cost(now, 0.1, 1))
            self.publish(TopicState(Topic(Section.FIGURES, scope), 30.0, snapshot))

    def row(self, scope: Scope) -> ScopeRow:
        if scope == ACCOUNT:
            found = self.board.account_row(self.clock.now())
            assert found
            return found
        return next(row for row in self.board.rows(scope.level, self.clock.now()) if row.scope == scope)

    def figure(self, scope: Scope, name: str = "planned_agents") -> Any:
        return self.row(scope).get(known_metrics()[name])


def always(**values: float | None) -> dict[str, tuple[Slot, ...]]:
    return {key: (Slot(0, 2**62, (value,)),) for key, value in values.items()}


OWN = own_metrics([source(file="plan.csv")], [GAP])


@pytest.fixture
def rig(slept_on: SleptOn) -> Rig:
    with using(OWN):
        return Rig(slept_on)


async def test_what_a_source_says_is_a_figure_like_any_other(
    rig: Rig, slept_on: SleptOn, settle: Any, spawn: Any
) -> None:
    with using(OWN):
        rig.says = {**always(billing=10), **always(**{"8": None})}
        rig.answer(BILLING, SALES, MAIN, ACCOUNT)
        assert rig.figure(BILLING) is Absent.NOT_ANSWERED
        assert rig.figure(MAIN) is Absent.NOT_OFFERED
        rig.sources.start(spawn)
        await settle()
        assert rig.figure(BILLING) == 10
        assert rig.figure(BILLING, "staff_gap") == 6
        assert rig.row(BILLING).number("staff_gap") == 6
        assert rig.row(BILLING).judged.severity_of("staff_gap") is Severity.CRITICAL
        assert rig.figure(SALES) is Absent.NOT_ANSWERED
        assert rig.figure(ACCOUNT) is Absent.NOT_OFFERED
        assert rig.row(ACCOUNT).severity is Severity.CALM
        # It is recorded with the next answer of the API, and each answer once.
        before = len(rig.recorded)
        rig.answer(BILLING)
        (last,) = rig.recorded[before:]
        assert isinstance(last.content, Snapshot)
        assert last.content.figures.values["plannedAgents"] == 10


async def test_a_time_slot_holds_for_its_time(rig: Rig, slept_on: SleptOn, settle: Any, spawn: Any) -> None:
    with using(OWN):
        now, half = slept_on.ms, 1_800_000
        rig.says = {"7": (Slot(now - half, now + 30_000, (3,)), Slot(now + 30_000, now + half, (5,)))}
        rig.answer(BILLING)
        rig.sources.start(spawn)
        await settle()
        assert rig.figure(BILLING) == 3
        await slept_on.pass_(31, settle)
        rig.answer(BILLING)
        assert rig.figure(BILLING) == 5
        slept_on.seconds += 3600
        rig.answer(BILLING)
        assert rig.figure(BILLING) is Absent.NOT_ANSWERED


async def test_a_source_that_fails_grows_old_alone(rig: Rig, slept_on: SleptOn, settle: Any, spawn: Any) -> None:
    with using(OWN):
        planned, gap = known_metrics()["planned_agents"], known_metrics()["staff_gap"]
        rig.says = always(billing=10)
        rig.answer(BILLING)
        rig.sources.start(spawn)
        await settle()
        rig.says = SourceError("OFFLINE", "cannot reach wfm.example")
        seen: list[tuple[Age, bool, Any, Severity]] = []
        for _ in range(24):
            await slept_on.pass_(60, settle)
            rig.answer(BILLING)
            row = rig.row(BILLING)
            age = rig.board.sources["plan"].freshness(slept_on.now()).age
            seen.append((age, row.is_old_figure(gap), row.get(planned), row.judged.severity_of("staff_gap")))
            assert row.age is Age.LIVE
            assert rig.board.overall(slept_on.now()).is_live
            assert row.number("online_agents") == 4
            kept = rig.recorded[-1].content
            assert isinstance(kept, Snapshot)
            assert kept.figures.values["plannedAgents"] == (10 if age in (Age.LIVE, Age.LATE) else None)
        assert list(dict.fromkeys(each[0] for each in seen)) == [Age.LIVE, Age.LATE, Age.STALE, Age.GONE]
        for age, is_old, figure, severity in seen:
            assert is_old is (age in (Age.STALE, Age.GONE))
            assert figure == (Absent.NOT_ANSWERED if age is Age.GONE else 10)
            # What is old is nothing to judge by, and no good news.
            assert severity is (Severity.UNKNOWN if is_old else Severity.CRITICAL)
        assert (
            rig.sources.note() == "source plan: OFFLINE, its figures are too old to be shown: cannot reach wfm.example"
        )
        rig.says = always(billing=4)
        rig.sources.ask_now()
        await settle()
        assert (rig.figure(BILLING), rig.sources.note()) == (4, "")
        assert rig.row(BILLING).severity is Severity.CALM


async def test_it_is_tried_again_ever_more_rarely_but_not_more_rarely_than_its_interval(
    rig: Rig, slept_on: SleptOn, settle: Any, spawn: Any
) -> None:
    rig.says = RuntimeError("s3cret")
    rig.sources.start(spawn)
    await slept_on.pass_(15 + 30 + 60 + 60 + 1, settle)
    assert rig.asked == 5
    assert "ERROR" in rig.sources.note()
    assert "s3cret" not in rig.sources.note()


async def test_why_tells_source_moment_and_raw_value(rig: Rig, slept_on: SleptOn, settle: Any, spawn: Any) -> None:
    with using(OWN):
        rig.says = always(billing=10)
        rig.answer(BILLING)
        rig.sources.start(spawn)
        await settle()
        row = rig.row(BILLING)
        topic = Topic(Section.FIGURES, BILLING)
        fresh = rig.board.freshness(topic, slept_on.now())
        about = Subject(BILLING, "Billing", row.figures, None, None, fresh, sources=rig.board.sources)
        why = explain(known_metrics()["staff_gap"], about, rig.board.judge, slept_on.now(), lambda at: f"@{at:.0f}")
        told = dict(why.lines)
        assert why.text == "6"
        assert told["formula"] == "planned_agents - onlineAgents, of planned agents 10, online 4"
        assert told["source"] == "plan › planned_agents, in count = 10"
        assert told["asked"] == f"at @{slept_on.ms / 1000:.0f}, answered in 0.00 s"
        assert told["fresh"].startswith("LIVE, 0s old")
        rig._heard(
            TopicState(
                rig.board.sources["plan"].topic, 60.0, rig.board.sources["plan"].content, Trouble("SERVER", "x", 1)
            )
        )
        again = explain(known_metrics()["planned_agents"], about, rig.board.judge, slept_on.now() + 400, str)
        assert "STALE" in dict(again.lines)["fresh"]
        assert "SERVER: x" in dict(again.lines)["fresh"]


# -- what comes from outside


def asker(clock: SleptOn, **keys: Any) -> SourceAsker:
    return SourceAsker(source(**keys), clock, None)


async def said(clock: SleptOn, **keys: Any) -> dict[str, Any]:
    answer = await asker(clock, **keys).ask()
    return {key: [slot.values[0] for slot in slots] for key, slots in answer.slots.items()}


async def test_files_answers_commands_and_databases_tell_the_same(
    slept_on: SleptOn, tmp_path: Path, scripted: Any, http_answer: Any
) -> None:
    table = tmp_path / "plan.csv"
    table.write_text("skill;planned_agents;x\nBilling; 10 ;1\n7;2,5;\nSales;soon;\n")
    assert await said(slept_on, file=str(table)) == {"billing": [10], "7": [2.5], "sales": [None]}
    rows = {"d": [{"skill": {"name": "Billing"}, "planned_agents": 10}, {"skill": {}, "planned_agents": 1}]}
    scripted.answer = lambda _: http_answer(200, rows)
    keys: dict[str, Any] = {"rows": "d[]", "key": "skill.name"}
    assert await said(slept_on, url=f"{scripted.url}/v1", headers={"X-Key": "s3cret"}, **keys) == {"billing": [10]}
    (heard,) = scripted.heard
    assert heard.headers["x-key"] == "s3cret"
    assert {"authorization", "cookie"}.isdisjoint(heard.headers)
    printed = [sys.executable, "-S", "-c", f"print({json.dumps(json.dumps(rows))})"]
    assert await said(slept_on, command=printed, **keys) == {"billing": [10]}
    base = tmp_path / "wfm.db"
    with sqlite3.connect(base) as opened:
        opened.execute("CREATE TABLE plan (s TEXT, n INTEGER)")
        opened.execute("INSERT INTO plan VALUES ('Billing', 10)")
    opened.close()
    query = "SELECT s AS skill, n AS planned_agents FROM plan"
    assert await said(slept_on, sqlite=str(base), query=query) == {"billing": [10]}
    for bad in ("DELETE FROM plan", f"ATTACH '{tmp_path}/new.db' AS new", "SELECT * FROM nowhere"):
        with pytest.raises(SourceError) as caught:
            await said(slept_on, sqlite=str(base), query=bad)
        assert caught.value.word == "FAILED"
    assert not (tmp_path / "new.db").exists()


async def test_slots_are_read_in_every_form(slept_on: SleptOn, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    at = slept_on.ms // 1000 * 1000
    table.write_text(
        f"skill,from,planned_agents\n7,{at // 1000},1\n8,{at},2\n9,2027-01-15T08:00:00+00:00,3\n10,07:30,4\n"
    )
    answer = await asker(slept_on, file=str(table), slot="from").ask()
    assert [answer.slots[key][0].start for key in ("7", "8")] == [at, at]
    assert answer.slots["9"][0].start == 1_800_000_000_000
    assert [slot.end - slot.start for slot in answer.slots["10"]] == [1_800_000] * 4
    assert any(abs(slot.start - at) < 86_400_000 for slot in answer.slots["10"])
    table.write_text("skill,from,planned_agents\n7,soon,1\n")
    with pytest.raises(SourceError, match=r'"soon" is no start of a time slot; write 14:30'):
        await asker(slept_on, file=str(table), slot="from").ask()


@pytest.mark.parametrize(
    ("account", "told"),
    [
        (("11111111", "Acme EMEA"), 40.0),
        (("22222222", "Acme APAC"), 12.0),
        (("33333333", "acme us"), 7.0),
        (("44444444", None), None),
    ],
)
async def test_rows_that_name_accounts_are_of_that_account_alone(
    slept_on: SleptOn, tmp_path: Path, account: tuple[str, str | None], told: float | None
) -> None:
    (tmp_path / "plan.csv").write_text(
        "site,planned_agents\n11111111,40\nAcme APAC,12\nAcme US,7\n,99\n", encoding="utf-8"
    )
    own = source(by="account", key="site", file=str(tmp_path / "plan.csv"))
    answer = await SourceAsker(own, slept_on, None, account).ask()
    slots = answer.slots_of(ACCOUNT, None)
    assert [slot.values for slot in slots] == ([] if told is None else [(told,)])


async def test_two_rows_about_one_are_not_added_up(slept_on: SleptOn, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    table.write_text("skill,planned_agents\nBilling,1\nBILLING,2\n")
    with pytest.raises(SourceError, match=r'"BILLING" is there more than once; they are not added up'):
        await said(slept_on, file=str(table))


@pytest.mark.parametrize(
    ("status", "word"), [(401, "DENIED"), (403, "DENIED"), (404, "REFUSED"), (429, "THROTTLED"), (503, "SERVER")]
)
async def test_a_refusal_is_a_word(slept_on: SleptOn, scripted: Any, http_answer: Any, status: int, word: str) -> None:
    scripted.answer = lambda _: http_answer(status, "s3cret")
    with pytest.raises(SourceError) as caught:
        await said(slept_on, url=f"{scripted.url}/s3cret")
    assert caught.value.word == word
    assert "s3cret" not in str(caught.value)


async def test_hostile_data_ends_in_one_line_and_does_not_hold_the_event_loop(
    slept_on: SleptOn, tmp_path: Path, scripted: Any, http_answer: Any
) -> None:
    huge, deep, wide, wild = (tmp_path / name for name in ("huge.csv", "deep.json", "wide.csv", "wild.json"))
    with huge.open("wb") as file:
        file.truncate(10**10)
    deep.write_bytes(b"[" * 8_000_000)
    wide.write_text("skill,planned_agents\n" + "a,1\n" * 30_000)
    wild.write_text("[" + ",".join(["[[[[1]]]]"] * 20_000) + "]")
    scripted.answer = lambda _: http_answer(200, b"[" * (9 << 20))
    cases: list[tuple[dict[str, Any], str]] = [
        ({"file": str(huge)}, "larger than 8 MB"),
        ({"file": str(deep)}, "nested too deep"),
        ({"file": str(wide)}, "more than 20000 rows"),
        ({"file": str(wild), "rows": "[].skill"}, ""),
        ({"file": "/dev/zero"}, "is no file"),
        ({"file": str(tmp_path)}, "cannot be read"),
        ({"url": scripted.url}, "more than 8 MB"),
        ({"command": [sys.executable, "-S", "-c", "while True: print('[' * 999)"]}, "wrote more than 8 MB"),
        ({"command": [sys.executable, "-S", "-c", SLEEPS], "timeout": "1s"}, "stopped after 1 s"),
        ({"sqlite": str(deep), "query": "SELECT * FROM plan"}, "not a database"),
    ]  # fmt: skip
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        cases.append(({"file": str(tmp_path / "pipe.csv")}, "is no file"))
    for keys, told in cases:
        before = time.process_time()
        if told:
            with pytest.raises(SourceError) as caught:
                await said(slept_on, **keys)
            assert told in str(caught.value)
            assert "\n" not in str(caught.value)
        else:
            assert await said(slept_on, **keys) == {}
        # Reading and parsing is another process's work.
        assert time.process_time() - before < 0.25, keys


async def test_a_query_without_end_is_stopped(slept_on: SleptOn, tmp_path: Path) -> None:
    base = tmp_path / "wfm.db"
    sqlite3.connect(base).close()
    numbers = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r)"
    endless = f"{numbers} SELECT i AS skill, i AS planned_agents FROM r WHERE i < 0"  # noqa: S608
    with pytest.raises(SourceError, match="the query was stopped after 1 s"):
        await said(slept_on, sqlite=str(base), query=endless, timeout="1s")


def test_only_what_can_be_meant_is_a_source() -> None:
    with pytest.raises(ValidationError):
        source(file="a", url="https://b.example")
