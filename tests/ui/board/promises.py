"""What every frame of the board keeps, whatever it shows and however large it is."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from kmm_tui.ui.cells import ELLIPSIS, clean
from kmm_tui.ui.keyline import KeyLine
from kmm_tui.ui.lines import RoleLines
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.rowlines import MARKS

from .frames import BEHIND, LETTERS, Cell, Frame, capture

WITHOUT_LIFE = {LETTERS["stale"], LETTERS["dim"]}
"""How old figures and what belongs to them may look."""
ALARMING = {
    LETTERS[role].swapcase() if bold else LETTERS[role] for role in ("warn", "critical") for bold in (False, True)
}
SIGNS = "■▲!▌"
"""What says without colour that something is wrong, or held."""
OF_THE_TABLE = {LETTERS["text"], *WITHOUT_LIFE, LETTERS["accent"], LETTERS["dim"].upper()}
"""In a table's header also the order's label, in its first column the cursor."""


def kept(pilot: Pilot[str], word: str, *, old: bool = False) -> Frame:
    """The frame, once all promises are found kept.

    `word` is how fresh all of it is, `old` whether it is too old to look alive.
    """
    frame = capture(pilot)
    screen = pilot.app.screen
    assert word in frame.lines[0], frame.lines[0]
    if not pilot.app.no_color:
        assert not {cell.look for line in frame.cells for cell in line if cell.text.strip()} & {BEHIND}, frame.written()
    nothing_is_cut_silently(frame, screen)
    colour_is_never_the_only_sign(frame)
    for table in tables_of(screen):
        columns_stand_below_their_labels(frame, table)
    if old:
        old_figures_have_no_colour(frame, screen)
    return frame


def in_front(pilot: Pilot[str]) -> Frame:
    """The frame with a screen in front of the board, once its promises are found kept."""
    frame = capture(pilot)
    screen = pilot.app.screen
    nothing_is_cut_silently(frame, screen)
    for table in tables_of(screen):
        columns_stand_below_their_labels(frame, table)
    return frame


def shown(screen: Screen[object], kind: type[Widget]) -> list[Widget]:
    """Everything of this kind that can be seen."""
    return [
        each
        for each in screen.query(kind)
        if each.region and all(above.display for above in each.ancestors_with_self if isinstance(above, Widget))
    ]


def tables_of(screen: Screen[object]) -> list[LineTable[object]]:
    """The tables that show rows."""
    return [
        table
        for table in shown(screen, LineTable)
        if isinstance(table, LineTable) and table.rows and table.message is None
    ]


def nothing_is_cut_silently(frame: Frame, screen: Screen[object]) -> None:
    """What does not fit ends in `…`, scrolls, or is left out whole."""
    for lines in shown(screen, RoleLines):
        assert isinstance(lines, RoleLines)
        width, height = lines.size
        # A lower strip is one without its last line, as a whole.
        for spans, cells in zip(lines.lines(width)[:height], frame.part(lines.region), strict=False):
            text = clean("".join(piece for piece, _ in spans)).rstrip()
            drawn = text_of(cells).rstrip()
            assert ELLIPSIS in drawn or drawn == text, (lines, text, drawn)


def keys_are_whole(screen: Screen[object]) -> None:
    """A key at the bottom is there with its word, or not at all; the end and the help always are."""
    for line in shown(screen, KeyLine):
        assert isinstance(line, KeyLine)
        told = "".join(text for text, _ in line.lines(line.size.width)[0])
        assert len(told) <= line.size.width
        assert "q Quit" in told
        assert "F1 Help" in told


def texts_are_whole(screen: Screen[object]) -> None:
    """A text has as many lines as it needs, or scrolls."""
    for text in shown(screen, Static):
        if not any(isinstance(above, VerticalScroll) for above in text.ancestors):
            content = text.content_size
            needed = text.get_content_height(screen.size, screen.size, content.width)
            assert needed <= content.height, (text, needed, content)


def colour_is_never_the_only_sign(frame: Frame) -> None:
    """Where something looks alarming, a sign in the same line says so, too."""
    for line in frame.cells:
        alarming = text_of([cell for cell in line if cell.look in ALARMING])
        assert not alarming.strip() or set(alarming) & set(SIGNS), text_of(line)


def columns_stand_below_their_labels(frame: Frame, table: LineTable[object]) -> None:
    """In a right-aligned column label and figures end in the same cell, with nothing behind it."""
    part = frame.part(table.scrollable_content_region)
    header, rows = part[0], part[1 : 1 + min(len(table.rows), len(part) - 1)]
    for place in table._lines.places:
        after = place.x + place.width
        for line in (header, *rows):
            ends = (*line, Cell(" ", "", ""))[after].text
            assert ends.strip() == "" or place.column.gap == 0, (place.column.key, text_of(line))
        if place.column.align == "right" and place.column.label:
            assert header[after - 1].text.strip(), (place.column.key, text_of(header))
            for row in rows:
                assert row[after - 1].text.strip(), (place.column.key, text_of(row))


def old_figures_have_no_colour(frame: Frame, screen: Screen[object]) -> None:
    """No figure looks as if it were of now, and no sign of trouble either: it may be over."""
    for strip in shown(screen, RoleLines):
        if strip.id in ("strip", "chips", "insight", "agent-lines"):
            cells = [cell for line in frame.part(strip.region) for cell in line]
            assert looks(cells) <= WITHOUT_LIFE, (strip.id, looks(cells))
    for table in shown(screen, LineTable):
        header, *rows = frame.part(table.region)
        for row in rows:
            assert looks(row[1:]) <= WITHOUT_LIFE, text_of(row)
            assert row[0].text in MARKS
        assert looks(header) <= OF_THE_TABLE, text_of(header)


def looks(cells: list[Cell] | tuple[Cell, ...]) -> set[str]:
    """How what is written in `cells` looks."""
    return {cell.look for cell in cells if cell.text.strip()}


def text_of(cells: list[Cell] | tuple[Cell, ...]) -> str:
    """What is written in `cells`."""
    return "".join(cell.text for cell in cells)
