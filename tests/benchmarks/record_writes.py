"""What the record costs: ``python tests/benchmarks/record_writes.py [days] [agents]`` (7 days, no agents).

Writes a floor of 180 scopes that is asked every 30 s, faster than time goes by, with everything that ages meanwhile.
Prints how long a poll holds the event loop, what it takes of the thread that writes, the longest step of ageing, how
large the file becomes, and what reading a moment and a line takes. Times but the first are the processor's own.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from kmm_tui.api.window import DAY, HOUR
from kmm_tui.board.state import TopicState
from kmm_tui.record import reading
from kmm_tui.record.ageing import age
from kmm_tui.record.record import CAP, Record
from kmm_tui.record.schema import open_to_read, open_to_write
from kmm_tui.record.series import series
from kmm_tui.record.store import transaction, write
from tests.record.floor import EVERY, START, Floor, TurnedClock

POLLS = 200


def line(what: str, value: str) -> None:
    print(f"{what:<66}{value:>16}", flush=True)


def spread(times: list[float]) -> str:
    """Median and worst of times in seconds, as ms."""
    return f"{median(times) * 1000:.2f} / {max(times) * 1000:.2f} ms"


async def loop_time(polls: list[list[TopicState]]) -> tuple[list[float], float]:
    """How long `note` holds the event loop for each poll, s; and the thread's own time for each, s."""
    with tempfile.TemporaryDirectory() as folder:
        record = Record(Path(folder), "1", clock=TurnedClock())
        record.start()
        await record.written()
        held, began = [], time.process_time()
        for states in polls:
            before = time.perf_counter()
            for state in states:
                record.note(state)
            held.append(time.perf_counter() - before)
            await record.written()
        spent = time.process_time() - began
        await record.close()
    return held, (spent - sum(held)) / len(polls)


def size_of(folder: Path) -> int:
    """Everything in the folder, bytes."""
    return sum(each.stat().st_size for each in folder.iterdir())


def timed(work: Callable[[], Any]) -> str:
    times = []
    for _ in range(5):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    return spread(times)


def week(folder: Path, days: int, agents: int) -> int:
    """Writes so many days; gives the largest size of the file, bytes."""
    path = folder / "1.sqlite3"
    db = open_to_write(path)
    lost: list[int] = []
    writes: list[float] = []
    steps: list[float] = []
    largest, began = 0, time.perf_counter()
    for turn, (at, states) in enumerate(Floor(agents=agents).polls(days * DAY // EVERY)):
        before = time.thread_time()
        with transaction(db):
            write(db, states, names=True)
        writes.append(time.thread_time() - before)
        if turn % 60 == 0:
            before = time.thread_time()
            for _ in age(db, at, CAP, lambda: lost.append(1)):
                steps.append(time.thread_time() - before)
                before = time.thread_time()
            largest = max(largest, size_of(folder))
            if at % DAY == 0 and turn:
                line(f"after day {(at - START) // DAY}", f"{size_of(folder) / 2**20:.0f} MiB")
    db.close()
    line(f"{days} days written in", f"{time.perf_counter() - began:.0f} s")
    line("one poll's write in its thread, median / worst", spread(writes))
    line("polls that were written within 5 ms", f"{sum(each <= 0.005 for each in writes) / len(writes):.1%}")
    line("one step of ageing, median / worst", spread(steps))
    line("raw answers lost to the cap", str(len(lost)))
    return largest


def main(days: int, agents: int) -> None:
    held, spent = asyncio.run(loop_time([states for _, states in Floor(agents=agents).polls(POLLS)]))
    line("event loop held by one poll's answers, median / worst", spread(held))
    line("processor time of one poll beside it (write, wake, wait)", f"{spent * 1000:.2f} ms")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        largest = week(folder, days, agents)
        line(f"largest size on the disk (cap {CAP / 2**20:.0f} MiB)", f"{largest / 2**20:.0f} MiB")
        db = open_to_read(folder / "1.sqlite3")
        end = START + days * DAY - EVERY
        skill = Floor().scopes[1]
        line("everything at a moment of today", timed(lambda: reading.at(db, end)))
        line("everything at a moment before raw answers", timed(lambda: reading.at(db, START + 5 * HOUR)))
        name = "queue_wait_time_90th_percentile"
        for what, scope, back in (
            ("hour", skill, HOUR),
            ("4 h", skill, 4 * HOUR),
            ("day", skill, DAY),
            ("week", skill, 7 * DAY),
        ):
            line(f"a line of 300 points, last {what}", timed(partial(series, db, scope, name, end - back, end, 300)))
        db.close()


if __name__ == "__main__":
    main(*(int(each) for each in [*sys.argv[1:], *("7", "0")[len(sys.argv) - 1 :]]))
