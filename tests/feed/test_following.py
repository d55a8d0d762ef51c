"""A board without a screen: it knows when all has been answered, gives up on what will not be, and ends cleanly."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.api.errors import PermissionMissing, Unreachable
from kmm_tui.board.board import Board
from kmm_tui.board.derived import known_metrics
from kmm_tui.board.figure import Absent
from kmm_tui.board.freshness import Age
from kmm_tui.board.judge import Judge
from kmm_tui.board.limits import Limit
from kmm_tui.board.own import using
from kmm_tui.board.present import Present
from kmm_tui.board.scope import ACCOUNT, Level, Watch
from kmm_tui.board.span import TODAY, last
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.following import Following
from kmm_tui.settings.own_metrics import own_metrics
from kmm_tui.settings.own_sources import OwnSource
from tests.feed.fed import Account

HOUR = 3_600_000
Follow = Callable[..., contextlib.AbstractAsyncContextManager[Following]]


@pytest.fixture
def account(slept_on: Any) -> Account:
    slept_on.seconds = 1_800_000_000.0
    found = Account(slept_on)
    found.staff = {"1": "ONLINE", "2": "AWAY"}
    return found


@pytest.fixture
def follow(account: Account, slept_on: Any) -> Follow:
    @contextlib.asynccontextmanager
    async def follow(**given: Any) -> AsyncIterator[Following]:
        board = Board(Judge(given.pop("limits", ())))
        present = Present(given.pop("span", last(HOUR)), last(HOUR), None, ())
        client: Any = account
        found = Following(
            client, board, Watch(given.pop("watch", ())), 30.0, slept_on, Budget(slept_on),
            present=present, width=HOUR, **given,
        )  # fmt: skip
        async with found:
            yield found
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        assert not [task for task in tasks if not task.done() and "settle" not in task.get_name()]
        await found.close()
        assert account.closed

    return follow


async def waited(slept_on: Any, settle: Any, work: Any, seconds: float) -> Any:
    """What comes of `work` while `seconds` go by."""
    task = asyncio.ensure_future(work)
    await slept_on.pass_(seconds, settle)
    await settle()
    assert task.done()
    return task.result()


async def test_it_knows_when_all_that_is_asked_for_has_been_answered(
    follow: Follow, account: Account, slept_on: Any, settle: Any
) -> None:
    async with follow(agents=True) as found:
        assert await waited(slept_on, settle, found.answered(30), 1) == ()
        board, now = found.board, slept_on.now()
        assert sorted(row.label for row in board.rows(Level.SKILL, now)) == ["Billing", "Café", "Sales"]
        assert sorted(row.label for row in board.rows(Level.GROUP, now)) == ["Main", "Night"]
        assert board.freshness(ACCOUNT_FIGURES, now).age is Age.LIVE
        assert [agent.key for agent in board.agents_of(ACCOUNT)] == ["1", "2"]
    # No trend, which nobody reads here, and each thing once.
    assert account.others == ["agents"]


async def test_agents_are_not_asked_for_unless_they_are_wanted(
    follow: Follow, account: Account, slept_on: Any, settle: Any
) -> None:
    async with follow(watch=("Bill*",)) as found:
        assert await waited(slept_on, settle, found.answered(30), 1) == ()
        assert [row.label for row in found.board.rows(Level.SKILL, slept_on.now())] == ["Billing"]
        assert found.board.rows(Level.GROUP, slept_on.now()) == []
    assert account.others == []


async def test_what_limits_need_is_asked_for_as_well(
    follow: Follow, account: Account, slept_on: Any, settle: Any
) -> None:
    async with follow(limits=(Limit("human_away_load", warn=0.5),)) as found:
        await waited(slept_on, settle, found.answered(30), 1)
        (row, *_) = found.board.rows(Level.SKILL, slept_on.now())
        assert row.judged.worst == "human_away_load"


async def test_a_failure_that_passes_is_waited_for(
    follow: Follow, account: Account, slept_on: Any, settle: Any
) -> None:
    began = slept_on.now()
    account.fails = lambda _: Unreachable("no network", "wait") if slept_on.now() < began + 4 else None
    async with follow() as found:
        assert await waited(slept_on, settle, found.answered(30), 8) == ()


async def test_what_only_a_person_can_mend_is_not_waited_for(
    follow: Follow, account: Account, slept_on: Any, settle: Any
) -> None:
    account.fails = lambda query: PermissionMissing("may not", "ask") if query.group_by == "agentGroupId" else None
    async with follow() as found:
        missing = await waited(slept_on, settle, found.answered(30), 1)
        assert {each.trouble.word for each in missing} == {"DENIED"}
        assert len(found.board.rows(Level.SKILL, slept_on.now())) == 3


async def test_patience_ends(follow: Follow, account: Account, slept_on: Any, settle: Any) -> None:
    account.gate = asyncio.Event()
    account.fails = lambda _: Unreachable("no network", "wait")
    async with follow() as found:
        missing = await waited(slept_on, settle, found.answered(30), 31)
        assert {each.topic.scope.level for each in missing if each.trouble} == {Level.SKILL, Level.GROUP}


async def test_it_goes_on_and_tells_every_second_and_every_state(follow: Follow, slept_on: Any, settle: Any) -> None:
    heard: list[Any] = []
    ticks: list[float] = []

    def tick(now: float) -> None:
        ticks.append(now)
        raise RuntimeError("whoever listens may fail")

    async with follow(heard=heard.append, ticked=tick, agents=True):
        await slept_on.pass_(61, settle)
        assert len(ticks) == 61
        agents = [state for state in heard if state.topic == AGENTS and state.content]
        assert len({state.content.taken_at for state in agents}) == 3


async def test_after_a_sleep_of_the_machine_all_is_asked_anew(
    follow: Follow, account: Account, slept_on: Any, settle: Any
) -> None:
    async with follow() as found:
        await waited(slept_on, settle, found.answered(30), 1)
        asked = len(account.asked)
        slept_on.seconds += 3600
        await slept_on.pass_(2, settle)
        assert len(account.asked) > asked
        assert found.board.freshness(ACCOUNT_FIGURES, slept_on.now()).age is Age.LIVE


async def test_another_span_is_counted_over_where_one_is_set(
    follow: Follow, account: Account, slept_on: Any, settle: Any
) -> None:
    async with follow(span=TODAY) as found:
        await waited(slept_on, settle, found.answered(30), 1)
    windows = {query.window.width for _, query in account.asked}
    assert HOUR not in windows


async def test_sources_are_asked_beside_it_and_waited_for_once(
    follow: Follow, slept_on: Any, settle: Any, wait_for: Any, tmp_path: Path
) -> None:
    (tmp_path / "plan.csv").write_text("skill,planned\nBilling,3\n")
    plan = OwnSource.model_validate(
        {"name": "plan", "file": str(tmp_path / "plan.csv"), "by": "skill", "key": "skill",
         "metrics": [{"name": "planned_agents", "value": "planned"}]}
    )  # fmt: skip
    gone = plan.model_copy(update={"name": "gone", "file": tmp_path / "gone.csv", "metrics": ()})
    with using(own_metrics([plan], ())):
        async with follow(sources=[plan, gone]) as found:
            task = asyncio.ensure_future(found.answered(10.0))
            await wait_for(task.done)
            # A source that fails is nothing that the account did not answer.
            assert task.result() == ()
            planned = known_metrics()["planned_agents"]
            figures = {row.label: row.get(planned) for row in found.board.rows(Level.SKILL, slept_on.now())}
            assert figures == {"Billing": 3, "Sales": Absent.NOT_OFFERED, "Café": Absent.NOT_OFFERED}
            assert found.board.sources["gone"].trouble
            assert found.board.overall(slept_on.now()).is_live
