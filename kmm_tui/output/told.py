"""What a program that reads the board line by line is told, and when: what is new, and what has become old."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Age, Trouble
from kmm_tui.board.state import Content, Topic, TopicState
from kmm_tui.output.plain import gone_data, topic_data

Tell = Callable[[Topic, dict[str, Any]], None]


class Told:
    """Tells of every new answer and trouble at once, and of everything again whose age has got another word."""

    def __init__(self, board: Board, account: str, tell: Tell) -> None:
        self._board = board
        self._account = account
        self._tell = tell
        self._said: dict[Topic, tuple[Content | None, Trouble | None, Age]] = {}

    def heard(self, state: TopicState, now: float) -> None:
        """A topic has a new state, of which the board has taken note already. `now` in epoch seconds."""
        topic = state.topic
        if state.is_withdrawn:
            if self._said.pop(topic, None) and (gone := gone_data(topic, self._account, now)):
                self._tell(topic, gone)
            return
        self._say(topic, now)

    def ticked(self, now: float) -> None:
        """Time has passed."""
        for topic in tuple(self._said):
            self._say(topic, now)

    def _say(self, topic: Topic, now: float) -> None:
        state = self._board.state(topic)
        if state is None or state.is_paused:
            return
        age = self._board.freshness(topic, now).age
        saying = (state.content, state.trouble, age)
        known = self._said.get(topic)
        if known and known[0] is saying[0] and known[1:] == saying[1:]:
            return
        if age is Age.AWAITED and not state.trouble:
            return
        found = topic_data(self._board, topic, self._account, now)
        if found is not None:
            self._said[topic] = saying
            self._tell(topic, found)
