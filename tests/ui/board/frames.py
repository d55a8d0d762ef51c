"""The screen as text that can be reviewed: each line, below it a letter for the look of each cell, and its ground."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len, split_graphemes
from rich.color_triplet import ColorTriplet
from rich.style import Style
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App
from textual.color import Color
from textual.geometry import Region
from textual.pilot import Pilot

from kmm_tui.ui.themes import GROUND_ROLES, TEXT_ROLES

LETTERS = {
    "text": ".", "title": "t", "dim": "d", "stale": "s", "accent": "a", "ok": "k", "warn": "w", "critical": "c",
    "online": "n", "away": "y", "back-soon": "b", "offline": "o", "line": "l",
}  # fmt: skip
"""How a text role is written; a capital is bold. A figure that is calm is a dot, so that trouble stands out."""
BEHIND = "~"
"""A colour that is no role's: what lies behind a screen in front."""
GREYS = "efghijmpqr"
"""Without colour: how bright, the darkest first; none of them is a role's letter."""
OTHER_GROUND = "behind"


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
    """Whether any cell had a colour that is no grey."""

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
    """Names the colours of an app's theme."""

    def __init__(self, app: App[str]) -> None:
        colours = {role: app.current_theme.variables[f"kmm-{role}"] for role in (*TEXT_ROLES, *GROUND_ROLES, "line")}
        if app.no_color:
            colours = {role: Color.parse(colour).monochrome.hex.lower() for role, colour in colours.items()}
        self._texts = {} if app.no_color else {colours[role]: LETTERS[role] for role in (*TEXT_ROLES, "line")}
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
        fore, back = (colour.get_truecolor() if colour else None for colour in (style.color, style.bgcolor))
        self.coloured = self.coloured or any(each and len(set(each)) > 1 for each in (fore, back))
        letter = BEHIND if fore is None else self._texts.get(fore.hex) or self._grey(fore)
        ground = OTHER_GROUND if back is None else self._grounds.get(back.hex, OTHER_GROUND)
        marks = ("u" if style.underline else "") + ("r" if style.reverse else "")
        return letter.upper() if style.bold else letter, ground, marks

    def _grey(self, colour: ColorTriplet) -> str:
        return BEHIND if self._texts else GREYS[sum(colour) * 9 // 765]


class FrameExtension(SingleFileSnapshotExtension):
    """One text file for each frame."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT
