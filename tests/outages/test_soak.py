"""A week of virtual time on a large account with an outage every few hours; `soak.py` plays it at any interval."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.outages.leftovers import growth
from tests.outages.soak import CEILING, ORDERS, run

EVERY = 3600.0
DAYS = 7.0


@pytest.mark.skipif(sys.platform == "win32", reason="memory and open files are counted as POSIX systems tell them")
def test_a_week_costs_no_memory_leaves_nothing_behind_and_every_outage_is_recovered_from(tmp_path: Path) -> None:
    report = run(EVERY, DAYS, 1, tmp_path)
    assert report.broken() == [], report
    # It was a week with many outages, and the session was kept alive and renewed.
    assert len(report.samples) >= 20
    assert report.faults.total() > 30
    assert len(report.faults) > len(ORDERS) / 2
    assert report.calls["refresh"] > DAYS * 150
    assert report.calls["login"] > 1
    assert report.calls["agent_view"] > DAYS * 86_400 / EVERY


def test_growth_is_told_from_single_samples_that_are_off() -> None:
    level = [(float(n), 100.0 + (1000.0 if n == 5 else 0.0)) for n in range(20)]
    assert growth(level) == 0
    assert growth([(n, value + 0.5 * n) for n, value in level]) == pytest.approx(9.5)
    assert growth([(float(n), n * CEILING) for n in range(3)]) > CEILING
