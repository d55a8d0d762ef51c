"""How far apart two colours are for people's eyes, those included that do not tell red from green."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from typing import Literal

Eyes = Literal["usual", "protanopia", "deuteranopia"]
Triple = tuple[float, float, float]

_LACKING: dict[str, Sequence[Triple]] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
_TO_XYZ: Sequence[Triple] = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE: Triple = (0.95047, 1.0, 1.08883)


def seen(colour: str, eyes: Eyes = "usual") -> Triple:
    """`#rrggbb` as linear RGB, 0 to 1, as it is seen.

    Without red or green cones by Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of
    Color Vision Deficiency", IEEE TVCG 15 (6), 2009, severity 1.0, applied to linear RGB.
    """
    linear = tuple(_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    if eyes != "usual":
        linear = tuple(min(1.0, max(0.0, each)) for each in _times(_LACKING[eyes], linear))
    return linear[0], linear[1], linear[2]


def distance(one: str, other: str, eyes: Eyes = "usual") -> float:
    """CIEDE2000 of two `#rrggbb`, 0 for the same; about 1 can just be told side by side. All weights are 1."""
    return ciede2000(_lab(seen(one, eyes)), _lab(seen(other, eyes)))


def ciede2000(one: Triple, other: Triple) -> float:
    """The difference of two L*a*b* colours, by Sharma, Wu and Dalal, Color Research and Application 30 (1), 2005."""
    mean_c = (hypot(*one[1:]) + hypot(*other[1:])) / 2
    stretch = 1 + 0.5 * (1 - sqrt(mean_c**7 / (mean_c**7 + 25.0**7)))
    (l1, c1, h1), (l2, c2, h2) = (_polar(each, stretch) for each in (one, other))
    turn = h2 - h1
    if c1 * c2 == 0:
        turn = 0.0
    elif abs(turn) > 180:
        turn -= 360 if turn > 0 else -360
    d_l, d_c, d_h = l2 - l1, c2 - c1, 2 * sqrt(c1 * c2) * sin(radians(turn / 2))
    l, c, h = (l1 + l2) / 2, (c1 + c2) / 2, h1 + h2  # noqa: E741 - the paper's letters
    if c1 * c2 != 0:
        h = h / 2 if abs(h1 - h2) <= 180 else (h + (360 if h < 360 else -360)) / 2
    t = (
        1
        - 0.17 * cos(radians(h - 30))
        + 0.24 * cos(radians(2 * h))
        + 0.32 * cos(radians(3 * h + 6))
        - 0.20 * cos(radians(4 * h - 63))
    )
    s_l = 1 + 0.015 * (l - 50) ** 2 / sqrt(20 + (l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c, 1 + 0.015 * c * t
    twist = -sin(radians(60 * exp(-(((h - 275) / 25) ** 2)))) * 2 * sqrt(c**7 / (c**7 + 25.0**7))
    light, chroma, hue = d_l / s_l, d_c / s_c, d_h / s_h
    return sqrt(light**2 + chroma**2 + hue**2 + twist * chroma * hue)


def _polar(lab: Triple, stretch: float) -> Triple:
    a = lab[1] * stretch
    return lab[0], hypot(a, lab[2]), degrees(atan2(lab[2], a)) % 360


def _lab(linear: Triple) -> Triple:
    # CIE 1976 L*a*b*, D65.
    x, y, z = (_root(each / white) for each, white in zip(_times(_TO_XYZ, linear), _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


def _times(matrix: Sequence[Triple], vector: Sequence[float]) -> list[float]:
    return [sum(factor * value for factor, value in zip(row, vector, strict=True)) for row in matrix]


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
