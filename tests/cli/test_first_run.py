"""What is a first run and what is not, and what the assistant is told by the real hosts."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import SecretStr

from kmm_tui.cli.firstrun import Assistance, is_first_run
from kmm_tui.settings import default_path
from kmm_tui.settings.writer import Keep, NewProfile

SECRET = "hunter2-Zq9"


@pytest.mark.parametrize(
    ("options", "environ", "first"),
    [
        ({}, {}, True),
        ({"theme": "kmm-light", "every": "5s", "watch": ("Bill*",), "config": None, "profile": None}, {}, True),
        ({}, {"KMM_TUI_LOG": "debug", "KMM_TUI_DOMAIN_API": "http://127.0.0.1:1", "HOME": "/x"}, True),
        ({"profile": "acme"}, {}, False),
        ({"config": Path("x.toml")}, {}, False),
        ({}, {"KMM_TUI_CONFIG": "x.toml"}, False),
        ({}, {"KMM_TUI_PROFILE": "acme"}, False),
        ({}, {"KMM_TUI_ACCOUNT": "1"}, False),
        ({}, {"KMM_TUI_BOARD__EVERY": "1"}, False),
        ({}, {"KMM_TUI_ACOUNT": "1"}, False),
    ],
)
def test_it_is_a_first_run_while_nothing_names_an_account(
    options: dict[str, Any], environ: dict[str, str], first: bool, no_settings: Path
) -> None:
    assert is_first_run(options, environ) is first


def test_any_settings_file_ends_the_first_run_be_it_broken_or_empty(no_settings: Path) -> None:
    path = default_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    assert not is_first_run({}, {})
    path.unlink()
    assert is_first_run({}, {})
    path.mkdir()
    assert not is_first_run({}, {})


@pytest.mark.parametrize("arguments", [(), ("setup",)])
def test_without_a_terminal_it_is_one_line(arguments: tuple[str, ...], shell: Any) -> None:
    ran = shell(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "The board needs a terminal. For figures without one: kmm-tui query --help\n"


@pytest.mark.parametrize(
    ("arguments", "text", "line"),
    [
        (("--domain-api", "http://example.com"), None, "--domain-api: must begin with https://"),
        (("--domain-api", "https://me:pw@example.com"), None, "--domain-api: must not hold a user name or password"),
        ((), "[board]\nevery = 1\n", ":2: board.every: a unit is missing"),
        ((), "[board\n", ":1: not TOML"),
    ],
)
def test_broken_settings_are_said_before_anything_is_asked(
    kmm: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...], text: str | None, line: str
) -> None:
    monkeypatch.setattr("kmm_tui.cli.terminal.need_terminal", lambda: None)
    path = tmp_path / "settings.toml"
    if text is not None:
        path.write_text(text)
    ran = kmm("setup", "--config", str(path), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert line in ran.err
    assert "textual" not in ran.err


@pytest.fixture
def assistance(server: Any, tmp_path: Path) -> Assistance:
    return Assistance(tmp_path / "config.toml", server.url)


async def test_the_account_is_looked_up_without_a_sign_in(assistance: Assistance, server: Any) -> None:
    told = await assistance.find(server.here["account"])
    assert (told.good, told.text) == (
        True,
        f"found account {server.here['account']}: its figures come from 127.0.0.1",
    )
    assert set(server.stats()["targets"]) == {"domain"}


async def test_an_account_that_nobody_knows_is_one_line(assistance: Assistance) -> None:
    told = await assistance.find("99999999")
    assert not told.good
    assert told.text == ("AUTH: the Domain API knows no account 99999999; check the account number of this profile")


async def test_a_domain_api_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    told = await Assistance(tmp_path / "c.toml", "http://127.0.0.1:9").find("12345678")
    assert not told.good
    assert told.text.startswith("OFFLINE: ")
    assert "\n" not in told.text


def given(server: Any, method: str, wrong: str = "") -> dict[str, str | SecretStr]:
    fields: dict[str, tuple[str, ...]] = {
        "user": ("username", "password"),
        "client_credentials": ("client_id", "client_secret"),
        "app_key": ("app_key", "secret", "access_token", "access_token_secret"),
        "bearer": ("token",),
    }
    values = {key: server.here[key] for key in fields[method]}
    if wrong:
        values[fields[method][-1]] = wrong
    return {key: value if key in ("username", "client_id") else SecretStr(value) for key, value in values.items()}


@pytest.mark.parametrize("method", ["user", "client_credentials", "app_key", "bearer"])
async def test_each_way_of_signing_in_is_tried_with_one_small_call_and_left(
    assistance: Assistance, server: Any, method: str
) -> None:
    told = await assistance.sign_in(server.here["account"], method, given(server, method))
    assert told.good, told.text
    assert "metrics answered in" in told.text
    stats = server.stats()
    assert stats["targets"]["metrics"] == 1
    assert stats["sessions"] == 0


@pytest.mark.parametrize("method", ["user", "client_credentials", "app_key", "bearer"])
async def test_a_wrong_secret_is_one_line_that_does_not_repeat_it(
    assistance: Assistance, server: Any, method: str
) -> None:
    told = await assistance.sign_in(server.here["account"], method, given(server, method, wrong=SECRET))
    assert not told.good
    assert told.text.startswith("AUTH: ")
    assert "; " in told.text
    assert SECRET not in told.text + repr(assistance)
    assert "\n" not in told.text


async def test_a_missing_permission_is_named(assistance: Assistance, server: Any) -> None:
    server.fault("403:on=metrics")
    told = await assistance.sign_in(server.here["account"], "user", given(server, "user"))
    assert not told.good
    assert told.text.startswith("DENIED: ")
    assert "Key Messaging Metrics" in told.text


async def test_what_cannot_be_a_credential_is_one_line(assistance: Assistance, server: Any) -> None:
    told = await assistance.sign_in(server.here["account"], "user", {"username": " ", "password": SecretStr(SECRET)})
    assert (told.good, "auth.username" in told.text, SECRET in told.text) == (False, True, False)
    broken = await assistance.sign_in(server.here["account"], "bearer", {"token": SecretStr("a\u00e9 b")})
    assert (broken.good, broken.text.split(":")[0]) == (False, "AUTH")


async def test_a_proxy_or_certificates_that_are_none_are_one_line(
    assistance: Assistance, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/not/there.pem")
    told = await assistance.find(server.here["account"])
    assert (told.good, told.text) == (False, "there is no file /not/there.pem")
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("HTTPS_PROXY", f"socks5://me:{SECRET}@proxy.example")
    told = await assistance.find(server.here["account"])
    assert not told.good
    assert told.text.startswith("HTTPS_PROXY")
    assert SECRET not in told.text


async def test_saving_tells_what_is_wrong_in_one_line(assistance: Assistance, server: Any) -> None:
    profile = NewProfile("acme", server.here["account"], "user", given(server, "user"), domain_api=server.url)
    assert assistance.name_trouble("acme") == ""
    assert (await assistance.save(profile, Keep.FILES)).good
    assert assistance.name_trouble("acme") == "there is a profile acme already; choose another name"
    told = await assistance.save(profile, Keep.FILES)
    assert (told.good, told.text.count("\n")) == (False, 0)
    assert "there is a profile acme already" in told.text


def test_the_keyring_is_offered_only_with_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistance = Assistance(tmp_path / "c.toml", "https://api.example")
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not assistance.has_keyring
    monkeypatch.setitem(sys.modules, "keyring", ModuleType("keyring"))
    assert assistance.has_keyring
