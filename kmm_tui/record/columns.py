"""One figure of many scopes over an hour of minutes or a day of hours: means and worst values, packed tightly.

Minutes of two months are worth keeping if they are small. A number is held as the leading bits of a 32-bit float, which
as whole numbers stand in the same order and near to each other; of these only the changes
are stored. What the catalogue does not know is held whole.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate

from kmm_tui.api.number import Number
from kmm_tui.metrics import BY_FIELD, Good, Unit
from kmm_tui.record.packed import Unusable

MEASURE = 12
"""Significant bits of a duration, a ratio or a score: one part in 4000 at most is lost."""
COUNT = 16
"""Significant bits of a count: it is exact up to 65 536, and so is its half up to half of that."""
_FLOAT = 24
_WIDE = b"d"
_DIGITS = {MEASURE: 6, COUNT: 6}

Column = list[Number | None]


def lowest_is_worst(field: str) -> bool:
    """Whether the worst value of a response field is the lowest; where no direction is good, the highest counts."""
    metric = BY_FIELD.get(field)
    return metric is not None and metric.good is Good.UP


def may_be_averaged(field: str) -> bool:
    """Whether several moments' values may be put together as a mean: counts only, and never percentiles or ratios."""
    metric = BY_FIELD.get(field)
    return metric is not None and metric.unit is Unit.COUNT


def worst_of(field: str, values: Sequence[Number]) -> Number:
    """The worst of `values`, of which there is one at least."""
    return min(values) if lowest_is_worst(field) else max(values)


def pack_column(field: str, slots: int, means: array[float], worsts: array[float]) -> bytes:
    """Both as a blob: `slots` values of each scope, one scope after another, NaN in both where there is no value."""
    bits = _bits(
        field, max((abs(value) for values in (means, worsts) for value in values if value == value), default=0)
    )
    if bits is None:
        return _WIDE + zlib.compress(_shuffled(means) + _shuffled(worsts), 6)
    mean, worst = _codes(means, bits), _codes(worsts, bits)
    known = bytes(value == value for value in means)
    changes, before = [], 0
    for place, code in enumerate(mean):
        if place % slots == 0:
            before = 0
        changes.append(code - before if known[place] else 0)
        before = code if known[place] else before
    apart = [b - a if is_known else 0 for a, b, is_known in zip(mean, worst, known, strict=True)]
    planes = _shuffled(_unsigned(changes)) + _shuffled(_unsigned(apart)) + known
    return bytes((bits,)) + zlib.compress(planes, 6)


def unpack_column(data: bytes, slots: int, scope: int | None = None) -> tuple[Column, Column]:
    """Means and worst values of `pack_column`, of all scopes or of the one at place `scope`.

    A scope beyond the last one has none. Raises one of `packed.UNUSABLE`.
    """
    means, worsts, known, bits = _unpacked(data, slots, scope)
    return _numbers(means, known, bits), _numbers(worsts, known, bits)


def worst_at(data: bytes, slots: int, wanted: Sequence[int]) -> dict[int, Number]:
    """The worst values of all scopes in the `wanted` slots, by their places among all. Raises one of `UNUSABLE`."""
    _, worsts, known, bits = _unpacked(data, slots, None)
    places = [at + slot for at in range(0, len(worsts), slots) for slot in wanted if known[at + slot]]
    some = _numbers([worsts[place] for place in places], bytes(1 for _ in places), bits)
    return {place: value for place, value in zip(places, some, strict=True) if value is not None}


def _unpacked(data: bytes, slots: int, scope: int | None) -> tuple[Sequence[float], Sequence[float], bytes, int | None]:
    """Means and worst values as codes of so many bits, or as they are if there is no such number."""
    plain = zlib.decompress(data[1:])
    width = 16 if data[:1] == _WIDE else 9
    if len(plain) % (width * slots):
        raise Unusable("no column")
    count = len(plain) // width
    part = slice(0, count) if scope is None else slice(scope * slots, (scope + 1) * slots)
    if part.start >= count:
        return [0] * slots, [0] * slots, bytes(slots), MEASURE
    if data[:1] == _WIDE:
        mean, worst = _unshuffled("d", plain[: 8 * count], part), _unshuffled("d", plain[8 * count :], part)
        return mean, worst, bytes(value == value for value in mean), None
    changes = _signed(_unshuffled("I", plain[: 4 * count], part))
    apart = _signed(_unshuffled("I", plain[4 * count : 8 * count], part))
    means = [code for at in range(0, len(changes), slots) for code in accumulate(changes[at : at + slots])]
    worsts = [mean + more for mean, more in zip(means, apart, strict=True)]
    return means, worsts, plain[8 * count :][part], data[0]


def _bits(field: str, largest: float) -> int | None:
    """How many significant bits are kept; None for all of a double's."""
    metric = BY_FIELD.get(field)
    if metric is None:
        return None
    if metric.unit is Unit.COUNT:
        return COUNT if largest < 2**COUNT else None
    return MEASURE if largest < 2.0**60 else None


def _codes(values: array[float], bits: int) -> list[int]:
    shift = _FLOAT - bits
    half = 1 << shift >> 1
    found: array[int] = array("I")
    found.frombytes(array("f", (abs(value) if value == value else 0.0 for value in values)).tobytes())
    return [(code + half >> shift) * (-1 if value < 0 else 1) for code, value in zip(found, values, strict=True)]


def _numbers(codes: Sequence[float], known: bytes, bits: int | None) -> Column:
    if bits is None:
        return [_number(value, 17) if is_known else None for value, is_known in zip(codes, known, strict=True)]
    shift, digits = _FLOAT - bits, _DIGITS[bits]
    found: array[float] = array("f")
    found.frombytes(array("I", [abs(int(code)) << shift for code in codes]).tobytes())
    return [
        _number(-value if code < 0 else value, digits) if is_known else None
        for value, code, is_known in zip(found, codes, known, strict=True)
    ]


def _number(value: float, digits: int) -> Number:
    # What lies behind these digits is the form of the storage and none of the value's.
    return int(value) if value.is_integer() else float(f"{value:.{digits}g}")


def _unsigned(values: list[int]) -> array[int]:
    """Small numbers of either sign as small ones."""
    return array("I", [value << 1 if value >= 0 else (-value << 1) - 1 for value in values])


def _signed(values: Sequence[int]) -> list[int]:
    return [value >> 1 if not value & 1 else -(value + 1 >> 1) for value in values]


def _shuffled(values: array[float] | array[int]) -> bytes:
    """Bytes of like weight together, which compress far better than numbers one after another."""
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    plain = values.tobytes()
    return b"".join(plain[each :: values.itemsize] for each in range(values.itemsize))


def _unshuffled(kind: str, planes: bytes, part: slice) -> array[int]:
    values: array[int] = array(kind)
    size = values.itemsize
    count = len(planes) // size
    length = len(range(*part.indices(count)))
    plain = bytearray(length * size)
    for each in range(size):
        plain[each::size] = planes[each * count : (each + 1) * count][part]
    values.frombytes(bytes(plain))
    if sys.byteorder == "big":
        values.byteswap()
    return values
