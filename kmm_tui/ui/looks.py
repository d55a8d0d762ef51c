"""How a theme looks where colours are few or none: 256, 16, a theme of greys, or ``NO_COLOR``.

What a widget drew in a theme's colours is told apart by role, and each role gets the nearest colour that can still be
read, or bold, reversed and dim letters in its place. Widgets know nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color, rgb_to_lab
from textual.filter import LineFilter

from kmm_tui.settings.themefile import GROUND_ROLES, LEAST_CONTRAST, ROLES, TEXT_ROLES, contrast

Depth = Literal["truecolor", "256", "standard", "none"]
"""How many colours there are."""

_Kind = Literal["text", "word"]
_MOST_STYLES = 2048
_DEFAULT = RichColor.default()
_ALARMING = ("critical", "warn")
_TELLING = ("critical", "warn", "stale", "title")
"""Where roles share a colour, text counts as the first of these."""

_SIXTEEN_DARK = {
    **dict.fromkeys(GROUND_ROLES, 0), **dict.fromkeys(TEXT_ROLES, 7),
    "line": 8, "title": 15, "accent": 14, "warn": 11, "critical": 9,
}  # fmt: skip
_SIXTEEN_LIGHT = {
    **dict.fromkeys(GROUND_ROLES, 15), **dict.fromkeys(TEXT_ROLES, 0),
    "line": 7, "accent": 4, "warn": 5, "critical": 1,
}  # fmt: skip
"""Roles on 16 colours, where only trouble has one; yellow cannot be read on white."""
_FAINT = 8
"""On 16 colours what lies behind something else."""

_PIECES = re.compile(r" +|[^ ]+(?: [^ ]+)*")
_FILLED = re.compile("[─-▟⠀-⣿]")
"""Lines, blocks and braille: reversed they would be the opposite of what they say."""


def looks_for(roles: Mapping[str, str], dark: bool, depth: Depth) -> Looks | None:
    """The filter of a theme; None where it can be shown as it is."""
    marks = depth == "none" or is_grey(roles)
    return None if depth == "truecolor" and not marks else Looks(roles, dark, depth, marks)


def is_grey(roles: Mapping[str, str]) -> bool:
    """Whether a theme has no colour at all."""
    return all(len({colour[at : at + 2] for at in (1, 3, 5)}) == 1 for colour in roles.values())


class Looks(LineFilter):
    """`marks`: roles are told apart by bold, reversed and dim letters, since no colour does."""

    def __init__(self, roles: Mapping[str, str], dark: bool, depth: Depth, marks: bool) -> None:
        super().__init__()
        self._roles = dict(roles)
        self._depth = depth
        self._marks = marks
        self._reverses = marks or depth == "standard"
        self._grounds = {roles[role]: role for role in reversed(GROUND_ROLES)}
        self._texts = {roles[role]: role for role in ("line", *reversed(TEXT_ROLES), *reversed(_TELLING))}
        self._sixteen = _SIXTEEN_DARK if dark else _SIXTEEN_LIGHT
        self._many = on_256(roles) if depth == "256" else {}
        self._found: dict[tuple[Style, _Kind], Style] = {}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's
        """The same text in the looks of its roles."""
        return [part for segment in segments for part in self._parts(segment)]

    def _parts(self, segment: Segment) -> Iterator[Segment]:
        text, style, control = segment
        if control or style is None:
            yield segment
        elif not self._reverses or self._role(style) not in _ALARMING:
            yield Segment(text, self._look(style, "text"), None)
        else:
            # A reversed word is a mark; reversed blanks beside it would be a bar, a reversed sign another sign.
            for piece in _PIECES.findall(text):
                is_word = any(map(str.isalnum, piece)) and not _FILLED.search(piece)
                yield Segment(piece, self._look(style, "word" if is_word else "text"))

    def _role(self, style: Style) -> str:
        return self._texts.get(_hex(style.color), "")

    def _look(self, style: Style, kind: _Kind) -> Style:
        found = self._found.get((style, kind))
        if found is None:
            if len(self._found) >= _MOST_STYLES:
                self._found.clear()
            found = self._found[style, kind] = self._made(style, kind)
        return found

    def _made(self, style: Style, kind: _Kind) -> Style:
        fore, back = _hex(style.color), _hex(style.bgcolor)
        role, ground = self._texts.get(fore, ""), self._grounds.get(back, "")
        bold, dim, reverse = bool(style.bold), bool(style.dim), bool(style.reverse)
        on_cursor = self._reverses and ground == "cursor"
        reverse = reverse or on_cursor
        if self._depth == "none":
            # A field's cursor, a scrollbar's thumb: there only the ground says it.
            reverse = reverse or (not ground and back in self._texts)
        if self._marks:
            reverse ^= kind == "word" and role == "critical"
            bold = role in _ALARMING or (bold and role != "title")
        if self._reverses:
            dim = dim or role == "stale"
        if self._depth == "none" and not role and fore and self._is_faint(fore, back):
            dim = True
        if on_cursor and reverse and role and not (kind == "word" and not self._marks):
            # Reversed, the colour of each text would be a ground of its own.
            fore = self._roles["text"]
        look = Style(bold=bold, dim=dim, reverse=reverse)
        if self._depth != "truecolor":
            look += Style.from_color(self._colour(fore, back, text=True), self._colour(back, fore, text=False))
        elif fore:
            look += Style.from_color(RichColor.parse(fore))
        return style + look

    def _is_faint(self, fore: str, back: str) -> bool:
        return contrast(fore, back or self._roles["ground"]) < LEAST_CONTRAST

    def _colour(self, colour: str, other: str, *, text: bool) -> RichColor:
        if self._depth == "none" or not colour:
            return _DEFAULT
        role = self._texts.get(colour) or self._grounds.get(colour, "")
        if self._depth == "256":
            return RichColor.from_ansi(self._many[role] if role else _nearest(colour))
        if role:
            return RichColor.from_ansi(self._sixteen[role])
        if text:
            return RichColor.from_ansi(_FAINT if self._is_faint(colour, other) else self._sixteen["text"])
        return RichColor.from_ansi(self._sixteen["ground"])


def on_256(roles: Mapping[str, str]) -> dict[str, int]:
    """Each role's number on a terminal of 256 colours: the nearest that can be read on all of the grounds there."""
    found = {role: _nearest(roles[role]) for role in GROUND_ROLES}
    grounds = [_table()[number][0] for number in found.values()]
    for role in ROLES:
        if role not in found:
            found[role] = _nearest(roles[role], *(grounds if role in TEXT_ROLES else ()))
    return found


@lru_cache(1024)
def _nearest(colour: str, *grounds: str) -> int:
    """The number of the nearest colour by CIE 1976 L*a*b*, of those that can be read on all of `grounds`, if any."""
    wanted = rgb_to_lab(Color.parse(colour))

    def far(entry: tuple[int, tuple[str, tuple[float, float, float]]]) -> float:
        lab = entry[1][1]
        return (lab[0] - wanted.L) ** 2 + (lab[1] - wanted.a) ** 2 + (lab[2] - wanted.b) ** 2

    near = sorted(_table().items(), key=far)
    clear = (each for each in near if all(contrast(each[1][0], ground) >= LEAST_CONTRAST for ground in grounds))
    return next(clear, near[0])[0]


@lru_cache(1)
def _table() -> dict[int, tuple[str, tuple[float, float, float]]]:
    # Not the first sixteen, which everybody's terminal has its own of.
    found = {}
    for number in range(16, 256):
        colour = RichColor.from_ansi(number).get_truecolor().hex
        lab = rgb_to_lab(Color.parse(colour))
        found[number] = (colour, (lab.L, lab.a, lab.b))
    return found


def _hex(colour: RichColor | None) -> str:
    return colour.triplet.hex if colour is not None and colour.triplet is not None else ""
