"""What each setting may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.settings import Loaded, format_duration, parse_duration

Load = Callable[..., Loaded]

ENOUGH = {"KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t", "KMM_TUI_ACCOUNT": "1"}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("1m", 60), ("90s", 90), ("1h", 3600), ("1h30m", 5400), ("1h 30m".replace(" ", ""), 5400)],
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)
    assert parse_duration(f" {text.upper()} ") == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "30", "s", "1.5h", "-30s", "30s1m", "1d", "30 s", "٣s", "9999999s", "PT1H"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        parse_duration(text)


@given(st.integers(0, 900_000))
def test_a_length_of_time_is_read_as_it_was_written(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert parse_duration(format_duration(length)) == length


@given(st.integers(0, 100_000))
def test_every_and_window_keep_their_limits(load_seconds: Callable[[str, int], bool], seconds: int) -> None:
    assert load_seconds("every", seconds) == (seconds >= 5)
    assert load_seconds("window", seconds) == (60 <= seconds <= 86_400)


@pytest.fixture(scope="module")
def load_seconds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], bool]:
    from kmm_tui.settings import SettingsError, load

    nowhere = tmp_path_factory.mktemp("none") / "config.toml"

    def loads(key: str, seconds: int) -> bool:
        try:
            loaded = load(flags={f"board.{key}": f"{seconds}s"}, environ=ENOUGH, config=None, default_path=nowhere)
        except SettingsError:
            return False
        return bool(getattr(loaded.settings.board, key) == timedelta(seconds=seconds))

    return loads


@pytest.mark.parametrize(
    ("given_address", "kept"),
    [
        ("https://api.liveperson.net", "https://api.liveperson.net"),
        ("https://api.liveperson.net/", "https://api.liveperson.net"),
        ("https://proxy.example:8443", "https://proxy.example:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
    ],
)
def test_addresses_that_are_allowed(load_text: Load, given_address: str, kept: str) -> None:
    loaded = load_text(None, {**ENOUGH, "KMM_TUI_DOMAIN_API": given_address})
    assert loaded.settings.chosen.domain_api == kept


@pytest.mark.parametrize(
    "address",
    [
        "http://api.liveperson.net",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://[::2]",
        "http://0.0.0.0",
        "http://127.0.0.1@example.com",
        "https://",
        "https:api.liveperson.net",
        "https://a b",
        "https://a:99999",
        "https://a:0",
        "https://[::1",
        "https://a\tb",
        "https://a?x=1",
        "https://a#x",
        "file:///etc/passwd",
        "localhost:8080",
        "\\\\host",
    ],
)
def test_addresses_that_are_refused(error_lines: Callable[..., list[str]], address: str) -> None:
    (line,) = error_lines(None, {**ENOUGH, "KMM_TUI_DOMAIN_API": address})
    assert line.startswith("KMM_TUI_DOMAIN_API: ")


@pytest.mark.parametrize(("written", "account"), [("12345678", "12345678"), ('"007"', "007"), ('" 12 "', "12")])
def test_accounts_that_are_allowed(load_text: Load, written: str, account: str) -> None:
    text = f"[profiles.a]\naccount = {written}\nauth = {{ method = 'bearer', token = 't' }}"
    assert load_text(text).settings.chosen.account == account


@pytest.mark.parametrize("written", ["-1", "1.0", "true", '""', '"12a"', '"١٢"', "[1]", "1979-05-27"])
def test_accounts_that_are_refused(error_lines: Callable[..., list[str]], written: str) -> None:
    text = f"[profiles.a]\naccount = {written}\nauth = {{ method = 'bearer', token = 't' }}"
    (line,) = error_lines(text)
    assert line.startswith("config.toml:2: profiles.a.account: must be the number of the account")


def test_what_is_watched_is_a_list_of_ids_names_and_patterns(load_text: Load) -> None:
    loaded = load_text('[board]\nwatch = ["Bill*", "skill:123", "group: Sales*", 77, "a:b"]', ENOUGH)
    assert loaded.settings.board.watch == ("Bill*", "skill:123", "group: Sales*", "77", "a:b")
    assert load_text(None, {**ENOUGH, "KMM_TUI_BOARD__WATCH": "*"}).settings.board.watch == ("*",)


def test_what_a_profile_is_called_on_the_board(load_text: Load) -> None:
    assert load_text(None, {**ENOUGH, "KMM_TUI_NAME": " Acme EMEA "}).settings.chosen.name == "Acme EMEA"
    assert load_text(None, ENOUGH).settings.chosen.name is None
