"""Completion as a shell does it: with the script that the program prints, for the program itself."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete

from kmm_tui.cli.completion import STARTUP, VARIABLE, Named, themes
from kmm_tui.cli.run import cli
from kmm_tui.metrics import Method, offered
from kmm_tui.settings import default_path
from kmm_tui.simulator.scenes import SCENES

Complete = Callable[..., list[str]]

SETTINGS = "[profiles.acme]\naccount = 1\n[profiles.beta]\naccount = 2\n"


@pytest.fixture
def complete(no_settings: Path, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """What is offered for the last word of a command line: `complete("query", "met")`."""

    def complete(*words: str, variable: str | None = None) -> list[str]:
        shell = ShellComplete(cli, {}, "kmm-tui", VARIABLE)
        if variable:
            monkeypatch.setenv("KMM_TUI_CONFIG", variable)
        return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]

    return complete


def test_commands_and_options_are_completed(complete: Complete) -> None:
    assert complete("com") == ["completion"]
    assert {"demo", "check", "query", "config", "simulate"} <= set(complete(""))
    assert complete("query", "") == ["agents", "historical", "metrics"]
    assert {"--config", "--profile", "--theme", "--watch"} <= set(complete("--"))
    assert "--scene" in complete("demo", "--")
    assert complete("completion", "") == ["bash", "zsh", "fish"]
    assert complete("query", "metrics", "--by", "s") == ["skill"]


@pytest.mark.parametrize(
    ("command", "method"),
    [("metrics", Method.METRICS), ("agents", Method.AGENT_VIEW), ("historical", Method.HISTORICAL)],
)
def test_each_method_is_offered_its_own_metrics(complete: Complete, command: str, method: Method) -> None:
    assert complete("query", command, "--metric", "") == sorted(metric.name for metric in offered(method))
    assert set(complete("query", command, "--metric", "closed")) == {
        metric.name for metric in offered(method) if metric.name.startswith("closed")
    }


def test_sorting_is_offered_what_the_method_sorts_by(complete: Complete) -> None:
    assert complete("query", "agents", "--sort", "agentN") == ["agentName"]
    assert complete("query", "metrics", "--sort", "agentN") == []


def test_scenes_faults_and_themes_are_completed(complete: Complete) -> None:
    assert complete("demo", "--scene", "") == sorted(SCENES)
    assert complete("simulate", "--scene", "lun") == ["lunch"]
    assert complete("simulate", "--fault", "expired") == ["expired-session"]
    assert {"kmm-dark", "kmm-light"} <= set(complete("--theme", "kmm-"))
    assert complete("demo", "--theme", "kmm-l") == ["kmm-light"]


def test_a_scene_may_be_a_file(no_settings: Path) -> None:
    (item,) = ShellComplete(cli, {}, "kmm-tui", VARIABLE).get_completions(["demo", "--scene"], "./own")
    assert (item.type, item.value) == ("file", "./own")


def test_every_theme_is_known_by_the_name_that_the_board_knows() -> None:
    from kmm_tui.ui.themes import load_themes

    assert sorted(themes(click.Context(cli))) == sorted(theme.name for theme in load_themes()[0])


def test_profiles_are_those_of_the_settings_file_in_use(complete: Complete, tmp_path: Path) -> None:
    assert complete("--profile", "") == []
    usual = default_path()
    usual.parent.mkdir(parents=True, exist_ok=True)
    usual.write_text(SETTINGS)
    assert complete("--profile", "") == ["acme", "beta"]
    assert complete("check", "--profile", "b") == ["beta"]
    other = tmp_path / "other.toml"
    other.write_text("[profiles.gamma]\n")
    assert complete("--config", str(other), "--profile", "") == ["gamma"]
    assert complete("check", "--config", str(other), "--profile", "") == ["gamma"]
    assert complete("--profile", "", variable=str(other)) == ["gamma"]


@pytest.mark.parametrize("content", [b"[profiles\n", b"profiles = 3\n", b"\xff", b"", b"[profiles.'\\u001b']"])
def test_a_settings_file_that_cannot_be_read_completes_nothing(
    complete: Complete, tmp_path: Path, content: bytes
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_bytes(content)
    assert complete("--profile", "", variable=str(broken)) in ([], ["\\u001b"])


def test_what_completes_the_values_changes_nothing_for_the_commands() -> None:
    option = next(option for option in cli.params if "--theme" in option.opts)
    assert isinstance(option.type, Named)
    assert option.type.name == "text"
    assert option.type.convert("kmm-dark", option, None) == "kmm-dark"


@pytest.mark.parametrize("words", ["kmm-tui ", "kmm-tui query metrics --metric ", "kmm-tui demo --scene "])
def test_a_press_of_tab_loads_neither_the_screen_nor_the_network(words: str, no_settings: Path) -> None:
    script = (
        "import sys\n"
        "from kmm_tui.__main__ import main\n"
        "sys.argv = ['kmm-tui']\n"
        "assert main() == 0\n"
        "print('LOADED', *{name.partition('.')[0] for name, each in sys.modules.items() if each}, file=sys.stderr)\n"
    )
    asked = {VARIABLE: "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()))}
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("plain,")
    loaded = set(done.stderr.split())
    assert "LOADED" in loaded
    assert not loaded & {"textual", "rich", "httpx", "pydantic", "starlette", "uvicorn", "oauthlib"}


@pytest.mark.parametrize("shell", STARTUP)
def test_the_script_is_on_stdout_alone_and_help_tells_where_it_belongs(kmm: Any, shell: str) -> None:
    ran = kmm("completion", shell)
    assert ran.code == 0
    assert VARIABLE in ran.out
    # A shell evaluates it at each of its starts: nothing is said then.
    assert ran.err == "" or "Bash" in ran.err
    told = kmm("completion", "--help").out
    for part in STARTUP[shell]:
        assert part in told


def test_an_unknown_shell_is_one_line(kmm: Any) -> None:
    ran = kmm("completion", "tcsh")
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert "bash" in ran.err


@pytest.fixture
def program(no_settings: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which `kmm-tui` is a command."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "kmm-tui"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kmm_tui "$@"\n')
    command.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def shell_says(shell: str, script: str, environ: dict[str, str]) -> list[str]:
    path = shutil.which(shell)
    if path is None or os.name != "posix":
        pytest.skip(f"{shell} is not installed")
    clean = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    command = [path, *clean, "-c", script]
    done = subprocess.run(command, check=False, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_bash_completes(program: dict[str, str]) -> None:
    script = """
    eval "$(kmm-tui completion bash)"
    [[ $(complete -p kmm-tui) == *_kmm_tui_completion* ]] || exit 1
    tab() {
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        _kmm_tui_completion kmm-tui
        echo "${COMPREPLY[*]}"
    }
    tab kmm-tui sim
    tab kmm-tui query metrics --metric online_
    tab kmm-tui demo --scene lu
    """
    assert shell_says("bash", script, program) == ["simulate", "online_agents", "lunch"]


def test_zsh_takes_the_script(program: dict[str, str]) -> None:
    script = 'autoload -U compinit && compinit -u -D; eval "$(kmm-tui completion zsh)"; echo ${_comps[kmm-tui]}'
    assert shell_says("zsh", script, program) == ["_kmm_tui_completion"]


def test_fish_completes(program: dict[str, str]) -> None:
    script = "kmm-tui completion fish | source; complete --do-complete 'kmm-tui sim'"
    assert shell_says("fish", script, program)[0] == "simulate"
