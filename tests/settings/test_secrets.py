"""Secrets are read when asked for, from where the settings say, and show up nowhere else."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.api.credentials import AppKey, Bearer
from kmm_tui.settings import Loaded, Ran, SettingsError, load, run_command, show

Load = Callable[..., Loaded]

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such file modes")

SECRET = "hunter2-Zq9"

IN_FILE = f"""
[profiles.a]
account = 1
auth = {{ method = "user", username = "me-{SECRET}", password = "{SECRET}" }}
[profiles.b]
account = 1
[profiles.b.auth]
method = "app_key"
app_key = "{SECRET}"
secret = "{SECRET}"
access_token = "{SECRET}"
access_token_secret = "{SECRET}"
[profiles.c]
account = 1
auth = {{ method = "client_credentials", client_id = "me-{SECRET}", client_secret = "{SECRET}" }}
"""
IN_ENVIRONMENT = {
    "KMM_TUI_PROFILE": "d",
    "KMM_TUI_ACCOUNT": "1",
    "KMM_TUI_AUTH__METHOD": "bearer",
    "KMM_TUI_AUTH__TOKEN": SECRET,
}


def bearer(token: str) -> str:
    return f"[profiles.a]\naccount = 1\n[profiles.a.auth]\nmethod = 'bearer'\ntoken = {token}\n"


def never(arguments: Sequence[str], seconds: float) -> Ran:
    raise AssertionError("no command may run")


def printing(*outputs: bytes, code: int | None = 0) -> Callable[[Sequence[str], float], Ran]:
    left = list(outputs)

    def run(arguments: Sequence[str], seconds: float) -> Ran:
        assert (list(arguments), seconds) == (["pass", "show", "kmm"], 10.0)
        return Ran(code, left.pop(0))

    return run


COMMAND = bearer('{ command = ["pass", "show", "kmm"] }')


def secret_of(loaded: Loaded, run: Callable[[Sequence[str], float], Ran] = never) -> str:
    sign_in = loaded.sign_in(run)
    assert isinstance(sign_in, Bearer)
    return sign_in.token.get_secret_value()


def refusal(loaded: Loaded, file: Path, run: Callable[[Sequence[str], float], Ran] = never) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded.sign_in(run)
    assert SECRET not in frames(caught.value)
    return str(caught.value).replace(f"{file.parent}{os.sep}", "")


def frames(error: BaseException) -> str:
    """The traceback as Textual would print it, with the locals of the product's frames; causes and contexts too."""
    found = traceback.TracebackException.from_exception(error, capture_locals=True)
    text = ""
    chain: traceback.TracebackException | None = found
    while chain:
        text += f"{chain!s}\n"
        text += "".join(f"{frame.locals}\n" for frame in chain.stack if f"{os.sep}kmm_tui{os.sep}" in frame.filename)
        chain = chain.__cause__ or chain.__context__
    return text


def test_no_secret_shows_in_the_settings_or_in_what_is_printed_of_them(load_text: Load) -> None:
    loaded = load_text(IN_FILE, IN_ENVIRONMENT)
    whole = [
        repr(loaded),
        str(loaded.settings),
        repr(loaded.settings),
        repr(loaded.settings.chosen.auth),
        repr(loaded.sign_in()),
        repr([profile.auth.resolve() for profile in loaded.settings.profiles.values()]),
        repr(loaded.sources),
    ]
    assert SECRET not in "".join(whole)
    rows = {row.key: row.value for row in show(loaded)}
    open_keys = {"profiles.a.auth.username", "profiles.c.auth.client_id"}
    assert {key for key, value in rows.items() if SECRET in value} == open_keys
    masked = {key for key, value in rows.items() if value == "********"}
    assert masked == {
        "profiles.a.auth.password",
        "profiles.b.auth.app_key",
        "profiles.b.auth.secret",
        "profiles.b.auth.access_token",
        "profiles.b.auth.access_token_secret",
        "profiles.c.auth.client_secret",
        "profiles.d.auth.token",
    }
    dumped = loaded.settings.model_dump_json() + json.dumps(loaded.settings.model_dump(mode="json"))
    assert SECRET not in dumped.replace(f"me-{SECRET}", "")


@pytest.mark.parametrize(
    "broken",
    [
        IN_FILE + "[board]\nevery = 1\n",
        IN_FILE.replace("method", "metod"),
        IN_FILE.replace("password", "pasword"),
        IN_FILE.replace("access_token_secret", "token"),
        IN_FILE.replace('"app_key"\n', f'"{SECRET}"\n'),
        IN_FILE + f'password = "{SECRET}"\n',
        f'password = "{SECRET}"\n' + IN_FILE,
        IN_FILE + f'name = 3\ndomain_api = "https://me:{SECRET}@example.com"\n',
        IN_FILE + f'[profiles.e]\naccount = 1\nproxy = "socks5://me:{SECRET}@example.com"\n',
        IN_FILE + f'[profiles.e]\nprox = "http://me:{SECRET}@example.com"\n',
        IN_FILE + f'[profiles.e]\nproxy = ["http://me:{SECRET}@example.com"]\n',
        IN_FILE + f'[board]\nproxy = "http://me:{SECRET}@example.com"\n',
        IN_FILE + "[profiles\n",
        IN_FILE + f'token = "{SECRET}\n',
        IN_FILE + f'[profiles.e.auth]\nmethod = "bearer"\ntoken = ["{SECRET}"]\n',
        IN_FILE + f'[profiles.e.auth]\nmethod = "bearer"\ntoken = {{ value = "{SECRET}" }}\n',
        IN_FILE + f'[profiles.e.auth]\nmethod = "bearer"\ntoken = {{ command = "echo {SECRET}" }}\n',
        IN_FILE + f'[profiles.e]\naccount = "{SECRET}"\n',
        f'profiles = "{SECRET}"\n',
        f'profiles.e.auth = "{SECRET}"\n' + IN_FILE,
        IN_FILE + f'[board]\nevery = "{SECRET}"\nwatch = "{SECRET}"\n',
        IN_FILE + '[board]\nx = "\xff"\n',
    ],
)
def test_no_error_and_no_traceback_with_locals_holds_a_secret(file: Path, broken: str) -> None:
    file.write_bytes(broken.encode("latin-1" if "\xff" in broken else "utf-8"))
    with pytest.raises(SettingsError) as caught:
        load(flags={"account": "x"}, environ=IN_ENVIRONMENT, config=None, default_path=file)
    assert SECRET not in frames(caught.value)
    assert SECRET not in repr(caught.value)


def test_a_plain_secret_is_taken_as_it_is(load_text: Load) -> None:
    assert secret_of(load_text(bearer(f"' {SECRET} '"))) == f" {SECRET} "
    assert secret_of(load_text(None, IN_ENVIRONMENT)) == SECRET


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_file_is_found_beside_the_settings_and_its_line_end_dropped(
    file: Path, load_text: Load, end: str
) -> None:
    kept = file.with_name("kept")
    kept.write_bytes(f"{SECRET}{end}".encode())
    kept.chmod(0o600)
    assert secret_of(load_text(bearer('{ file = "kept" }'))) == SECRET
    assert secret_of(load_text(bearer(f"{{ file = '{kept}' }}"))) == SECRET


def test_a_secret_file_in_the_home_folder_is_found(file: Path, load_text: Load) -> None:
    kept = file.parent / "home" / "kept"
    kept.parent.mkdir()
    kept.write_text(SECRET)
    kept.chmod(0o600)
    assert secret_of(load_text(bearer("{ file = '~/kept' }"))) == SECRET


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_secret_file_that_others_may_open_is_refused(file: Path, load_text: Load, mode: int) -> None:
    kept = file.with_name("kept")
    kept.write_text(SECRET)
    kept.chmod(mode)
    line = "config.toml:5: profiles.a.auth.token: others on this machine may read kept; chmod 600 kept"
    assert refusal(load_text(bearer('{ file = "kept" }')), file) == line
    kept.chmod(0o400)
    assert secret_of(load_text(None)) == SECRET


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "there is no file kept; write the secret into it, then chmod 600 kept"),
        (b"", "the file kept gave an empty secret"),
        (b"\n", "the file kept gave an empty secret"),
        (f"{SECRET}\nmore\n".encode(), "the file kept holds more than one line; leave only the secret in it"),
        (SECRET.encode() + b"\xff", "the file kept gave something that is not UTF-8 text"),
    ],
)
def test_a_secret_file_without_a_secret_says_so(file: Path, load_text: Load, content: bytes | None, line: str) -> None:
    kept = file.with_name("kept")
    if content is not None:
        kept.write_bytes(content)
        kept.chmod(0o600)
    loaded = load_text(bearer('{ file = "kept" }'))
    assert refusal(loaded, file) == f"config.toml:5: profiles.a.auth.token: {line}"


def test_a_command_gives_its_first_line(load_text: Load) -> None:
    loaded = load_text(COMMAND)
    for output in (SECRET, f"{SECRET}\n", f"{SECRET}\r\nurl: example\n"):
        assert secret_of(loaded, printing(output.encode())) == SECRET


@pytest.mark.parametrize(
    ("code", "output", "line"),
    [
        (1, SECRET.encode(), 'the command "pass" ended with code 1; run it yourself to see why'),
        (None, b"", 'the command "pass" was stopped after 10 s; run it yourself to see why'),
        (0, b"", 'the command "pass" gave an empty secret'),
        (0, b"\n" + SECRET.encode(), 'the command "pass" gave an empty secret'),
        (0, SECRET.encode() + b"\xff", 'the command "pass" gave something that is not UTF-8 text'),
    ],
)
def test_a_command_without_a_secret_says_so(
    file: Path, load_text: Load, code: int | None, output: bytes, line: str
) -> None:
    run = printing(output, code=code)
    assert refusal(load_text(COMMAND), file, run) == f"config.toml:5: profiles.a.auth.token: {line}"


def test_a_command_that_is_not_there_says_so(file: Path, load_text: Load) -> None:
    loaded = load_text(bearer('{ command = ["kmm-no-such-command"] }'))
    line = 'config.toml:5: profiles.a.auth.token: the command "kmm-no-such-command" could not be started: '
    assert refusal(loaded, file, run_command).startswith(line)


def test_all_secrets_that_cannot_be_had_are_told_at_once(file: Path, load_text: Load) -> None:
    kept = file.with_name("kept")
    kept.write_text(SECRET)
    kept.chmod(0o600)
    lines = ["method = 'app_key'", "app_key = 'k'", "secret = { file = 'a' }"]
    lines += ["access_token = { file = 'kept' }", "access_token_secret = { file = 'b' }"]
    loaded = load_text("[profiles.a]\naccount = 1\n[profiles.a.auth]\n" + "\n".join(lines))
    assert [line.partition(";")[0] for line in refusal(loaded, file).split("\n")] == [
        "config.toml:6: profiles.a.auth.secret: there is no file a",
        "config.toml:8: profiles.a.auth.access_token_secret: there is no file b",
    ]
    for name in "ab":
        file.with_name(name).write_text(name)
        file.with_name(name).chmod(0o600)
    sign_in = loaded.sign_in(never)
    assert isinstance(sign_in, AppKey)
    assert [getattr(sign_in, key).get_secret_value() for key in ("app_key", "secret", "access_token")] == [
        "k",
        "a",
        SECRET,
    ]


def test_showing_the_settings_reads_no_secret(file: Path, load_text: Load) -> None:
    marker = file.with_name("ran")
    script = f"open({str(marker)!r}, 'w')"
    command = json.dumps([sys.executable, "-c", script])
    loaded = load_text(bearer(f"{{ command = {command} }}"))
    rows = {row.key: row.value for row in show(loaded)}
    assert rows["profiles.a.auth.token"].startswith("command ")
    assert not marker.exists()
    loaded = load_text(bearer('{ file = "not-there" }'))
    assert {row.key: row.value for row in show(loaded)}["profiles.a.auth.token"] == (
        f"file {file.with_name('not-there')}"
    )


def python(script: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", script]


def test_a_real_command_runs_without_a_shell_and_its_stderr_is_not_kept(capfd: pytest.CaptureFixture[str]) -> None:
    script = "import sys; print(sys.argv[1]); print('to stderr', file=sys.stderr); print(repr(sys.stdin.read()))"
    ran = run_command([*python(script), "$HOME; `id` * %PATH%"], 60.0)
    assert (ran.code, ran.output.split()) == (0, [*b"$HOME; `id` * %PATH%".split(), b"''"])
    assert capfd.readouterr() == ("", "")
    assert run_command(python("raise SystemExit(3)"), 60.0).code == 3


def test_a_real_command_that_hangs_is_stopped() -> None:
    script = "import sys, time; print('part', flush=True); time.sleep(600)"
    assert run_command(python(script), 0.3) == Ran(None)


def test_what_a_command_printed_is_not_in_its_repr() -> None:
    assert SECRET not in repr(Ran(0, SECRET.encode()))


@posix_only
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_settings_file_with_a_secret_that_others_may_read_is_warned_of(
    file: Path, load_text: Load, mode: int
) -> None:
    assert load_text(bearer("'plain'")).warnings == ()
    file.chmod(mode)
    warning = f"{file}: others on this machine may read this file, and it holds a secret; chmod 600 {file}"
    assert load(flags={}, environ={}, config=None, default_path=file).warnings == (warning,)
    file.write_text(bearer('{ file = "kept" }'))
    assert load(flags={}, environ={}, config=None, default_path=file).warnings == ()


def test_settings_do_not_change_after_loading(load_text: Load) -> None:
    loaded = load_text(IN_FILE, IN_ENVIRONMENT)
    frozen: list[Any] = [loaded.settings, loaded.settings.board, loaded.settings.chosen, loaded.settings.chosen.auth]
    for table in frozen:
        name = next(iter(type(table).model_fields))
        with pytest.raises(ValueError, match="frozen"):
            setattr(table, name, getattr(table, name))


# -- for whoever signs in nowhere

PROXY = 'proxy = "http://me:hunter2-Zq9@proxy.example:8080"'
WEBHOOK = f'[[notices]]\nto = "webhook"\nurl = "https://hook.example/{SECRET}"\nkey = "{SECRET}"'


def test_without_a_sign_in_no_secret_of_any_profile_is_kept(load_text: Load, file: Path) -> None:
    file.write_text(f'profile = "a"\n{IN_FILE}\n[profiles.e]\naccount = 2\n{PROXY}\n{WEBHOOK}\n')
    loaded = load(flags={}, environ=IN_ENVIRONMENT, config=None, default_path=file, without_sign_in=True)
    assert loaded.settings.own_notices == ()
    assert loaded.settings.profile == "d"
    assert [each.account for each in loaded.settings.profiles.values()] == ["1", "1", "1", "2", "1"]
    for profile in loaded.settings.profiles.values():
        assert profile.proxy is None
        assert SECRET not in str(profile.auth.resolve())
        assert profile.auth.model_dump()["token"].get_secret_value() == "none"


def test_without_a_sign_in_none_is_lacking(file: Path) -> None:
    file.write_text('[profiles.a]\naccount = 1\nca_bundle = "nowhere.pem"\n')
    loaded = load(flags={}, environ={}, config=None, default_path=file, without_sign_in=True)
    assert loaded.settings.chosen.account == "1"
    assert loaded.settings.chosen.ca_bundle is None
    with pytest.raises(SettingsError):
        load(flags={}, environ={}, config=None, default_path=file)
