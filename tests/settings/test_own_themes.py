"""A person's own themes beside the settings: listed, checked, and named with file, line and key where one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kmm_tui.cli.completion import themes as completed
from kmm_tui.cli.config import config
from kmm_tui.cli.run import cli
from kmm_tui.settings.themefile import DEFAULT, all_themes, read_theme, read_themes, theme_files

SETTINGS = '[profiles.acme]\naccount = "1"\nauth = { method = "bearer", token = "x" }\n[ui]\ntheme = "mine"\n'
NAMES = [theme.name for theme in read_themes()[0]]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A settings file that chooses a theme of its own."""
    path = tmp_path / "config.toml"
    path.write_text(SETTINGS, "utf-8")
    path.chmod(0o600)
    (tmp_path / "themes").mkdir()
    return path


def write(settings: Path, old: str = "", new: str = "", name: str = "mine") -> Path:
    """The default theme under another name, with one text replaced."""
    text = next(file for file in theme_files(None) if file.name == f"{DEFAULT}.toml").read_text("utf-8")
    assert old in text
    path = settings.parent / "themes" / f"{name}.toml"
    path.write_text(text.replace(DEFAULT, name).replace(old, new, 1) if old else text.replace(DEFAULT, name), "utf-8")
    return path


def run(settings: Path, command: str) -> tuple[int, list[str], list[str]]:
    done = CliRunner().invoke(config, [command, "--config", str(settings)])
    return done.exit_code, done.stdout.splitlines(), done.stderr.splitlines()


def test_all_themes_are_listed_with_their_files(settings: Path) -> None:
    path = write(settings)
    code, listed, told = run(settings, "themes")
    assert (code, told) == (0, [])
    assert [line.split()[0] for line in listed] == [*NAMES, "mine"]
    assert listed[-1].endswith(str(path))


def test_without_own_themes_it_says_where_they_go(settings: Path) -> None:
    code, _, told = run(settings, "themes")
    assert code == 0
    assert told == [f"Your own go into {settings.parent / 'themes'}, one file each."]


@pytest.mark.parametrize("command", ["show", "themes"])
def test_a_broken_one_is_named_with_line_and_key(settings: Path, command: str) -> None:
    path = write(settings, 'warn = "#', 'warn = "#z')
    code, _, told = run(settings, command)
    assert f"{path}:21: roles.warn: a colour as #rrggbb, not '#zf0b840'" in told
    if command == "themes":
        assert code == 2
    else:
        # The board starts all the same, with the default one.
        assert code == 0
        assert told[-1].startswith("ui.theme: there is no theme 'mine', kmm-dark is used; there are kmm-contrast,")


@pytest.mark.parametrize("command", ["show", "themes"])
def test_one_that_can_hardly_be_read_is_named_and_can_be_used(settings: Path, command: str) -> None:
    path = write(settings, 'dim = "#9aa2af"', 'dim = "#666a70"')
    code, _, told = run(settings, command)
    assert code == 0
    assert told[0] == f"{path}:16: roles.dim: 3.2:1 on ground, under 4.5:1"
    assert len(told) == 4


def test_a_name_of_the_program_s_cannot_be_taken(settings: Path) -> None:
    path = write(settings)
    path.write_text(path.read_text("utf-8").replace('"mine"', '"kmm-light"'), "utf-8")
    found, failed = all_themes(path.parent)
    assert [theme.name for theme in found] == NAMES
    assert failed == [f"{path}:2: name: 'kmm-light' is taken by a theme of the program"]


def test_own_themes_are_completed(settings: Path) -> None:
    write(settings)
    (settings.parent / "themes" / "broken.toml").write_bytes(b"\xff\xfe")
    context = cli.make_context("kmm-tui", ["--config", str(settings), "demo"])
    assert sorted(completed(context)) == [*NAMES, "mine"]


def test_a_file_that_no_editor_would_write_breaks_nothing(settings: Path) -> None:
    folder = settings.parent / "themes"
    (folder / "deep.toml").write_text(f"name = {'[' * 5000}", "utf-8")
    (folder / "large.toml").write_text("# " + "x" * 100_000, "utf-8")
    (folder / "marked.toml").write_text("name = '\u202e'\ndark = true\n", "utf-8")
    found, failed = all_themes(folder)
    assert len(found) == len(NAMES)
    assert [line.partition(".toml:")[2].partition(":")[0] for line in failed] == ["1", "1", "1"]


def test_a_byte_order_mark_is_no_mistake(settings: Path) -> None:
    path = write(settings)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_theme(path).name == "mine"
