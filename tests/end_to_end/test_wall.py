"""The wallboard in a real terminal: what it draws, what it writes while nothing happens, and how it ends."""

from __future__ import annotations

import signal
from itertools import pairwise
from typing import Any

import pytest

from kmm_tui.ui.wall.digits import large


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 1), (signal.SIGTERM, 0)])
def test_it_shows_large_figures_and_its_end_says_whether_to_start_it_again(
    number: int, code: int, start: Any, floor: Any, environ: dict[str, str]
) -> None:
    wall = start("wallboard", environ={**environ, **floor.environ("30s", plain=True)}, columns=120, rows=40)
    wall.wait_for("● LIVE", "IN QUEUE", "P90 WAIT", "ONLINE")
    top = {large(digit, 7)[0].strip() for digit in "0123456789"}
    assert any(row in wall.text for row in top), wall.text
    assert wall._last(25) == b"l", "the cursor is hidden"
    assert wall._last(1000) != b"h", "the mouse is left alone"
    if number == signal.SIGTERM:
        # A quiet second: the clock, the age, the heartbeat and the countdown.
        marks = [len(wall.raw)]
        for _ in range(3):
            head = wall.line("● LIVE")
            wall.wait(lambda head=head: head not in wall.text, "another second")
            marks.append(len(wall.raw))
        assert min(after - before for before, after in pairwise(marks)) < 300
    sessions = floor.stats()["sessions"]
    wall.signal(number)
    assert wall.ended() == code
    assert floor.stats()["sessions"] == sessions - 1
    assert wall.left_on() == []


def test_a_mistake_in_the_settings_ends_it_with_a_code_that_nothing_starts_again(
    start: Any, floor: Any, environ: dict[str, str]
) -> None:
    wall = start("wallboard", "--screen", "large", environ={**environ, **floor.environ()})
    assert wall.ended() == 2
    assert 'must be a length such as "55in"' in wall.text
