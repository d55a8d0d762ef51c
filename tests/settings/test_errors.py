"""Every mistake is named with its place, what is wrong and what to do: one line each, all at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kmm_tui.settings import SettingsError, load

Lines = Callable[..., list[str]]

GOOD = """\
[profiles.acme]
account = "12345678"
[profiles.acme.auth]
method = "bearer"
token = "hunter2"
"""  # five lines: what a case adds begins on line 6

ENOUGH = {"KMM_TUI_ACCOUNT": "1", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "hunter2"}

DOMAIN_API_SCHEME = (
    "config.toml:2: profiles.a.domain_api: must begin with https://; "
    "http:// is only for this machine (127.0.0.1, [::1] or localhost)"
)
FORMS = 'must be text in quotes, { file = "..." }, { command = ["..."] } or { keyring = "service/username" }'
INCOMPLETE = {
    'config.toml:1: profiles.a.account: missing; set KMM_TUI_ACCOUNT, or write account = "12345678" '
    "under [profiles.a] in config.toml",
    "config.toml:1: profiles.a.auth: missing; without it there is no way to sign in "
    "(user, app_key, client_credentials or bearer); "
    'set KMM_TUI_AUTH__METHOD, or write method = "user" under [profiles.a.auth] in config.toml',
}
"""What a case of ``IN_SIGN_IN`` that gives only a part of a profile is told besides."""

IN_FILE = [
    ('[board]\nevry = "30s"', 'config.toml:7: board.evry: unknown key; did you mean "every"?'),
    ('[bord]\nevery = "30s"', 'config.toml:6: bord: unknown key; did you mean "board"?'),
    ("[board]\nevery = 30", 'config.toml:7: board.every: a unit is missing; write "30s"'),
    ('[board]\nevery = "45"', 'config.toml:7: board.every: a unit is missing; write "45s"'),
    ("[board]\nevery = 2", 'config.toml:7: board.every: a unit is missing; write "30s"'),
    ('[board]\nevery = "4s"', 'config.toml:7: board.every: must be at least 5s, such as "30s"'),
    (
        '[board]\nevery = "soon"',
        'config.toml:7: board.every: not a length of time; write a number and its unit, such as "30s", "5m" or "1h"',
    ),
    (
        "[board]\nevery = true",
        'config.toml:7: board.every: must be a length of time in quotes, such as "30s"',
    ),
    ("[board]\nwindow = 30", 'config.toml:7: board.window: a unit is missing; write "30m"'),
    ('[board]\nwindow = "25h"', 'config.toml:7: board.window: must be between 1m and 24h, such as "1h"'),
    ('[board]\nwindow = "59s"', 'config.toml:7: board.window: must be between 1m and 24h, such as "1h"'),
    (
        '[board]\nwatch = "Bill*"',
        'config.toml:7: board.watch: must be a list, such as ["Billing", "skill:123", "group:Sales*"]',
    ),
    (
        '[board]\nwatch = [\n  "Billing", # one line\n  "skill:",\n]',
        'config.toml:9: board.watch[1]: an id, name or pattern is missing after "skill:"',
    ),
    (
        '[board]\nwatch = ["Billing", ""]',
        'config.toml:7: board.watch[1]: must be the id, name or pattern of a skill or group, such as "Bill*"',
    ),
    *(
        (
            f"[board]\ncalls_per_minute = {wrong}",
            "config.toml:7: board.calls_per_minute: must be a whole number from 6 to 6000, such as 300",
        )
        for wrong in ("5", "6001", "0", "-300", "300.0", "true", '""', '"many"', '"٣٠"', "[300]")
    ),
    (
        "[board]\ncalls_per_minutes = 300",
        'config.toml:7: board.calls_per_minutes: unknown key; did you mean "calls_per_minute"?',
    ),
    ('[board]\nproxy = "http://p"', "config.toml:7: board.proxy: does not belong here; move it to [profiles.NAME]"),
    ('board = "fast"', "config.toml:6: profiles.acme.auth.board: unknown key; known here: token"),
    ("[[board]]\n", "config.toml:6: board: must be a table; write [board], not [[...]]"),
    ("[ui]\ntheme = 3", "config.toml:7: ui.theme: must be text in quotes"),
    ('[ui]\ntheme = ""', "config.toml:7: ui.theme: must be one line of text that is not empty"),
    ("[ui]\ncolour = 3", "config.toml:7: ui.colour: unknown key; known here: theme, mouse and pin"),
    ('[ui]\nevery = "5s"', "config.toml:7: ui.every: does not belong here; move it to [board]"),
    ("[board", "config.toml:6: not TOML: expected ']' at the end of a table declaration"),
    ("[board]\nevery = ", "config.toml:7: not TOML: invalid value"),
    ("[board]\nevery = '5s'\nevery = '6s'", "config.toml:8: not TOML: this key was given before"),
    (
        '[profiles.b.auth.token]\nfile = "C:\\Users\\me"',
        "config.toml:7: not TOML: a \\ in a text in double quotes; write it twice, or put the text in '...'",
    ),
    (
        '[profiles.b]\naccount = "le123"\n[board]',
        'config.toml:7: profiles.b.account: must be the number of the account, digits only, such as "12345678"',
    ),
    (
        '["profiles"."b\\u001b[31m"]\nnam = "x"',
        'config.toml:7: profiles."b\\u001b[31m".nam: unknown key; did you mean "name"?',
    ),
]


@pytest.mark.parametrize(("added", "line"), IN_FILE)
def test_a_mistake_in_the_file_is_named_with_its_line_and_key(error_lines: Lines, added: str, line: str) -> None:
    assert error_lines(GOOD + added + "\n", profile="acme") == [line]


IN_SIGN_IN = [
    (
        'account = "1"\npassword = "hunter2"',
        ["config.toml:3: profiles.a.password: does not belong here; move it to [profiles.a.auth]"],
    ),
    ('acount = "1"', ['config.toml:2: profiles.a.acount: unknown key; did you mean "account"?']),
    ("auth = 3", ["config.toml:2: profiles.a.auth: must be a table; write [profiles.a.auth]"]),
    ("domain_api = 'http://hunter2.example'", [DOMAIN_API_SCHEME]),
    ("domain_api = 'http://127.0.0.1.example'", [DOMAIN_API_SCHEME]),
    ("domain_api = 'ftp://api.liveperson.net'", [DOMAIN_API_SCHEME]),
    (
        "domain_api = 'api.liveperson.net'",
        [
            "config.toml:2: profiles.a.domain_api: https:// is missing; "
            'write an address such as "https://api.liveperson.net"'
        ],
    ),
    (
        "domain_api = 'https://me:hunter2@api.liveperson.net'",
        ["config.toml:2: profiles.a.domain_api: must not hold a user name or password; the sign-in goes under auth"],
    ),
    (
        "domain_api = 'https://api.liveperson.net/api/account'",
        [
            "config.toml:2: profiles.a.domain_api: must end after the host, "
            'as in "https://api.liveperson.net"; leave out the path'
        ],
    ),
    (
        "auth.method = 'appkey'\nauth.secret = 'hunter2'",
        ['config.toml:2: profiles.a.auth.method: unknown method; did you mean "app_key"?'],
    ),
    (
        "auth.method = 'hunter2'",
        ['config.toml:2: profiles.a.auth.method: must be "user", "app_key", "client_credentials" or "bearer"'],
    ),
    (
        "auth.metod = 'user'\nauth.pasword = 'hunter2'",
        [
            'config.toml:2: profiles.a.auth.metod: unknown key; did you mean "method"?',
            'config.toml:3: profiles.a.auth.pasword: unknown key; did you mean "password"?',
        ],
    ),
    (
        "auth.method = 'user'\nauth.usrname = 'me'\nauth.token = 'hunter2'\nauth.password = 'hunter2'",
        [
            'config.toml:3: profiles.a.auth.usrname: unknown key; did you mean "username"?',
            'config.toml:4: profiles.a.auth.token: not for method "user", which takes username and password',
        ],
    ),
    (
        "auth.method = 'bearer'\nauth.token = { fil = 'hunter2' }",
        ['config.toml:3: profiles.a.auth.token.fil: unknown key; did you mean "file"?'],
    ),
    (
        "auth.method = 'bearer'\nauth.token = 12345678",
        ["config.toml:3: profiles.a.auth.token: " + FORMS],
    ),
    (
        "auth.method = 'bearer'\nauth.token = { file = 'a', command = ['b'] }",
        ["config.toml:3: profiles.a.auth.token: " + FORMS],
    ),
    ("auth.method = 'bearer'\nauth.token = ''", ["config.toml:3: profiles.a.auth.token: must not be empty"]),
    (
        "auth.method = 'bearer'\nauth.token = { command = 'pass show hunter2' }",
        [
            "config.toml:3: profiles.a.auth.token.command: must be a list of the command and its arguments, "
            'such as ["pass", "show", "kmm"]'
        ],
    ),
    (
        "auth.method = 'bearer'\nauth.token = { file = 3 }",
        ["config.toml:3: profiles.a.auth.token.file: must be the path of a file, in quotes"],
    ),
    (
        "auth.method = 'user'\nauth.username = 'me'",
        [
            'config.toml:2: profiles.a.auth.password: missing for method "user"; '
            "set KMM_TUI_AUTH__PASSWORD, or write password = ... under [profiles.a.auth] in config.toml"
        ],
    ),
    (
        "auth.token = 'hunter2'",
        [
            'config.toml:2: profiles.a.auth.method: missing, most likely "bearer"; '
            "without it there is no way to sign in (user, app_key, client_credentials or bearer); "
            'set KMM_TUI_AUTH__METHOD, or write method = "user" under [profiles.a.auth] in config.toml'
        ],
    ),
]


@pytest.mark.parametrize(("body", "lines"), IN_SIGN_IN)
def test_a_mistake_in_a_profile_is_named_and_no_secret_with_it(error_lines: Lines, body: str, lines: list[str]) -> None:
    found = [line for line in error_lines(f"[profiles.a]\n{body}\n") if line not in INCOMPLETE]
    assert found == lines
    assert "hunter2" not in "".join(found)


NO_ACCOUNT = (
    "profiles.default.account: missing; "
    'set KMM_TUI_ACCOUNT, or write account = "12345678" under [profiles.default] in config.toml'
)
NO_SIGN_IN = (
    "profiles.default.auth: missing; without it there is no way to sign in "
    "(user, app_key, client_credentials or bearer); "
    'set KMM_TUI_AUTH__METHOD, or write method = "user" under [profiles.default.auth] in config.toml'
)


def test_without_any_settings_both_ways_of_giving_them_are_named(error_lines: Lines) -> None:
    assert error_lines(None) == [NO_ACCOUNT, NO_SIGN_IN]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(error_lines: Lines) -> None:
    text = "every = '5s'\n" + GOOD.replace("account", "acount") + "[board]\nevery = 1\nwindow = '2d'\n"
    environ = {"KMM_TUI_BOARD__WINDOW": "1", "KMM_TUI_BOARD_EVERY": "10s", "KMM_TUI_AUTH__SECRET": "hunter2"}
    assert error_lines(text, environ, ui__theme="\t") == [
        "config.toml:1: every: does not belong here; move it to [board]",
        'config.toml:3: profiles.acme.acount: unknown key; did you mean "account"?',
        'config.toml:8: board.every: a unit is missing; write "30s"',
        'KMM_TUI_AUTH__SECRET: not for method "bearer", which takes token',
        'KMM_TUI_BOARD__WINDOW: a unit is missing; write "1m"',
        "--theme: must be one line of text that is not empty",
        "KMM_TUI_BOARD_EVERY: unknown variable; did you mean KMM_TUI_BOARD__EVERY?",
    ]


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"KMM_TUI_BOARD__EVERY": "1s"}, 'KMM_TUI_BOARD__EVERY: must be at least 5s, such as "30s"'),
        ({"KMM_TUI_ACOUNT": "1"}, "KMM_TUI_ACOUNT: unknown variable; did you mean KMM_TUI_ACCOUNT?"),
        ({"KMM_TUI_PROFIL": "1"}, "KMM_TUI_PROFIL: unknown variable; did you mean KMM_TUI_PROFILE?"),
        ({"KMM_TUI_auth__token": "1"}, "KMM_TUI_auth__token: unknown variable; did you mean KMM_TUI_AUTH__TOKEN?"),
        ({"KMM_TUI_XYZZY": "1"}, "KMM_TUI_XYZZY: unknown variable; unset it"),
        (
            {"KMM_TUI_BOARD__WATCH": "a,skill:"},
            'KMM_TUI_BOARD__WATCH: an id, name or pattern is missing after "skill:"',
        ),
        (
            {"KMM_TUI_ACCOUNT": "hunter2"},
            'KMM_TUI_ACCOUNT: must be the number of the account, digits only, such as "12345678"',
        ),
        ({"KMM_TUI_AUTH__METHOD": "baerer"}, 'KMM_TUI_AUTH__METHOD: unknown method; did you mean "bearer"?'),
        (
            {"KMM_TUI_DOMAIN_API": "http://example.com"},
            "KMM_TUI_DOMAIN_API: must begin with https://; "
            "http:// is only for this machine (127.0.0.1, [::1] or localhost)",
        ),
    ],
)
def test_a_mistake_in_the_environment_is_named_by_its_variable(
    error_lines: Lines, environ: dict[str, str], line: str
) -> None:
    assert error_lines(None, {**ENOUGH, **environ}) == [line]


def test_a_mistake_in_a_variable_is_not_blamed_on_the_line_it_overrides(error_lines: Lines) -> None:
    text = GOOD + '[board]\nwatch = ["Billing", "Sales"]\n'
    line = 'KMM_TUI_BOARD__WATCH: an id, name or pattern is missing after "skill:"'
    assert error_lines(text, {"KMM_TUI_BOARD__WATCH": "Billing,skill:"}) == [line]


def test_a_table_that_is_none_is_told_once_and_not_also_as_incomplete(error_lines: Lines) -> None:
    line = "config.toml:1: profiles.a: must be a table; write [profiles.a]"
    assert error_lines("profiles.a = 3\n", {"KMM_TUI_BOARD__EVERY": "5s", "KMM_TUI_AUTH__TOKEN": "hunter2"}) == [line]


def test_a_mistake_in_a_flag_is_named_by_the_flag(error_lines: Lines) -> None:
    assert error_lines(GOOD, board__every="10") == ['--every: a unit is missing; write "10s"']


@pytest.mark.parametrize(("flagged", "name"), [(True, "--config"), (False, "KMM_TUI_CONFIG")])
def test_a_file_that_was_named_must_be_there(tmp_path: Path, flagged: bool, name: str) -> None:
    path = tmp_path / "other.toml"
    environ = {**ENOUGH, "KMM_TUI_CONFIG": str(path)}
    with pytest.raises(SettingsError) as caught:
        load(flags={}, environ=environ, config=path if flagged else None, default_path=tmp_path / "config.toml")
    hint = 'correct the path, or let "kmm-tui config init" write an example there'
    assert str(caught.value) == f"{name}: there is no file {path}; {hint}"


def test_a_folder_in_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(flags={}, environ=ENOUGH, config=tmp_path, default_path=tmp_path)


def test_a_file_in_another_encoding_is_an_error_with_its_line(file: Path, error_lines: Lines) -> None:
    file.write_bytes(b"[profiles.a]\nname = 'M\xfcnchen'\n")
    assert error_lines(None) == ["config.toml:2: not UTF-8 text; save the file as UTF-8"]


def test_a_file_nested_beyond_reason_is_an_error(error_lines: Lines) -> None:
    (line,) = error_lines("x = " + "[" * 20_000)
    assert line.startswith("config.toml")
    assert "not TOML" in line


def test_several_profiles_and_no_choice_lists_them(error_lines: Lines) -> None:
    text = GOOD + GOOD.replace("acme", "beta") + GOOD.replace("acme", "gamma")
    assert error_lines(text) == [
        "config.toml: has the profiles acme, beta and gamma; "
        'choose one with --profile, KMM_TUI_PROFILE or profile = "acme" in the file'
    ]


def test_a_profile_that_is_not_there_is_named_by_what_chose_it(error_lines: Lines) -> None:
    text = GOOD + GOOD.replace("acme", "beta")
    assert error_lines(text, profile="acmee") == ['--profile: no profile is called "acmee"; did you mean "acme"?']
    assert error_lines(text, {"KMM_TUI_PROFILE": "zzz"}) == [
        'KMM_TUI_PROFILE: no profile is called "zzz"; known here: acme and beta'
    ]
    assert error_lines('profile = "bet"\n' + text) == [
        'config.toml:1: profile: no profile is called "bet"; did you mean "beta"?'
    ]
    assert error_lines("profile = 3\n" + text) == ["config.toml:1: profile: must be the name of a profile, in quotes"]


def test_every_line_of_an_error_is_one_line_whatever_the_keys_are(error_lines: Lines) -> None:
    (line,) = error_lines(GOOD + '"\\n\\u001b[2J\\u202e" = 1\n')
    assert line.isprintable()


@pytest.mark.skipif(os.name != "posix" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="needs file modes")
def test_a_file_that_may_not_be_read_is_an_error(file: Path, error_lines: Lines) -> None:
    file.write_text(GOOD)
    file.chmod(0)
    assert error_lines(None) == ["config.toml: cannot be read: Permission denied"]


def test_a_flag_that_is_no_setting_is_a_mistake_of_the_program(file: Path) -> None:
    with pytest.raises(ValueError, match="evry"):
        load(flags={"board.evry": "5s"}, environ={}, config=None, default_path=file)
