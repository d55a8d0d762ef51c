"""``kmm-tui config``: data on stdout, story on stderr, 2 for settings that cannot be used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from kmm_tui.cli.config import config as config_group
from kmm_tui.settings import commented_example, default_path

GOOD = """\
[profiles.acme]
account = "12345678"
auth = { method = "user", username = "me", password = "hunter2" }
[profiles.beta]
account = "2"
auth = { method = "bearer", token = { command = ["pass", "show", "kmm"] } }
"""


@click.group()
@click.option("--config")
@click.option("--profile")
@click.pass_context
def root(ctx: click.Context, config: str | None, profile: str | None) -> None:
    ctx.obj = {"config": config, "profile": profile}


@click.group()
@click.option("--config")
@click.option("--profile")
def plain_root(config: str | None, profile: str | None) -> None:
    """A root without an object: its parameters are looked at."""


root.add_command(config_group)
plain_root.add_command(config_group)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(GOOD, encoding="utf-8")
    path.chmod(0o600)
    return path


def run(*arguments: str | Path, command: click.Command = root, **environ: Any) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], env=environ)


@pytest.mark.parametrize("command", [root, plain_root])
def test_show_prints_each_value_with_its_source(written: Path, command: click.Command) -> None:
    options = ("--config", written, "--profile", "acme")
    done = run(*options, "config", "show", command=command, KMM_TUI_BOARD__EVERY="10s")
    assert (done.exit_code, done.stderr) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["profile"] == ["acme", "--profile"]
    assert rows["profiles.acme.account"] == ["12345678", f"{written}:2"]
    assert rows["profiles.acme.auth.password"] == ["********", f"{written}:3"]
    assert rows["profiles.beta.auth.token"] == ["command", "pass", "show", "kmm", f"{written}:6"]
    assert rows["board.every"] == ["10s", "KMM_TUI_BOARD__EVERY"]
    assert rows["board.window"] == ["1h", "default"]
    assert "hunter2" not in done.output


def test_show_ends_with_2_and_the_problems_on_stderr(written: Path) -> None:
    done = run("--config", written, "config", "show", KMM_TUI_BOARD__EVRY="10s")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"{written}: has the profiles acme and beta; "
        'choose one with --profile, KMM_TUI_PROFILE or profile = "acme" in the file',
        "KMM_TUI_BOARD__EVRY: unknown variable; did you mean KMM_TUI_BOARD__EVERY?",
    ]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such file modes")
def test_show_warns_on_stderr(written: Path) -> None:
    written.chmod(0o644)
    done = run("--config", written, "--profile", "acme", "config", "show")
    assert (done.exit_code, done.stderr.count("chmod 600"), done.stdout.count("chmod")) == (0, 1, 0)


def test_path_is_the_file_that_would_be_read(tmp_path: Path, written: Path) -> None:
    assert run("--config", written, "config", "path").stdout == f"{written}\n"
    assert run("config", "path", KMM_TUI_CONFIG=str(written)).stdout == f"{written}\n"
    done = run("config", "path")
    assert done.stdout == f"{default_path()}\n"
    assert "config init" in done.stderr
    assert tmp_path in default_path().parents or os.name == "nt"
    assert default_path().parts[-2:] == ("kmm-tui", "config.toml")


def test_the_file_and_the_profile_may_stand_behind_the_command_and_win_there(tmp_path: Path, written: Path) -> None:
    done = run("config", "show", "--config", written, "--profile", "beta")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.split()[:2] == ["profile", "beta"]
    other = tmp_path / "other.toml"
    assert run("--config", other, "config", "path", "--config", written, "--profile", "x").stdout == f"{written}\n"
    assert run("--profile", "beta", "--config", other, "config", "show", "--config", written).exit_code == 0
    assert run("--config", written, "config", "init", "--config", other).exit_code == 0
    assert other.read_text(encoding="utf-8") == commented_example()


def test_schema_is_json() -> None:
    done = run("config", "schema")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "profiles" in json.loads(done.stdout)["properties"]


def test_init_writes_the_example_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    first, second = (run("--config", path, "config", "init") for _ in range(2))
    assert (first.exit_code, first.stdout) == (0, "")
    assert str(path) in first.stderr
    assert (second.exit_code, second.stdout) == (2, "")
    assert second.stderr.startswith(f"{path}: is there already")
    assert path.read_text(encoding="utf-8") == commented_example()


def test_help_of_the_commands_needs_no_settings_library() -> None:
    script = "import sys, kmm_tui.cli.config; sys.exit('pydantic' in sys.modules or 'platformdirs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_settings_load_neither_the_screen_nor_the_network() -> None:
    script = "import sys, kmm_tui.settings as s; sys.exit(bool({'textual', 'rich', 'httpx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
