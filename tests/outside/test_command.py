"""A command ends in time and in size, with all that it started, and knows nothing of an account."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from pathlib import Path

import pytest

from kmm_tui.outside.command import CommandError, run


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-S", "-E", "-c", code, *arguments]


async def test_a_command_gets_its_input_and_gives_its_output() -> None:
    code = "import sys; d = sys.stdin.buffer.read(); print(d.decode()[::-1], sys.argv[1]); sys.exit('wrong')"
    ran = await run(python(code, "$HOME; *"), stdin=b"abc")
    assert (ran.code, ran.output.split(), ran.complaint.strip()) == (1, [b"cba", b"$HOME;", b"*"], b"wrong")


async def test_input_that_nobody_reads_is_no_failure() -> None:
    ran = await run(python("print(1)"), stdin=b"x" * 10**6)
    assert (ran.code, ran.output.strip()) == (0, b"1")


async def test_credentials_of_the_environment_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMM_TUI_AUTH__PASSWORD", "s3cret")
    monkeypatch.setenv("OTHER", "seen")
    ran = await run(python("import os; print(sorted(v for v in os.environ.values() if v in ('s3cret', 'seen')))"))
    assert ran.output.strip() == b"['seen']"


async def test_a_command_without_end_is_stopped() -> None:
    with pytest.raises(CommandError, match=r'the command "python[^"]*" was stopped after 0\.5 s'):
        await run(python("import time; time.sleep(600)"), seconds=0.5)


async def test_output_without_end_is_stopped_at_its_limit() -> None:
    with pytest.raises(CommandError, match="wrote more than 64 KB"):
        await run(python("while True: print('x' * 999)"), seconds=30, most_bytes=65_536)


async def test_a_long_complaint_is_cut() -> None:
    ran = await run(python("import sys; sys.stderr.write('x' * 10**6)"), seconds=30)
    assert len(ran.complaint) == 4096


@pytest.mark.skipif(os.name != "posix", reason="process groups")
@pytest.mark.parametrize("hangs", [True, False])
async def test_what_it_started_ends_with_it(tmp_path: Path, hangs: bool) -> None:
    told = tmp_path / "pid"
    code = (
        "import subprocess, sys, time, pathlib;"
        "c = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(600)']);"
        "pathlib.Path(sys.argv[1]).write_text(str(c.pid));"
        f"time.sleep({600 if hangs else 0})"
    )
    began = time.monotonic()
    with contextlib.suppress(CommandError):
        await run(python(code, str(told)), seconds=3 if hangs else 60)
    assert time.monotonic() - began < 30
    for _ in range(200):
        if not _is_running(int(told.read_text())):
            return
        await asyncio.sleep(0.02)
    pytest.fail("what the command started is still there")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # Of an orphan that has ended an entry may be left until somebody collects it.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


async def test_a_command_that_is_not_there_is_told_by_its_name_alone(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r'^the command "nowhere" could not be started: No such file'):
        await run([str(tmp_path / "nowhere"), "--password=s3cret"])
    with pytest.raises(CommandError, match="could not be started"):
        await run(["a\0b"])


async def test_who_asks_no_more_leaves_nothing_running(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    task = asyncio.create_task(run(python(code, str(told)), seconds=600))
    for _ in range(500):
        if told.exists() and told.read_text():
            break
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not _is_running(int(told.read_text()))
