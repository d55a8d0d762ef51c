"""Several accounts in a real terminal, over real sockets: each is asked by its own sign-in, and by nobody else's."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.cli.demo import Simulator

ACCOUNTS = {"emea": "11111111", "apac": "22222222", "us": "33333333"}


class Listener:
    """Stands between the board and one contact centre, and keeps all that the board sends."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.heard = bytearray()
        host, port = self._socket.getsockname()
        self.url = f"http://{host}:{port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                inner, _ = self._socket.accept()
                outer = socket.create_connection(self._target)
                self._open += [inner, outer]
                threading.Thread(target=self._pass, args=(inner, outer, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(outer, inner, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_asking: bool) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if is_asking:
                    self.heard += data
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def bearers(self) -> set[bytes]:
        """Every bearer that came with a request."""
        return set(re.findall(rb"(?i)authorization: bearer (\S+)", bytes(self.heard)))

    def close(self) -> None:
        for each in (self._socket, *self._open):
            each.close()


@pytest.fixture
def centres() -> Iterator[tuple[dict[str, dict[str, str]], dict[str, Listener]]]:
    """Three contact centres, each with a listener in front of it."""
    running = {name: Simulator(["--size=small", f"--account={account}"]) for name, account in ACCOUNTS.items()}
    listeners: dict[str, Listener] = {}
    try:
        heres = {name: simulator.announcement() for name, simulator in running.items()}
        for name, here in heres.items():
            host, _, port = here["url"].removeprefix("http://").partition(":")
            listeners[name] = Listener((host, int(port)))
        yield heres, listeners
    finally:
        for listener in listeners.values():
            listener.close()
        for simulator in running.values():
            simulator.stop()


def settings(heres: dict[str, dict[str, str]], listeners: dict[str, Listener]) -> str:
    emea, apac = heres["emea"], heres["apac"]
    auth = {
        "emea": f'{{method = "bearer", token = "{emea["token"]}"}}',
        "apac": f'{{method = "user", username = "{apac["username"]}", password = "{apac["password"]}"}}',
        "us": '{method = "bearer", token = "none-that-is-known"}',
    }
    lines = ['[board]\nevery = "5s"']
    for name, account in ACCOUNTS.items():
        lines.append(
            f'[profiles.{name}]\naccount = "{account}"\nname = "Acme {name.upper()}"\n'
            f'domain_api = "{listeners[name].url}"\nauth = {auth[name]}'
        )
    return "\n".join(lines)


def test_each_account_is_asked_by_its_own_sign_in_and_one_that_is_refused_concerns_no_other(
    centres: Any, start: Any, tmp_path: Path
) -> None:
    heres, listeners = centres
    config, state = tmp_path / "config.toml", tmp_path / "state"
    config.write_text(settings(heres, listeners), encoding="utf-8")
    config.chmod(0o600)
    profiles = [f"--profile={name}" for name in ACCOUNTS]
    terminal = start("--config", str(config), *profiles, state=state)
    terminal.wait(
        lambda: all("● LIVE" in terminal.line(f"Acme {name}") for name in ("EMEA", "APAC")), "two live accounts"
    )
    terminal.wait(lambda: "AUTH" in terminal.line("Acme US"), "a refused sign-in")
    assert "without figures" in terminal.lines[0]
    assert "r tries again" in terminal.line("Acme US")

    def chosen() -> str:
        return next((line for line in terminal.lines if line.startswith("▸")), "")

    terminal.wait(chosen, "a chosen account")
    # The one that is refused stands on top, unless another burns: on to one that is not.
    if "Acme US" in chosen():
        terminal.send("j")
        terminal.wait(lambda: chosen() and "Acme US" not in chosen(), "the next account")
    opened = chosen().split("·")[0].strip("▸■▲? ")
    terminal.send("\r")
    terminal.wait(lambda: "AGENTS of the account" in terminal.text and "online" in terminal.text, "its board")
    assert opened in terminal.lines[0]
    terminal.send("0")
    terminal.wait_for("3 accounts")
    terminal.send("q")
    assert terminal.ended() == 0
    assert terminal.left_on() == []
    assert terminal.after() == ""

    own = {
        "emea": [heres["emea"]["token"]],
        "apac": [heres["apac"]["username"], heres["apac"]["password"]],
        "us": ["none-that-is-known"],
    }
    for name, secrets in own.items():
        for secret in secrets:
            reached = [each for each, listener in listeners.items() if secret.encode() in listener.heard]
            assert reached == [name], f"a secret of {name}"
        strangers = [account for each, account in ACCOUNTS.items() if each != name]
        assert not any(account.encode() in listeners[name].heard for account in strangers)
    bearers = [listener.bearers() for listener in listeners.values()]
    assert all(bearers)
    assert len(set().union(*bearers)) == sum(len(each) for each in bearers), "no session is used for two accounts"

    written = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert ACCOUNTS["emea"].encode() in written
    hidden = [heres["emea"]["token"], heres["apac"]["password"], "none-that-is-known"]
    assert not any(secret.encode() in written for secret in hidden)


def test_a_demo_of_several_ends_with_all_its_contact_centres(start: Any, alive: Any, wait_until: Any) -> None:
    terminal = start("demo", "--size", "small", "--accounts", "2", columns=80, rows=24)
    terminal.wait(lambda: terminal.text.count("● LIVE") >= 3, "two live accounts")
    assert "2 accounts" in terminal.lines[0]
    assert "Lisbon" in terminal.text
    assert "Manila" in terminal.text
    simulators = terminal.children()
    assert len(simulators) == 2
    terminal.send("q")
    assert terminal.ended() == 0
    wait_until(lambda: not any(alive(each) for each in simulators), "the end of both simulators", 5)
    assert terminal.after() == ""
