"""A refresh costs the fewest calls that the API allows, counted where they arrive."""

from __future__ import annotations

import pytest

from tests.outages.calls import count
from tests.outages.minimum import LARGE, SMALL, WORLDS, World
from tests.outages.virtual_time import run_virtually


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_refresh_takes_the_fewest_calls_that_the_limits_allow(world: World) -> None:
    assert run_virtually(count(world)) == world.fewest()


def test_a_long_interval_costs_no_more_a_refresh() -> None:
    assert run_virtually(count(SMALL, every=1800.0))["metrics"] == SMALL.fewest()["metrics"]


def test_the_minimum_is_what_the_documentation_s_limits_make_of_it() -> None:
    assert SMALL.fewest() == {"metrics": 2, "agent_view": 1, "historical": 1}
    # 120 skills are 3 pages of 50, 60 groups are 2; 1200 agents are 2 populations of 1000.
    assert LARGE.fewest() == {"metrics": 5, "agent_view": 2, "historical": 1}
    assert LARGE.scopes == 181
