"""What a terminal is sent: all colours, 256 of them, sixteen or none; and that signs stay apart with each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

SGR = re.compile(rb"\x1b\[([\d;]*)m")


def colours(raw: bytes) -> set[str]:
    """The kinds of colours in what was sent: ``rgb``, ``256``, ``16``."""
    found: set[str] = set()
    for match in SGR.findall(raw):
        codes = [int(code or 0) for code in match.split(b";")]
        while codes:
            code = codes.pop(0)
            if code in (38, 48):
                is_rgb = codes.pop(0) == 2
                found.add("rgb" if is_rgb else "256")
                del codes[: 3 if is_rgb else 1]
            elif code in range(30, 38) or code in range(40, 48) or code in range(90, 108):
                found.add("16")
    return found


def cell(terminal: Any, line: str, text: str) -> Any:
    """The terminal's cell in which `text` begins, on the first line with `line`."""
    at = next(number for number, each in enumerate(terminal.lines) if line in each)
    return terminal.screen.buffer[at][terminal.lines[at].index(text)]


@pytest.mark.parametrize(
    ("terminal_is", "sent"),
    [
        ({"TERM": "xterm", "COLORTERM": ""}, {"16"}),
        ({"TERM": "xterm-256color", "COLORTERM": ""}, {"256"}),
        ({"NO_COLOR": "1"}, set()),
    ],
    ids=["16", "256", "none"],
)
def test_a_terminal_is_sent_what_it_has(
    start: Any, environ: Mapping[str, str], floor: Any, terminal_is: dict[str, str], sent: set[str]
) -> None:
    terminal = start(environ={**environ, **floor.environ(), **terminal_is})
    terminal.wait_for("● LIVE", "whole account")
    assert colours(terminal.raw) == sent
    chosen, other = (cell(terminal, "▌", "▌"), cell(terminal, "IN QUEUE", "IN QUEUE"))
    assert chosen.reverse is (sent != {"256"}), "the chosen row is reversed where its ground cannot be seen"
    assert (chosen.reverse, chosen.bg) != (other.reverse, other.bg)
    # A screen in front, the themes, and back: nothing slips through.
    for keys, shown in (("?", "what moves it"), ("\x1b", ""), ("T", "for good:"), ("\x1b[B", 'kmm-deuteranopia"')):
        terminal.send(keys)
        if shown:
            terminal.wait_for(shown)
        else:
            terminal.wait(lambda: "what moves it" not in terminal.text)
    assert colours(terminal.raw) == sent
