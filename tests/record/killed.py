"""Killing a board that records: ``python tests/record/killed.py [times]`` (100), eight at a time.

Each child writes as fast as it can, while its own clock runs so quickly that hours are made into minutes all the time;
it is killed at a random moment. No answer that it had noted 2 s before may be missing, and the file must be whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from kmm_tui.board.scope import Level, Scope
from kmm_tui.record.record import Record
from kmm_tui.record.schema import check, open_to_read, open_to_write
from kmm_tui.record.series import series
from tests.record.floor import EVERY, START, TurnedClock, figures_state

ROOT = Path(__file__).resolve().parents[2]
PROMISE = 2.0
"""Seconds after which an answer that was noted is not lost any more."""
ACCOUNT_ID = "1"
SKILL = Scope(Level.SKILL, "7")
QUEUE = "unassignedConversations"
_ABREAST = 8


async def write_until_killed(folder: Path) -> None:
    """Notes one answer after another, and tells of each on standard output when it was noted (monotonic seconds)."""
    clock = TurnedClock()
    record = Record(folder, ACCOUNT_ID, clock=clock)
    record.start()
    number = 0
    while True:
        number += 1
        clock.seconds = (START + number * EVERY) / 1000
        record.note(figures_state(SKILL, START + number * EVERY, {QUEUE: number}, "Billing"))
        sys.stdout.write(f"{number} {time.monotonic()}\n")
        sys.stdout.flush()
        await asyncio.sleep(0.004)


async def killed(seconds: float, again: bool = True) -> str:
    """Kills a child after about `seconds`, counted from its first answer; gives what is wrong, or nothing.

    With `again` a second child goes on with the same file and is killed as well.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, told = Path(name), 0
        for _ in range(1 + again):
            found = await _one(folder, seconds)
            if isinstance(found, str):
                return found
            told += found
        return "" if told else "no answer was old enough to be looked for"


async def _one(folder: Path, seconds: float) -> int | str:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.record.killed", "--child", str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    noted: list[tuple[int, float]] = []
    assert child.stdout
    try:
        async for line in child.stdout:
            number, at = line.split()
            noted.append((int(number), float(at)))
            if noted[-1][1] - noted[0][1] >= seconds:
                break
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        ended = time.monotonic()
        # What it had told by then, too.
        rest = (await child.stdout.read()).split(b"\n")[:-1]
        await child.wait()
    noted += [(int(number), float(at)) for number, at in (line.split() for line in rest)]
    if child.returncode is None or child.returncode >= 0:
        return f"the child ended by itself with {child.returncode}"
    return look(folder, [number for number, at in noted if ended - at > PROMISE])


def look(folder: Path, promised: list[int]) -> int | str:
    """How many of the `promised` answers are there, which is all of them; or what is wrong."""
    path = folder / f"{ACCOUNT_ID}.sqlite3"
    if any(".broken" in each.name for each in folder.iterdir()):
        return "the file was set aside"
    try:
        db = open_to_read(path)
        last = START + max(promised, default=0) * EVERY
        there = {value for _, value in series(db, SKILL, QUEUE, START, last, 10 * len(promised) + 10)}
        db.close()
        db = open_to_write(path)
        check(db)
        if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            return "the file is broken"
        db.close()
    except (sqlite3.Error, OSError) as error:
        return f"the file cannot be read: {error}"
    missing = [number for number in promised if number not in there]
    return f"{len(missing)} of {len(promised)} answers are lost: {missing[:5]}" if missing else len(promised)


async def many(times: int) -> int:
    """Kills so many boards; prints what is wrong and gives how often something was."""
    chance, turns = random.Random(), asyncio.Semaphore(_ABREAST)
    wrong = 0

    async def one(number: int) -> None:
        nonlocal wrong
        async with turns:
            seconds = PROMISE + 0.2 + chance.random() * 3
            found = await killed(seconds, again=number % 2 == 0)
        if found:
            wrong += 1
            print(f"killed after {seconds:.2f} s: {found}", flush=True)

    await asyncio.gather(*(one(number) for number in range(times)))
    print(f"killed {times} times, {wrong} wrong")
    return wrong


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        asyncio.run(write_until_killed(Path(sys.argv[2])))
    sys.exit(1 if asyncio.run(many(int((sys.argv[1:] or ["100"])[0]))) else 0)
