"""What every frame of a wall keeps, whatever it shows and however large it is."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from kmm_tui.ui.wall.screen import WallScreen
from tests.ui.board.frames import Cell, Frame, capture
from tests.ui.board.promises import ALARMING, WITHOUT_LIFE, looks, text_of

BLOCKS = set("█▀▄")
"""What large characters are made of."""
AGED = {"STALE", "OFFLINE", "AUTH", "DENIED", "THROTTLED", "SERVER", "GARBLED", "EMPTY?", "REFUSED", "ERROR", "LATE"}


def kept(pilot: Pilot[Any], word: str, *, old: bool = False, is_open: bool = True) -> Frame:
    """The frame, once all promises are found kept.

    `word` is how fresh all of it is, `old` whether it is too old to look alive, `is_open` whether anybody looks.
    """
    frame = capture(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, WallScreen)
    head = next(line for line in frame.lines if line.strip())
    assert word in head, head
    colour_has_a_sign(frame, screen)
    if old:
        old_figures_have_no_colour(frame, screen)
    if not is_open:
        assert looks([cell for line in frame.cells for cell in line]) <= WITHOUT_LIFE, frame.written()
    return frame


def body_of(frame: Frame, screen: WallScreen) -> list[tuple[Cell, ...]]:
    """The cells of the page."""
    return frame.part(screen.body.region)


def figures_of(frame: Frame, screen: WallScreen) -> list[Cell]:
    """The cells that large characters fill, without those of the word for what is wrong."""
    lines = body_of(frame, screen)
    return [cell for line in lines[banner_lines(lines) :] for cell in line if cell.text in BLOCKS]


def banner_lines(lines: list[tuple[Cell, ...]]) -> int:
    """How many lines the word for what is wrong takes: up to the one that says how old figures are."""
    for number, line in enumerate(lines[:10]):
        text = text_of(line).strip()
        if text[:1] in ("▲", "■") and (" old" in text or "no data yet" in text):
            return number + 1
    return 0


def colour_has_a_sign(frame: Frame, screen: WallScreen) -> None:
    """Where a figure looks alarming, its label, one of the lines above, has the sign for it."""
    lines = body_of(frame, screen)
    signed = False
    for line in lines:
        alarming = [cell for cell in line if cell.look in ALARMING]
        text = text_of(alarming)
        if {"▲", "■", "!"} & set(text_of(line)):
            signed = True
        if not text_of(line).strip():
            signed = signed and not alarming
        assert not text.strip() or signed or lines.index(line) < banner_lines(lines), frame.written()


def old_figures_have_no_colour(frame: Frame, screen: WallScreen) -> None:
    """No figure, sign or limit looks as if it were of now. Only the words for how old it is have a colour."""
    lines = body_of(frame, screen)
    for line in lines[banner_lines(lines) :]:
        words = "".join(" " if cell.look in WITHOUT_LIFE else cell.text for cell in line).split()
        assert not any(set(word) & BLOCKS for word in words), frame.written()
        # A sign, the word, and how long: three words for each figure.
        assert all(word in AGED for word in words[1::3]), (words, frame.written())
    foot = frame.part(screen.foot.region)
    assert not looks([cell for line in foot for cell in line]) & ALARMING, frame.written()
