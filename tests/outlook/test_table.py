"""The futures that a look ahead is held against are real ones, and the table counts what came."""

from __future__ import annotations

import pytest

from tests.outlook.futures import Played, in_time, later, p90
from tests.outlook.table import Results, Tally, needed, play, table

SURGE_TURNS = 121


@pytest.fixture(scope="module")
def surge() -> Played:
    """An hour of a surge on Billing."""
    played = Played.of("surge", "medium", 1)
    for _ in played.turns(SURGE_TURNS):
        pass
    return played


def test_a_future_leaves_the_present_alone_and_comes_the_same_again(surge: Played) -> None:
    floor = surge.world.floor
    before = (floor.now, floor.opened, len(floor._events), [len(queue) for queue in floor.queues])
    futures = [later(floor, "a future", skill=0, more=1) for _ in range(2)]
    waits = []
    for future in futures:
        assert future is not None
        future.advance(floor.now + 1_200_000)
        waits.append((p90(future, 0), future.closed, [len(queue) for queue in future.queues]))
    assert waits[0] == waits[1]
    assert (floor.now, floor.opened, len(floor._events), [len(queue) for queue in floor.queues]) == before


def test_more_agents_help_and_as_many_as_are_needed_keep_the_wait_in_time(surge: Played) -> None:
    floor = surge.world.floor
    enough = needed(floor, 0, 180.0)
    assert enough is not None
    assert enough > 0
    none, many = (later(floor, "another", skill=0, more=more) for more in (0, enough + 3))
    assert none is not None
    assert many is not None
    assert in_time([many], 0, 180.0, (10, 25)) > in_time([none], 0, 180.0, (10, 25))


def test_the_table_counts_what_was_said_and_what_came() -> None:
    tally = Tally()
    tally.add(300.0, 360.0)
    tally.add(300.0, None)
    assert tally.text == "1 of 2, off 1.0 min"
    assert Tally().text == "–"
    results: Results = {}
    play("night", 11, results)
    said = [each for of_kind in results.values() for each in of_kind.values() if each.said]
    assert said
    assert all(0 <= each.true <= each.said for each in said)
    assert f"{said[0].true} of {said[0].said}" in table(results)
