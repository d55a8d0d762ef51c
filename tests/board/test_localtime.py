"""The machine's own zone does what a named one does."""

from __future__ import annotations

import time as machine
from collections.abc import Iterator
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.board.grid import comparable, hours
from kmm_tui.board.shifts import Shift
from kmm_tui.board.span import TODAY, YESTERDAY, last, resolve, since
from kmm_tui.board.span_text import parse_span
from kmm_tui.board.travel import Travel

CHANGE = 1_792_890_000_000
"""25 October 2026, 1:00 UTC: clocks in Lisbon go back from 2:00 to 1:00."""


@pytest.fixture
def _in_lisbon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Lisbon")
        machine.tzset()
        yield
    machine.tzset()


@pytest.mark.skipif(not hasattr(machine, "tzset"), reason="the zone of a Windows process cannot be changed")
@pytest.mark.usefixtures("_in_lisbon")
def test_without_a_zone_the_machines_own_holds(lisbon: ZoneInfo) -> None:
    night = Shift("Night", time(22), time(6))
    for now in range(CHANGE - DAY, CHANGE + 3 * DAY, 97 * MINUTE):
        for span in (TODAY, YESTERDAY, since(night)):
            assert resolve(span, now, None, [night]) == resolve(span, now, lisbon, [night])
        assert parse_span("since 1:30", now, None, []) == parse_span("since 1:30", now, lisbon, [])
        assert comparable(Window.last(HOUR, now), None, now) == comparable(Window.last(HOUR, now), lisbon, now)
        assert hours(now, None) == hours(now, lisbon)
        travel = Travel(last(HOUR))
        assert travel.day(-1, now, None, []) == travel.day(-1, now, lisbon, [])
