"""The first run as a person meets it: an empty home, and in the end a board; nothing on the disk before the end."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.metrics import BY_NAME


@pytest.fixture
def home(tmp_path: Path, environ: dict[str, str]) -> dict[str, str]:
    """The environment of somebody who has never set anything."""
    home = tmp_path / "home"
    home.mkdir()
    return {**environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}


@pytest.fixture
def simulator() -> Iterator[dict[str, str]]:
    """A contact centre behind the real service: where it is, and who gets in."""
    command = [sys.executable, "-m", "kmm_tui.simulator", "--announce", "--until-stdin-closes", "--size", "small"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(10)


def left_behind(home: dict[str, str]) -> dict[str, Path]:
    """Every file in the home, by its path in there."""
    root = Path(home["HOME"])
    return {str(one.relative_to(root)): one for one in root.rglob("*") if one.is_file()}


def test_the_demo_is_one_key_away(home: dict[str, str], start: Any) -> None:
    terminal = start(environ=home)
    terminal.wait_for("Nothing is set yet", "See the demo", "Connect an account", "Quit")
    terminal.send("\r")
    terminal.wait_for("DEMO", "● LIVE", BY_NAME["csat"].label)
    terminal.send("q")
    assert terminal.ended() == 0
    assert terminal.left_on() == []
    assert terminal.after() == ""
    assert not [name for name in left_behind(home) if "config" in name]


@pytest.mark.parametrize("key", ["\x1b", "\x11", "\x1b[B\x1b[B\r"])
def test_leaving_leaves_nothing_behind(home: dict[str, str], key: str, start: Any) -> None:
    terminal = start(environ=home)
    terminal.wait_for("Nothing is set yet")
    terminal.send(key)
    assert terminal.ended() == 0
    assert terminal.left_on() == []
    assert terminal.after() == ""
    assert left_behind(home) == {}


def test_an_account_is_connected_from_nothing(home: dict[str, str], simulator: dict[str, str], start: Any) -> None:
    home = {**home, "KMM_TUI_DOMAIN_API": simulator["url"]}
    terminal = start(environ=home, columns=100, rows=30)
    terminal.wait_for("Connect an account")
    terminal.send("\x1b[B\r")
    terminal.wait_for("Which account?")
    # Nobody presses Enter: it is looked up as it is typed.
    terminal.send(simulator["account"])
    terminal.wait_for(f"● found account {simulator['account']}: its figures come from 127.0.0.1")
    terminal.send("\r")
    terminal.wait_for("How does the board sign in?")
    terminal.send("\x1b[B\x1b[B\r")
    terminal.wait_for("User name", "Password")
    terminal.send(simulator["username"] + "\rnot-this-one\r")
    terminal.wait_for("■ AUTH", "correct user name")
    terminal.send("\x7f" * len("not-this-one") + simulator["password"] + "\r")
    terminal.wait_for("What is it called?", "● signed in by user login")
    terminal.send("Acme EMEA\r")
    terminal.wait(lambda: "acme-emea" in terminal.text)
    terminal.send("\r")
    terminal.wait_for("Secrets in files")
    assert left_behind(home) == {}
    terminal.send("\r")
    terminal.wait_for("Acme EMEA", "● LIVE")
    terminal.send("q")
    assert terminal.ended() == 0
    assert terminal.left_on() == []
    assert simulator["password"].encode() not in terminal.raw
    assert b"From now on: kmm-tui\r\n" in terminal.raw

    files = left_behind(home)
    settings = files["config/kmm-tui/config.toml"]
    secret = files["config/kmm-tui/acme-emea-password"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in (settings, secret)} == {0o600}
    assert secret.read_text() == f"{simulator['password']}\n"
    assert [name for name, one in files.items() if simulator["password"] in one.read_text(errors="replace")] == [
        "config/kmm-tui/acme-emea-password"
    ]

    del home["KMM_TUI_DOMAIN_API"]
    command = [sys.executable, "-m", "kmm_tui", "check"]
    done = subprocess.run(command, env=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "FAILED" not in done.stdout
    assert "profile acme-emea" in done.stdout

    # From now on there is no question any more.
    again = start(environ=home)
    again.wait_for("Acme EMEA", "● LIVE")
    again.send("q")
    assert again.ended() == 0


def test_setup_adds_to_what_is_there_and_says_how_to_start_it(
    home: dict[str, str], simulator: dict[str, str], start: Any, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.toml"
    before = "# mine\n[profiles.first]\naccount = '1'\nauth = { method = 'bearer', token = 'x' }\n"
    mine.write_text(before)
    mine.chmod(0o600)
    terminal = start("setup", "--config", str(mine), "--domain-api", simulator["url"], environ=home)
    terminal.wait_for("Which account?", f"looked up at {simulator['url']}")
    terminal.send(simulator["account"] + "\r")
    terminal.wait_for("How does the board sign in?")
    terminal.send("\r")
    terminal.wait_for("Client id")
    terminal.send(f"{simulator['client_id']}\r{simulator['client_secret']}\r")
    terminal.wait_for("What is it called?")
    terminal.send("\r\r")
    terminal.wait_for("Secrets in files")
    terminal.send("\r")
    terminal.wait_for("● LIVE")
    terminal.send("q")
    assert terminal.ended() == 0
    name = simulator["account"]
    assert f"From now on: kmm-tui --profile {name}".encode() in terminal.raw
    assert mine.read_text().startswith(before)
    assert (tmp_path / f"{name}-client_secret").read_text() == f"{simulator['client_secret']}\n"
    assert not [one for one in left_behind(home) if "config" in one]


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_assistant_and_leaves_nothing_behind(home: dict[str, str], number: str, start: Any) -> None:
    import signal

    terminal = start("setup", environ=home)
    terminal.wait_for("Which account?")
    terminal.send("1234")
    terminal.signal(getattr(signal, number))
    assert terminal.ended() == (130 if number == "SIGINT" else 0)
    assert terminal.left_on() == []
    assert left_behind(home) == {}
    assert os.path.lexists(home["HOME"])
