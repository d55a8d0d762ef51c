"""``kmm-tui alerts``: what was written down is told, and one try goes through every channel."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.alerting.journal import Journal, alert_entry
from kmm_tui.board.alerts import Ack, Alert
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity

NOW = 1_795_350_000.0
P90 = "queue_wait_time_90th_percentile"
ENVIRON = {
    "KMM_TUI_ACCOUNT": "12345678",
    "KMM_TUI_BOARD__ZONE": "UTC",
    "KMM_TUI_AUTH__METHOD": "bearer",
    "KMM_TUI_AUTH__TOKEN": "unused",
}
SECRET = "hunter2-Zq9"
OPEN = Alert(
    "a1", f"limit:{P90}", "P90 wait", Scope(Level.SKILL, "1"), "Billing", Severity.CRITICAL, Severity.CRITICAL,
    NOW, NOW + 60, P90, 252_000, 300_000, "max 3:00", ack=Ack("ana", NOW + 90, "on it"),
)  # fmt: skip
OVER = replace(OPEN, id="a2", label="Claims", ended=NOW + 300, ack=None)

Kmm = Callable[..., Any]


class Receiver(HTTPServer):
    heard: list[tuple[str, dict[str, str], bytes]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.heard.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(404 if self.path.startswith("/gone") else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = Receiver(("127.0.0.1", 0), Handler)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def alerts(kmm: Kmm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kmm:
    """Runs ``kmm-tui alerts ...`` for an account without alerts, with a settings file where there is one."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("platformdirs.user_state_path", lambda *_, **__: tmp_path / "state")

    def run(*arguments: str, settings: str = "") -> Any:
        if settings:
            (tmp_path / "config.toml").write_text(settings)
            (tmp_path / "config.toml").chmod(0o600)
            arguments = (*arguments, "--config", str(tmp_path / "config.toml"))
        return kmm("alerts", *arguments, environ=ENVIRON)

    return run


def test_open_ones_come_first_and_then_those_that_are_over(alerts: Kmm, tmp_path: Path) -> None:
    assert alerts("list").err == "there were no alerts so far\n"
    Journal(tmp_path / "state", "12345678").append(
        [alert_entry("resolved", OVER, NOW), alert_entry("acknowledged", OPEN, NOW)]
    )
    lines = alerts("list").out.splitlines()
    assert lines[0].startswith("22 Nov 12:20  ■ Billing: P90 wait 4:12, max 3:00, for ")
    assert lines[0].endswith(", ana: on it")
    assert lines[1] == "22 Nov 12:20  ✓ Claims: P90 wait, over after 5:00, worst 5:00"
    assert len(alerts("list", "--open").out.splitlines()) == 1
    found = [json.loads(line) for line in alerts("list", "--format", "json").out.splitlines()]
    assert [(each["id"], each["what"], each["ended"]) for each in found] == [
        ("a1", "open", None),
        ("a2", "over", "2026-11-22T12:25:00Z"),
    ]


def test_a_try_goes_through_every_channel_and_says_which_failed(
    alerts: Kmm, receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "hook.key").write_text(SECRET)
    (tmp_path / "hook.key").chmod(0o600)
    url = f"http://127.0.0.1:{receiver.server_port}"
    script = "import sys; open('told.json', 'w').write(sys.stdin.read())"
    ran = alerts(
        "test",
        settings=f"""\
[[notices]]
to = "webhook"
url = "{url}/hook?token={SECRET}"
key = {{ file = "hook.key" }}
[[notices]]
to = "command"
command = [{json.dumps(sys.executable)}, "-c", {json.dumps(script)}]
[[notices]]
to = "webhook"
url = "{url}/gone?token={SECRET}"
[[notices]]
to = "osc9"
""",
    )
    assert ran.code == 1
    lines = [line.partition(" in ")[0] for line in ran.out.splitlines()]
    assert lines == [
        "✓ webhook: sent",
        f"✓ command {Path(sys.executable).name}: sent",
        f"✗ webhook: 127.0.0.1:{receiver.server_port} answered 404",
        "✗ osc9: there is no terminal",
    ]
    assert SECRET not in ran.out + ran.err
    path, headers, body = receiver.heard[0]
    assert path == f"/hook?token={SECRET}"
    content = headers["x-kmm-tui-timestamp"].encode() + b"." + body
    assert headers["x-kmm-tui-signature"] == "v1=" + hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
    payload = json.loads((tmp_path / "told.json").read_text())
    assert (payload["kind"], payload["title"], payload["alerts"]) == (
        "test",
        "12345678: a test, nothing is wrong",
        [],
    )


def test_without_channels_it_says_how_to_have_some(alerts: Kmm) -> None:
    ran = alerts("test")
    assert ran.code == 2
    assert ran.err.startswith("there are no channels; write [[notices]]")
