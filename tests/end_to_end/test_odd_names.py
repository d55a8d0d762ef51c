"""Names that nobody should have: drawn as text, one line each, and nothing beside them moves."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest


@pytest.fixture(scope="module")
def board(start_for_module: Any, odd_floor: Any, environ: dict[str, str]) -> Any:
    """A board of the floor with odd names."""
    terminal = start_for_module(columns=160, rows=50, environ={**environ, **odd_floor.environ()})
    terminal.wait_for("● LIVE", "SKILLS", "AGENT GROUPS", "AGENTS of the account", "whole account")
    return terminal


def column(terminal: Any, row: int, start: int, width: int) -> str:
    """`width` cells of the screen from `start` on, a wide character standing in the first of its two."""
    return "".join(terminal.screen.buffer[row][start + each].data for each in range(width))


def test_brackets_are_no_markup_and_control_characters_are_gone(board: Any) -> None:
    for name in ("[b]Bold[/b] [link=x]", "red [31mAlert2J two lin", "日本語サポート窓口の長", "[/]"):
        board.wait(
            lambda name=name: name in "".join(board.screen.display).replace("  ", " ") or name in board.text, name
        )
    # Reordering what follows, and bells, are gone from what is sent to the terminal.
    assert "gnilliB" in board.text
    assert "\u202e".encode() not in board.raw
    assert b"\x9b2J" not in board.raw
    assert b"\x1b[31mAlert" not in board.raw
    assert b"\x1b[2J" not in board.raw.partition(b"[b]Bold")[2]


def edges(terminal: Any, title: str) -> list[str]:
    """Of each row of the table under `title`: the last cell of the column `queue`, and the cell behind it."""
    lines = terminal.screen.display
    head = next(row for row, line in enumerate(lines) if title in line) + 1
    end = lines[head].index("queue") + len("queue")
    found = []
    for row in range(head + 1, len(lines)):
        if not column(terminal, row, 0, 40).strip():
            break
        found.append(column(terminal, row, end - 1, 2))
    return found


@pytest.mark.parametrize(("title", "least"), [("SKILLS", 7), ("AGENT GROUPS", 5)])
def test_the_columns_stand_where_they_stand_whatever_the_names(title: str, least: int, board: Any) -> None:
    board.wait(lambda: len(edges(board, title)) >= least, "every row")
    # Every figure ends in the last cell of its column, and a blank follows.
    assert [edge for edge in edges(board, title) if not edge[0].isdigit() or edge[1] != " "] == []


def test_a_long_name_is_cut_and_not_the_figures(board: Any, odd_floor: Any) -> None:
    line = board.wait(lambda: next((line for line in board.lines if "xxxxxxxx" in line), ""), "the long name")
    assert "…" in line
    assert sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line) <= 160


def test_the_same_names_as_text_and_data(odd_floor: Any, environ: dict[str, str], query: Any) -> None:
    names = [row["name"] for row in query(odd_floor, "metrics", "--by", "skill")["rows"]]
    assert "[b]Bold[/b] [link=x]" in names
    assert "red [31mAlert2J two lines" in names
    assert all(unicodedata.category(each) not in ("Cc", "Cs") for name in names for each in name)


@pytest.mark.parametrize("order", ["strings+extra-fields", "nulls:fields=agentName+skillName+keyDescription"])
def test_answers_of_other_forms_are_shown_all_the_same(
    order: str, start: Any, floor: Any, environ: dict[str, str], query: Any
) -> None:
    truth = query(floor, "metrics")["all"]
    for each in [order] if ":" in order else order.split("+"):
        floor.fault(each)
    terminal = start(environ={**environ, **floor.environ()})
    terminal.wait_for("● LIVE", "whole account", "AGENTS of the account 119")
    lines = terminal.lines
    head = next(index for index, line in enumerate(lines) if "IN QUEUE" in line)
    assert lines[head + 1].split()[0] == str(truth["unassignedConversations"])
    if order.startswith("nulls"):
        # An id stands for what has no name.
        keys = [row["key"] for row in query(floor, "metrics", "--by", "skill")["rows"]]
        terminal.wait(lambda: sum(key in terminal.text for key in keys) > 5, "ids of skills")
