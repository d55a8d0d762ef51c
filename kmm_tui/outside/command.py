"""A command that a person named, run as an argument list without a shell, within seconds and bytes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kmm_tui.outside.address import size_text

SECONDS = 10.0
MOST_BYTES = 8 * 1024 * 1024
MOST_COMPLAINT = 4096
"""Bytes of stderr that are kept; the rest is read and thrown away."""
_PREFIX = "KMM_TUI_"


class CommandError(Exception):
    """A command could not be started or was stopped. One line that names the command alone, never its arguments."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended by itself. `code` is negative where a signal ended it."""

    code: int
    output: bytes = field(repr=False)
    complaint: bytes = field(repr=False)
    """The beginning of what it wrote to stderr."""


def name_of(arguments: Sequence[str]) -> str:
    """The command's own name, the part that may be shown."""
    return Path(arguments[0]).name or arguments[0]


async def run(
    arguments: Sequence[str],
    *,
    stdin: bytes = b"",
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
    folder: Path | None = None,
) -> Ran:
    """Runs `arguments` in `folder`, hands it `stdin`, and waits for its end.

    It has no terminal, and of the environment all but what begins with ``KMM_TUI_``, where credentials may be. It ends
    with everything that it started (on POSIX: its process group), after `seconds`, over `most_bytes` of output, when
    it is cancelled, and when the command itself has ended.

    Raises `CommandError` where it cannot be started, or was stopped.
    """
    name = name_of(arguments)
    loop = asyncio.get_running_loop()
    try:
        transport, protocol = await loop.subprocess_exec(
            lambda: _Protocol(loop),
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={key: value for key, value in os.environ.items() if not key.upper().startswith(_PREFIX)},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        told = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise CommandError(f'the command "{name}" could not be started: {told}') from None
    process = asyncio.subprocess.Process(transport, protocol, loop)
    try:
        async with asyncio.timeout(seconds):
            return await _whole(process, protocol.ended, name, stdin, most_bytes)
    except TimeoutError:
        raise CommandError(f'the command "{name}" was stopped after {seconds:g} s') from None
    finally:
        # Once it has ended its number may belong to another, and its group was ended along with it.
        if process.returncode is None:
            _kill(process)
            # A killed process is gone in a moment; nobody waits longer for one that the system cannot end.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(protocol.ended.wait(), 2)
        transport.close()


class _Protocol(asyncio.subprocess.SubprocessStreamProtocol):
    """Tells that the command has ended, also while something that it started still holds its pipes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(limit=65_536, loop=loop)
        self.ended = asyncio.Event()

    def process_exited(self) -> None:
        super().process_exited()
        self.ended.set()


async def _whole(
    process: asyncio.subprocess.Process, ended: asyncio.Event, name: str, stdin: bytes, most_bytes: int
) -> Ran:
    assert process.stdout  # noqa: S101 - all three are pipes
    assert process.stderr  # noqa: S101
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_feed(process, stdin))
            output = group.create_task(_read(process.stdout, most_bytes))
            complaint = group.create_task(_begin(process.stderr, MOST_COMPLAINT))
            await ended.wait()
            # What it left running could hold the pipes open for ever.
            _kill(process)
    except* _TooMuch:
        raise CommandError(
            f'the command "{name}" wrote more than {size_text(most_bytes)}, which is more than is read'
        ) from None
    return Ran(process.returncode or 0, output.result(), complaint.result())


class _TooMuch(Exception):
    pass


async def _feed(process: asyncio.subprocess.Process, stdin: bytes) -> None:
    assert process.stdin  # noqa: S101
    # A command need not read what it is handed.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(stdin)
        await process.stdin.drain()
    process.stdin.close()


async def _read(stream: asyncio.StreamReader, most: int) -> bytes:
    found = bytearray()
    while piece := await stream.read(65_536):
        found += piece
        if len(found) > most:
            raise _TooMuch
    return bytes(found)


async def _begin(stream: asyncio.StreamReader, most: int) -> bytes:
    found = b""
    while piece := await stream.read(65_536):
        found = (found + piece)[:most]
    return found


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        elif process.returncode is None:
            process.kill()
