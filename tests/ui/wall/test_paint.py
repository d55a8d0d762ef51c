"""A cell of a wall that is too narrow says whose figure it is, and of what, and no half a sentence."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from kmm_tui.ui.columns import Span
from kmm_tui.ui.wall.figures import Shown
from kmm_tui.ui.wall.grid import Grid
from kmm_tui.ui.wall.paint import cell

NAME = "An extraordinarily long name of a skill"
LABEL: tuple[Span, ...] = (("■ ", "critical"), (NAME, "value"), (" sla", "dim"))
NOTE: tuple[Span, ...] = (("critical since 14:58", "critical"), ("  ▼−34 pt! on usual", "warn"))


def lines(width: int, label: tuple[Span, ...] = LABEL, note: tuple[Span, ...] = NOTE) -> tuple[str, str]:
    """The label with its target, and the line below the figure."""
    shown = Shown(label, "81%", "critical", (("min 90%", "dim"),), note)
    block = cell(shown, Grid(1, 1, 3, width, True, 0, 0))
    return "".join(text for text, _ in block[0]), "".join(text for text, _ in block[-1])


@pytest.mark.parametrize("width", [20, 28, 37, 60])
def test_a_name_is_cut_and_what_is_told_of_it_is_not(width: int) -> None:
    label, _ = lines(width)
    assert label.startswith("■ An")
    assert " sla" in label
    assert label.endswith(" min 90%")
    assert len(label) == width


def test_a_wide_name_is_cut_between_characters() -> None:
    label, _ = lines(28, (("■ ", "critical"), ("日本語サポート株式会社", "value"), (" sla", "dim")))
    assert label == "■ 日本語サポー … sla min 90%"
    assert cell_len(label) == 28


@pytest.mark.parametrize(
    ("width", "note"), [(28, "critical since 14:58"), (40, "critical since 14:58  ▼−34 pt! on usual")]
)
def test_the_line_below_has_whole_parts_only(width: int, note: str) -> None:
    assert lines(width)[1].rstrip() == note


def test_a_label_of_one_word_keeps_its_begin() -> None:
    label, _ = lines(14, (("■ ", "critical"), ("1ST RESPONSE TIME", "dim")))
    assert label.startswith("■ 1ST")
