"""Scenes: what a supervisor may meet on the floor, built in or in a TOML file of one's own.

A scene file has these keys, each optional; times of day are local to the simulated floor, which is moved so that
``time`` and ``weekday`` are *now* when the world starts::

    base = "busy"             # a built-in scene to start from
    time = "10:40"            # the local time at which the world starts
    weekday = "tuesday"       # the local weekday
    day_begins = "04:30"      # when the system closes whatever is still open: choose a quiet hour
    pressure = 1.0            # scales all arrivals, 0 to 5; at 1 the floor is just about full at its busiest
    [[incident]]              # any number; replaces those of the base
    begins = -15              # minutes after the start of the world; negative is before it
    lasts = 90                # minutes
    skill = "Billing"         # name of the skill whose arrivals change; all of them if left out
    arrivals = 3.0            # factor on its arrivals, 0 to 20
    away = 0.0                # share of the human agents who go away, 0 to 1 ...
    reason = "Lunch"          # ... for this reason
    logout = 0.0              # share of the human agents who log out, 0 to 1
    every_day = false         # or on the day of the start only

``[[fault]]`` tables are the server's and passed over here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kmm_tui.simulator.plan import MINUTE

if TYPE_CHECKING:
    from pathlib import Path

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class SceneError(ValueError):
    """A scene that cannot be played. The message names the file and the key, and says what is wrong."""


@dataclass(frozen=True)
class Incident:
    """Something out of the ordinary. Times are ms after the start of the world; see the module for the rest."""

    begins: int
    lasts: int
    skill: str | None = None
    arrivals: float = 1.0
    away: float = 0.0
    reason: str = "Lunch"
    logout: float = 0.0
    every_day: bool = False


@dataclass(frozen=True)
class Scene:
    """A scene: times of day in ms, ``weekday`` from Monday 0, the rest as the module says."""

    name: str
    time: int
    weekday: int = 1
    day_begins: int = (4 * 60 + 30) * MINUTE
    pressure: float = 1.0
    incidents: tuple[Incident, ...] = ()


def _at(hour: int, minute: int) -> int:
    return (hour * 60 + minute) * MINUTE


SCENES: Mapping[str, Scene] = {
    scene.name: scene
    for scene in (
        Scene("calm", _at(10, 40), pressure=0.62),
        Scene("busy", _at(10, 40), pressure=0.92),
        Scene("lunch", _at(12, 40), pressure=0.75, incidents=(Incident(-25 * MINUTE, 55 * MINUTE, away=0.4),)),
        Scene(
            "surge",
            _at(10, 40),
            pressure=0.75,
            incidents=(Incident(-15 * MINUTE, 120 * MINUTE, skill="Billing", arrivals=4.0),),
        ),
        Scene("outage", _at(10, 40), incidents=(Incident(-12 * MINUTE, 75 * MINUTE, arrivals=2.5, logout=0.45),)),
        # Swept at half past midnight: by then the evening is over, and the night has hours to go.
        Scene("night", _at(2, 40), day_begins=_at(0, 30)),
    )
}


def load_scene(scene: str | Path) -> Scene:
    """A built-in scene by its name, or a scene file by its path (a `Path`, or a string that ends in ``.toml``).

    Raises `SceneError` for a name that is not known, a file that cannot be read, and a key or value that is wrong.
    """
    if isinstance(scene, str) and not scene.endswith(".toml"):
        if scene not in SCENES:
            raise SceneError(f"unknown scene {scene!r}: one of {', '.join(SCENES)}, or a path to a .toml file")
        return SCENES[scene]
    import tomllib
    from pathlib import Path

    path = Path(scene)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SceneError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SceneError(f"{path}: not TOML: {error}") from error
    return _Reader(path).scene(table)


_INCIDENT_KEYS = ("begins", "lasts", "skill", "arrivals", "away", "reason", "logout", "every_day")


class _Reader:
    """Reads one file; every refusal names it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def scene(self, table: dict[str, Any]) -> Scene:
        self.known("", table, ("base", "time", "weekday", "day_begins", "pressure", "incident", "fault"))
        base = self.one_of("base", table.get("base", "busy"), tuple(SCENES))
        scene = replace(SCENES[base], name=self.path.stem)
        if "time" in table:
            scene = replace(scene, time=self.time_of_day("time", table["time"]))
        if "day_begins" in table:
            scene = replace(scene, day_begins=self.time_of_day("day_begins", table["day_begins"]))
        if "weekday" in table:
            scene = replace(scene, weekday=WEEKDAYS.index(self.one_of("weekday", table["weekday"], WEEKDAYS)))
        if "pressure" in table:
            scene = replace(scene, pressure=self.number("pressure", table["pressure"], 0, 5))
        if "incident" in table:
            incidents = table["incident"]
            if not isinstance(incidents, list) or not all(isinstance(entry, dict) for entry in incidents):
                self.refuse("incident", "must be [[incident]] tables")
            scene = replace(scene, incidents=tuple(self.incident(i, entry) for i, entry in enumerate(incidents)))
        return scene

    def incident(self, place: int, table: dict[str, Any]) -> Incident:
        key = f"incident[{place}]"
        self.known(f"{key}.", table, _INCIDENT_KEYS)
        for needed in ("begins", "lasts"):
            if needed not in table:
                self.refuse(f"{key}.{needed}", "is missing")

        def number(name: str, default: float, low: float, high: float) -> float:
            return self.number(f"{key}.{name}", table.get(name, default), low, high)

        for name in ("skill", "reason"):
            if not isinstance(table.get(name, ""), str):
                self.refuse(f"{key}.{name}", "must be text")
        if not isinstance(table.get("every_day", False), bool):
            self.refuse(f"{key}.every_day", "must be true or false")
        return Incident(
            begins=round(number("begins", 0, -1440, 1440) * MINUTE),
            lasts=round(number("lasts", 0, 1, 1440) * MINUTE),
            skill=table.get("skill"),
            arrivals=number("arrivals", 1.0, 0, 20),
            away=number("away", 0.0, 0, 1),
            reason=table.get("reason", "Lunch"),
            logout=number("logout", 0.0, 0, 1),
            every_day=table.get("every_day", False),
        )

    def refuse(self, key: str, why: str) -> Any:
        raise SceneError(f"{self.path}: {key}: {why}")

    def known(self, prefix: str, table: dict[str, Any], keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                import difflib

                near = difflib.get_close_matches(key, keys, 1, 0.0)
                self.refuse(prefix + key, f"unknown key; the nearest is {near[0]!r}, all are {', '.join(keys)}")

    def one_of(self, key: str, value: object, allowed: tuple[str, ...]) -> str:
        if not isinstance(value, str) or value.lower() not in allowed:
            self.refuse(key, f"{value!r} is not one of {', '.join(allowed)}")
        return str(value).lower()

    def number(self, key: str, value: object, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.refuse(key, f"{value!r} is not a number from {low} to {high}")
        return float(str(value))

    def time_of_day(self, key: str, value: object) -> int:
        hour, colon, minute = str(value).partition(":")
        fits = colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60
        if not isinstance(value, str) or not fits:
            self.refuse(key, f"{value!r} is not a time of day like '10:40'")
        return _at(int(hour), int(minute))
