"""A program that reads line by line hears of what is new, what failed, and what is old now; and of nothing twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kmm_tui.board.freshness import Trouble
from kmm_tui.board.scope import ACCOUNT
from kmm_tui.board.state import TREND, Topic, TopicState
from kmm_tui.output.told import Told
from tests.output.boards import NOW, board_of, roster_state, skill_state, snapshot_state


class Reader:
    def __init__(self) -> None:
        self.board = board_of()
        self.lines: list[dict[str, Any]] = []
        self.told = Told(self.board, "123", self._tell)

    def _tell(self, topic: Topic, data: dict[str, Any]) -> None:
        self.lines.append(data)

    def put(self, state: TopicState, now: float = NOW) -> list[dict[str, Any]]:
        self.lines.clear()
        self.board.put(state)
        self.told.heard(state, now)
        return self.lines

    def tick(self, now: float) -> list[dict[str, Any]]:
        self.lines.clear()
        self.told.ticked(now)
        return self.lines


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_each_answer_is_told_once(reader: Reader) -> None:
    first = skill_state("7", "Billing")
    assert [line["scope"]["name"] for line in reader.put(first)] == ["Billing"]
    assert reader.put(replace(first, next_try=NOW + 60)) == []
    assert reader.tick(NOW + 10) == []
    # The same figures in another answer are news: they were true again.
    assert len(reader.put(skill_state("7", "Billing", age=0.0))) == 1


def test_a_failure_is_told_and_so_is_its_end(reader: Reader) -> None:
    good = snapshot_state(ACCOUNT)
    reader.put(good)
    (line,) = reader.put(replace(good, trouble=Trouble("SERVER", "500", NOW)))
    assert line["trouble"]["word"] == "SERVER"
    assert line["figures"]["online_agents"]["value"] == 7
    (line,) = reader.put(good)
    assert line["trouble"] is None


def test_what_nobody_asks_for_any_more_grows_old_aloud(reader: Reader) -> None:
    reader.put(skill_state("7", "Billing", age=0.0))
    words = [line["freshness"]["word"] for second in range(700) for line in list(reader.tick(NOW + second))]
    assert words == ["LATE", "STALE", "GONE"]


def test_what_is_no_more_is_told_once_and_then_forgotten(reader: Reader) -> None:
    state = skill_state("7", "Billing")
    reader.put(state)
    gone = replace(state, is_withdrawn=True)
    assert [line["kind"] for line in reader.put(gone)] == ["gone"]
    assert reader.put(gone) == []
    assert reader.tick(NOW + 3600) == []


def test_nothing_is_told_of_what_is_not_asked_for_or_not_known_yet(reader: Reader) -> None:
    state = roster_state()
    assert reader.put(replace(state, is_paused=True)) == []
    assert reader.put(replace(state, content=None)) == []
    assert reader.put(TopicState(TREND, 300.0, None, Trouble("SERVER", "500", NOW))) == []
