"""Limits: the preset's, then a person's own, each read in the unit of its metric; every mistake with its line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.derived import known_metrics
from kmm_tui.board.limits import Limit
from kmm_tui.board.presets import DEFAULT_PRESET, PRESETS
from kmm_tui.metrics import Unit
from kmm_tui.settings import Loaded, limit_text, show
from kmm_tui.settings.levels import read_level, write_level

Load = Callable[..., Loaded]
Lines = Callable[..., list[str]]

ENOUGH = {"KMM_TUI_ACCOUNT": "1", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
WAIT = 'metric = "queue_wait_time_90th_percentile"'


def own(loaded: Loaded) -> tuple[Limit, ...]:
    return loaded.settings.limits()[len(PRESETS[loaded.settings.board.preset]) :]


def test_without_limits_of_ones_own_those_of_the_preset_hold(load_text: Load) -> None:
    assert load_text("", ENOUGH).settings.limits() == PRESETS[DEFAULT_PRESET]
    assert load_text('[board]\npreset = "messaging"', ENOUGH).settings.limits() == PRESETS["messaging"]
    assert load_text("", {**ENOUGH, "KMM_TUI_BOARD__PRESET": "none"}).settings.limits() == ()
    assert {limit.source for limit in PRESETS["messaging"]} == {"preset messaging"}


def test_ones_own_limits_come_last_in_the_units_of_their_metrics_and_know_their_line(load_text: Load) -> None:
    loaded = load_text(
        f"""\
[[limits]]
{WAIT}
on = ["skill:Bill*", 77, " GROUP : Sales ", "account", "Sales: EU"]
warn = "1m30s"
critical = "3m"
warn_leave = "80s"
critical_leave = "3m"

[[limits]]
metric = "sla_share"
on = "skill"
warn = "97.5 %"
critical = 0.9
critical_leave = "92%"

[[limits]]
metric = "close_rate"
critical = "0%"
least = 10
[[limits]]
metric = "nps"
warn = -20
[[limits]]
metric = "csat"
off = true
[[limits]]
metric = "open_conversations"
warn = 5
critical = 2
warn_leave = 8.5
""",
        ENOUGH,
    )
    assert loaded.settings.limits()[: len(PRESETS[DEFAULT_PRESET])] == PRESETS[DEFAULT_PRESET]
    on = ("skill:Bill*", "77", "group:Sales", "account", "Sales: EU")
    assert own(loaded) == (
        Limit("queue_wait_time_90th_percentile", 90_000, 180_000, 80_000, 180_000, on=on, source="config.toml:1"),
        Limit("sla_share", 0.975, 0.9, None, 0.92, on=("skill",), source="config.toml:9"),
        Limit("closed_rate", critical=0, least=10, source="config.toml:16"),
        Limit("nps", -20, source="config.toml:20"),
        Limit("csat", source="config.toml:23"),
        Limit("open_conversations", 5, 2, 8.5, source="config.toml:26"),
    )


def test_limits_may_be_written_as_a_list_in_a_line(load_text: Load) -> None:
    loaded = load_text("limits = [\n { metric = 'csat', off = true },\n { metric = 'nps', warn = 1 } ]", ENOUGH)
    assert [(limit.metric, limit.source) for limit in own(loaded)] == [
        ("csat", "config.toml:2"),
        ("nps", "config.toml:3"),
    ]


LEVEL_MISTAKES = [
    ("queue_wait_time_90th_percentile", "90", 'a unit is missing; write "90s"'),
    ("queue_wait_time_90th_percentile", '"45"', 'a unit is missing; write "45s"'),
    ("queue_wait_time_90th_percentile", "1.5", 'a unit is missing; write "90s"'),
    ("queue_wait_time_90th_percentile", "true", 'must be a length of time in quotes, such as "90s"'),
    ("queue_wait_time_90th_percentile", '"25h"', 'must be at most 24h, such as "90s"'),
    (
        "queue_wait_time_90th_percentile",
        '"85%"',
        'not a length of time; write a number and its unit, such as "30s", "5m" or "1h"',
    ),
    ("csat", "85", 'must be a percentage in quotes, such as "85%"; without quotes it is from 0 to 1'),
    ("csat", "nan", 'must be a percentage in quotes, such as "85%"; without quotes it is from 0 to 1'),
    ("agent_load", "120", 'must be a percentage in quotes, such as "120%"; without quotes it is from 0 to 1'),
    ("csat", '"85"', 'not a percentage; write a number and its sign, such as "85%"'),
    ("csat", '"101%"', 'must be from 0% to 100%, such as "85%"'),
    ("agent_load", '"1001%"', 'must be from 0% to 1000%, such as "85%"'),
    ("csat", "true", 'must be a percentage in quotes, such as "85%"'),
    ("transfers", '"3"', "must be a number from 0 to 1000000, such as 3"),
    ("transfers", "-1", "must be a number from 0 to 1000000, such as 3"),
    ("transfers", "inf", "must be a number from 0 to 1000000, such as 3"),
    ("transfers", f"0x{'f' * 5000}", "must be a number from 0 to 1000000, such as 3"),
    ("transfers", "true", "must be a number from 0 to 1000000, such as 3"),
    ("nps", "101", "must be a number from -100 to 100, such as 20"),
]


@pytest.mark.parametrize(("metric", "value", "text"), LEVEL_MISTAKES)
@pytest.mark.parametrize("key", ["warn", "critical"])
def test_a_level_that_cannot_be_is_named_with_how_to_write_it(
    error_lines: Lines, metric: str, value: str, text: str, key: str
) -> None:
    lines = error_lines(f"[[limits]]\nmetric = '{metric}'\n{key} = {value}\n", ENOUGH)
    assert lines == [f"config.toml:3: limits[0].{key}: {text}"]


NO_METRIC = 'missing; write metric = "queue_wait_time_90th_percentile", or the name of another'
HIGH, LOW = "this metric is bad when it is high", "this metric is bad when it is low"
ON = 'must be such as "account", "skill:Bill*", "group:7", an id, a name or a list of them'
BASED = (
    "is only for metrics that are a share of something known: "
    "avg_conversations_duration, closed_rate, csat, pending_agent_response_rate, sla_share and transfer_rate"
)

MISTAKES = [
    ("[limits]\n", "config.toml:4: limits: must be a list of tables; write [[limits]]"),
    ("limits = 3\n", "config.toml:4: limits: must be a list of tables; write [[limits]]"),
    ("limits = [\n{metric = 'csat', off = true},\n3]\n", "config.toml:6: limits[1]: must be a table; write [[limits]]"),
    ("[[limits]]\nwarn = 3\n", f"config.toml:4: limits[0].metric: {NO_METRIC}"),
    ("[[limit]]\nmetric = 'csat'\n", 'config.toml:4: limit: unknown key; did you mean "limits"?'),
    (
        f"[[limits]]\n{WAIT}\nwarm = '60s'\nwarn = '60s'\n",
        'config.toml:6: limits[0].warm: unknown key; did you mean "warn"?',
    ),
    (
        f"[[limits]]\n{WAIT}\nevery = '60s'\nwarn = '60s'\n",
        "config.toml:6: limits[0].every: does not belong here; move it to [board]",
    ),
    ("[board]\ncritical = 3\n", "config.toml:5: board.critical: does not belong here; move it to [[limits]]"),
    (
        "[[limits]]\nmetric = 'queue_wait_90th'\nwarn = 3\n",
        'config.toml:5: limits[0].metric: unknown metric; did you mean "queue_wait_time_90th_percentile"?',
    ),
    (
        "[[limits]]\nmetric = 'onlin_share'\nwarn = '3%'\n",
        'config.toml:5: limits[0].metric: unknown metric; did you mean "online_share"?',
    ),
    (
        "[[limits]]\nmetric = 'xyzzy'\nwarn = 3\n",
        'config.toml:5: limits[0].metric: unknown metric; write a name such as "queue_wait_time_90th_percentile"',
    ),
    (
        "[[limits]]\nmetric = 3\nwarn = 3\n",
        "config.toml:5: limits[0].metric: must be the name of a metric in quotes, "
        'such as "queue_wait_time_90th_percentile"',
    ),
    (
        "[[limits]]\nmetric = 'agent_current_status'\nwarn = 3\n",
        "config.toml:5: limits[0].metric: this metric is no number and can have no limit",
    ),
    (f"[[limits]]\n{WAIT}\n", "config.toml:4: limits[0]: says nothing; give warn, critical or off = true"),
    (f"[[limits]]\n{WAIT}\noff = false\n", "config.toml:4: limits[0]: says nothing; give warn, critical or off = true"),
    (f"[[limits]]\n{WAIT}\noff = 1\n", "config.toml:6: limits[0].off: must be true or false"),
    (
        f"[[limits]]\n{WAIT}\nwarn = '1m'\ncritical = '2m'\noff = true\n",
        "config.toml:8: limits[0].off: switches the metric off; leave out warn and critical, or this",
    ),
    (
        f"[[limits]]\n{WAIT}\nwarn = '1m'\ncritical = '60s'\n",
        "config.toml:7: limits[0].critical: is the same as warn; leave one of them out",
    ),
    (
        f"[[limits]]\n{WAIT}\nwarn = '3m'\ncritical = '90s'\n",
        f"config.toml:7: limits[0].critical: must lie above warn, 3m: {HIGH}",
    ),
    (
        "[[limits]]\nmetric = 'online_share'\ncritical = '80%'\nwarn = 0.6\n",
        f"config.toml:6: limits[0].critical: must lie below warn, 60%: {LOW}",
    ),
    (
        f"[[limits]]\n{WAIT}\nwarn = '1m'\nwarn_leave = '2m'\n",
        f"config.toml:7: limits[0].warn_leave: must not lie above warn, 1m: {HIGH}",
    ),
    (
        "[[limits]]\nmetric = 'csat'\ncritical = '80%'\ncritical_leave = '79.5%'\n",
        f"config.toml:7: limits[0].critical_leave: must not lie below critical, 80%: {LOW}",
    ),
    (
        "[[limits]]\nmetric = 'open_conversations'\nwarn = 5\ncritical = 2\ncritical_leave = 1\n",
        f"config.toml:8: limits[0].critical_leave: must not lie below critical, 2: {LOW}",
    ),
    (
        f"[[limits]]\n{WAIT}\nwarn = '1m'\ncritical_leave = '30s'\n",
        "config.toml:7: limits[0].critical_leave: is where critical ends, and there is no critical here",
    ),
    (f"[[limits]]\n{WAIT}\nwarn = '1m'\nleast = 10\n", f"config.toml:7: limits[0].least: {BASED}"),
    *(
        (
            f"[[limits]]\nmetric = 'transfer_rate'\nwarn = '10%'\nleast = {wrong}\n",
            "config.toml:7: limits[0].least: must be a whole number, such as 10",
        )
        for wrong in ("-1", "true", "1.5", '"10"', "1000001")
    ),
    *(
        (f"[[limits]]\n{WAIT}\nwarn = '1m'\non = {wrong}\n", f"config.toml:7: limits[0].on: {ON}")
        for wrong in ('""', "true", '"a\\tb"', "1.5", "{}")
    ),
    (f"[[limits]]\n{WAIT}\nwarn = '1m'\non = [\n'account',\n'']\n", f"config.toml:9: limits[0].on[1]: {ON}"),
    (
        f"[[limits]]\n{WAIT}\nwarn = '1m'\non = 'account:1'\n",
        'config.toml:7: limits[0].on: there is one account; write "account"',
    ),
    (
        f"[[limits]]\n{WAIT}\nwarn = '1m'\non = 'agent:Ana*'\n",
        "config.toml:7: limits[0].on: this metric is known of the account, skills and groups, not of agents",
    ),
    (
        "[[limits]]\nmetric = 'transfer_rate'\nwarn = '10%'\non = ['Ana*', 'skill:Bill*']\n",
        "config.toml:7: limits[0].on[1]: this metric is known of agents only",
    ),
    ("[board]\npreset = 'livechat'\n", 'config.toml:5: board.preset: unknown preset; did you mean "live-chat"?'),
    ("[board]\npreset = 3\n", 'config.toml:5: board.preset: must be "live-chat", "messaging" or "none"'),
    ("[ui]\npreset = 'none'\n", "config.toml:5: ui.preset: does not belong here; move it to [board]"),
]

PROFILE = 'profiles.a.account = "1"\nprofiles.a.auth.method = "bearer"\nprofiles.a.auth.token = "hunter2"\n'


@pytest.mark.parametrize(("added", "line"), MISTAKES)
def test_a_mistake_in_a_limit_is_named_with_its_line_and_what_to_do(error_lines: Lines, added: str, line: str) -> None:
    assert error_lines(PROFILE + added) == [line]


def test_mistakes_in_several_limits_are_told_at_once_each_at_its_own_line(error_lines: Lines) -> None:
    text = (
        f"[[limits]]\n{WAIT}\nwarn = 60\n[[limits]]\n{WAIT}\nwarn = '1m'\n[[limits]]\nmetric = 'x'\ncritical = true\n"
    )
    assert error_lines(text, ENOUGH) == [
        'config.toml:3: limits[0].warn: a unit is missing; write "60s"',
        'config.toml:8: limits[2].metric: unknown metric; write a name such as "queue_wait_time_90th_percentile"',
    ]


@pytest.mark.parametrize("variable", ["KMM_TUI_LIMITS", "KMM_TUI_AWAY__LUNCH", "KMM_TUI_KEYS", "KMM_TUI_GROUP_PARENTS"])
def test_lists_and_free_tables_are_for_the_file_only(error_lines: Lines, variable: str) -> None:
    table = variable.removeprefix("KMM_TUI_").partition("__")[0].lower()
    assert error_lines("", {**ENOUGH, variable: "x"}) == [
        f"{variable}: only the settings file can give {table}; unset this"
    ]


def test_config_show_has_a_line_for_each_limit_with_its_source(load_text: Load) -> None:
    text = f"[[limits]]\n{WAIT}\non = 'skill:Bill*'\nwarn = '90s'\nwarn_leave = '80s'\n"
    text += "[[limits]]\nmetric = 'csat'\noff = true"
    rows = show(load_text(text, ENOUGH))
    usual = [row for row in rows if row.key == "limits"]
    assert [row.source for row in usual] == [f"preset {DEFAULT_PRESET}"] * len(PRESETS[DEFAULT_PRESET])
    assert "queue_wait_time_90th_percentile on account, skill, group: warn 1m, critical 3m" in {r.value for r in usual}
    assert "transfer_rate on agent: warn 10%, critical 20%, least 10" in {row.value for row in usual}
    own_rows = {row.key: (row.value, row.source.rpartition(":")[2]) for row in rows if row.key.startswith("limits[")}
    assert own_rows == {
        "limits[0]": ("queue_wait_time_90th_percentile on skill:Bill*: warn 1m30s (until 1m20s)", "1"),
        "limits[1]": ("csat: off", "6"),
    }


@given(data=st.data(), name=st.sampled_from([m.name for m in known_metrics().values() if m.is_number]))
def test_every_number_may_have_a_limit_and_levels_are_read_as_they_are_written(data: st.DataObject, name: str) -> None:
    unit = known_metrics()[name].unit
    value: float
    if unit is Unit.DURATION:
        value = 1000.0 * data.draw(st.integers(0, 86_400))
        written: str | float = write_level(value, unit)
    elif unit in (Unit.RATIO, Unit.SHARE):
        value = data.draw(st.integers(0, 1000)) / 1000
        written = write_level(value, unit)
    else:
        value = float(data.draw(st.integers(0, 100)))
        written = float(write_level(value, unit))
    assert read_level(written, unit) == pytest.approx(value)
    assert limit_text(Limit(name, value)) == f"{name}: warn {write_level(value, unit)}"
