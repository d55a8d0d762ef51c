"""Frozen values as plain JSON and back, led by their types: a field that is added to one needs no word here.

A dataclass becomes a list of its fields. Sets of words, and the keys of mappings, repeat a thousand times on a board:
each is written once, into a table of word lists, and named by its place there.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
import zlib
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeAlias

_LARGEST = 2**63
"""Beyond it no number is one of a contact centre, and moments and ages could not be reckoned with."""

_Write: TypeAlias = Callable[[Any, "_Words"], Any]
_Read: TypeAlias = Callable[[Any, list[tuple[str, ...]]], Any]


class _Words:
    """The table of word lists while it grows."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, ...], int] = {}

    def place(self, words: tuple[str, ...]) -> int:
        return self.places.setdefault(words, len(self.places))


@dataclasses.dataclass(frozen=True, slots=True)
class _Form:
    """How values of one type are written and read, and a text that changes whenever that does."""

    write: _Write
    read: _Read
    shape: str


def to_plain(kind: Any, value: Any) -> dict[str, Any]:
    """`value` of the type `kind` as a JSON object that knows the shape of its type."""
    form, words = _form(kind), _Words()
    content = form.write(value, words)
    return {"shape": _sum(form.shape), "words": [list(each) for each in words.places], "value": content}


def from_plain(kind: Any, plain: Any) -> Any:
    """What `to_plain` was given. Raises `ValueError` for anything else, and for what another version has written."""
    form = _form(kind)
    if not isinstance(plain, dict) or plain.get("shape") != _sum(form.shape):
        raise ValueError("written by another version")
    words = [tuple(map(_text, _list(each))) for each in _list(plain.get("words"))]
    return form.read(plain.get("value"), words)


def _sum(shape: str) -> str:
    return f"{zlib.crc32(shape.encode()):08x}"


@cache
def _form(kind: Any) -> _Form:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _of_dataclass(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _Form(lambda value, _: value.value, lambda plain, _: kind(plain), kind.__name__)
    if kind in _SCALARS:
        read = _SCALARS[kind]
        return _Form(lambda value, _: value, lambda plain, _: read(plain), kind.__name__)
    if origin in (typing.Union, types.UnionType):
        return _of_union(arguments)
    if origin is tuple and arguments[1:] == (...,):
        return _of_tuple(_form(arguments[0]))
    if origin is frozenset and arguments == (str,):
        return _Form(
            lambda value, words: words.place(tuple(sorted(value))),
            lambda plain, words: frozenset(words[_index(plain, words)]),
            "words",
        )
    if isinstance(origin, type) and issubclass(origin, Mapping) and arguments[0] is str:
        return _of_mapping(_form(arguments[1]))
    raise TypeError(f"{kind} has no plain form")


def _of_dataclass(kind: Any) -> _Form:
    hints = typing.get_type_hints(kind)
    names = [each.name for each in dataclasses.fields(kind)]
    forms = [_form(hints[name]) for name in names]
    writers = [(name, form.write) for name, form in zip(names, forms, strict=True)]
    readers = [form.read for form in forms]

    def write(value: Any, words: _Words) -> Any:
        return [each(getattr(value, name), words) for name, each in writers]

    def read(plain: Any, words: list[tuple[str, ...]]) -> Any:
        return kind(*(each(part, words) for each, part in zip(readers, _list(plain), strict=True)))

    shape = ",".join(f"{name}:{form.shape}" for name, form in zip(names, forms, strict=True))
    return _Form(write, read, f"{kind.__name__}({shape})")


def _of_union(kinds: tuple[Any, ...]) -> _Form:
    """Of plain scalars, as they are; of dataclasses, told apart by their place in the union."""
    some = [kind for kind in kinds if kind is not type(None)]
    shape = "|".join(sorted(_form(kind).shape for kind in some)) + "|None" * (len(some) < len(kinds))
    if all(kind in _SCALARS for kind in some):
        read_one = _float if float in some else _SCALARS[some[0]]
        if len(some) > 1 and set(some) != {int, float}:
            raise TypeError(f"{kinds} has no plain form")
        return _optional(_Form(lambda value, _: value, lambda plain, _: read_one(plain), shape), kinds)
    if len(some) == 1:
        return _optional(dataclasses.replace(_form(some[0]), shape=shape), kinds)
    forms = {kind: (place, _form(kind)) for place, kind in enumerate(some)}
    by_place = [_form(kind) for kind in some]

    def write(value: Any, words: _Words) -> Any:
        place, form = forms[type(value)]
        return [place, form.write(value, words)]

    def read(plain: Any, words: list[tuple[str, ...]]) -> Any:
        place, content = _list(plain)
        return by_place[_index(place, by_place)].read(content, words)

    # The places tell them apart, so their order is part of the shape.
    shape = "|".join(form.shape for form in by_place)
    return _optional(_Form(write, read, shape), kinds)


def _optional(form: _Form, kinds: tuple[Any, ...]) -> _Form:
    if type(None) not in kinds:
        return form
    return _Form(
        lambda value, words: None if value is None else form.write(value, words),
        lambda plain, words: None if plain is None else form.read(plain, words),
        form.shape,
    )


def _of_tuple(each: _Form) -> _Form:
    return _Form(
        lambda value, words: [each.write(item, words) for item in value],
        lambda plain, words: tuple([each.read(item, words) for item in _list(plain)]),
        f"[{each.shape}]",
    )


def _of_mapping(each: _Form) -> _Form:
    def read(plain: Any, words: list[tuple[str, ...]]) -> dict[str, Any]:
        if not isinstance(plain, list) or not plain:
            raise ValueError("no mapping")
        keys = words[_index(plain[0], words)]
        return {key: each.read(item, words) for key, item in zip(keys, plain[1:], strict=True)}

    return _Form(
        lambda value, words: [words.place(tuple(value)), *(each.write(item, words) for item in value.values())],
        read,
        f"{{{each.shape}}}",
    )


def _list(plain: Any) -> list[Any]:
    if isinstance(plain, list):
        return plain
    raise ValueError("no list")


def _index(plain: Any, among: list[Any]) -> int:
    if type(plain) is int and 0 <= plain < len(among):
        return plain
    raise ValueError("no place in the table")


def _text(plain: Any) -> str:
    if isinstance(plain, str):
        return plain
    raise ValueError("no text")


def _bool(plain: Any) -> bool:
    if isinstance(plain, bool):
        return plain
    raise ValueError("neither true nor false")


def _int(plain: Any) -> int:
    if type(plain) is int and -_LARGEST <= plain < _LARGEST:
        return plain
    raise ValueError("no whole number")


def _float(plain: Any) -> int | float:
    if isinstance(plain, float) and math.isfinite(plain):
        return plain
    # A whole number of seconds is one too, and stays what it was.
    return _int(plain)


_SCALARS: dict[Any, Callable[[Any], Any]] = {str: _text, int: _int, float: _float, bool: _bool}
