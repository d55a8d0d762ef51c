"""The screen as text that can be reviewed: each line, below it a letter for the look of each cell, and its ground."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len, split_graphemes
from rich.color import Color
from rich.style import Style
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App
from textual.geometry import Region
from textual.pilot import Pilot

from kmm_tui.settings.themefile import GROUND_ROLES, TEXT_ROLES

LETTERS = {
    "text": ".", "title": "t", "dim": "d", "stale": "s", "accent": "a", "ok": "k", "warn": "w", "critical": "c",
    "online": "n", "away": "y", "back-soon": "b", "offline": "o", "line": "l",
}  # fmt: skip
"""How a text role is written; a capital is bold. A figure that is calm is a dot, so that trouble stands out."""
BEHIND = "~"
"""A colour that is no role's: what lies behind a screen in front."""
OTHER_GROUND = "behind"
PLAIN = "e"
"""In the terminal's own colour."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the terminal. `text` is '' in the second cell of a wide character."""

    text: str
    look: str
    ground: str
    marks: str = ""
    """``u`` for underlined, ``r`` for reversed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stood on the screen, cell by cell."""

    cells: tuple[tuple[Cell, ...], ...]
    coloured: bool
    """Whether any cell had a colour of its own, and not the terminal's."""

    @property
    def lines(self) -> list[str]:
        """The text of each line, whole."""
        return ["".join(cell.text for cell in line) for line in self.cells]

    @property
    def text(self) -> str:
        """All the lines."""
        return "\n".join(self.lines)

    def part(self, region: Region) -> list[tuple[Cell, ...]]:
        """The cells of a part of the screen."""
        lines = self.cells[max(0, region.y) : max(0, region.bottom)]
        return [line[max(0, region.x) : max(0, region.right)] for line in lines]

    def written(self) -> str:
        """The frame for a snapshot."""
        written: list[str] = []
        for number, (text, line) in enumerate(zip(self.lines, self.cells, strict=True)):
            written.append(f"{number:>2}│{text.rstrip()}".rstrip())
            looks = "".join(" " if not cell.text.strip() else cell.look for cell in line).rstrip()
            if looks:
                written.append(f"  ┊{looks}")
            if grounds := _grounds(line):
                written.append(f"  ░ {grounds}")
        return "\n".join(written) + "\n"


def _grounds(line: tuple[Cell, ...]) -> str:
    """What is not on the plain ground, from which cell to which: `cursor 0-79, underlined 22-27`."""
    found: list[str] = []
    at = 0
    for name, run in groupby(
        line, key=lambda cell: " ".join((cell.ground, *cell.marks)).removeprefix("ground").strip()
    ):
        size = len(list(run))
        if name:
            found.append(f"{name} {at}-{at + size - 1}")
        at += size
    return ", ".join(found)


def capture(pilot: Pilot[str]) -> Frame:
    """The screen as it is drawn now; fails if a line of it is wider or narrower than the screen."""
    app = pilot.app
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    assert len(strips) == height
    names = _Looks(app)
    lines: list[tuple[Cell, ...]] = []
    for strip in strips:
        cells: list[Cell] = []
        for text, style, control in strip:
            assert not control
            look = names.look(style)
            for piece in _pieces(text):
                size = cell_len(piece)
                cells += [Cell(piece, *look), *(Cell("", *look) for _ in range(size - 1))]
        assert len(cells) == width, (len(cells), strip.text)
        lines.append(tuple(cells))
    return Frame(tuple(lines), names.coloured)


def _pieces(text: str) -> list[str]:
    if text.isascii():
        return list(text)
    return [text[start:stop] for start, stop, _ in split_graphemes(text)[0]]


class _Looks:
    """Names the colours of an app's theme; without colours, what is dim and what is not."""

    def __init__(self, app: App[str]) -> None:
        colours = {role: app.current_theme.variables[f"kmm-{role}"] for role in (*TEXT_ROLES, *GROUND_ROLES, "line")}
        self._texts = {colours[role]: LETTERS[role] for role in (*TEXT_ROLES, "line")}
        self._grounds = {colours[role]: role for role in GROUND_ROLES}
        self._found: dict[Style, tuple[str, str, str]] = {}
        self.coloured = False

    def look(self, style: Style | None) -> tuple[str, str, str]:
        """Letter, ground and marks of a style."""
        style = style or Style()
        if style not in self._found:
            self._found[style] = self._named(style)
        return self._found[style]

    def _named(self, style: Style) -> tuple[str, str, str]:
        letter = (LETTERS["stale"] if style.dim else PLAIN) if _is_default(style.color) else BEHIND
        ground = "ground" if _is_default(style.bgcolor) else OTHER_GROUND
        if style.color and style.color.triplet:
            letter = self._texts.get(style.color.triplet.hex, BEHIND)
        if style.bgcolor and style.bgcolor.triplet:
            ground = self._grounds.get(style.bgcolor.triplet.hex, OTHER_GROUND)
        self.coloured = self.coloured or not (_is_default(style.color) and _is_default(style.bgcolor))
        marks = ("u" if style.underline else "") + ("r" if style.reverse else "")
        return letter.upper() if style.bold else letter, ground, marks


def _is_default(colour: Color | None) -> bool:
    return colour is not None and colour.is_default


class FrameExtension(SingleFileSnapshotExtension):
    """One text file for each frame."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT
