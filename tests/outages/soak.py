"""A week on a large account with random outages, in virtual time: what it costs in memory, and what it leaves behind.

Run `python tests/outages/soak.py [--every 30s] [--days 7] [--seed 1] [--trace]`. The account has 1200 agents, 120
skills and 60 groups; the simulator is reached over loopback sockets, the board is kept on disk and the log is written.
Prints what was measured, with `--trace` also where memory was held that was not held before. Exits with 1 if a promise
was not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kmm_tui.api.window import parse_duration
from kmm_tui.feed.log import start_log, stop_log
from tests.outages.leftovers import MB, growth, open_files, resident
from tests.outages.rig import Watched, watched
from tests.outages.virtual_time import run_virtually

DAY = 86_400.0
HOUR = 3600.0
CEILING = 2 * MB
"""Bytes by which memory may grow after the warm-up."""
WARM_UP = DAY
SAMPLE_EVERY = 6 * HOUR
SLOWEST_RECOVERY = 1500.0
"""Seconds after which a board has recovered from anything, and two intervals."""
ORDERS = (
    "slow", "slow:seconds=20", "hanging", "reset", "reset:at=body", "500", "503:body=empty", "429",
    "429:retry_after=60", "403", "expired-session", "password-changed", "html", "truncated", "missing-fields", "nulls",
    "strings", "empty", "extra-fields", "refused-metric", "refused-metric:named=no,metric=avg_wait_time",
    "clock-skew:seconds=120", "500:on=login+refresh+domain", "hanging:on=login+refresh", "429:on=all", "reset:on=all",
    "html:on=all,chance=0.5",
)  # fmt: skip


@dataclass
class Report:
    """What a soak was like. Samples are (seconds since its beginning, bytes resident)."""

    samples: list[tuple[float, float]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    unrecovered: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    sessions: int = 0
    tasks: list[str] = field(default_factory=list)
    files_before: int = 0
    files_after: int = 0
    culprits: list[str] = field(default_factory=list)

    @property
    def grown(self) -> float:
        """Bytes by which memory has grown after the warm-up."""
        return growth(self.samples)

    def broken(self) -> list[str]:
        """The promises that were not kept."""
        found = [f"not recovered: {each}" for each in self.unrecovered] + [f"ended: {each}" for each in self.ended]
        found += [f"left behind: task {each}" for each in self.tasks]
        if self.grown >= CEILING:
            found.append(f"memory grew by {self.grown / MB:.2f} MB")
        if self.files_after > self.files_before:
            found.append(f"{self.files_after - self.files_before} files or sockets left open")
        if self.sessions:
            found.append(f"{self.sessions} sessions not left")
        return found


def at_work(moment: float) -> float:
    """Which part of the agents is logged in at `moment`, epoch seconds: all of them by day, few at night."""
    day = math.sin(math.pi * (moment % DAY) / DAY) ** 8
    weekend = int(moment // DAY) % 7 >= 5
    return 0.05 + 0.95 * day * (0.2 if weekend else 1.0)


async def soak(every: float, days: float, seed: int, folder: Path, *, trace: bool = False) -> Report:
    """Lets a board live for `days` at an interval of `every` seconds, with an outage every few hours."""
    report = Report(files_before=open_files())
    world = {"skills": 120, "groups": 60, "agents": 1200, "present": at_work}
    async with watched("user", interval=every, sockets=True, folder=folder, world=world) as board:
        trouble = asyncio.create_task(_trouble(board, every, random.Random(seed), report))
        board.spawn(_reading(board), "meter")
        await board.pass_(WARM_UP)
        before = tracemalloc.take_snapshot() if trace else None
        for _ in range(int((days * DAY - WARM_UP) / SAMPLE_EVERY)):
            await board.pass_(SAMPLE_EVERY)
            report.samples.append((board.clock.now(), resident()))
        if before:
            found = tracemalloc.take_snapshot().compare_to(before, "lineno")
            report.culprits = [str(each) for each in found[:15]]
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        board.app.service.faults.switch_off()
        # What was being asked meanwhile comes to its end.
        await board.pass_(2 * every + SLOWEST_RECOVERY)
        if not board.board.overall(board.clock.now()).is_live:
            report.unrecovered.append("the end")
        report.ended, report.calls = board.ended(), board.app.service.counters.targets
    report.sessions = len(board.app.service.sessions)
    report.tasks = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    report.files_after = open_files()
    return report


async def _reading(board: Watched) -> None:
    """The screen shows the meter all the time, and reading it is what lets it forget."""
    while True:
        await board.pass_(600)
        board.feed.reading()


async def _trouble(board: Watched, every: float, chance: random.Random, report: Report) -> None:
    faults = board.app.service.faults
    while True:
        await board.pass_(chance.expovariate(1 / (2 * HOUR)))
        order = chance.choice(ORDERS)
        faults.switch_on(order)
        report.faults[order] += 1
        await board.pass_(chance.uniform(60, 2400))
        faults.switch_off()
        if order == "password-changed":
            board.feed.ask_now()
        for _ in range(20):
            await board.pass_((SLOWEST_RECOVERY + 2 * every) / 20)
            if board.board.overall(board.clock.now()).is_live:
                break
        else:
            report.unrecovered.append(f"{order}: {board.board.overall(board.clock.now())}")


def run(every: float, days: float, seed: int, folder: Path, *, trace: bool = False) -> Report:
    """A soak with its log in `folder`, where the board is kept as well."""
    start_log(folder / "log")
    try:
        return run_virtually(soak(every, days, seed, folder, trace=trace))
    finally:
        stop_log()


def main(arguments: list[str]) -> int:
    """Soaks and prints; 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", default="30s", help="the board's interval")
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trace", action="store_true", help="tell where memory is held; slower")
    options = parser.parse_args(arguments)
    if options.trace:
        tracemalloc.start(4)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        every = parse_duration(options.every) / 1000
        report = run(every, options.days, options.seed, Path(folder), trace=options.trace)
    took = time.monotonic() - began
    first, last = report.samples[0][1], report.samples[-1][1]
    print(
        f"{options.days:g} days at {options.every} in {took:.0f} s, {report.calls.total()} calls: {dict(report.calls)}"
    )
    print(f"outages: {report.faults.total()} of {len(report.faults)} kinds, not recovered: {len(report.unrecovered)}")
    print(
        f"resident memory: {first / MB:.1f} MB after a day, {last / MB:.1f} MB at the end, "
        f"trend {report.grown / MB:+.2f} MB"
    )
    print(f"open files: {report.files_before} before, {report.files_after} after; tasks left: {len(report.tasks)}")
    print(*(f"  {line}" for line in report.culprits), sep="\n")
    print(*report.broken(), sep="\n")
    return 1 if report.broken() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
