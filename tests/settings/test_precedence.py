"""For each setting the highest layer that gives it wins: flags, environment, file, defaults."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.credentials import Bearer, UserLogin
from kmm_tui.settings import Loaded, load, show
from kmm_tui.settings.layers import SETTING_KEYS, VARIABLES

Load = Callable[..., Loaded]

VALUES: dict[str, tuple[Any, Any, Any]] = {
    "account": ("11", "22", "33"),
    "name": ("File", "Environment", "Flag"),
    "domain_api": ("https://f.example", "https://e.example", "http://127.0.0.1:8080"),
    "ca_bundle": ("file.pem", "/environment.pem", "flag.pem"),
    "proxy": ("http://f.example", "http://me:hunter2@e.example", "https://g.example:8080"),
    "board.every": ("11s", "12s", "13s"),
    "board.window": ("11m", "12m", "13m"),
    "board.watch": (["a"], "skill:b,Bill*", ["c", "group:d"]),
    "board.calls_per_minute": (6, "6000", 60),
    "board.preset": ("messaging", "none", "live-chat"),
    "board.zone": ("Europe/Lisbon", "Asia/Kathmandu", "America/New_York"),
    "usual.fill": (False, "yes", "no"),
    "usual.days": (1, "14", 7),
    "record.on": (True, "no", "1"),
    "record.names": (True, "false", "yes"),
    "record.cap": ("100MB", "2 gb", "1000MB"),
    "ui.theme": ("file", "environment", "flag"),
    "ui.mouse": (False, "yes", "no"),
    "ui.pin": (True, "0", True),
}
"""What the file, the environment and the flags give."""

SHOWN = {
    "board.watch": ("a", "skill:b, Bill*", "c, group:d"),
    "board.calls_per_minute": ("6", "6000", "60"),
    "proxy": ("********",) * 3,
    "usual.fill": ("false", "true", "false"),
    "usual.days": ("1", "14", "7"),
    "record.on": ("true", "false", "true"),
    "record.names": ("true", "false", "true"),
    "record.cap": ("100MB", "2GB", "1GB"),
    "ui.mouse": ("false", "true", "false"),
    "ui.pin": ("true", "false", "true"),
}
DEFAULTS = {
    "name": "none",
    "domain_api": "https://api.liveperson.net",
    "ca_bundle": "none",
    "proxy": "none",
    "board.every": "30s",
    "board.window": "1h",
    "board.watch": "all",
    "board.calls_per_minute": "300",
    "board.preset": "live-chat",
    "board.zone": "the machine's own",
    "usual.fill": "true",
    "usual.days": "14",
    "record.on": "true",
    "record.names": "true",
    "record.cap": "512MB",
    "ui.theme": "kmm-dark",
    "ui.mouse": "true",
    "ui.pin": "true",
}


@pytest.fixture(scope="module")
def shared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("precedence") / "config.toml"


@given(layers=st.fixed_dictionaries({key: st.sets(st.sampled_from([0, 1, 2])) for key in VALUES}))
def test_the_highest_layer_wins_and_is_named(shared_file: Path, layers: dict[str, set[int]]) -> None:
    layers["account"] |= {0}  # the one setting without a default
    lines = ["[profiles.x]", "auth = { method = 'bearer', token = 't' }"]
    places: dict[str, int] = {}
    for table in ("", "board", "ui", "usual", "record"):
        lines += [f"[{table}]"] if table else []
        for key in VALUES:
            head, _, last = key.rpartition(".")
            if head == table and 0 in layers[key]:
                lines.append(f"{last} = {json.dumps(VALUES[key][0])}")
                places[key] = len(lines)
    shared_file.write_text("\n".join(lines), encoding="utf-8")
    environ = {variable: VALUES[key][1] for variable, key in VARIABLES.items() if key in VALUES and 1 in layers[key]}
    flags = {key: VALUES[key][2] for key in VALUES if 2 in layers[key]}

    loaded = load(flags=flags, environ=environ, config=None, default_path=shared_file)
    rows = {row.key: row for row in show(loaded)}

    for key, given_by in layers.items():
        row = rows[key if key.startswith(("board.", "ui.", "usual.", "record.")) else f"profiles.x.{key}"]
        if not given_by:
            assert (row.value, row.source) == (DEFAULTS[key], "default")
            continue
        highest = max(given_by)
        value = SHOWN.get(key, VALUES[key])[highest]
        assert row.value == (str(shared_file.parent / value) if key == "ca_bundle" else value)
        names = (f"{shared_file}:{places.get(key)}", f"KMM_TUI_{key.upper().replace('.', '__')}", None)
        assert row.source == (names[highest] or f"--{key.rpartition('.')[2].replace('_', '-')}")


def test_every_setting_has_a_variable() -> None:
    promised = """ACCOUNT NAME DOMAIN_API AUTH__METHOD AUTH__USERNAME AUTH__PASSWORD AUTH__APP_KEY AUTH__SECRET
        AUTH__ACCESS_TOKEN AUTH__ACCESS_TOKEN_SECRET AUTH__CLIENT_ID AUTH__CLIENT_SECRET AUTH__TOKEN
        CA_BUNDLE PROXY BOARD__EVERY BOARD__WINDOW BOARD__WATCH BOARD__CALLS_PER_MINUTE BOARD__PRESET
            BOARD__ZONE USUAL__FILL USUAL__DAYS RECORD__ON RECORD__NAMES RECORD__CAP ALERTING__ON
            ALERTING__LIMITS ALERTING__FOR ALERTING__NO_DATA ALERTING__QUIET UI__THEME UI__MOUSE UI__PIN
            WALLBOARD__ROTATE WALLBOARD__BREACH_HOLD WALLBOARD__NAMES WALLBOARD__FLOOR WALLBOARD__BELL
            WALLBOARD__NOTICES WALLBOARD__OPEN WALLBOARD__CLOSED WALLBOARD__SCREEN WALLBOARD__DISTANCE"""
    assert set(VARIABLES) == {f"KMM_TUI_{name}" for name in promised.split()}
    assert set(VARIABLES.values()) == set(SETTING_KEYS)


ALONE = {
    "user": {"USERNAME": "me", "PASSWORD": "p"},
    "app_key": {"APP_KEY": "k", "SECRET": "s", "ACCESS_TOKEN": "t", "ACCESS_TOKEN_SECRET": "ts"},
    "client_credentials": {"CLIENT_ID": "i", "CLIENT_SECRET": "s"},
    "bearer": {"TOKEN": "t"},
}


@pytest.mark.parametrize("method", ALONE)
def test_the_environment_alone_is_enough(load_text: Load, method: str) -> None:
    environ = {f"KMM_TUI_AUTH__{name}": value for name, value in ALONE[method].items()}
    loaded = load_text(None, {"KMM_TUI_ACCOUNT": "123", "KMM_TUI_AUTH__METHOD": method, **environ})
    assert (loaded.path, loaded.settings.profile, loaded.settings.chosen.account) == (None, "default", "123")
    assert loaded.settings.chosen.auth.method == method
    sign_in = loaded.sign_in()
    values = [getattr(sign_in, name.lower()) for name in ALONE[method]]
    assert [v if isinstance(v, str) else v.get_secret_value() for v in values] == list(ALONE[method].values())


TWO = """
[profiles.a]
account = 1
auth = { method = "user", username = "file", password = "file" }
[profiles.b]
account = 2
auth = { method = "bearer", token = "file" }
"""


def test_the_environment_completes_only_the_chosen_profile(load_text: Load) -> None:
    loaded = load_text(TWO, {"KMM_TUI_PROFILE": "b", "KMM_TUI_AUTH__TOKEN": "environment"})
    sign_in = loaded.sign_in()
    assert isinstance(sign_in, Bearer)
    assert sign_in.token.get_secret_value() == "environment"
    other = loaded.settings.profiles["a"].auth.resolve()
    assert isinstance(other, UserLogin)
    assert (other.username, other.password.get_secret_value()) == ("file", "file")


def test_a_sign_in_of_the_same_method_is_completed(load_text: Load) -> None:
    sign_in = load_text(TWO, {"KMM_TUI_PROFILE": "a", "KMM_TUI_AUTH__PASSWORD": "environment"}).sign_in()
    assert isinstance(sign_in, UserLogin)
    assert (sign_in.username, sign_in.password.get_secret_value()) == ("file", "environment")


def test_a_sign_in_of_another_method_is_replaced_whole(load_text: Load) -> None:
    environ = {"KMM_TUI_PROFILE": "a", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "environment"}
    loaded = load_text(TWO, environ)
    assert isinstance(loaded.sign_in(), Bearer)
    assert not [key for key in loaded.sources if key.endswith(("username", "password"))]


def test_flags_choose_the_profile_over_environment_over_file(load_text: Load) -> None:
    text = 'profile = "a"\n' + TWO
    assert load_text(text).settings.profile == "a"
    assert load_text(text, {"KMM_TUI_PROFILE": "b"}).settings.profile == "b"
    loaded = load_text(text, {"KMM_TUI_PROFILE": "b"}, profile="a")
    assert (loaded.settings.profile, str(loaded.sources["profile"])) == ("a", "--profile")


def test_a_profile_that_only_the_environment_knows_can_be_chosen(load_text: Load) -> None:
    environ = {"KMM_TUI_ACCOUNT": "9", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
    loaded = load_text(TWO, environ, profile="ci")
    assert loaded.settings.chosen.account == "9"
    assert loaded.settings.profiles["a"].account == "1"


def test_a_profile_that_is_not_chosen_may_be_incomplete_but_not_wrong(load_text: Load, error_lines: Any) -> None:
    text = TWO + "[profiles.c]\naccount = 3\n"
    loaded = load_text(text, profile="a")
    assert set(loaded.settings.profiles) == {"a", "b"}
    assert dict(loaded.incomplete) == {"c": ("auth",)}
    assert ("profiles.c", "incomplete without auth") in [row[:2] for row in show(loaded)]
    environ = {"KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
    assert load_text(text, environ, profile="c").settings.chosen.account == "3"
    assert error_lines(text + "nam = 'x'\n", profile="a") == [
        'config.toml:10: profiles.c.nam: unknown key; did you mean "name"?'
    ]


def test_config_is_named_by_flag_over_environment_over_default(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.toml" for name in ("default", "environment", "flag")]
    for number, path in enumerate(paths):
        path.write_text(TWO.replace("account = 1", f"account = {number}"))
    environ = {"KMM_TUI_CONFIG": str(paths[1])}
    for config, given_environ, expected in ((None, {}, 0), (None, environ, 1), (paths[2], environ, 2)):
        loaded = load(flags={"profile": "a"}, environ=given_environ, config=config, default_path=paths[0])
        assert (loaded.path, loaded.settings.chosen.account) == (paths[expected], str(expected))


def test_empty_variables_and_unused_flags_count_as_not_set(load_text: Load) -> None:
    environ = {"KMM_TUI_PROFILE": "", "KMM_TUI_BOARD__EVERY": "", "KMM_TUI_CONFIG": "", "KMM_TUI_WHATEVER": ""}
    loaded = load_text('profile = "a"\n' + TWO, environ, board__watch=(), board__every=None, profile=None)
    assert (loaded.settings.profile, loaded.settings.board.every) == ("a", timedelta(seconds=30))
    assert loaded.settings.board.watch == ()


def test_a_file_from_a_windows_editor_is_read(file: Path, load_text: Load) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + TWO.replace("\n", "\r\n").encode())
    loaded = load_text(None, profile="b")
    assert loaded.sources["profiles.b.account"].line == 6
