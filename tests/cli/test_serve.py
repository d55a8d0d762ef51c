"""``kmm-tui serve`` and ``mirror``: what they refuse, in one line that says what to do; what a page's process gets."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.cli import serve as command
from kmm_tui.cli.connect import load_settings
from kmm_tui.cli.mirror import news_of
from kmm_tui.serving.server import listen

ENVIRON = {
    "KMM_TUI_ACCOUNT": "12345678",
    "KMM_TUI_AUTH__METHOD": "bearer",
    "KMM_TUI_AUTH__TOKEN": "hunter2",
}


@pytest.fixture(autouse=True)
def no_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """Whatever gets as far as serving is noted, and does not."""
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    started: list[Any] = []

    def start(loaded: Any, served: Any, news: Any, sock: Any, here: str, shown_at: str | None) -> int:
        started.append((served, here, shown_at))
        return 0

    monkeypatch.setattr(command, "_serve", start)
    return started


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--address", "0.0.0.0"], "kmm-tui serve listens on this machine alone"),
        (["--address", "::"], "kmm-tui serve listens on this machine alone"),
        (["--address", "192.168.1.5", "--url", "https://b.example"], "kmm-tui serve listens on this machine alone"),
        (["--address", "0.0.0.0", "--i-have-a-proxy"], "kmm-tui serve listens on this machine alone"),
        (["--address", "here"], "--address: 'here' is not an address, such as 127.0.0.1 or ::1"),
        (["--url", "board.example.com"], "--url: write where the proxy shows the board, such as https://"),
        (["--url", "https://me:secret@board.example.com"], "--url: write where the proxy shows the board"),
        (["--url", "https://b.example:port"], "--url: write where the proxy shows the board"),
        (["--viewers", "0"], "Invalid value for '--viewers'"),
    ],
)
def test_what_is_refused(arguments: list[str], says: str, kmm: Any, no_start: list[Any]) -> None:
    ran = kmm("serve", *arguments, environ=ENVIRON)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(says)
    assert ran.err.count("\n") == 1
    assert "secret" not in ran.err
    assert no_start == []


def test_with_a_proxy_it_listens_elsewhere_and_knows_its_name(kmm: Any, no_start: list[Any]) -> None:
    ran = kmm(
        "serve", "--port", "0", "--address", "0.0.0.0", "--i-have-a-proxy", "--url", "https://Board.Example.com:443/x",
        environ=ENVIRON,
    )  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    assert [(here, shown_at) for _, here, shown_at in no_start] == [("http://0.0.0.0", "https://board.example.com")]


def test_a_port_that_is_taken_is_one_line(kmm: Any) -> None:
    with listen("127.0.0.1", 0) as sock:
        port = str(sock.getsockname()[1])
        ran = kmm("serve", "--port", port, environ=ENVIRON)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"--port {port}: 127.0.0.1 cannot be listened on (")
    assert ran.err.endswith("; 0 takes a free port\n")


@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["mirror", "--page"]])
def test_without_a_record_there_is_nothing_to_follow(arguments: list[str], kmm: Any) -> None:
    ran = kmm(*arguments, environ={**ENVIRON, "KMM_TUI_RECORD__ON": "false"})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("the record is switched off, and boards follow each other through it")


def test_without_the_extra_it_says_how_to_get_it(kmm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.startswith(("kmm_tui.serving", "textual_serve")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    ran = kmm("serve", environ=ENVIRON)
    assert (ran.code, ran.err) == (2, "kmm-tui serve needs textual-serve: pip install 'kmm-tui[serve]'\n")


def test_of_two_for_one_profile_the_second_is_refused(kmm: Any, no_start: list[Any]) -> None:
    with contextlib.closing(news_of(load_settings({}, environ=ENVIRON))) as first:
        assert first.take_charge()
        ran = kmm("serve", "--port", "0", environ=ENVIRON)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("another kmm-tui serve asks for the profile default already")
        assert no_start == []
        assert kmm("--profile", "other", "serve", "--port", "0", environ=ENVIRON).code == 0
    assert kmm("serve", "--port", "0", environ=ENVIRON).code == 0


def test_a_page_is_told_what_was_given_and_no_secret(kmm: Any, no_start: list[Any]) -> None:
    given = ["--every=10s", "--window=2h", "--theme=kmm-light", "--watch=Bill*", "--watch=group:7"]
    ran = kmm(*given, "serve", "--wall", "--port", "0", environ=ENVIRON)
    assert (ran.code, ran.err) == (0, "")
    served = no_start[0][0]
    assert served.command[:3] == (sys.executable, "-m", "kmm_tui")
    assert list(served.command[3:]) == [*given, "mirror", "--page", "--wall"]
    assert served.environ["KMM_TUI_ACCOUNT"] == "12345678"
    assert "hunter2" not in str(served)


def test_of_the_environment_a_page_gets_what_it_needs_and_nothing_unknown() -> None:
    names = ("AUTH__TOKEN", "PROXY", "DOMAIN_API")
    others = ("HTTPS_PROXY", "AWS_SECRET_ACCESS_KEY", "DATABASE_URL", "PYTHONSTARTUP")
    secret = dict.fromkeys([*(f"KMM_TUI_{name}" for name in names), *others], "hunter2")
    needed = {"HOME": "/home/me", "PATH": "/bin", "TZ": "UTC", "KMM_TUI_CONFIG": "/c", "KMM_TUI_BOARD__EVERY": "5s"}
    found = command.environment({**secret, **needed})
    assert "hunter2" not in str(found)
    assert {name: found[name] for name in needed} == needed
