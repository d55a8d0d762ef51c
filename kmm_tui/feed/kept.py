"""The last board, kept on disk: at the next start it is there at once, as old as it is, until the first answers come.

It holds figures and names and no secret; the file is this user's alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from kmm_tui.board.state import Content, Topic, TopicState
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.plain import from_plain, to_plain
from kmm_tui.feed.thread import in_thread

VERSION = 1
WRITE_EVERY = 120.0
"""Seconds between two writings at least: a large board takes long to write, and the end of the program writes, too."""
OLDEST = 24 * 3600.0
"""Seconds after which what was kept is no longer of interest."""

_STATES = tuple[TopicState, ...]

logger = logging.getLogger(__name__)


def states_to_plain(states: tuple[TopicState, ...]) -> dict[str, Any]:
    """States as a JSON object."""
    return {"version": VERSION, **to_plain(_STATES, states)}


def states_from_plain(plain: Any) -> tuple[TopicState, ...]:
    """The states of `states_to_plain`; none from anything else, such as what another version has written."""
    if not isinstance(plain, dict) or plain.get("version") != VERSION:
        return ()
    try:
        states: tuple[TopicState, ...] = from_plain(_STATES, plain)
    except (ValueError, TypeError):
        return ()
    return states


class KeptBoard:
    """Keeps the newest good states of one account and profile.

    `asked` are the things that the figures depend on (the server, what is watched, windows, metrics): a board that was
    kept of anything else is left aside. `every` is the interval in seconds. Making one reads the file.
    """

    def __init__(self, memory: Memory, clock: Clock, profile: str, asked: tuple[object, ...], every: float) -> None:
        self._memory = memory
        self._clock = clock
        self._thing = f"board-{quote(profile, safe='')}"
        self._asked = hashlib.sha256(repr((profile, *asked)).encode()).hexdigest()
        self._every = every
        self._lock = threading.Lock()
        self._changed = False
        self._states: dict[Topic, TopicState] = {state.topic: state for state in self._recall()}
        self.part: Callable[[Content], Content] = _all_of_it
        """What of an answer is kept; set by whoever knows what is asked for at every start."""
        self.recalled: dict[Topic, TopicState] = dict(self._states)
        """What was kept last time, not older than a day, and has no answer yet. Their age tells how true they are."""

    def filled(self, state: TopicState) -> TopicState:
        """`state`, with what was last known of its topic as long as there is no answer of this run."""
        known = self.recalled.get(state.topic)
        if known is None or state.content is not None or state.is_withdrawn:
            return state
        return replace(state, content=known.content)

    def note(self, state: TopicState) -> None:
        """Takes note of a new state. One that is withdrawn is no longer kept."""
        known = self.recalled.get(state.topic)
        if known and (state.is_withdrawn or (state.content is not None and state.content is not known.content)):
            del self.recalled[state.topic]
        if state.is_withdrawn:
            self._changed |= self._states.pop(state.topic, None) is not None
            return
        if state.content is None:
            return
        before = self._states.get(state.topic)
        if before is None or before.content is not state.content or before.interval != state.interval:
            # What went wrong meanwhile is no news at the next start.
            self._states[state.topic] = TopicState(state.topic, state.interval, state.content)
            self._changed = True

    async def run(self) -> None:
        """Writes what is new from time to time, until it is cancelled."""
        while True:
            await self._clock.sleep(WRITE_EVERY)
            await self.write()

    async def write(self) -> None:
        """Writes now, if there is anything new."""
        if self._changed:
            self._changed = False
            states = tuple(self._states.values())
            try:
                await in_thread(lambda: self._write(states), "kept board")
            except asyncio.CancelledError:
                # Nobody waits for that one any more: the last writing, which is waited for, does it again.
                self._changed = True
                raise

    def _write(self, states: tuple[TopicState, ...]) -> None:
        try:
            # One that was still being written when the board ended must not overtake the last one.
            with self._lock:
                parts = tuple(replace(each, content=self.part(each.content)) for each in states if each.content)
                kept = {"asked": self._asked, "every": self._every, **states_to_plain(parts)}
                self._memory.remember(self._thing, kept)
        except Exception:
            # Keeping a board is a comfort: no disk is to end the board itself.
            logger.exception("the board cannot be kept")

    def _recall(self) -> tuple[TopicState, ...]:
        kept = self._memory.recall(self._thing)
        if not isinstance(kept, dict) or kept.get("asked") != self._asked:
            return ()
        now, every = self._clock.now(), self._every
        young = [
            state
            for state in states_from_plain(kept)
            # An answer of the future is one of a clock that was wrong: it would look new for as long as it was.
            if state.content and now - OLDEST <= state.content.taken_at / 1000 <= now
        ]
        if kept.get("every") == every:
            return tuple(young)
        # Asked for at another beat, it ages by the quicker of the two until the first answer.
        return tuple(replace(state, interval=min(state.interval, every)) for state in young)


def _all_of_it(content: Content) -> Content:
    return content
