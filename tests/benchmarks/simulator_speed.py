"""How fast the simulated floor is: ``python tests/benchmarks/simulator_speed.py [size ...]`` (medium and large).

Prints the time to import it, to build a world, to play a past day, and the median time of each kind of answer over the
last hour, ms. Answers are those of the engine, without HTTP and JSON around them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from kmm_tui.metrics import Method, offered
from kmm_tui.simulator.engine import Filters
from kmm_tui.simulator.world import build_world

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
REPEATS = 15


def timed(work: Callable[[], object]) -> float:
    """How long it takes, ms."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def import_time() -> float:
    """How much longer Python takes to start with the engine than without, ms: the least of several."""

    def start(code: str) -> float:
        return min(timed(lambda: subprocess.run([sys.executable, "-c", code], check=True)) for _ in range(8))

    return start("import kmm_tui.simulator.world") - start("pass")


def report(size: str) -> None:
    """Prints the figures of one size."""

    def line(what: str, milliseconds: float) -> None:
        print(f"{size:<8}{what:<58}{milliseconds:>10.1f} ms")

    began = time.perf_counter()
    world = build_world(size=size)
    line("build, and play today up to now", (time.perf_counter() - began) * 1000)
    end = -(-world.now() // MINUTE) * MINUTE
    hour = Filters(end - 60 * MINUTE, end)
    every = [metric.name for metric in offered(Method.METRICS)]
    columns = [metric.name for metric in offered(Method.AGENT_VIEW)]
    board = [
        "assigned_conversations", "active_conversations", "agent_load", "available_slots", "max_slots",
        "pending_agent_response", "avg_time_to_response", "closed_conversations", "csat",
    ]  # fmt: skip
    line("the account's first answer", timed(lambda: world.metrics(hour, every, None, want_all=True)))
    agents = len(world.agents(hour, []))
    answers: list[tuple[str, Callable[[], object]]] = [
        ("metrics, all by skill, last hour", lambda: world.metrics(hour, every, "skillId", want_all=True)),
        ("metrics, all by group, last hour", lambda: world.metrics(hour, every, "agentGroupId", want_all=True)),
        (f"agents, {agents} of them, a board's metrics", lambda: world.agents(hour, board)),
        (f"agents, {agents} of them, all metrics", lambda: world.agents(hour, columns)),
    ]
    for what, work in answers:
        line(what, median(timed(work) for _ in range(REPEATS)))
    past = Filters(end - 3 * DAY, end - 3 * DAY + 60 * MINUTE)
    line("a window in a past day, the first time", timed(lambda: world.metrics(past, every, "skillId", want_all=True)))
    line("the same again", timed(lambda: world.metrics(past, every, "skillId", want_all=True)))
    closed = ["closed_conversations"]
    edges = [end - 24 * 60 * MINUTE + n * 15 * MINUTE for n in range(97)]
    whole = Filters(edges[0], end)
    line("historical, 24 hours, the first time", timed(lambda: world.historical(whole, closed, edges)))
    line("historical, 24 hours, again", median(timed(lambda: world.historical(whole, closed, edges)) for _ in range(5)))


if __name__ == "__main__":
    print(f"{'':<8}{'import':<58}{import_time():>10.1f} ms")
    for name in sys.argv[1:] or ["medium", "large"]:
        report(name)
