"""The line of every key, for any TOML: the same keys as the parser sees, each where it was written."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.settings.keys import KeyPath
from kmm_tui.settings.lines import key_lines

TRICKY = '''# [not.a.table]
title = "a = 1 # not a comment" # [nor.this]
"quoted.key" = 'C:\\'
'lit eral'.inner = """
[not.a.table]
key = "no" \\""" still
"""""
[table] # comment
  spaced . "dotted" . key = { a = 1, "b]" = [ 2, '}' ], c.d = "x,y" }
date = 1979-05-27 07:32:00
literal = \'\'\'
""" [no]
x = 1\'\'\'\'
list = [
  1, # one
  "two]",
  [ 3,
    4 ], { five = 5,  six = 6 },
]
[[rows]]
a = 1
[rows.sub]
b = 2
[[rows]] # again
[[rows.deep]]
[[rows.deep]]
c = []
[late.child]
[late]
x = 1
'''

EXPECTED = {
    ("title",): 2,
    ("quoted.key",): 3,
    ("lit eral",): 4,
    ("lit eral", "inner"): 4,
    ("table",): 8,
    ("table", "spaced"): 9,
    ("table", "spaced", "dotted"): 9,
    ("table", "spaced", "dotted", "key"): 9,
    ("table", "spaced", "dotted", "key", "a"): 9,
    ("table", "spaced", "dotted", "key", "b]"): 9,
    ("table", "spaced", "dotted", "key", "b]", 0): 9,
    ("table", "spaced", "dotted", "key", "b]", 1): 9,
    ("table", "spaced", "dotted", "key", "c"): 9,
    ("table", "spaced", "dotted", "key", "c", "d"): 9,
    ("table", "date"): 10,
    ("table", "literal"): 11,
    ("table", "list"): 14,
    ("table", "list", 0): 15,
    ("table", "list", 1): 16,
    ("table", "list", 2): 17,
    ("table", "list", 2, 0): 17,
    ("table", "list", 2, 1): 18,
    ("table", "list", 3): 18,
    ("table", "list", 3, "five"): 18,
    ("table", "list", 3, "six"): 18,
    ("rows",): 20,
    ("rows", 0): 20,
    ("rows", 0, "a"): 21,
    ("rows", 0, "sub"): 22,
    ("rows", 0, "sub", "b"): 23,
    ("rows", 1): 24,
    ("rows", 1, "deep"): 25,
    ("rows", 1, "deep", 0): 25,
    ("rows", 1, "deep", 1): 26,
    ("rows", 1, "deep", 1, "c"): 27,
    ("late",): 29,
    ("late", "child"): 28,
    ("late", "x"): 30,
}


def paths(value: Any, at: KeyPath = ()) -> set[KeyPath]:
    """Every key and list element that the parser sees."""
    found: set[KeyPath] = {at} if at else set()
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        found |= paths(one, (*at, key))
    return found


def test_each_key_of_a_tricky_file_is_on_its_line() -> None:
    assert key_lines(TRICKY) == EXPECTED
    assert set(EXPECTED) == paths(tomllib.loads(TRICKY))


def test_windows_line_ends_count_as_one_line() -> None:
    assert key_lines(TRICKY.replace("\n", "\r\n")) == EXPECTED


words = st.text(st.sampled_from("ab.\"'=[]{}#,\\ \né\t"), max_size=6)
bare = st.text(st.sampled_from("abAB_-01"), min_size=1, max_size=3)


def toml_key(name: str, literal: bool) -> str:
    if literal and "'" not in name and name.isprintable():
        return f"'{name}'"
    return json.dumps(name, ensure_ascii=False)


@st.composite
def strings(draw: st.DrawFn) -> str:
    text = draw(words)
    form = draw(st.sampled_from(["basic", "long", "literal", "long literal"]))
    if form == "literal" and "'" not in text and "\n" not in text:
        return f"'{text}'"
    if form == "long literal" and "'''" not in text:
        return f"'''{text}'''" if not text.endswith("''''") else "''''''"
    if form == "long":
        escaped = text.replace("\\", "\\\\").replace('"""', '""\\"')
        return f'"""{escaped}"""' if not escaped.endswith('"""') else '""""""'
    return json.dumps(text, ensure_ascii=False)


def gaps(new_lines: bool) -> st.SearchStrategy[str]:
    return st.sampled_from(["", " ", "\t", "\n", "\n# ] } = [x]\n  "] if new_lines else ["", " ", "\t "])


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["string", "scalar", "list", "table"] if depth else ["string", "scalar"]))
    if kind == "string":
        return draw(strings())
    if kind == "scalar":
        return draw(st.sampled_from(["1", "-0.5e3", "true", "1979-05-27 07:32:00Z", "07:32:00", "inf", "0xff"]))
    if kind == "list":
        items = [
            draw(gaps(True)) + draw(values(depth=depth - 1)) + draw(gaps(True)) for _ in range(draw(st.integers(0, 3)))
        ]
        return "[" + ",".join(items) + (draw(st.sampled_from(["", ",\n"])) if items else draw(gaps(True))) + "]"
    names = draw(st.lists(words, max_size=3, unique=True))
    inner = [f"{toml_key(name, draw(st.booleans()))} = {draw(values(depth=depth - 1))}" for name in names]
    return "{" + ", ".join(inner) + "}"


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[KeyPath, int]]:
    """A TOML text, and the line of each key that is written in it as ``key = value`` or as a header."""
    text = draw(st.sampled_from(["", "# x = 1\n", "\n\n"]))
    known: dict[KeyPath, int] = {}
    counts: dict[str, int] = {}
    kinds: dict[str, str] = {}

    def write(piece: str) -> None:
        nonlocal text
        text += piece

    def pairs(table: KeyPath) -> None:
        for name in draw(st.lists(words, max_size=3, unique=True)):
            key = f"k{name}"  # never a table's name
            second = draw(st.one_of(st.none(), bare))
            write(draw(st.sampled_from(["", "\n", "  ", "# [c]\n"])))
            line = text.count("\n") + 1
            known[(*table, key)] = line
            whole = toml_key(key, draw(st.booleans()))
            if second is not None:
                known[(*table, key, second)] = line
                whole += f"{draw(gaps(False))}.{draw(gaps(False))}{second}"
            write(f"{whole}{draw(gaps(False))}={draw(gaps(False))}{draw(values())}{draw(gaps(False))}# end = [\n")

    pairs(())
    for name in draw(st.lists(st.text(st.sampled_from("tT.[\"' "), min_size=1, max_size=2), max_size=5)):
        kind = kinds.setdefault(name, draw(st.sampled_from(["table", "list"])))
        if kind == "table" and name in counts:
            continue
        line = text.count("\n") + 1
        header = toml_key(name, draw(st.booleans()))
        table: KeyPath = (name,)
        known.setdefault(table, line)
        if kind == "list":
            table = (name, counts.get(name, 0))
            known[table] = line
        counts[name] = counts.get(name, 0) + 1
        write(f"[[ {header} ]]\n" if kind == "list" else f"[{header}] # [x]\n")
        pairs(table)
        if draw(st.booleans()):
            known[(*table, "sub")] = text.count("\n") + 1
            write(f"[{header}.sub]\n")
            pairs((*table, "sub"))
    return text, known


@given(documents())
def test_any_file_has_the_parsers_keys_each_on_the_line_where_it_was_written(
    document: tuple[str, dict[KeyPath, int]],
) -> None:
    text, known = document
    found = key_lines(text)
    assert set(found) == paths(tomllib.loads(text))
    assert {key: found[key] for key in known} == known


@given(st.text(st.sampled_from("a=[]{}\"'#,.\n\\ 1"), max_size=60))
def test_a_text_that_is_not_toml_ends_the_scan_all_the_same(text: str) -> None:
    try:
        tree = tomllib.loads(text)
    except ValueError:
        try:
            key_lines(text)
        except ValueError:
            return
    else:
        assert set(key_lines(text)) == paths(tree)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "a = 1"])
def test_the_last_line_needs_no_end(text: str) -> None:
    assert set(key_lines(text)) == paths(tomllib.loads(text))
