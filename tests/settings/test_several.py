"""Several profiles at once: one after the other from one file, and never anything of one for another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.settings import Loaded, SettingsError, load_several, warnings_of

TWO = """
[profiles.emea]
account = "11111111"
auth = {method = "bearer", token = "secret-of-emea"}

[profiles.apac]
account = "22222222"
name = "Acme APAC"
auth = {method = "user", username = "robot", password = "secret-of-apac"}

[profiles.twin]
account = "11111111"
auth = {method = "bearer", token = "secret-of-twin"}
"""


def several(
    file: Path, text: str, *profiles: str, environ: Mapping[str, str] | None = None, **flags: Any
) -> tuple[Loaded, ...]:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    dotted = {key.replace("__", "."): value for key, value in flags.items()}
    return load_several(profiles, flags=dotted, environ=environ or {}, config=None, default_path=file)


def lines_of(file: Path, text: str, *profiles: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        several(file, text, *profiles, environ=environ)
    return str(caught.value).replace(f"{file.parent}{os.sep}", "").split("\n")


def test_each_profile_has_its_own_sign_in_and_all_have_the_rest_of_the_file(file: Path) -> None:
    found = several(file, TWO + '[board]\nevery = "20s"\n', "apac", "emea", board__window="2h")
    assert [each.settings.profile for each in found] == ["apac", "emea"]
    assert [each.settings.chosen.account for each in found] == ["22222222", "11111111"]
    assert [type(each.sign_in()).__name__ for each in found] == ["UserLogin", "Bearer"]
    assert {each.settings.board.every.total_seconds() for each in found} == {20.0}
    assert {each.settings.board.window.total_seconds() for each in found} == {7200.0}


def test_an_unknown_profile_is_named_even_when_it_stands_first(file: Path) -> None:
    assert lines_of(file, TWO, "emae", "apac") == ['--profile: no profile is called "emae"; did you mean "emea"?']


def test_a_profile_that_is_given_twice_is_a_mistake(file: Path) -> None:
    assert lines_of(file, TWO, "apac", "emea", "apac") == ['--profile: "apac" is given twice; give each profile once']


def test_two_profiles_of_one_account_are_a_mistake(file: Path) -> None:
    (line,) = lines_of(file, TWO, "emea", "twin")
    assert line == (
        'config.toml:12: profiles.twin.account: is the account of the profile "emea" as well; '
        "a board shows each account once"
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KMM_TUI_AUTH__TOKEN", "secret-of-the-environment"),
        ("KMM_TUI_ACCOUNT", "33333333"),
        ("KMM_TUI_DOMAIN_API", "http://127.0.0.1:9"),
    ],
)
def test_a_variable_that_would_be_laid_over_every_profile_is_refused(file: Path, variable: str, value: str) -> None:
    lines = lines_of(file, TWO, "emea", "apac", environ={variable: value, "KMM_TUI_BOARD__EVERY": "30s"})
    assert len(lines) == 1
    assert lines[0].startswith(f"{variable}: would be used for each of the profiles")
    assert value not in lines[0]


def test_what_is_wrong_with_the_whole_file_is_said_once_and_of_each_profile_what_is_wrong_with_it(file: Path) -> None:
    text = TWO.replace('"robot"', "17").replace(', token = "secret-of-emea"', "") + '[board]\nevery = "1s"\n'
    lines = lines_of(file, text, "emea", "apac")
    assert [line.split(": ")[1] for line in lines if "every" in line] == ["board.every"]
    assert [line for line in lines if "profiles.emea.auth" in line]
    assert [line for line in lines if "profiles.apac.auth.username" in line]
    assert len(lines) == len(set(lines))
    assert not any("secret-of" in line for line in lines)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_warning_about_the_file_is_one_line_however_many_profiles_read_it(file: Path) -> None:
    file.write_text(TWO, encoding="utf-8")
    file.chmod(0o644)
    found = load_several(("emea", "apac"), flags={}, environ={}, config=None, default_path=file)
    assert len(warnings_of(found)) == 1


SOURCE = """
[[sources]]
name = "plan"
file = "plan.csv"
by = "skill"
key = "skill"
[[sources.metrics]]
name = "planned_agents"
"""


def test_a_source_has_to_say_whose_figures_it_tells(file: Path) -> None:
    (line,) = lines_of(file, TWO + SOURCE, "emea", "apac")
    assert line.startswith("config.toml:")
    assert line.endswith('sources[0]: does not say which of the accounts it tells of; write profiles = ["emea"]')
    own = SOURCE.replace('by = "skill"', 'by = "skill"\nprofiles = ["apac"]')
    emea, apac = several(file, TWO + own, "emea", "apac")
    assert (emea.settings.chosen_sources, len(apac.settings.chosen_sources)) == ((), 1)
    named = SOURCE.replace('by = "skill"\nkey = "skill"', 'by = "account"\nkey = "site"')
    assert all(len(each.settings.chosen_sources) == 1 for each in several(file, TWO + named, "emea", "apac"))
    (line,) = lines_of(file, TWO + named.replace('key = "site"', ""), "emea", "apac")
    assert line.endswith('write profiles = ["emea"], or key = "account"')
