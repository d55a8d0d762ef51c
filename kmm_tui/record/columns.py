"""One figure of many scopes over an hour of minutes or a day of hours: means and worst values, packed tightly."""

from __future__ import annotations

import math
import sys
import zlib
from array import array
from collections.abc import Sequence

from kmm_tui.api.number import Number
from kmm_tui.metrics import BY_FIELD, Good, Unit
from kmm_tui.record.packed import Unusable

_NONE = math.nan
_EXACT = 2**24
"""Up to here a 32-bit float holds every whole number, and seven digits of any other."""


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


def pack_column(means: array[float], worsts: array[float]) -> bytes:
    """Both as a blob, NaN where there is no value. Values up to 16 million keep seven digits, others all."""
    narrow = all(not abs(value) >= _EXACT for values in (means, worsts) for value in values)
    kind = "f" if narrow else "d"
    mean, worst = array(kind, means), array(kind, worsts)
    for place, value in enumerate(mean):
        # The worst of a single value is that value: left out, it takes no room.
        if worst[place] == value:
            worst[place] = _NONE
    return kind.encode() + zlib.compress(_shuffled(mean) + _shuffled(worst), 6)


def unpack_column(data: bytes) -> tuple[list[Number | None], list[Number | None]]:
    """Means and worst values of `pack_column`. Raises one of `packed.UNUSABLE`."""
    kind, plain = data[:1].decode("ascii"), zlib.decompress(data[1:])
    if kind not in ("f", "d") or len(plain) % (2 * array(kind).itemsize):
        raise Unusable("no column")
    half = len(plain) // 2
    means, worsts = _unshuffled(kind, plain[:half]), _unshuffled(kind, plain[half:])
    digits = 7 if kind == "f" else 17
    mean = [_number(value, digits) for value in means]
    return mean, [
        found if (found := _number(value, digits)) is not None else known
        for value, known in zip(worsts, mean, strict=True)
    ]


def _number(value: float, digits: int) -> Number | None:
    if value != value:
        return None
    if value.is_integer():
        return int(value)
    return float(f"{value:.{digits}g}")


def _shuffled(values: array[float]) -> bytes:
    """Bytes of like weight together, which compress far better than numbers one after another."""
    plain = _little(values).tobytes()
    return b"".join(plain[each :: values.itemsize] for each in range(values.itemsize))


def _unshuffled(kind: str, planes: bytes) -> array[float]:
    values: array[float] = array(kind)
    size = values.itemsize
    count = len(planes) // size
    plain = bytearray(len(planes))
    for each in range(size):
        plain[each::size] = planes[each * count : (each + 1) * count]
    values.frombytes(bytes(plain))
    return _little(values)


def _little(values: array[float]) -> array[float]:
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values
