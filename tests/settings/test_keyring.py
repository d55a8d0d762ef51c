"""A secret in the keyring: read when asked for, and one line with what to do whenever it cannot be had."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import SecretStr

from kmm_tui.api.credentials import Bearer
from kmm_tui.settings import Loaded, SettingsError, vault

SECRET = "hunter2-Zq9"
ENTRY = vault.Entry("kmm-tui", "acme/token")
FILE = "[profiles.a]\naccount = 1\n[profiles.a.auth]\nmethod = 'bearer'\ntoken = { keyring = 'kmm-tui/acme/token' }\n"


class KeyringError(Exception):
    """As the package has it."""


class KeyringLocked(KeyringError):
    pass


class NoKeyringError(KeyringError, RuntimeError):
    pass


class FakeKeyring(ModuleType):
    """The package, with `trouble` instead of what it would do."""

    def __init__(self, trouble: Callable[[], None] = lambda: None) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble = trouble
        self.forgetful = False

    def get_password(self, service: str, username: str) -> str | None:
        self.trouble()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.trouble()
        if not self.forgetful:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.trouble()
        del self.kept[service, username]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    fake = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", fake)
    return fake


@pytest.fixture
def hanging(keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKeyring]:
    """One that never answers, until the test ends; and a patience that suits a test."""
    let_go = threading.Event()

    def wait() -> None:
        let_go.wait()

    keyring.trouble = wait
    monkeypatch.setattr(vault.fetch, "__defaults__", (0.05,))
    yield keyring
    let_go.set()


def raising(error: Exception) -> Callable[[], None]:
    def trouble() -> None:
        raise error

    return trouble


def refusal(loaded: Loaded, file: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded.sign_in()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert SECRET not in "".join(shown.format())
    return str(caught.value).replace(f"{file.parent}{os.sep}", "")


def test_a_secret_in_the_keyring_is_the_sign_in(load_text: Any, keyring: FakeKeyring) -> None:
    keyring.kept["kmm-tui", "acme/token"] = SECRET
    credentials = load_text(FILE).sign_in()
    assert isinstance(credentials, Bearer)
    assert credentials.token.get_secret_value() == SECRET


def test_loading_the_settings_asks_no_keyring(load_text: Any, keyring: FakeKeyring) -> None:
    keyring.trouble = raising(AssertionError("nobody asked for it"))
    assert load_text(FILE).settings.chosen.account == "1"


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        (
            KeyringLocked("no prompt; secret service"),
            "the keyring is locked; unlock it and try again, or keep the secret in a file of its own",
        ),
        (
            NoKeyringError(f"No recommended backend {SECRET}\nwas available"),
            "there is no keyring on this machine that can be used; set one up, or keep the secret in a file of its own",
        ),
        (
            OSError(f"{SECRET}\n"),
            'the keyring failed (OSError); see what "keyring diagnose" says, or keep the secret in a file of its own',
        ),
    ],
)
def test_a_keyring_that_fails_is_one_line_with_what_to_do(
    load_text: Any, file: Path, keyring: FakeKeyring, trouble: Exception, line: str
) -> None:
    keyring.trouble = raising(trouble)
    assert refusal(load_text(FILE), file) == f"config.toml:5: profiles.a.auth.token: {line}"


def test_an_empty_keyring_names_the_command_that_fills_it(load_text: Any, file: Path, keyring: FakeKeyring) -> None:
    line = "the keyring holds no secret under kmm-tui/acme/token; keyring set kmm-tui acme/token"
    assert refusal(load_text(FILE), file) == f"config.toml:5: profiles.a.auth.token: {line}"
    keyring.kept["kmm-tui", "acme/token"] = ""
    assert refusal(load_text(FILE), file) == f"config.toml:5: profiles.a.auth.token: {line}"


def test_a_keyring_that_never_answers_is_given_up(load_text: Any, file: Path, hanging: FakeKeyring) -> None:
    said = refusal(load_text(FILE), file)
    assert said == (
        "config.toml:5: profiles.a.auth.token: the keyring did not answer within 0.05 s; "
        "unlock it and try again, or keep the secret in a file of its own"
    )
    (waiting,) = [thread for thread in threading.enumerate() if thread.name == "keyring"]
    assert waiting.daemon


def test_it_is_given_five_seconds() -> None:
    assert vault.KEYRING_SECONDS == 5.0
    assert vault.fetch.__defaults__ == (5.0,)


def test_without_the_package_it_says_how_to_get_it(load_text: Any, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not vault.installed()
    assert refusal(load_text(FILE), file) == (
        "config.toml:5: profiles.a.auth.token: the package keyring is not installed; pip install 'kmm-tui[keyring]'"
    )


def test_what_is_stored_is_fetched_and_forgotten(keyring: FakeKeyring) -> None:
    assert vault.installed()
    assert not vault.holds(ENTRY)
    vault.store(ENTRY, SecretStr(SECRET))
    assert vault.holds(ENTRY)
    assert vault.fetch(ENTRY).get_secret_value() == SECRET
    vault.forget(ENTRY)
    assert keyring.kept == {}


def test_a_keyring_that_keeps_nothing_is_found_out(keyring: FakeKeyring) -> None:
    keyring.forgetful = True
    with pytest.raises(vault.VaultError, match="did not keep it; set up another one"):
        vault.store(ENTRY, SecretStr(SECRET))


@pytest.mark.parametrize("entry", ["'kmm-tui'", "'/acme'", "'kmm-tui/'", "''", "3", "['a/b']", '"a\\u001b/b"'])
def test_an_entry_is_service_and_username(load_text: Any, entry: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_text(FILE.replace("'kmm-tui/acme/token'", entry))
    assert 'must be "service/username", such as "kmm-tui/acme"' in str(caught.value)
