"""Some hours of the wallboard with outages, resizes, turns and breaches; `wall_week.py` plays a week of them."""

from __future__ import annotations

from tests.outages.wall_week import run


def test_no_old_figure_looks_fresh_and_every_page_is_seen_whatever_fails_and_however_large_the_terminal_is() -> None:
    report = run(step=40.0, days=0.09, seed=4)
    assert report.problems() == [], report
    assert report.frames == int(0.09 * 86_400 / 40)
    # It was a while with outages, at several sizes, and with breaches.
    assert report.faults
    assert report.old_frames > 10
    assert report.breaches > 0
    assert len(report.sizes) > 1
    assert len(report.pages) >= 4
