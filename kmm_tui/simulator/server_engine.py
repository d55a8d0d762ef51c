"""The room where the contact centre works: one thread of its own, so that a slow answer holds up no other request."""

from __future__ import annotations

import asyncio
import queue
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from kmm_tui.simulator.engine import Engine
from kmm_tui.simulator.http_refusal import Refusal

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "Future[Any]"]


def _work(jobs: queue.SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        question, answer = job
        if not answer.set_running_or_notify_cancel():
            continue
        try:
            answer.set_result(question())
        except BaseException as error:  # noqa: BLE001 - whoever asked has to hear of it
            answer.set_exception(error)
        del job, question, answer


class EngineRoom:
    """Answers questions to an engine one after another. An engine may be given as a function that builds it.

    The building is the first piece of work in the room: until it is done, questions wait. The thread is a daemon, so a
    long simulation does not keep the process from ending. ``clock`` gives epoch seconds; the world runs ``speed`` times
    as fast.
    """

    def __init__(self, engine: Engine | Callable[[], Engine], clock: Callable[[], float], speed: float) -> None:
        self._clock = clock
        self._speed = speed
        self._seen: tuple[int, float] | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._groups: list[tuple[str, str]] | None = None
        weakref.finalize(self, self._jobs.put, None)
        threading.Thread(target=_work, args=(self._jobs,), name="contact-centre", daemon=True).start()
        self.built: Future[Engine] = self._put(engine if callable(engine) else lambda: engine)

    def _put(self, question: Callable[[], T]) -> Future[T]:
        answer: Future[T] = Future()
        self._jobs.put((question, answer))
        return answer

    async def ask(self, question: Callable[[Engine], T]) -> T:
        """The answer to a question, from the engine's own thread. Raises what the question raises.

        Raises a refusal with 503 where the engine could not be built; ``built`` knows why.
        """
        built = self.built

        def work() -> T:
            if built.exception() is not None:
                raise Refusal(503, "no-world", "the contact centre could not be built")
            return question(built.result())

        return await asyncio.wrap_future(self._put(work))

    async def now(self) -> int:
        """The world's present, epoch ms. The world may have to catch up with the clock first."""

        def look(engine: Engine) -> tuple[int, float]:
            return engine.now(), self._clock()

        self._seen = await self.ask(look)
        return self._seen[0]

    def about_now(self) -> int:
        """The world's present as its pace has it since it was last looked at, epoch ms; waits for nothing."""
        seconds = self._clock()
        if self._seen is None:
            return round(seconds * 1000)
        present, at = self._seen
        return present + round((seconds - at) * 1000 * self._speed)

    async def group_names(self) -> list[tuple[str, str]]:
        """Every agent group as (id, name), asked once."""
        if self._groups is None:
            self._groups = await self.ask(lambda engine: list(engine.group_names()))
            await self.now()
        return self._groups
