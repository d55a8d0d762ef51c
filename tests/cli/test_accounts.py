"""Which account is asked, and how one signs in: by the environment alone, by profile, and without either."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click
import pytest

from kmm_tui.cli.accounts import show_accounts
from kmm_tui.cli.connect import load_settings
from kmm_tui.cli.demo import all_ended
from kmm_tui.cli.desks import new_prefs

SIGN_INS = {
    "user": ("username", "password"),
    "app_key": ("app_key", "secret", "access_token", "access_token_secret"),
    "client_credentials": ("client_id", "client_secret"),
    "bearer": ("token",),
}


def environ_of(server: Any, method: str) -> dict[str, str]:
    return {
        **server.base_environ(),
        "KMM_TUI_AUTH__METHOD": method,
        **{f"KMM_TUI_AUTH__{name.upper()}": server.here[name] for name in SIGN_INS[method]},
    }


@pytest.mark.parametrize("method", SIGN_INS)
def test_the_environment_alone_signs_in_and_all_three_methods_answer(method: str, kmm: Any, server: Any) -> None:
    environ = environ_of(server, method)
    for command, rows in (("metrics", "all"), ("agents", "rows"), ("historical", "points")):
        ran = kmm("query", command, "--format", "json", environ=environ)
        assert (ran.code, ran.err) == (0, "")
        assert ran.data["account"] == server.here["account"]
        assert ran.data[rows]
    assert server.stats()["refused"] == []


@pytest.mark.parametrize("method", SIGN_INS)
def test_a_wrong_secret_is_refused_and_not_repeated_back(method: str, kmm: Any, server: Any) -> None:
    environ = environ_of(server, method)
    secret = f"KMM_TUI_AUTH__{SIGN_INS[method][-1].upper()}"
    ran = kmm("query", "metrics", environ={**environ, secret: "Wr0ng-Secret-Value"})
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("AUTH: ")
    assert ran.err.count("\n") == 1
    assert "Wr0ng" not in ran.err
    assert not any(server.here[name] in ran.err for name in SIGN_INS[method] if name != "username")


@pytest.fixture
def config(server: Any, tmp_path: Path) -> Path:
    """A file with two profiles: `main`, which works, and `broken`, which has a wrong bearer and is the default."""
    path = tmp_path / "settings.toml"
    path.write_text(
        f"""
profile = "broken"
[board]
every = "20s"
[profiles.main]
account = "{server.here["account"]}"
domain_api = "{server.url}"
auth = {{ method = "bearer", token = "{server.here["token"]}" }}
[profiles.broken]
account = "{server.here["account"]}"
domain_api = "{server.url}"
auth = {{ method = "bearer", token = "no-longer-good" }}
"""
    )
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ("--config", "{}", "--profile", "main", "query", "metrics"),
        ("query", "metrics", "--config", "{}", "--profile", "main"),
        ("--config", "{}", "--profile", "broken", "query", "metrics", "--profile", "main"),
        ("--profile", "main", "check", "--config", "{}"),
        ("check", "--config", "{}", "--profile", "main"),
    ],
)
def test_profile_and_file_may_stand_before_or_behind_the_command(
    arguments: tuple[str, ...], config: Path, kmm: Any
) -> None:
    ran = kmm(*(argument.format(config) for argument in arguments))
    assert (ran.code, ran.err) == (0, "")


def test_without_a_choice_the_file_chooses(config: Path, kmm: Any) -> None:
    assert kmm("query", "metrics", "--config", str(config)).code == 3
    assert kmm("query", "metrics", environ={"KMM_TUI_CONFIG": str(config), "KMM_TUI_PROFILE": "main"}).code == 0


def test_the_environment_beats_the_file_and_flags_beat_both(config: Path, kmm: Any, server: Any) -> None:
    environ = {"KMM_TUI_CONFIG": str(config), "KMM_TUI_AUTH__TOKEN": server.here["token"]}
    assert kmm("query", "metrics", environ=environ).code == 0
    environ = {"KMM_TUI_CONFIG": str(config), "KMM_TUI_PROFILE": "broken"}
    assert kmm("query", "metrics", "--profile", "main", environ=environ).code == 0
    shown = kmm("--every", "40s", "config", "show", environ={**environ, "KMM_TUI_BOARD__EVERY": "30s"}).out
    assert "30s" in next(line for line in shown.splitlines() if line.startswith("board.every"))


def test_an_unknown_profile_names_the_known_ones(config: Path, kmm: Any) -> None:
    ran = kmm("query", "metrics", "--config", str(config), "--profile", "mian")
    assert (ran.code, ran.out) == (2, "")
    assert 'did you mean "main"?' in ran.err


@pytest.mark.parametrize("command", [("query", "metrics"), ("query", "agents"), ("query", "historical"), ("check",)])
def test_without_an_account_both_ways_and_the_demo_are_named(command: tuple[str, ...], kmm: Any) -> None:
    ran = kmm(*command)
    assert (ran.code, ran.out) == (2, "")
    assert "KMM_TUI_ACCOUNT" in ran.err
    assert "KMM_TUI_AUTH__METHOD" in ran.err
    assert "[profiles.default]" in ran.err
    assert "config.toml" in ran.err
    assert "kmm-tui demo" in ran.err
    assert "kmm-tui setup" in ran.err


def test_a_typo_in_the_environment_is_no_reason_to_offer_the_demo(kmm: Any, server: Any) -> None:
    ran = kmm("query", "metrics", environ={**server.bearer_environ(), "KMM_TUI_ACOUNT": "1"})
    assert ran.code == 2
    assert "did you mean KMM_TUI_ACCOUNT?" in ran.err
    assert "demo" not in ran.err


def test_plain_http_is_for_this_machine_only(kmm: Any, server: Any) -> None:
    ran = kmm("query", "metrics", environ={**server.bearer_environ(), "KMM_TUI_DOMAIN_API": "http://example.com"})
    assert (ran.code, ran.out) == (2, "")
    assert "https" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "metrics", "--profile", "main", "--profile", "broken"),
        ("--profile", "main", "--profile", "broken", "stream"),
        ("config", "show", "--profile", "main", "--profile", "broken"),
        ("--profile", "main", "--profile", "broken", "check"),
    ],
)
def test_a_command_about_one_account_takes_one_profile(arguments: tuple[str, ...], config: Path, kmm: Any) -> None:
    ran = kmm(*arguments, environ={"KMM_TUI_CONFIG": str(config)})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("--profile: this command is about one account, so give one profile; ")
    assert ran.err.count("\n") == 1
    assert "kmm-tui --profile main --profile broken" in ran.err


def test_of_several_accounts_every_secret_that_cannot_be_had_is_named_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "several.toml"
    lines = [
        f'[profiles.{name}]\naccount = "{account}"\nauth = {{method = "bearer", token = {{file = "{name}.txt"}}}}\n'
        for name, account in (("emea", "11111111"), ("apac", "22222222"))
    ]
    config.write_text("".join(lines), encoding="utf-8")
    config.chmod(0o600)
    with pytest.raises(click.exceptions.Exit) as ended:
        show_accounts({"profile": ("emea", "apac"), "config": config})
    assert ended.value.exit_code == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.partition("profiles.")[2].partition(".")[0] for line in told] == ["emea", "apac"]
    assert all("there is no file" in line for line in told)


async def test_a_demo_of_several_goes_on_until_its_last_contact_centre_has_ended() -> None:
    class Centre:
        def __init__(self, said: str) -> None:
            self.over, self.said = asyncio.Event(), said

        async def ended(self) -> str:
            await self.over.wait()
            return self.said

    centres: list[Any] = [Centre("one"), Centre("other")]
    watching = asyncio.ensure_future(all_ended(centres))
    centres[1].over.set()
    for _ in range(3):
        await asyncio.sleep(0)
    assert not watching.done()
    centres[0].over.set()
    assert await watching == "one"


def test_what_a_demo_arranges_is_kept_nowhere_and_a_boards_beside_its_settings(tmp_path: Path) -> None:
    environ = {"KMM_TUI_ACCOUNT": "12345678", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "none"}
    of_demo = new_prefs(load_settings({}, environ=environ, ignore_file=True))[0].views
    assert of_demo
    assert not of_demo.is_kept
    config = tmp_path / "own.toml"
    config.touch(mode=0o600)
    own = new_prefs(load_settings({"config": config}, environ=environ))[0].views
    assert own
    assert own.is_kept
    own.set_columns("skills", ("csat",))
    assert (tmp_path / "views.json").is_file()
