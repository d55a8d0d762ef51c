"""The figures mean what the API's documentation says: seen on a floor so small that everything on it can be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kmm_tui.metrics import Kind, Method, offered
from kmm_tui.simulator.conversation import CLOSED
from kmm_tui.simulator.demand import SLOTS
from kmm_tui.simulator.engine import Figures
from kmm_tui.simulator.figures import ByTime, asked, new_row
from kmm_tui.simulator.floor import Floor
from kmm_tui.simulator.ledger import COLUMN, FAMILIES, Ledger, Targets
from kmm_tui.simulator.plan import Plan, build_plan
from kmm_tui.simulator.present import Tally
from kmm_tui.simulator.shifts import AWAY, NO_REASON, ONLINE, Stretch

MINUTE = 60_000
HOUR = 60 * MINUTE


def figures(floor: Floor, agents: Sequence[int], until: int) -> Figures:
    counted = ByTime(asked([m.name for m in offered(Method.AGENT_VIEW, Kind.BY_TIME)]))
    row, plan = new_row(), floor.plan
    into = Targets(
        by_agent=[row if agent.index in agents else None for agent in plan.agents],
        of_nobody=[None] * len(plan.skills),
        skills=[True] * len(plan.skills),
    )
    floor.ledger.collect(counted.families, 0, until, into)
    result: Figures = {}
    counted.figures(row, result)
    return result


def a_floor(works_from: int, agents: Sequence[int], lunch: tuple[int, int] = (0, 0)) -> tuple[Floor, Plan]:
    """A floor on which only these agents work, from that minute on, but for a lunch from minute to minute.

    Consumers come in the first quarter of an hour and ask for the first skill.
    """
    plan = build_plan("small", 1)
    slow = tuple(replace(agent, slots=40) for agent in plan.agents)
    plan = replace(plan, agents=slow)
    shift = [Stretch(works_from * MINUTE, 30 * HOUR, ONLINE, NO_REASON)]
    if lunch != (0, 0):
        away, back = (minute * MINUTE for minute in lunch)
        shift = [
            Stretch(works_from * MINUTE, away, ONLINE, NO_REASON),
            Stretch(away, back, AWAY, "Lunch"),
            Stretch(back, 30 * HOUR, ONLINE, NO_REASON),
        ]
    lines = [shift if agent.index in agents else [] for agent in plan.agents]
    rates = [[0.0] * SLOTS for _ in plan.skills]
    rates[0][0] = 20 / (15 * MINUTE)
    return Floor(plan, lines, rates, "a small floor", 0), plan


def test_time_in_the_queue_is_a_wait_and_not_a_time_to_respond() -> None:
    floor, plan = a_floor(works_from=40, agents=[build_plan("small", 1).with_skill[0][0]])
    agent = plan.with_skill[0][0]
    floor.advance(39 * MINUTE)
    waiting = sum(talk.token == token for queue in floor.queues for talk, token in queue)
    left = floor.closed
    assert waiting + left == floor.opened
    floor.advance(6 * HOUR)
    told = figures(floor, [agent], 6 * HOUR)
    # All came in the first quarter of an hour and were taken at minute 40: each had waited 25 minutes at least.
    assert told["avgWaitTimeFirstResponse"] > 25 * MINUTE
    assert told["avgTimeToFirstResponseFirstAssignment"] < 10 * MINUTE
    assert told["avgTimeToResponse"] < 2.5 * MINUTE
    assert told["avgWaitTime"] < told["avgWaitTimeFirstResponse"]
    firsts = told["totalWaitTimeFirstResponse"] / told["avgWaitTimeFirstResponse"]
    assert waiting >= round(firsts) >= waiting - 3  # but for those handed on before they were answered


def test_who_leaves_the_queue_is_closed_by_the_consumer_and_no_agents() -> None:
    floor, _ = a_floor(works_from=1_500, agents=[])
    floor.advance(5 * HOUR)
    assert floor.opened == floor.closed > 5
    nobody = {key: s for family in floor.ledger.facts for key, s in family.items()}
    assert {key // floor.ledger.skills for key in nobody} == {floor.ledger.nobody}
    row = new_row()
    into = Targets([None] * len(floor.plan.agents), [row] * len(floor.plan.skills), [True] * len(floor.plan.skills))
    floor.ledger.collect(range(len(FAMILIES)), 0, 5 * HOUR, into)
    assert row[COLUMN["by_consumer"]] == floor.closed


def test_who_goes_to_lunch_answers_nobody_till_back_and_then_those_who_stayed() -> None:
    agent = build_plan("small", 1).with_skill[0][0]
    floor, _ = a_floor(works_from=0, agents=[agent], lunch=(12, 30))
    seat = floor.seats[agent]
    floor.advance(12 * MINUTE + 1)
    before = figures(floor, [agent], 12 * MINUTE + 1)
    floor.advance(30 * MINUTE - 1)
    assert (
        figures(floor, [agent], 30 * MINUTE)["totalTimeToFirstResponseAllAssignments"]
        == (before["totalTimeToFirstResponseAllAssignments"])
    )
    left_waiting = [talk for talk in seat.hand if talk.waiting and talk.asked_at < 20 * MINUTE]
    assert left_waiting
    floor.advance(40 * MINUTE)
    assert not any(talk.waiting and talk.asked_at < 20 * MINUTE for talk in seat.hand)
    assert all(talk.touched_at > 30 * MINUTE or talk.place == CLOSED for talk in left_waiting)
    row = new_row()
    into = Targets([row] * len(floor.plan.agents), [None] * len(floor.plan.skills), [True] * len(floor.plan.skills))
    floor.ledger.collect([0], 30 * MINUTE, 40 * MINUTE, into)
    assert row[COLUMN["answers"]] >= len([talk for talk in left_waiting if talk.place != CLOSED])


def test_figures_by_their_formulas() -> None:
    ledger = Ledger(agents=1, skills=1)
    ledger.series(0, 0, 0).add(61_000, (0, 1), (1, 10_000), (2, 1), (3, 50_000))
    ledger.series(0, 0, 0).add(62_000, (0, 1), (1, 20_000), (2, 1), (3, 20_000))
    for place, times in ((0, 5), (1, 2), (2, 1), (3, 2), (4, 3)):
        for n in range(times):
            ledger.series(2, 0, 0).add(70_000 + n, (place, 1), *([(5, 1), (6, 60_000)] if place < 3 else []))
    for facts in (
        ((0, 1), (1, 1), (2, 1), (5, 1), (7, 1)),
        ((0, 1), (1, 1), (4, 1), (5, 1), (7, 1)),
        ((0, 1), (3, 1), (6, 1), (7, 1)),
        ((0, 1), (1, 1), (2, 1), (7, 1)),
    ):
        ledger.series(3, 0, 0).add(80_000, *facts)
    row = new_row()
    ledger.collect(range(len(FAMILIES)), 0, 120_000, Targets([row], [None], [True]))
    told: Figures = {}
    ByTime(asked([m.name for m in offered(Method.AGENT_VIEW, Kind.BY_TIME)])).figures(row, told)
    assert told["avgTimeToResponse"] == 15_000
    assert told["avgWaitTime"] == 35_000
    assert (told["closedByAgent"], told["closedByConsumer"], told["autoClosed"]) == (5, 2, 1)
    assert told["closedConversations"] == 8
    assert told["concludedConversations"] == 10
    assert told["transferRate"] == 0.2
    assert told["closedRate"] == 0.8
    assert told["backToQueue"] == 3
    assert told["avgConversationsDuration"] == 60_000
    assert told["csat"] == 0.75
    assert told["fcr"] == 0.5
    assert told["fcrWithoutSkip"] == pytest.approx(2 / 3, abs=1e-4)
    assert told["nps"] == 25.0
    assert "intentMatchedRate" not in told  # nobody's intents were matched: nothing to divide by


def test_a_percentile_is_a_wait_of_somebody_in_the_queue() -> None:
    tally = Tally()
    assert tally.value("queue_wait_time_50th_percentile") is None
    tally.waits = [30, 10, 20, 100]
    assert tally.value("queue_wait_time_50th_percentile") == 20
    assert tally.value("queue_wait_time_90th_percentile") == 100
    tally.waits = list(range(1, 11))
    assert tally.value("queue_wait_time_90th_percentile") == 9
