"""Alerts in the settings: rules, hours and channels; every mistake with its line, and no secret anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from kmm_tui.board.alert_rules import AlertRule
from kmm_tui.board.scope import Level
from kmm_tui.board.severity import Severity
from kmm_tui.settings import Loaded, show

Load = Callable[..., Loaded]
Lines = Callable[..., list[str]]

ENOUGH = {"KMM_TUI_ACCOUNT": "1", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
WAIT = 'metric = "queue_wait_time_90th_percentile"'
SECRET = "hunter2-Zq9"

WHOLE = f"""\
[board]
zone = "Europe/Lisbon"
[alerting]
for = "2m"
no_data = "off"
quiet = "22:00-06:00"
[[shifts]]
name = "Early"
from = "07:00"
to = "15:00"
days = "mon-fri"
[[alerts]]
name = "Billing waits"
{WAIT}
on = ["skill:Bill*", "group:7"]
critical = "3m"
for = "10m"
hours = "early"
quiet = ["sat, sun"]
[[alerts]]
name = "Thin floor"
when = "unassigned_conversations > 5 and online_agents<3"
until = "unassigned_conversations == 0"
level = "critical"
"""


def named(loaded: Loaded, name: str) -> AlertRule:
    return next(rule for rule in loaded.settings.alert_rules().all if rule.name == name)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_limits_are_rules_and_last_a_minute_unless_somebody_says_otherwise(load_text: Load) -> None:
    rule = named(load_text("", ENOUGH), "P90 wait")
    assert (rule.hold, rule.settle, rule.key) == (60, 300, "limit:queue_wait_time_90th_percentile")
    assert load_text("[alerting]\nlimits = false", ENOUGH).settings.alert_rules().all == ()
    assert named(load_text("", {**ENOUGH, "KMM_TUI_ALERTING__FOR": "5m"}), "P90 wait").hold == 300


def test_rules_of_ones_own_have_their_durations_hours_and_scopes(load_text: Load) -> None:
    loaded = load_text(WHOLE, ENOUGH)
    waits, thin = named(loaded, "Billing waits"), named(loaded, "Thin floor")
    assert (waits.hold, waits.settle, thin.hold, thin.level) == (600, 600, 120, Severity.CRITICAL)
    assert waits.limit
    assert (waits.limit.critical, waits.limit.on) == (180_000, ("skill:Bill*", "group:7"))
    assert thin.when
    assert thin.until
    assert thin.when.names == ("unassigned_conversations", "online_agents")
    # Lisbon is an hour behind UTC's clock in no month of winter.
    assert [waits.is_open(at(text)) for text in ("2026-01-05 07:00", "2026-01-05 15:00", "2026-01-04 08:00")] == [
        True,
        False,
        False,
    ]
    quiet = [waits.is_quiet(at(text)) for text in ("2026-01-05 23:00", "2026-01-04 12:00", "2026-01-05 12:00")]
    assert quiet == [True, True, False]
    assert not thin.is_quiet(at("2026-01-04 12:00"))
    assert loaded.settings.alert_rules().levels() == {Level.ACCOUNT, Level.SKILL, Level.GROUP}
    assert loaded.settings.alerting.no_data is None


def test_channels_know_their_secrets_only_as_secrets(load_text: Load) -> None:
    loaded = load_text(
        f"""\
[[notices]]
to = "webhook"
url = "https://hooks.example/{SECRET}"
key = {{ file = "hook.key" }}
level = "critical"
[[notices]]
to = "command"
command = ["notify", "--token", "{SECRET}"]
quiet = "20:00-08:00"
[[notices]]
to = "bell"
""",
        ENOUGH,
    )
    hook, command, bell = loaded.settings.own_notices
    assert (hook.to, hook.least, command.command, bell.least) == (
        "webhook",
        Severity.CRITICAL,
        ("notify", "--token", SECRET),
        Severity.WARN,
    )
    rows = [(row.key, row.value, row.source.rpartition(":")[2]) for row in show(loaded) if row.key[:7] == "notices"]
    assert rows == [
        ("notices[0]", "webhook, url ********, key from a file, from critical on", "1"),
        ("notices[1]", "command notify …, from warn on, quiet 20:00-08:00", "6"),
        ("notices[2]", "bell, from warn on", "10"),
    ]
    assert SECRET not in f"{hook!r} {loaded.settings.own_notices[:1]!r} {show(loaded)}"


def test_what_is_set_is_shown_on_a_line(load_text: Load) -> None:
    rows = {row.key: row.value for row in show(load_text(WHOLE, ENOUGH))}
    assert rows["alerts[0]"] == (
        "Billing waits: queue_wait_time_90th_percentile on skill:Bill*, group:7: critical 3m, for 10m, "
        "quiet sat, sun, in early"
    )
    assert rows["alerts[1]"] == (
        "Thin floor: critical when unassigned_conversations > 5 and online_agents<3 until unassigned_conversations == 0"
    )
    assert (rows["alerting.no_data"], rows["alerting.quiet"]) == ("off", "22:00-06:00")
    assert {row.key: row.value for row in show(load_text("", ENOUGH))}["alerting.quiet"] == "never"


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("warn = 3", "config.toml:1: alerts[0]: takes one of the two: metric with warn or critical, or when with"),
        (WAIT, "config.toml:1: alerts[0]: says nothing; give warn or critical"),
        (
            f'{WAIT}\nwarn = "1m"\nuntil = "csat > 1"',
            "config.toml:1: alerts[0]: until goes with when; leave it out here",
        ),
        ('when = "csat < 1"\nwarn = 3', "config.toml:1: alerts[0]: warn goes with metric; leave it out here"),
        ('when = "csat + 1"', 'config.toml:2: alerts[0].when: is no condition; compare it with something, as in "csat'),
        ('when = "online_agent < 1"', "config.toml:2: alerts[0].when: unknown metric online_agent; did you mean onlin"),
        ('when = "__import__(1) < 1"', "config.toml:2: alerts[0].when: __import__(...) is not known; there are abs, m"),
        (f'{WAIT}\nwarn = "90"', 'config.toml:3: alerts[0].warn: a unit is missing; write "90s"'),
        (f'{WAIT}\nwarn = "1m"\nfor = "2h"', 'config.toml:4: alerts[0].for: must be between 0s and 1h, such as "2m"'),
        (f'{WAIT}\nwarn = "1m"\nfor = 5', 'config.toml:4: alerts[0].for: a unit is missing; write "5m"'),
        (f'{WAIT}\nwarn = "1m"\nhours = "8:00-"', "config.toml:4: alerts[0].hours[0]: cannot be read as hours; write"),
        (f'{WAIT}\nwarn = "1m"\nhours = "Erly"', "config.toml:4: alerts[0].hours: neither hours nor a shift; write"),
        (f'{WAIT}\nwarn = "1m"\nquiet = "8:00-25:00"', "config.toml:4: alerts[0].quiet[0]: must be a time of day"),
        (f'{WAIT}\nwarn = "1m"\nlvl = "warn"', 'config.toml:4: alerts[0].lvl: unknown key; did you mean "level"?'),
        (
            f'{WAIT}\nwarn = "1m"\n[[alerts]]\n{WAIT}\nwarn = "2m"',
            'config.toml:4: alerts[1]: another rule is called "P9',
        ),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_where_it_stands(error_lines: Lines, rule: str, line: str) -> None:
    (found,) = error_lines(f"[[alerts]]\n{rule}\n", ENOUGH)
    assert found.startswith(line)


@pytest.mark.parametrize(
    ("channel", "line"),
    [
        ("", 'config.toml:1: notices[0].to: missing; write to = "webhook", or the name of another channel'),
        ('to = "webhok"', 'config.toml:2: notices[0].to: unknown channel; did you mean "webhook"?'),
        ('to = "webhook"', 'config.toml:1: notices[0]: url is missing; write url = "..."'),
        (
            'to = "command"',
            'config.toml:1: notices[0]: command is missing; write command = ["notify", "--team", "ops"]',
        ),
        (
            f'to = "command"\ncommand = "rm {SECRET}"',
            "config.toml:3: notices[0].command: must be a list of the command",
        ),
        (f'to = "bell"\nurl = "{SECRET}"', 'config.toml:1: notices[0]: url is not for "bell"; leave it out'),
        (
            f'to = "apprise"\nurl = "x://{SECRET}"\nkey = "k"',
            'config.toml:1: notices[0]: key is not for "apprise"; lea',
        ),
        ('to = "webhook"\nurl = { fil = "x" }', 'config.toml:3: notices[0].url.fil: unknown key; did you mean "file"?'),
        (f'to = "webhook"\nurl = ["{SECRET}"]', "config.toml:3: notices[0].url: must be text in quotes, { file"),
        ('to = "bell"\nlevel = "high"', 'config.toml:3: notices[0].level: must be "warn" or "critical"'),
        (f'to = "bell"\nurrl = "{SECRET}"', 'config.toml:3: notices[0].urrl: unknown key; did you mean "url"?'),
    ],
)
def test_what_is_wrong_with_a_channel_is_said_without_its_secrets(error_lines: Lines, channel: str, line: str) -> None:
    found = error_lines(f"[[notices]]\n{channel}\n", ENOUGH)
    assert found[0].startswith(line)
    assert SECRET not in "\n".join(found)


def test_the_environment_cannot_give_rules_or_channels(error_lines: Lines) -> None:
    assert error_lines("", {**ENOUGH, "KMM_TUI_NOTICES": SECRET}) == [
        "KMM_TUI_NOTICES: only the settings file can give notices; unset this"
    ]


def test_others_may_not_read_a_file_that_holds_the_address_of_a_webhook(load_text: Load) -> None:
    text = f'[[notices]]\nto = "webhook"\nurl = "https://{SECRET}"\n'
    loaded = load_text(text, ENOUGH)
    assert loaded.path
    loaded.path.chmod(0o644)
    (warning,) = load_text(None, ENOUGH).warnings
    assert "chmod 600" in warning
    loaded.path.write_text(
        '[[notices]]\nto = "bell"\nquiet = "22:00-06:00"\n[[alerts]]\nname = "x"\nwhen = "csat < 1"\n'
    )
    assert load_text(None, ENOUGH).warnings == ()
