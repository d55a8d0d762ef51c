"""No widget has a colour of its own: all of them come from the roles of a theme."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import kmm_tui.ui
from kmm_tui.settings.themefile import ROLES

UI = Path(kmm_tui.ui.__file__).parent
FILES = sorted(path for path in UI.rglob("*.py"))
GIVES_COLOURS = {"themes.py", "looks.py"}
"""The fallback of the default theme, and what roles are on few colours."""
COLOURED = re.compile(
    r"(?<![\w-])((?:[a-z]+-)*(?:color|background|tint|border(?:-\w+)?|outline(?:-\w+)?))\s*:\s*([^;{}]+)"
)
WORDS = {
    "round", "solid", "none", "tall", "wide", "heavy", "hkey", "vkey", "inner", "outer", "blank", "thick", "panel",
    "transparent", "ascii", "dashed", "double",
}  # fmt: skip


def strings(path: Path) -> list[str]:
    """Every text in a module."""
    tree = ast.parse(path.read_text("utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def foreign(text: str) -> list[str]:
    """Colours in a style sheet, or in any text, that no role gives."""
    found = re.findall(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6})\b|\b(?:rgba?|hsla?)\(\d|\bansi_\w+", text)
    for declared, value in COLOURED.findall(text) if "{" in text else ():
        for word in re.findall(r"[$\w-]+%?", value):
            is_plain = word in WORDS or re.fullmatch(r"\d+%?", word) or word == "%s"
            # An f-string ends before the role.
            is_role = word == "$kmm-" or (word.removeprefix("$kmm-") in ROLES and word.startswith("$kmm-"))
            if not is_plain and not is_role:
                found.append(f"{declared}: {value.strip()}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(UI)))
def test_no_widget_has_a_colour_of_its_own(path: Path) -> None:
    if path.name not in GIVES_COLOURS:
        assert [each for text in strings(path) for each in foreign(text)] == []


def test_such_a_colour_would_be_found() -> None:
    for declared in (
        "color: red", "background: #123456", "color: $accent", "border: round $primary", "background: rgb(1,2,3)",
        "color: $kmm-nothing", "background-tint: white 10%", "border-left: tall blue",
    ):  # fmt: skip
        assert foreign(f"Widget {{ {declared}; }}"), declared
    for declared in (
        "color: $kmm-dim",
        "border: round $kmm-line",
        "background: transparent",
        "background: $kmm-ground 60%",
    ):
        assert foreign(f"Widget {{ {declared}; }}") == [], declared


def test_nobody_makes_a_style_with_a_colour_that_has_a_name() -> None:
    for path in FILES:
        if path.name in GIVES_COLOURS:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg in ("color", "bgcolor", "background") and isinstance(keyword.value, ast.Constant):
                        assert keyword.value.value is None, (path.name, node.lineno)
            if isinstance(node, ast.Attribute) and node.attr in ("color", "background", "tint"):
                is_own = isinstance(node.value, ast.Attribute) and node.value.attr == "styles"
                assert not (is_own and isinstance(node.ctx, ast.Store)), (path.name, node.lineno)
