"""How fast the simulated floor is: ``python tests/benchmarks/simulator_speed.py [size ...]`` (medium and large).

Prints the time to import it, to build a world, to play a past day, and the median time of each kind of answer over the
last hour, ms: first as the engine gives them, then whole, as the server answers them in JSON over (in-process) HTTP.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median

import httpx

from kmm_tui.metrics import BY_NAME, Kind, Method, offered
from kmm_tui.simulator.engine import Engine, Filters
from kmm_tui.simulator.server_app import create_app
from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT
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
    for what, milliseconds in asyncio.run(served(world, every, columns)):
        line(what, milliseconds)


async def served(world: Engine, every: list[str], columns: list[str]) -> list[tuple[str, float]]:
    """The median time of whole answers of the server, ms."""
    app = create_app(world, rate=None)
    now = world.now()
    window = {"filters": {"time": {"from": now - 60 * MINUTE, "to": now}}}
    lists = {Kind.BY_TIME: "metricsToRetrieveByTime", Kind.CURRENT: "metricsToRetrieveCurrentValue"}

    def asked(names: list[str]) -> dict[str, list[str]]:
        return {key: [name for name in names if BY_NAME[name].kind is kind] for kind, key in lists.items()}

    questions: list[tuple[str, str, Mapping[str, object]]] = [
        ("served: metrics, all, a page of 50 skills", "metrics?limit=50", {"groupBy": "skillId", **asked(every)}),
        ("served: agent_view, all metrics, a page of 50", "agent_view?limit=50", asked(columns)),
        ("served: agent_view, all metrics, a page of 1000", "agent_view?limit=1000", asked(columns)),
    ]
    found = []
    headers = {"Authorization": f"Bearer {DEMO.token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here", headers=headers) as client:
        for what, path, body in questions:
            times = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                url = f"/manager_workspace/api/account/{DEMO_ACCOUNT}/{path}"
                (await client.post(url, json={**window, **body})).raise_for_status()
                times.append((time.perf_counter() - began) * 1000)
            found.append((what, median(times)))
    return found


if __name__ == "__main__":
    print(f"{'':<8}{'import':<58}{import_time():>10.1f} ms")
    for name in sys.argv[1:] or ["medium", "large"]:
        report(name)
