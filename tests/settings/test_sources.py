"""Sources and formulas in the settings: what they mean, and what is said of mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kmm_tui.board.derived import inputs_of, known_metrics, metric_named, requested
from kmm_tui.board.judge import Judge
from kmm_tui.board.own import using
from kmm_tui.board.scope import Level
from kmm_tui.metrics import Good, Kind, Method, Unit
from kmm_tui.settings import Loaded, show

Load = Callable[..., Loaded]
Lines = Callable[..., list[str]]
PROFILE = '[profiles.a]\naccount = "1"\nauth = { method = "bearer", token = "t" }\n'
PLAN = """[[sources]]
name = "plan"
file = "planned.csv"
by = "skill"
key = "skill"
slot = "from"
[[sources.metrics]]
name = "planned_agents"
value = "planned"
good = "up"
"""


def test_a_source_gives_metrics_and_a_formula_stands_on_them(load_text: Load, file: Path) -> None:
    text = f"""{PROFILE}{PLAN}
[[sources.metrics]]
name = "planned_wait"
unit = "seconds"
label = "Planned wait"
short = "p wait"
[[derived]]
name = "staff_gap"
formula = "planned_agents - onlineAgents"
[[derived]]
name = "gap_twice"
formula = "staff_gap * 2"
[[limits]]
metric = "staff_gap"
on = "skill"
warn = 1
critical = 3
"""
    settings = load_text(text).settings
    (source,) = settings.sources
    assert (source.level, source.kind, source.file) == (Level.SKILL, "csv", file.parent / "planned.csv")
    assert [column.factor for column in source.columns()] == [1, 1000]
    own = settings.own_metrics()
    assert metric_named("planned_agents") is None
    with using(own):
        planned, wait, gap = (known_metrics()[name] for name in ("planned_agents", "planned_wait", "staff_gap"))
        assert (planned.field, planned.unit, planned.good, planned.kind) == (
            "plannedAgents", Unit.COUNT, Good.UP, Kind.CURRENT,
        )  # fmt: skip
        assert (planned.label, planned.short) == ("Planned agents", "planned a…")
        assert (wait.unit, wait.label, wait.short) == (Unit.DURATION, "Planned wait", "p wait")
        assert (gap.unit, gap.methods) == (Unit.COUNT, frozenset({Method.METRICS}))
        assert inputs_of("gap_twice") == ("online_agents",)
        assert requested(["planned_agents", "staff_gap", "csat"]) == ("online_agents", "csat")
        judge = Judge(settings.limits())
        assert "online_agents" in judge.needs(Method.METRICS)
        assert "planned_agents" not in judge.needs(Method.METRICS)
    assert metric_named("planned_agents") is None


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (['name = "p"', 'by = "account"'], "sources[0].metrics: missing; write [[sources.metrics]] below it, "
         "with the name of a metric"),
        (["by = \"account\"", 'file = "a"', "m"], "sources[0].name: missing"),
        (['name = "p"', "m"], "sources[0].by: missing"),
        (['name = "p"', 'by = "team"', "m"], 'sources[0].by: must be "account", "skill", "group" or "agent"'),
        (['name = "p"', 'by = "skil"', "m"], 'sources[0].by: did you mean "skill"?'),
        (['name = "p"', 'by = "account"', "m"], "sources[0]: has no origin; give it file, url, command or sqlite"),
        (['name = "p"', 'by = "account"', 'file = "a"', 'command = ["b"]', "m"],
         "sources[0]: names file and command; leave all but one of them out"),
        (['name = "p"', 'by = "skill"', 'file = "a"', "m"],
         'sources[0]: does not say which skill a row is about; write key = "skill"'),
        (['name = "p"', 'by = "account"', 'sqlite = "a"', "m"], "sources[0]: sqlite and query go together"),
        (['name = "p"', 'by = "account"', 'file = "a.csv"', 'rows = "x"', "m"], "sources[0]: rows is for JSON only"),
        (['name = "p"', 'by = "account"', 'file = "a.json"', 'rows = "x["', "m"], "sources[0]: rows is no JMESPath"),
        (['name = "p"', 'by = "account"', 'url = "https://u:p@a.example"', "m"],
         "sources[0].url: a web address must not hold a user name or password"),
        (['name = "p"', 'by = "account"', 'url = "wfm.example"', "m"], "sources[0].url: not a web address"),
        (['name = "p"', 'by = "account"', 'file = "a"', 'headers = { X = "1" }', "m"], "headers are for url only"),
        (['name = "p"', 'by = "account"', 'url = "https://a.example"', 'headers = { X = { fil = "1" } }', "m"],
         'sources[0].headers.X.fil: unknown key; did you mean "file"?'),
        (['name = "p"', 'by = "account"', 'command = "ls -l"', "m"],
         "sources[0].command: must be a list of the command and its arguments"),
        (['name = "p"', 'by = "account"', 'file = "a"', "every = 5", "m"], 'sources[0].every: a unit is missing'),
        (['name = "p"', 'by = "account"', 'file = "a"', 'every = "1s"', "m"],
         'sources[0].every: must be between 5s and 24h'),
        (['name = "p"', 'by = "account"', 'file = "a"', 'evry = "1m"', "m"],
         'sources[0].evry: unknown key; did you mean "every"?'),
        (['name = "p"', 'by = "account"', 'file = "a"', "m", 'unt = "ms"'],
         'sources[0].metrics[0].unt: unknown key; did you mean "unit"?'),
        (['name = "p"', 'by = "account"', 'file = "a"', "m", 'unit = "minuts"'],
         'sources[0].metrics[0].unit: did you mean "minutes"?'),
        (['name = "p"', 'by = "account"', 'file = "a"', "[[sources.metrics]]", 'name = "online_agents"'],
         "sources[0].metrics[0].name: this name means something else already"),
        (['name = "p"', 'by = "account"', 'file = "a"', "[[sources.metrics]]", 'name = "Planned"'],
         "sources[0].metrics[0].name: must be a name in small letters"),
        (['name = "p"', 'by = "account"', 'file = "a"', "m", "m"],
         'sources[0].metrics[1].name: this name was given before, as "a1"'),
    ],
)  # fmt: skip
def test_mistakes_in_a_source_are_told_with_their_place(error_lines: Lines, lines: list[str], error: str) -> None:
    text = "\n".join(line.replace("m", '[[sources.metrics]]\nname = "a1"') if line == "m" else line for line in lines)
    (told,) = error_lines(f"{PROFILE}[[sources]]\n{text}\n")
    assert error in told
    assert told.startswith("config.toml:")


@pytest.mark.parametrize(
    ("formula", "more", "error"),
    [
        ("planned_agent - 1", "", "unknown metric planned_agent; did you mean planned_agents?"),
        ("planned_agents - avg_wait_time", "", "a duration cannot be subtracted from a count"),
        ("planned_agents > 1", "", "is a comparison"),
        ("1 + 1", "", "names no metric"),
        ("gap + 1", "", "unknown metric gap"),
        ("online_agents + max_slots", "", "needs max_slots, which is known of agents only, and online_agents"),
        ("planned_agents * online_agents", "", "has a unit that cannot be told; write unit ="),
        ("planned_agents", 'unit = "ms"', "is in count by what it is made of, and not in ms"),
        ("__import__('os')", "", "has no place in an expression"),
    ],
)
def test_mistakes_in_a_formula_are_told(error_lines: Lines, formula: str, more: str, error: str) -> None:
    (told,) = error_lines(f'{PROFILE}{PLAN}[[derived]]\nname = "gap"\nformula = "{formula}"\n{more}\n')
    assert told.startswith("config.toml:16: derived[0].formula: ")
    assert error in told


def test_what_stands_on_a_mistake_is_not_told_as_another(error_lines: Lines) -> None:
    limit = '[[limits]]\nmetric = "planned_agents"\nwarn = 3\n'
    text = PLAN.replace('value = "planned"', "value = 7")
    formula = '[[derived]]\nname = "gap"\nformula = "planned_agents - 1"\n'
    assert len(error_lines(f"{PROFILE}{text}{formula}{limit}")) == 1


def test_names_are_there_once(error_lines: Lines) -> None:
    told = error_lines(f'{PROFILE}{PLAN}{PLAN}[[derived]]\nname = "planned_agents"\nformula = "csat"\n')
    assert [line.partition(" ")[2] for line in told] == [
        "sources[1].name: a source before has this name; choose another",
        'sources[1].metrics[0].name: this name was given before, as "planned_agents"',
        'derived[0].name: this name was given before, as "planned_agents"',
    ]


def test_what_is_shown_of_a_source_holds_no_secret(load_text: Load, file: Path) -> None:
    source = """[[sources]]
name = "web"
url = "https://wfm.example/v1?key=s3cret"
headers = { Authorization = "s3cret" }
by = "account"
[[sources.metrics]]
name = "a1"
"""
    loaded = load_text(f"{PROFILE}{source}")
    rows = {row.key: row.value for row in show(loaded)}
    assert rows["sources[0]"] == "web: wfm.example, by account, every 5m: a1"
    assert "s3cret" not in repr((rows, loaded.settings))
    file.chmod(0o644)
    assert load_text(None).warnings


def test_an_error_repeats_no_header(error_lines: Lines) -> None:
    text = '[[sources]]\nname = "p"\nurl = "https://a.example?s3cret"\nheaders = { "X Y" = "s3cret" }\nby = "x"\n'
    assert "s3cret" not in "\n".join(error_lines(f"{PROFILE}{text}"))


def test_a_source_may_tell_of_the_accounts_of_some_profiles_only(load_text: Load, error_lines: Lines) -> None:
    profiles = PROFILE + PROFILE.replace("profiles.a", "profiles.b").replace('"1"', '"2"')
    text = profiles + PLAN.replace('by = "skill"', 'by = "skill"\nprofiles = ["b"]')
    assert [source.name for source in load_text(text, profile="b").settings.chosen_sources] == ["plan"]
    chosen = load_text(text, profile="a").settings
    assert chosen.chosen_sources == ()
    assert "planned_agents" in chosen.own_metrics().metrics
    (line,) = error_lines(text.replace('["b"]', '["bb"]'), profile="a")
    assert line.endswith('sources[0].profiles: no profile is called "bb"; did you mean "b"?')
    (line,) = error_lines(text.replace('["b"]', "[]"), profile="a")
    assert line.endswith('sources[0].profiles: must be names of profiles, such as ["acme"]')
