"""The README's program on the API client: exactly that text, on a real socket."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.api import KmmClient

README = Path(__file__).parents[2] / "README.md"


def example() -> str:
    (found,) = re.findall(r"<!-- library -->\n```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def test_the_readmes_program_prints_what_the_server_answers(
    server: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The one thing that the text cannot say: where the simulator is.
    monkeypatch.setitem(KmmClient.__init__.__kwdefaults__ or {}, "domain_api", server.url)
    for name, key in (
        ("KMM_ACCOUNT", "account"),
        ("KMM_CLIENT_ID", "client_id"),
        ("KMM_CLIENT_SECRET", "client_secret"),
    ):
        monkeypatch.setenv(name, server.here[key])
    text = example()
    assert len([line for line in text.splitlines() if line.strip()]) <= 16
    exec(compile(text, str(README), "exec"), {})  # noqa: S102 - our own text
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    for line in lines:
        assert re.fullmatch(r"\S.* (\d+(\.\d+)?|None)", line), line
