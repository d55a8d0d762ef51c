"""A profile is added to the settings whole or not at all, and nothing that was there changes."""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from kmm_tui.api.credentials import AppKey, ClientCredentials, UserLogin
from kmm_tui.settings import SettingsError, load, writer
from kmm_tui.settings.writer import Keep, NewProfile, add_profile, name_trouble

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such file modes")
SECRET = "hunter2-Zq9"
USER = NewProfile("acme", "12345678", "user", {"username": "me@acme.example", "password": SecretStr(SECRET)})


def around(file: Path) -> dict[str, str]:
    return {one.name: one.read_text() for one in file.parent.iterdir() if one.is_file()}


def load_file(file: Path, profile: str) -> Any:
    return load(flags={"profile": profile}, environ={}, config=file, default_path=file)


def test_a_first_profile_makes_the_file_and_is_good(file: Path) -> None:
    target = file.parent / "not" / "there" / "config.toml"
    whole = NewProfile("acme", "12345678", "user", USER.given, 'Acme "EMEA" \\ Zürich', "http://127.0.0.1:8787")
    add_profile(target, whole, Keep.FILES)
    loaded = load_file(target, "acme")
    assert loaded.warnings == ()
    assert loaded.settings.chosen.name == 'Acme "EMEA" \\ Zürich'
    assert loaded.settings.chosen.domain_api == "http://127.0.0.1:8787"
    assert loaded.sign_in() == UserLogin("me@acme.example", SecretStr(SECRET))
    assert SECRET not in target.read_text()
    assert sorted(around(target)) == ["acme-password", "config.toml"]


@posix_only
def test_what_is_written_is_its_owners_only(file: Path) -> None:
    target = file.parent / "new" / "config.toml"
    add_profile(target, USER, Keep.FILES)
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (target.parent, *target.parent.iterdir())}
    assert modes == {"new": 0o700, "config.toml": 0o600, "acme-password": 0o600}


def test_each_secret_of_an_app_key_has_a_file_of_its_own(file: Path) -> None:
    names = ("app_key", "secret", "access_token", "access_token_secret")
    add_profile(file, NewProfile("k", "1", "app_key", {name: SecretStr(f"{name}!") for name in names}), Keep.FILES)
    assert load_file(file, "k").sign_in() == AppKey(*(SecretStr(f"{name}!") for name in names))
    assert {name: around(file)[f"k-{name}"] for name in names} == {name: f"{name}!\n" for name in names}


OTHER = "# mine\r\n[profiles.other] # kept\r\naccount = '1'\r\nauth = { method = 'bearer', token = 'x' }"


@pytest.mark.parametrize(
    "before", ["", "\ufeff", "\n", "# only words", OTHER, OTHER + "\r\n", "[board]\nevery='5s'\n\n"]
)
def test_what_is_there_stays_byte_by_byte(file: Path, before: str) -> None:
    file.write_bytes(before.encode())
    add_profile(file, USER, Keep.FILES)
    after = file.read_bytes()
    assert after.startswith(before.encode())
    assert (b"\r\n" in after) == ("\r\n" in before)
    assert after.replace(b"\r\n", b"").count(b"\n") == (0 if "\r\n" in before else after.count(b"\n"))
    assert load_file(file, "acme").settings.chosen.account == "12345678"


@posix_only
def test_the_mode_of_an_existing_file_and_a_link_to_it_stay(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "kmm.toml"
    real.parent.mkdir()
    real.write_text("# mine\n")
    real.chmod(0o640)
    file.symlink_to(real)
    add_profile(file, USER, Keep.FILES)
    assert file.is_symlink()
    assert real.read_text().startswith("# mine\n")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    # Beside the file that the settings take their relative paths from.
    assert load_file(file, "acme").sign_in() == UserLogin("me@acme.example", SecretStr(SECRET))


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("[profiles.acme]\naccount = 1\n", "profiles.acme: there is a profile acme already; choose another name"),
        ("[profiles.ACME]\naccount = 1\n", "profiles.acme: there is a profile acme already; choose another name"),
        ("profiles = { a = { account = 1 } }\n", "no profile can be added at the end of the file; write its profiles"),
        ("profiles = 3\n", "no profile can be added at the end of the file"),
        ("[profiles\n", "config.toml:1: not TOML"),
        ("x = \xff", "not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_take_it_is_left_alone(file: Path, before: str, says: str) -> None:
    file.write_bytes(before.encode("latin-1"))
    with pytest.raises(SettingsError) as caught:
        add_profile(file, USER, Keep.FILES)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == before.encode("latin-1")
    assert [one.name for one in file.parent.iterdir() if one.is_file()] == ["config.toml"]


def test_a_secret_file_that_is_there_is_nobodys_to_overwrite(file: Path) -> None:
    file.with_name("acme-password").write_text("older")
    add_profile(file, USER, Keep.FILES)
    assert around(file)["acme-password"] == "older"
    assert load_file(file, "acme").sign_in() == UserLogin("me@acme.example", SecretStr(SECRET))


@pytest.mark.parametrize("failing", ["replace", "fsync"])
def test_a_disk_that_fails_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file.write_text("# mine\n")
    monkeypatch.setattr(f"{'pathlib.Path' if failing == 'replace' else 'os'}.{failing}", fail)
    with pytest.raises(SettingsError, match=r"config.toml: cannot be written: No space left on device"):
        add_profile(file, USER, Keep.FILES)
    assert around(file) == {"config.toml": "# mine\n"}


def test_being_interrupted_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        add_profile(file, USER, Keep.FILES)
    assert around(file) == {}


def test_somebody_elses_change_at_the_same_time_is_not_lost(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("# mine\n")
    monkeypatch.setattr(os, "fsync", lambda _: file.write_text("# theirs\n") and None)
    with pytest.raises(SettingsError, match="has been changed meanwhile by somebody else"):
        add_profile(file, USER, Keep.FILES)
    assert around(file) == {"config.toml": "# theirs\n"}


class FakeKeyring(ModuleType):
    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.fails_at = ""

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if username == self.fails_at:
            raise RuntimeError(password)
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    fake = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", fake)
    return fake


def test_secrets_can_go_into_the_keyring_and_never_over_anothers(file: Path, keyring: FakeKeyring) -> None:
    keyring.kept["kmm-tui", "acme-client_secret"] = "older"
    given: dict[str, str | SecretStr] = {"client_id": "me", "client_secret": SecretStr(SECRET)}
    add_profile(file, NewProfile("acme", "1", "client_credentials", given), Keep.KEYRING)
    assert keyring.kept == {("kmm-tui", "acme-client_secret"): "older", ("kmm-tui", "acme-client_secret-2"): SECRET}
    assert sorted(around(file)) == ["config.toml"]
    assert load_file(file, "acme").sign_in() == ClientCredentials("me", SecretStr(SECRET))


def test_a_keyring_that_fails_half_way_keeps_nothing(file: Path, keyring: FakeKeyring) -> None:
    keyring.fails_at = "k-access_token"
    given = {name: SecretStr(SECRET) for name in ("app_key", "secret", "access_token", "access_token_secret")}
    with pytest.raises(SettingsError, match=r"^the keyring failed \(RuntimeError\); see what") as caught:
        add_profile(file, NewProfile("k", "1", "app_key", given), Keep.KEYRING)
    assert SECRET not in str(caught.value)
    assert keyring.kept == {}
    assert around(file) == {}


@pytest.mark.parametrize("name", ["", "a b", "ä", "-a", "a.b", "a" * 41, "../x", "a/b", "a\n"])
def test_names_that_are_no_names(name: str) -> None:
    assert name_trouble(name) == "letters, digits, - and _ only, at most 40 of them, such as acme-emea"


LINE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(display=LINE, username=LINE, password=LINE, before=st.sampled_from(["", OTHER, "# ü\n[ui]\ntheme='kmm-light'"]))
def test_any_text_comes_back_as_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, display: str, username: str, password: str, before: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "config.toml"
    file.write_text(before, encoding="utf-8", newline="")
    add_profile(
        file, NewProfile("n", "1", "user", {"username": username, "password": SecretStr(password)}, display), Keep.FILES
    )
    loaded = load_file(file, "n")
    assert loaded.settings.chosen.name == display
    assert loaded.sign_in() == UserLogin(username, SecretStr(password))
    tree = tomllib.loads(file.read_text(encoding="utf-8"))
    del tree["profiles"]["n"]
    was = tomllib.loads(before)
    assert tree == {**was, "profiles": was.get("profiles", {})}


def test_the_settings_file_never_holds_the_secret_even_for_a_moment(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    real = os.fsync

    def look(handle: int) -> None:
        seen.extend(one.read_bytes() for one in file.parent.glob(".config.toml.*"))
        real(handle)

    monkeypatch.setattr(os, "fsync", look)
    add_profile(file, USER, Keep.FILES)
    assert len(seen) == 1
    assert SECRET.encode() not in seen[0]
    assert writer.SERVICE == "kmm-tui"
