"""Whatever a file, an environment or flags say, the answer is settings or an error in lines, and no secret in it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.settings import Loaded, SettingsError, load, own_shifts, show
from kmm_tui.settings.layers import AUTH_KEYS, VARIABLES

SECRET = "hunter2-Zq9"

NAMES = ("profile", "profiles", "board", "ui", "theme", "every", "window", "watch", "a", "b", "account", "name")
TABLES = (
    "shifts",
    "usual",
    "record",
    "limits",
    "away",
    "group_parents",
    "keys",
    "metric",
    "warn",
    "on",
    "mouse",
    "preset",
    "Lunch",
)
OTHERS = ("auth", "domain_api", "file", "command", "evry", "pasword", "x y")
TEXTS = (SECRET, f"{SECRET}\n", "", "a", "b", "user", "bearer", "app_key", "30s", "1", "https://x.example", "http://[")
NUMBERS = (1, 0, -1, 10**30, 1.5, True, float("nan"))

METRICS = (
    "queue_wait_time_90th_percentile",
    "csat",
    "transfer_rate",
    "nps",
    "transfers",
    "online_shar",
    "agent_current_status",
)
LEVELS = ("90s", "85%", "1001%", "off", 0.85, 3, 10**400, "account", "skill:", "agent:x", "j,k", "\ud7ff")

keys = st.sampled_from([*NAMES, *TABLES, *OTHERS, *AUTH_KEYS])
leaves: st.SearchStrategy[Any] = st.sampled_from([*TEXTS, *NUMBERS])
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5), max_leaves=12
)
sign_ins = st.dictionaries(st.sampled_from([*AUTH_KEYS, "metod"]), trees, max_size=5) | trees
profiles = st.fixed_dictionaries(
    {}, optional={"account": leaves, "name": leaves, "domain_api": leaves, "auth": sign_ins, "acount": leaves}
)
levels = st.sampled_from(LEVELS) | leaves
limits = st.fixed_dictionaries(
    {"metric": st.sampled_from(METRICS)},
    optional=dict.fromkeys(("warn", "critical", "warn_leave", "critical_leave", "least", "off", "warm"), levels)
    | {"on": levels | st.lists(levels, max_size=3)},
)
TIMES = (
    "07:00",
    "24:00",
    "7",
    "25:00",
    "Early",
    "today",
    "1h",
    "mon-fri",
    "sun-mon",
    "moon",
    "Europe/Lisbon",
    "\ud7ff",
)
times = st.sampled_from(TIMES) | leaves
shifts = st.fixed_dictionaries(
    {"name": times},
    optional={"from": times, "to": times, "days": times | st.lists(times, max_size=3), "zone": times, "form": times},
)
hours = st.sampled_from(["22:00-06:00", "mon-fri 8:00-9:00", "sat", "8:00-", ":1", "Early"]) | times
alerts = st.dictionaries(st.sampled_from(["name", "for", "quiet", "hours", "level", "when", "until"]), hours) | limits
notices = st.dictionaries(st.sampled_from(["to", "url", "key", "command", "level", "quiet"]), hours | trees)
sizes = st.sampled_from(["512MB", "1 kb", "9" * 40 + "GB", 512, "14", 15, "on"]) | leaves
WALL_WORDS = ("account", "skill:Bill*", "mon-fri 07:00-21:00", "55in", "6m", "blank", "initials", "osc9", 5, 20, "20s")
wall_values = st.sampled_from(WALL_WORDS) | times | levels
wall_pages = st.dictionaries(
    st.sampled_from(["on", "metrics", "size", "title", "top", "agents", "metric"]),
    wall_values | st.lists(st.sampled_from([*METRICS, *WALL_WORDS]) | leaves, max_size=3),
    max_size=4,
)
walls = st.dictionaries(
    st.sampled_from(["rotate", "names", "floor", "open", "closed", "notices", "bell", "screen", "distance", "rotat"]),
    wall_values | st.lists(wall_values, max_size=2),
    max_size=4,
)
free = st.dictionaries(keys | st.sampled_from(["", " a", "A", "a.b", "<x>", "\n"]), levels | trees, max_size=4)
words = st.sampled_from(["planned_agents", "a1", "skill", "count", "csat - a1", "a1 +", "d[", "https://a.example"])
own_values = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("name", "value", "unit", "label", "good"), words | leaves)
)
sources = st.fixed_dictionaries(
    {"metrics": st.lists(own_values | leaves, max_size=2) | trees},
    optional=dict.fromkeys(
        ("name", "file", "url", "command", "sqlite", "query", "by", "key", "rows", "slot", "every"), words | leaves
    )
    | {"headers": free | leaves},
)
formulas = st.fixed_dictionaries({"name": words, "formula": words | leaves}, optional={"unit": words | leaves})
documents = st.dictionaries(keys, trees, max_size=3) | st.fixed_dictionaries(
    {},
    optional={
        "profile": leaves,
        "profiles": st.dictionaries(st.sampled_from(["a", "b", ""]), profiles | trees, max_size=2) | trees,
        "board": st.dictionaries(st.sampled_from(["every", "window", "watch", "preset", "evry", "zone"]), times | trees)
        | trees,
        "ui": st.dictionaries(st.sampled_from(["theme", "mouse", "pin"]), levels, max_size=3) | trees,
        "usual": st.dictionaries(st.sampled_from(["fill", "days"]), sizes),
        "record": st.dictionaries(st.sampled_from(["on", "names", "cap"]), sizes),
        "wallboard": st.builds(
            lambda wall, pages: {**wall, "pages": pages}, walls, st.lists(wall_pages | trees, max_size=2)
        )
        | walls
        | trees,
        "shifts": st.lists(shifts | trees, max_size=3) | trees,
        "sources": st.lists(sources | trees, max_size=2) | trees,
        "derived": st.lists(formulas | trees, max_size=2) | trees,
        "limits": st.lists(limits | trees, max_size=3) | trees,
        "alerting": st.dictionaries(st.sampled_from(["on", "limits", "for", "no_data", "quiet"]), times | levels),
        "alerts": st.lists(alerts | trees, max_size=2) | trees,
        "notices": st.lists(notices | trees, max_size=2) | trees,
        "away": free | trees,
        "group_parents": free | trees,
        "keys": free | trees,
        "bord": trees,
    },
)
variables = st.dictionaries(
    st.sampled_from([*VARIABLES, "KMM_TUI_PROFILE", "KMM_TUI_ACOUNT", "PATH"]), leaves.map(str), max_size=5
)
flags = st.dictionaries(
    st.sampled_from(["profile", "board.every", "board.watch", "board.preset", "ui.theme", "ui.mouse"]),
    leaves,
    max_size=2,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return "nan" if value != value else json.dumps(value)


@pytest.fixture(scope="module")
def shared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own_shifts._known_zones()  # read once from hundreds of files: no single example is that slow
    return tmp_path_factory.mktemp("any") / "config.toml"


@given(document=documents, environ=variables, chosen=flags)
def test_any_input_gives_settings_or_lines(
    shared_file: Path, document: dict[str, Any], environ: dict[str, str], chosen: dict[str, Any]
) -> None:
    text = "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in document.items())
    shared_file.write_text(text, encoding="utf-8")
    shared_file.chmod(0o600)
    loaded: Loaded | None = None
    lines: list[str] = []
    try:
        loaded = load(flags=chosen, environ=environ, config=None, default_path=shared_file)
    except SettingsError as caught:
        lines = str(caught).split("\n")
    if loaded:
        assert loaded.settings.chosen.account.isdecimal()
        assert all(row.value.isprintable() for row in show(loaded))
        assert loaded.settings.span().width > 0 or loaded.settings.board.window == timedelta(hours=24)
        assert len(loaded.settings.shifts()) == len(loaded.settings.own_shifts)
        assert len(loaded.settings.limits()) >= len(loaded.settings.own_limits)
        assert all(limit is None or limit >= 0 for _, limit in loaded.settings.state_limits().reasons)
        return
    assert all(line.isprintable() and line for line in lines)
    assert len(lines) == len({*lines})
    if not any(SECRET in str(one) for one in (document.get("profile"), environ.get("KMM_TUI_PROFILE"), chosen)):
        assert SECRET not in "".join(lines)
