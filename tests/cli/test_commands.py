"""The command line itself: what it loads, how it refuses, and what it says when something unforeseen happens."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import kmm_tui
from kmm_tui.cli import run as run_module

LOADED = """
import sys
from kmm_tui.__main__ import main
sys.argv = ["kmm-tui", *sys.argv[1:]]
try:
    code = main()
except SystemExit as end:
    code = end.code
assert code in (0, 1, 2, 3), code
print("LOADED", *sorted({name.partition(".")[0] for name, each in sys.modules.items() if each}), file=sys.stderr)
"""


def loaded_by(*arguments: str, environ: dict[str, str]) -> set[str]:
    """The top-level modules in memory after a command."""
    import os

    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        check=False,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    last = done.stderr.splitlines()[-1].split()
    assert last[0] == "LOADED", done.stderr
    return set(last[1:])


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "metrics"),
        ("query", "agents", "--format", "json"),
        ("query", "historical", "--format", "csv"),
        ("check",),
        ("once", "--agents"),
        ("once", "--format", "json"),
        ("stream", "--every", "no time"),
        ("metrics-server", "--every", "no time"),
        ("metrics-server", "--grafana"),
        ("config", "show"),
        ("config", "path"),
        ("config", "schema"),
        ("simulate", "--fault", "no-such-fault"),
        ("--help",),
        ("--version",),
        ("demo", "--help"),
        (),
        ("demo",),
    ],
)
def test_no_command_without_a_board_loads_textual(arguments: tuple[str, ...], no_settings: Any, server: Any) -> None:
    modules = loaded_by(*arguments, environ=server.bearer_environ())
    assert "textual" not in modules
    if arguments in [("--help",), ("--version",), ("demo", "--help")]:
        assert not modules & {"httpx", "pydantic", "starlette", "uvicorn", "rich", "oauthlib"}
    if arguments[:1] == ("config",):
        assert "httpx" not in modules


def test_the_module_and_the_command_are_the_same(shell: Any) -> None:
    ran = shell("--version")
    assert (ran.code, ran.out, ran.err) == (0, f"kmm-tui {kmm_tui.__version__}\n", "")


def test_the_help_names_every_command_and_the_vendors_notice(shell: Any) -> None:
    ran = shell("--help")
    assert (ran.code, ran.err) == (0, "")
    for command in ("demo", "check", "query", "once", "stream", "metrics-server", "config", "simulate"):
        assert f"\n  {command} " in ran.out
    assert "not for real-time decisions" in ran.out


@pytest.mark.parametrize("arguments", [(), ("demo",), ("--profile", "x")])
def test_without_a_terminal_the_board_refuses_in_one_line(arguments: tuple[str, ...], shell: Any, server: Any) -> None:
    ran = shell(*arguments, environ=server.bearer_environ())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "The board needs a terminal. For figures without one: kmm-tui query --help\n"
    assert server.stats()["targets"] == {}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("qeury",), "No such command 'qeury'"),
        (("--everry", "5s"), "No such option '--everry'"),
        (("query", "metrix"), "No such command 'metrix'"),
        (("check", "--deep"), "No such option '--deep'"),
        (("query", "metrics", "--by"), "'--by' requires an argument"),
        (("demo", "--size", "huge"), "'huge' is not one of 'small', 'medium', 'large'"),
        (("demo", "--speed", "0"), "'--speed'"),
        (("simulate", "--port", "70000"), "'--port'"),
        (("simulate", "--size", "huge"), "'huge' is not one of 'small', 'medium', 'large'"),
        (("config", "edit"), "No such command 'edit'"),
    ],
)
def test_a_mistake_is_one_line_with_a_hint(arguments: tuple[str, ...], says: str, kmm: Any) -> None:
    ran = kmm(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1
    assert ran.err.rstrip().endswith("--help")


def test_a_group_without_a_command_shows_its_commands(kmm: Any) -> None:
    ran = kmm("query")
    assert (ran.code, ran.out) == (2, "")
    assert [line.split()[0] for line in ran.err.splitlines()[-3:]] == ["agents", "historical", "metrics"]


def test_the_unforeseen_is_one_line_without_traceback_or_secret(
    ask: Any, monkeypatch: pytest.MonkeyPatch, server: Any
) -> None:
    def broken(*_: object) -> None:
        token = server.here["token"]
        raise RuntimeError(f"something with {token} in it")

    monkeypatch.setattr("kmm_tui.output.rows.metrics_data", broken)
    ran = ask("query", "metrics")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("kmm-tui: unexpected RuntimeError at test_commands.py:")
    assert ran.err.count("\n") == 1
    assert server.here["token"] not in ran.err


def test_every_command_answers_to_help(kmm: Any) -> None:
    def walk(command: Any, *path: str) -> None:
        ran = kmm(*path, "--help")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("Usage: kmm-tui")
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, *path, name)

    walk(run_module.cli)
