"""What a person says of the network: certificates of an own authority, and a proxy whose address is a secret."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kmm_tui.settings import Loaded, SettingsError, show

Load = Callable[..., Loaded]
Lines = Callable[..., list[str]]

ENOUGH = {"KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t", "KMM_TUI_ACCOUNT": "1"}
SECRET = "hunter2-Zq9"
PROFILE = "[profiles.a]\naccount = 1\nauth = { method = 'user', username = 'me', password = { file = 'x' } }\n"

PEM = """\
-----BEGIN CERTIFICATE-----
{pem}
-----END CERTIFICATE-----
"""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("http://proxy.example:8080", "http://proxy.example:8080"),
        ("https://proxy.example/", "https://proxy.example"),
        (" http://10.0.0.1:3128 ", "http://10.0.0.1:3128"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
        (f"http://me:{SECRET}@proxy.example:8080", f"http://me:{SECRET}@proxy.example:8080"),
        ("http://me:a%2Fb%23c@proxy.example", "http://me:a%2Fb%23c@proxy.example"),
    ],
)
def test_proxies_that_are_allowed_and_never_shown(load_text: Load, written: str, kept: str) -> None:
    loaded = load_text(None, {**ENOUGH, "KMM_TUI_PROXY": written})
    proxy = loaded.settings.chosen.proxy
    assert proxy is not None
    assert proxy.get_secret_value() == kept
    everywhere = repr(loaded) + str(loaded.settings) + loaded.settings.model_dump_json() + repr(show(loaded))
    assert "proxy.example" not in everywhere
    assert SECRET not in everywhere
    assert {row.key: row.value for row in show(loaded)}["profiles.default.proxy"] == "********"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("proxy.example:8080", 'http:// is missing; write an address such as "http://proxy.example:8080"'),
        ("socks5://proxy.example", 'must begin with http:// or https://, as in "http://proxy.example:8080"'),
        (f"me:{SECRET}@proxy.example:8080", 'must begin with http:// or https://, as in "http://proxy.example:8080"'),
        (
            f"http://me:{SECRET}#@proxy.example",
            'not an address; write one such as "http://proxy.example:8080"; '
            "in a password write / as %2F, ? as %3F, # as %23",
        ),
        (
            f"http://me:1/{SECRET}@proxy.example",
            'must end after the host, as in "http://proxy.example:8080"; '
            "in a password write / as %2F, ? as %3F, # as %23",
        ),
        ("http://proxy.example/path", 'must end after the host, as in "http://proxy.example:8080"'),
        ("http://proxy.example:99999", 'not an address; write one such as "http://proxy.example:8080"'),
        (f"http://me:{SECRET}@:8080", 'not an address; write one such as "http://proxy.example:8080"'),
        ("http://pro xy.example", 'not an address; write one such as "http://proxy.example:8080"'),
        ("http://[::1", 'not an address; write one such as "http://proxy.example:8080"'),
        ("http://", 'not an address; write one such as "http://proxy.example:8080"'),
        ("http://proxy.example:0", 'not an address; write one such as "http://proxy.example:8080"'),
        ("http://proxy\x1b[2J.example", 'not an address; write one such as "http://proxy.example:8080"'),
    ],
)
def test_proxies_that_are_refused_without_a_word_of_them(error_lines: Lines, written: str, why: str) -> None:
    assert error_lines(None, {**ENOUGH, "KMM_TUI_PROXY": written}) == [f"KMM_TUI_PROXY: {why}"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such file modes")
@pytest.mark.parametrize(("proxy", "warned"), [("http://proxy.example", 0), (f"http://me:{SECRET}@proxy.example", 1)])
def test_a_file_with_a_proxys_password_is_not_for_others(file: Path, load_text: Load, proxy: str, warned: int) -> None:
    load_text(f"{PROFILE}proxy = '{proxy}'\n")
    file.chmod(0o644)
    assert len(load_text(None).warnings) == warned


def test_a_bundle_is_found_beside_the_settings_or_in_the_home_folder(file: Path, load_text: Load) -> None:
    beside = load_text(f"{PROFILE}ca_bundle = 'own.pem'\n")
    assert beside.settings.chosen.ca_bundle == file.parent / "own.pem"
    home = load_text(f"{PROFILE}ca_bundle = '~/own.pem'\n")
    assert home.settings.chosen.ca_bundle == file.parent / "home" / "own.pem"
    assert load_text(None, {"KMM_TUI_CA_BUNDLE": "/x/other.pem"}).settings.chosen.ca_bundle == Path("/x/other.pem")
    assert load_text(PROFILE).settings.chosen.ca_bundle is None


@pytest.mark.parametrize("written", ["3", "''", "'  '", "[]", "{ file = 'x' }"])
def test_a_bundle_is_a_path(error_lines: Lines, written: str) -> None:
    assert error_lines(f"{PROFILE}ca_bundle = {written}\n") == [
        "config.toml:4: profiles.a.ca_bundle: must be the path of a file, in quotes"
    ]


def refusal(loaded: Loaded, file: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded.trust()
    return str(caught.value).replace(f"{file.parent}{os.sep}", "")


def test_a_bundle_that_is_missing_or_broken_is_named_with_its_place(file: Path, load_text: Load) -> None:
    loaded = load_text(f"{PROFILE}ca_bundle = 'own.pem'\n")
    at = "config.toml:4: profiles.a.ca_bundle"
    assert refusal(loaded, file) == f"{at}: there is no file own.pem"
    none = f"{at}: own.pem holds no certificates in PEM form (-----BEGIN CERTIFICATE-----)"
    bundle = file.with_name("own.pem")
    for content in (b"", b"hello", b"\x30\x82\x01\x00", PEM.format(pem="AAAA").encode(), b"\0" * 5000):
        bundle.write_bytes(content)
        assert refusal(loaded, file) == none
    bundle.unlink()
    bundle.mkdir()
    assert refusal(loaded, file) == none
    variable = load_text(PROFILE, {"KMM_TUI_CA_BUNDLE": "gone.pem"})
    assert refusal(variable, file) == "KMM_TUI_CA_BUNDLE: profiles.a.ca_bundle: there is no file gone.pem"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_bundle_that_may_not_be_read_says_so(file: Path, load_text: Load) -> None:
    file.with_name("own.pem").write_text("x")
    file.with_name("own.pem").chmod(0)
    assert refusal(load_text(f"{PROFILE}ca_bundle = 'own.pem'\n"), file).endswith(
        "cannot read own.pem: Permission denied"
    )


def test_a_broken_bundle_of_the_environment_is_named(
    file: Path, load_text: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(file.with_name("gone.pem")))
    assert refusal(load_text(PROFILE), file) == "SSL_CERT_FILE: there is no file gone.pem"
    file.with_name("gone.pem").write_text("no certificate")
    assert refusal(load_text(PROFILE), file).startswith("SSL_CERT_FILE: gone.pem holds no certificates")


def test_the_usual_authorities_stay_believed(load_text: Load) -> None:
    import ssl

    trust = load_text(PROFILE).trust()
    assert trust.verify_mode is ssl.CERT_REQUIRED
    assert trust.check_hostname
    assert len(trust.get_ca_certs()) > 20
