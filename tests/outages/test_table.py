"""Each fault of the simulator, on one call and one way of signing in; `table.py` plays all of them."""

from __future__ import annotations

import pytest

from kmm_tui.board.freshness import Age
from tests.outages.rig import SIGN_INS
from tests.outages.scenario import Fault, Outcome, play
from tests.outages.table import FAULTS, rows, unplayed
from tests.outages.virtual_time import run_virtually


def _some() -> list[tuple[Fault, str, str]]:
    """Each fault once, where a sign-in minds it by each of those who mind; calls and sign-ins by turns."""
    found = []
    for place, fault in enumerate(FAULTS):
        possible = list(rows(fault.order))
        found.append(possible[place * 7 % len(possible)])
    return found


def _by(order: str, on: str, sign_in: str) -> Outcome:
    fault = next(each for each in FAULTS if each.order == order)
    return run_virtually(play(fault, on, sign_in))


@pytest.mark.parametrize(("fault", "on", "sign_in"), _some(), ids=lambda value: getattr(value, "order", value))
def test_an_outage_is_told_in_one_word_asked_about_rarely_and_recovered_from(
    fault: Fault, on: str, sign_in: str
) -> None:
    outcome = run_virtually(play(fault, on, sign_in))
    assert outcome.broken == []


def test_a_wrong_password_is_tried_once_and_again_when_a_person_asks() -> None:
    outcome = _by("password-changed", "metrics+login", "user")
    assert outcome.broken == []
    assert outcome.words == ["AUTH"]
    assert outcome.person


def test_what_fails_for_ten_minutes_loses_its_values() -> None:
    outcome = _by("500", "metrics", "OAuth 2.0")
    assert outcome.broken == []
    assert (outcome.oldest, outcome.words) == (Age.GONE, ["SERVER"])


def test_being_asked_less_often_makes_no_figure_younger() -> None:
    outcome = _by("429:retry_after=0", "agent_view", "user")
    assert outcome.broken == []
    assert (outcome.oldest, outcome.words) == (Age.GONE, ["THROTTLED"])


def test_every_fault_of_the_simulator_and_every_sign_in_is_in_the_table() -> None:
    assert unplayed() == set()
    assert {way for _, _, way in rows()} == set(SIGN_INS)
