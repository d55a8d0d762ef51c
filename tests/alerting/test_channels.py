"""Each channel against a real receiver: what arrives, how it is signed, and that nothing of it can do harm."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kmm_tui.alerting import channels
from kmm_tui.alerting.channels import AppriseChannel, CommandChannel, Terminal, TerminalChannel, WebhookChannel
from kmm_tui.alerting.notice import Notice
from kmm_tui.alerting.outlet import ChannelError
from kmm_tui.board.alerts import Change, What
from kmm_tui.settings.secrets import SecretError
from tests.alerting.conftest import NOW, alert, raised

Http = Callable[..., bytes]
NOTICE = Notice("12345678", "Acme", NOW, (raised(),), id="abc")
HOSTILE = Change(What.RAISED, alert(2, label="A\x1b]52;c;eA==\x07B\x9c; rm -rf ~\nC"), NOW)
KEY = SecretStr("hook-s3cret")


def known(secret: str) -> Callable[[], SecretStr]:
    return lambda: SecretStr(secret)


async def test_a_webhook_gets_json_signed_over_its_timestamp_and_body(scripted: Any, http_answer: Http) -> None:
    channel = WebhookChannel(known(f"{scripted.url}/hook?token=t0ken"), lambda: KEY)
    await channel.send(NOTICE)
    (heard,) = scripted.heard
    assert (heard.verb, heard.path, heard.query) == ("POST", "/hook", "token=t0ken")
    assert heard.headers["content-type"] == "application/json"
    timestamp = heard.headers["x-kmm-tui-timestamp"]
    signed = hmac.new(b"hook-s3cret", timestamp.encode() + b"." + heard.body, hashlib.sha256).hexdigest()
    assert (timestamp, heard.headers["x-kmm-tui-signature"]) == (str(int(NOW)), f"v1={signed}")
    assert heard.headers["x-kmm-tui-notice"] == heard.json["id"] == "abc"
    assert {"authorization", "cookie"}.isdisjoint(heard.headers)
    (told,) = heard.json["alerts"]
    assert (heard.json["kind"], heard.json["account"], heard.json["title"]) == (
        "alerts",
        "12345678",
        "Acme: 1 critical",
    )
    assert told["scope"] == {"level": "skill", "id": "1", "name": "Skill 1"}
    assert (told["what"], told["level"], told["value"], told["unit"]) == ("raised", "critical", 252_000, "ms")
    assert (told["since"], told["ended"], told["seconds"]) == ("2027-01-15T07:58:00Z", None, 120)


@pytest.mark.parametrize(("status", "is_lasting"), [(500, False), (503, False), (429, False), (404, True), (401, True)])
async def test_a_webhook_that_refuses_is_told_by_its_host_and_status(
    scripted: Any, http_answer: Http, status: int, is_lasting: bool
) -> None:
    scripted.answer = lambda _: http_answer(status, b"t0ken")
    with pytest.raises(ChannelError) as caught:
        await WebhookChannel(known(f"{scripted.url}/hook?token=t0ken"), lambda: KEY).send(NOTICE)
    assert (str(caught.value), caught.value.is_lasting) == (f"{scripted.host} answered {status}", is_lasting)


async def test_a_webhook_follows_no_redirect(scripted: Any, http_answer: Http) -> None:
    scripted.answer = lambda _: http_answer(307, b"", {"Location": f"{scripted.url}/other"})
    with pytest.raises(ChannelError, match="another address"):
        await WebhookChannel(known(scripted.url)).send(NOTICE)
    assert len(scripted.heard) == 1
    assert "x-kmm-tui-signature" not in scripted.heard[0].headers


async def test_a_secret_that_cannot_be_had_is_told_and_read_again_the_next_time(scripted: Any) -> None:
    tries: list[int] = []

    def key() -> SecretStr:
        tries.append(1)
        if len(tries) < 2:
            raise SecretError("there is no file hook.key; write the secret into it")
        return KEY

    channel = WebhookChannel(known(scripted.url), key)
    with pytest.raises(ChannelError, match=r"no file hook\.key"):
        await channel.send(NOTICE)
    await channel.send(NOTICE)
    assert len(scripted.heard) == 1


async def test_what_others_raise_is_told_by_its_kind_alone() -> None:
    def key() -> SecretStr:
        raise RuntimeError("hook-s3cret")

    with pytest.raises(ChannelError) as caught:
        await WebhookChannel(known("http://127.0.0.1:9/"), key).send(NOTICE)
    assert str(caught.value) == "it failed (RuntimeError)"


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
async def test_a_command_gets_json_on_its_stdin_and_nothing_of_a_notice_as_an_argument(tmp_path: Path) -> None:
    script = "import sys, json; json.dump([sys.argv[1:], json.load(sys.stdin)], open('told.json', 'w'))"
    notice = Notice("12345678", "Acme", NOW, (HOSTILE,))
    await CommandChannel([sys.executable, "-c", script, "$HOME; x"], tmp_path).send(notice)
    arguments, payload = json.loads((tmp_path / "told.json").read_text())
    assert arguments == ["$HOME; x"]
    assert payload == json.loads(json.dumps(notice.payload()))
    assert payload["alerts"][0]["scope"]["name"] == HOSTILE.alert.label


async def test_a_command_that_fails_is_told_by_its_name_and_code() -> None:
    channel = CommandChannel([sys.executable, "-c", "import sys; sys.exit('s3cret')"])
    with pytest.raises(ChannelError, match=r"^it ended with code 1; run it yourself to see why$"):
        await channel.send(NOTICE)
    with pytest.raises(ChannelError, match=r'"no-such-thing" could not be started'):
        await CommandChannel(["/nowhere/no-such-thing", "s3cret"]).send(NOTICE)
    assert CommandChannel(["/usr/bin/notify-send", "--token=s3cret"]).name == "command notify-send"


@pytest.mark.parametrize("form", ["bell", "osc9", "osc777"])
async def test_a_terminal_gets_one_sequence_whatever_a_name_holds(form: str) -> None:
    written: list[str] = []
    terminal = Terminal()
    channel = TerminalChannel(form, terminal)
    with pytest.raises(ChannelError, match="there is no terminal"):
        await channel.send(NOTICE)
    terminal.write = written.append
    await channel.send(Notice("1", "Ac\x1bme;x\x07", NOW, (HOSTILE, raised())))
    (text,) = written
    if form == "bell":
        assert text == "\a"
        return
    assert text.endswith("\x1b\\")
    inside = text[1:-2]
    assert all(each.isprintable() for each in inside)
    assert text.startswith({"osc9": "\x1b]9; Ac me", "osc777": "\x1b]777;notify;Ac me,x"}[form])
    assert inside.count(";") == 3 if form == "osc777" else len(inside) < 300


TOLD = "■ Skill 1: P90 wait 4:12, max 3:00, for 2:00"


@pytest.mark.parametrize(
    ("form", "sequence"),
    [
        ("bell", "\a"),
        ("osc9", f"\x1bPtmux;\x1b\x1b]9; Acme: 1 critical · {TOLD}\x1b\x1b\\\x1b\\"),
        ("osc777", f"\x1bPtmux;\x1b\x1b]777;notify;Acme: 1 critical;{TOLD}\x1b\x1b\\\x1b\\"),
    ],
)
async def test_inside_tmux_a_notice_is_wrapped_so_that_it_is_handed_on(
    monkeypatch: pytest.MonkeyPatch, form: str, sequence: str
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-1000/default,1,0")
    written: list[str] = []
    terminal = Terminal()
    terminal.write = written.append
    await TerminalChannel(form, terminal).send(NOTICE)
    assert written == [sequence]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_apprise_reaches_a_service_of_its_own(scripted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = AppriseChannel(known(f"json://{scripted.host}/told?method=post"))
    await channel.send(NOTICE)
    (heard,) = scripted.heard
    assert heard.path.startswith("/told")
    assert (heard.json["title"], heard.json["type"]) == ("Acme: 1 critical", "failure")
    assert heard.json["message"].startswith("■ Skill 1: P90 wait 4:12")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_an_apprise_service_that_fails_tells_no_secret(scripted: Any, http_answer: Http) -> None:
    scripted.answer = lambda _: http_answer(403, b"")
    with pytest.raises(ChannelError, match="did not take it") as caught:
        await AppriseChannel(known(f"json://user:s3cret@{scripted.host}/")).send(NOTICE)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(ChannelError, match="none that apprise knows"):
        await AppriseChannel(known("nonsense://s3cret")).send(NOTICE)


async def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ChannelError, match=r"kmm-tui\[notify\]"):
        await AppriseChannel(known("json://localhost")).send(NOTICE)


async def test_what_hangs_beside_the_loop_ends_at_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr(channels, "SECONDS", 0.02)
    ends = threading.Event()
    with pytest.raises(ChannelError, match="did not end within"):
        await channels.beside(lambda: ends.wait(5))
    ends.set()
