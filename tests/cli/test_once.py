"""``once`` over the wire: the whole board, and an exit code that a monitoring system can rely on."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ACCOUNT_METRICS = ("onlineAgents", "openConversations", "closedConversations")


def limits(folder: Path, server: Any, *lines: str) -> list[str]:
    """Arguments for settings with no limits but these."""
    path = folder / "once.toml"
    path.write_text('[board]\npreset = "none"\n' + "".join(f"[[limits]]\nmetric = {line}\n" for line in lines))
    return ["--config", str(path)]


@pytest.mark.parametrize(
    ("limit", "code", "word"),
    [
        ((), 0, "OK"),
        (('"online_agents"\nwarn = 100000',), 1, "WARNING"),
        (('"open_conversations"\nwarn = 0\ncritical = 1',), 2, "CRITICAL"),
    ],
)
def test_the_exit_code_is_the_worst_level(
    limit: tuple[str, ...], code: int, word: str, ask: Any, server: Any, tmp_path: Path
) -> None:
    ran = ask("once", "--format", "nagios", *limits(tmp_path, server, *limit))
    assert (ran.code, ran.err) == (code, "")
    assert ran.out.startswith(f"KMM {word} - ")


def test_all_forms_tell_the_same_board(ask: Any, server: Any, tmp_path: Path) -> None:
    settings = limits(tmp_path, server)
    data = ask("once", "--format", "json", *settings).data
    assert (data["schema"], data["kind"], data["account"]) == (1, "board", server.here["account"])
    scopes = [part for part in data["parts"] if part["kind"] == "figures"]
    rows = list(csv.DictReader(io.StringIO(ask("once", "--format", "csv", *settings).out)))
    assert [row["id"] or None for row in rows] == [part["scope"]["id"] for part in scopes]
    shown = {part["scope"]["id"]: part["figures"]["online_agents"]["value"] for part in scopes}
    assert {row["id"] or None: int(row["onlineAgents"]) for row in rows} == shown
    table = ask("once", *settings).out.splitlines()
    assert len(table) == len(scopes) + 1
    assert table[1].startswith("account  whole account")


def test_it_costs_two_calls_and_a_sign_out(ask: Any, kmm: Any, server: Any, tmp_path: Path) -> None:
    ran = kmm("once", *limits(tmp_path, server), environ=server.user_environ())
    assert ran.code == 0
    targets = server.stats()["targets"]
    assert targets["metrics"] == 2
    assert "agent_view" not in targets
    assert targets["logout"] == 1


def test_agents_and_watched_scopes_are_what_was_asked_for(ask: Any, server: Any, tmp_path: Path) -> None:
    settings = limits(tmp_path, server)
    every = ask("once", "--format", "json", "--agents", *settings).data["parts"]
    assert every[-1]["kind"] == "agents"
    assert len(every[-1]["agents"]) > 5
    skill = next(part["scope"] for part in every if part.get("scope", {}).get("level") == "skill")
    one = ask("once", "--format", "json", "--watch", f"skill:{skill['id']}", *settings).data["parts"]
    assert [part["scope"]["name"] for part in one if part["kind"] == "figures"] == [None, skill["name"]]
    ran = ask("once", "--watch", "no such skill", *settings)
    assert (ran.code, ran.err) == (3, "watched, but not in this account: no such skill\n")


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("403", "DENIED"),
        ("500", "SERVER"),
        ("reset", "OFFLINE"),
        ("html", "GARBLED"),
        ("429:retry_after=60", "THROTTLED"),
    ],
)
def test_what_keeps_the_board_from_being_read_is_unknown(
    fault: str, word: str, ask: Any, server: Any, tmp_path: Path
) -> None:
    server.fault(fault)
    ran = ask("once", "--patience", "2", *limits(tmp_path, server))
    assert ran.code == 3
    assert ran.err.startswith(f"{word}: ")
    assert server.here["token"] not in ran.err
    assert "0" not in ran.out


def test_a_part_that_fails_leaves_the_rest_and_is_no_calm(ask: Any, server: Any, tmp_path: Path) -> None:
    server.fault("403:on=agent_view")
    ran = ask("once", "--agents", "--format", "nagios", *limits(tmp_path, server))
    assert ran.code == 3
    assert ran.out.startswith("KMM UNKNOWN - DENIED: ")
    assert "'online_agents'=" in ran.out
    ran = ask("once", "--agents", *limits(tmp_path, server, '"open_conversations"\nwarn = 0\ncritical = 1'))
    assert ran.code == 2


@pytest.mark.parametrize(
    "arguments", [("--format", "xml"), ("--patience", "-1"), ("--no-such",), ("extra",), ("--window", "1y")]
)
def test_a_mistake_is_never_taken_for_a_level(arguments: tuple[str, ...], ask: Any) -> None:
    ran = ask("once", *arguments)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err


def test_nor_is_a_mistake_before_the_commands_name(kmm: Any) -> None:
    assert [kmm(*each).code for each in (("--no-such", "once"), ("--no-such", "query"))] == [3, 2]


def test_without_settings_it_is_unknown(kmm: Any) -> None:
    ran = kmm("once")
    assert (ran.code, ran.out) == (3, "")
    assert "account" in ran.err


def test_the_unforeseen_is_unknown_in_one_line(ask: Any, monkeypatch: pytest.MonkeyPatch, server: Any) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("something")

    monkeypatch.setattr("kmm_tui.output.formats.as_table", broken)
    ran = ask("once")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("kmm-tui: unexpected RuntimeError at test_once.py:")
    assert ran.err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe whose reader has gone")
def test_a_reader_who_has_enough_does_not_change_the_level(no_settings: Path, server: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kmm_tui", "once"]
    critical = limits(tmp_path, server, '"open_conversations"\nwarn = 0\ncritical = 1')
    reading, writing = os.pipe()
    os.close(reading)
    environ = {**os.environ, **server.bearer_environ()}
    done = subprocess.run([*command, *critical], stdout=writing, stderr=subprocess.PIPE, env=environ, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"")


def test_the_demo_is_read_without_an_account(kmm: Any) -> None:
    ran = kmm("once", "--demo", "--watch", "Bill*", "--format", "csv")
    assert ran.code in (0, 1, 2)
    assert ran.err == ""
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["name"] for row in rows][:2] == ["whole account", "Billing"]
