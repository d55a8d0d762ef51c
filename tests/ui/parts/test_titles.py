"""Lines that hold a name cut the name, and nothing that is told of it."""

from __future__ import annotations

from datetime import UTC

import pytest
from rich.cells import cell_len

from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.ui.header import About, TitleBar
from kmm_tui.ui.lines import Line, Name, spread

LONG = "An extraordinarily long name 日本語 that goes on"


def text(line: Line) -> str:
    return "".join(part for part, _ in line)


def title(width: int, *names: str) -> str:
    crumbs = [each for name in names[1:] for each in ((Name(name), "dim"), (" › ", "dim"))]
    return text(spread([*crumbs, ("AGENTS of ", "strong"), (Name(names[0]), "dim"), (" 23 ! 3 away", "warn")],  # type: ignore[list-item]
                       [("● LIVE", "ok")], width))  # fmt: skip


@pytest.mark.parametrize("width", [42, 60, 80])
def test_what_is_told_of_a_name_stays(width: int) -> None:
    line = title(width, LONG)
    assert " 23 ! 3 away " in line
    assert line.endswith("● LIVE")
    assert line.startswith("AGENTS of An extr")
    assert cell_len(line) == width


def test_of_several_names_the_longest_is_cut_first() -> None:
    assert title(80, LONG, "Billing").startswith("Billing › AGENTS of An extra")
    both = title(62, LONG, LONG)
    assert both.count("…") == 2
    assert " 23 ! 3 away " in both


def test_a_short_name_is_left_as_it_is() -> None:
    assert title(48, "Billing", "overview").startswith("overview › AGENTS of Billing")


@pytest.mark.parametrize(("width", "notice"), [(62, ""), (80, "DEMO"), (120, "DEMO")])
def test_an_account_of_any_name_tells_its_window(width: int, notice: str) -> None:
    bar = TitleBar(About("12345678", LONG * 2, "acme", 3_600_000, 30.0, notice), UTC)
    bar.update_truth(1_000_000.0, Freshness(Age.LIVE, 12.0), None, None, 1_000_018.0)
    (line,) = bar.lines(width)
    assert text(line).startswith(" kmm  An extr")
    assert f"{notice and ' '}{notice} · last 1h" in text(line)
    assert cell_len(text(line)) == width
