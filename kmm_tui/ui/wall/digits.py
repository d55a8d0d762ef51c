"""Large filled characters out of half blocks: figures and words that are read from across the room.

Each is drawn once, on five columns by seven rows, and each size gives those columns and rows a thickness in half cells
(a terminal's cell is about twice as high as wide, so half cells are square). Strokes are a fifth to a seventh of the
height, which is what signs that are read from afar are given. All figures are as wide as each other.
"""

from __future__ import annotations

from functools import lru_cache

SIZES = (3, 5, 7, 10, 14, 20)
"""Rows of a character; the largest are for very large terminals."""
SMALLEST = SIZES[0]

_ROWS = {3: (1, 1, 0, 1, 1, 1, 1), 5: (2, 1, 1, 2, 1, 1, 2), 7: (2, 2, 2, 2, 2, 2, 2)}
_PLAIN = {3: (1, 1, 0, 1, 1), 5: (2, 1, 0, 1, 2), 7: (2, 2, 2, 2, 2)}
# What has a stroke down its middle, or a slope, needs the middle column.
_MIDDLE = {3: (1, 1, 1, 1, 1), 5: (2, 0, 2, 0, 2), 7: (2, 2, 2, 2, 2)}
_NARROW = {3: (1, 1, 1), 5: (1, 2, 1), 7: (2, 2, 2)}
_GAPS = {3: 1, 5: 2, 7: 2}
_SCALED = {10: (5, 2), 14: (7, 2), 20: (5, 4)}
"""Sizes that are smaller ones, so many times as large."""

_FORMS: dict[str, str] = {
    "0": "##### #...# #...# #...# #...# #...# #####",
    "2": "##### ....# ....# ##### #.... #.... #####",
    "3": "##### ....# ....# ##### ....# ....# #####",
    "4": "#...# #...# #...# ##### ....# ....# ....#",
    "5": "##### #.... #.... ##### ....# ....# #####",
    "6": "##### #.... #.... ##### #...# #...# #####",
    "7": "##### ....# ....# ....# ....# ....# ....#",
    "8": "##### #...# #...# ##### #...# #...# #####",
    "9": "##### #...# #...# ##### ....# ....# #####",
    "-": "..... ..... ..... ##### ..... ..... .....",
    "h": "#.... #.... #.... ##### #...# #...# #...#",
    "d": "....# ....# ....# ##### #...# #...# #####",
    "A": "##### #...# #...# ##### #...# #...# #...#",
    "B": "####. #...# #...# ####. #...# #...# ####.",
    "C": "##### #.... #.... #.... #.... #.... #####",
    "D": "####. #...# #...# #...# #...# #...# ####.",
    "E": "##### #.... #.... ####. #.... #.... #####",
    "F": "##### #.... #.... ####. #.... #.... #....",
    "G": "##### #.... #.... #.### #...# #...# #####",
    "H": "#...# #...# #...# ##### #...# #...# #...#",
    "J": "....# ....# ....# ....# #...# #...# #####",
    "L": "#.... #.... #.... #.... #.... #.... #####",
    "P": "##### #...# #...# ##### #.... #.... #....",
    "U": "#...# #...# #...# #...# #...# #...# #####",
}  # fmt: skip
_WITH_MIDDLE: dict[str, str] = {
    "1": ".##.. ..#.. ..#.. ..#.. ..#.. ..#.. .###.",
    "+": "..... ..#.. ..#.. ##### ..#.. ..#.. .....",
    "<": "....# ..##. .##.. ##... .##.. ..##. ....#",
    ">": "#.... .##.. ..##. ...## ..##. .##.. #....",
    "?": "##### ....# ....# ..### ..#.. ..... ..#..",
    "/": "....# ....# ...#. ..#.. .#... #.... #....",
    "m": "..... ..... ..... ##### #.#.# #.#.# #.#.#",
    "k": "#.... #.... #...# #.##. ###.. #.##. #...#",
    "K": "#...# #..#. #..#. ###.. #..#. #..#. #...#",
    "M": "#...# ##.## ##.## #.#.# #.#.# #...# #...#",
    "N": "#...# ##..# ##..# #.#.# #..## #..## #...#",
    "Q": "##### #...# #...# #...# #.#.# #..## #####",
    "R": "####. #...# #...# ####. #.#.. #..#. #...#",
    "T": "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
    "V": "#...# #...# #...# #...# .#.#. .#.#. ..#..",
    "W": "#...# #...# #...# #.#.# #.#.# ##.## #...#",
    "X": "#...# .#.#. .#.#. ..#.. .#.#. .#.#. #...#",
    "Y": "#...# #...# .#.#. ..#.. ..#.. ..#.. ..#..",
    "Z": "##### ...#. ...#. ..#.. .#... .#... #####",
}  # fmt: skip
_THREE: dict[str, str] = {
    "I": "### .#. .#. .#. .#. .#. ###",
    "–": "... ... ... ### ... ... ...",
}  # fmt: skip
# Those that no thickness suits, in half cells.
_DRAWN: dict[tuple[str, int], str] = {
    ("1", 3): ".##. ..#. ..#. ..#. ..#. .###",
    ("s", 3): ".... .... #### ##.. ..## ####",
    ("s", 5): "...... ...... ...... ###### ##.... ###### ###### ....## ###### ######",
    ("s", 7): (
        ".......... .......... .......... .......... ########## ########## ##........ ##........ ########## "
        "########## ........## ........## ########## ##########"
    ),
    ("m", 3): "..... ..... ##### #.#.# #.#.# #.#.#",
    ("m", 5): "........ ........ ........ ######## ######## ##.##.## ##.##.## ##.##.## ##.##.## ##.##.##",
    (":", 3): ". # . . # .",
    (":", 5): ".. .. ## ## .. .. ## ## .. ..",
    (":", 7): ".. .. .. ## ## .. .. .. .. ## ## .. .. ..",
    (".", 3): ". . . . . #",
    (".", 5): ".. .. .. .. .. .. .. .. ## ##",
    (".", 7): ".. .. .. .. .. .. .. .. .. .. .. .. ## ##",
    ("·", 3): ". . . # . .",
    ("·", 5): ".. .. .. .. ## ## .. .. .. ..",
    ("·", 7): ".. .. .. .. .. .. ## ## .. .. .. .. .. ..",
    ("…", 3): "..... ..... ..... ..... ..... #.#.#",
    ("…", 5): ".......... .......... .......... .......... .......... .......... .......... .......... ##..##..## "
              "##..##..##",
    ("…", 7): ".......... .......... .......... .......... .......... .......... .......... .......... .......... "
              ".......... .......... .......... ##..##..## ##..##..##",
    ("%", 3): "##..# ##.#. ...#. .#... .#.## #..##",
    ("%", 5): "##...## ##..##. ....##. ...##.. ...##.. ..##... ..##... .##.... .##..## ##...##",
    ("%", 7): (
        "###....##. ###...##.. ###...##.. .....##... .....##... ....##.... ....##.... ...##..... ...##..... ..##...... "
        "..##...... .##...###. .##...###. ##....###."
    ),
    ("M", 5): "##...## ##...## ###.### ###.### ####### ##.#.## ##...## ##...## ##...## ##...##",
    ("W", 5): "##...## ##...## ##...## ##...## ##.#.## ####### ###.### ###.### ##...## ##...##",
    ("N", 5): "##..## ##..## ###.## ###.## ###### ###### ##.### ##.### ##..## ##..##",
    ("R", 5): "#####. ###### ##..## ##..## #####. #####. ##.##. ##.##. ##..## ##..##",
    ("K", 5): "##..## ##..## ##.##. ##.##. ####.. ####.. ##.##. ##.##. ##..## ##..##",
    ("V", 5): "##..## ##..## ##..## ##..## ##..## ##..## ##..## ##..## .####. ..##..",
    ("Y", 5): "##..## ##..## ##..## .####. .####. ..##.. ..##.. ..##.. ..##.. ..##..",
    ("X", 5): "##..## ##..## .####. .####. ..##.. ..##.. .####. .####. ##..## ##..##",
    ("Z", 5): "###### ###### ....## ...##. ..##.. .##... ##.... ##.... ###### ######",
    ("/", 5): "....## ....## ...##. ...##. ..##.. ..##.. .##... .##... ##.... ##....",
    ("?", 5): "###### ###### ....## ....## ..#### ..#### ..##.. ...... ..##.. ..##..",
}  # fmt: skip
_SAME = {"O": "0", "S": "5"}
_UNKNOWN = "#####" + " #...#" * 5 + " #####"


@lru_cache(maxsize=512)
def glyph(character: str, size: int) -> tuple[str, ...]:
    """One character in `size` rows, one of `SIZES`; each row is as many cells wide. What is not known is a box."""
    return _blocks(_points(character, size))


def figure_width(text: str, size: int) -> int:
    """Cells that `large` takes for `text`."""
    return sum(len(glyph(each, size)[0]) for each in text) + gap(size) * max(0, len(text) - 1)


def gap(size: int) -> int:
    """Blank cells between two characters."""
    small, times = _SCALED.get(size, (size, 1))
    return times * _GAPS[small]


@lru_cache(maxsize=512)
def large(text: str, size: int) -> tuple[str, ...]:
    """`text` in `size` rows, one of `SIZES`; all rows are equally wide."""
    between = " " * gap(size)
    rows = [glyph(each, size) for each in text]
    return tuple(between.join(row[y] for row in rows) for y in range(size))


def _points(character: str, size: int) -> list[str]:
    if size in _SCALED:
        small, times = _SCALED[size]
        return ["".join(times * point for point in line) for line in _points(character, small) for _ in range(times)]
    character = _SAME.get(character, character)
    for each in (character, character.upper()):
        each = _SAME.get(each, each)
        if (each, size) in _DRAWN:
            return _DRAWN[each, size].split()
        for forms, columns in ((_FORMS, _PLAIN), (_WITH_MIDDLE, _MIDDLE), (_THREE, _NARROW)):
            if each in forms:
                return _thick(forms[each].split(), columns[size], _ROWS[size])
    return _thick(_UNKNOWN.split(), _PLAIN[size], _ROWS[size]) if character != " " else ["." * 3] * (2 * size)


def _thick(form: list[str], columns: tuple[int, ...], rows: tuple[int, ...]) -> list[str]:
    lines = ["".join(point * size for point, size in zip(line, columns, strict=True)) for line in form]
    return [line for line, size in zip(lines, rows, strict=True) for _ in range(size)]


def _blocks(points: list[str]) -> tuple[str, ...]:
    shapes = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}
    return tuple(
        "".join(shapes[a + b] for a, b in zip(upper, lower, strict=True))
        for upper, lower in zip(points[::2], points[1::2], strict=True)
    )
