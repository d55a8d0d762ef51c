"""Other keys than the usual ones, and that every key is promised by a test."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from kmm_tui.cli.run import run
from kmm_tui.settings.bindings import read_keys
from kmm_tui.ui.deeds import all_deeds
from kmm_tui.ui.keymap import key_text, problems

from .conftest import LIMITED, SetStage
from .person import at_board, is_shown_here, shows

HERE = Path(__file__).parent


def promised() -> dict[str, list[str]]:
    """The deeds that tests of the screen show, each with the names of those tests."""
    found: dict[str, list[str]] = {}
    for path in sorted(HERE.parent.rglob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for call in node.decorator_list:
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "shows":
                        for each in call.args:
                            assert isinstance(each, ast.Constant)
                            found.setdefault(str(each.value), []).append(f"{path.name}::{node.name}")
    return found


def test_every_key_is_shown_by_a_test() -> None:
    found = promised()
    wanted = {name for name in all_deeds() if is_shown_here(name)}
    assert wanted - set(found) == set(), "these have a key, and no test shows what it does"
    assert set(found) - set(all_deeds()) == set(), "tests show these, and they have no key"


def test_every_key_has_words_and_none_is_taken_twice() -> None:
    for deed in all_deeds().values():
        assert deed.words, deed.id
        assert key_text(deed.keys).strip(), deed.id
    # Clashes are only looked for where somebody maps keys: so map each to what it is.
    assert problems({deed.id: deed.keys for deed in all_deeds().values()}, all_deeds()) == []


@pytest.mark.parametrize(
    ("keymap", "words"),
    [
        ({"rows.filtre": "f"}, "did you mean \"rows.filter\"?"),
        ({"rows.filter": "x"}, "'x' is both rows.filter and rows.cover; give one of them another key"),
        ({"table.down": "n", "rows.pin": "n"}, "'n' is both"),
        ({"board.help": "f2,question_mark"}, "'question_mark' is both"),
        ({"why.left": "right"}, "'right' is both why.left and why.right"),
        ({"chooser.keep": "space"}, "'space' is both"),
        ({"rows.hold": "h"}, "'h' is rows.hold, and also table.left, strip.left, chart.left, heat.left; give"),
    ],
)  # fmt: skip
def test_clashes_and_unknown_ids_are_told(keymap: dict[str, str], words: str) -> None:
    ((name, line),) = problems(keymap, all_deeds())
    assert name in keymap
    assert words in line
    assert "\n" not in line


def test_the_keys_that_the_readme_shows_can_be_used() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (HERE.parents[2] / "README.md").read_text("utf-8"), re.DOTALL)
    shown = [read_keys(tomllib.loads(block)["keys"]) for block in blocks if "\n[keys]" in block]
    assert shown
    for keymap, wrong in shown:
        assert keymap
        assert (wrong, problems(keymap, all_deeds())) == ([], [])


def test_swapped_keys_do_not_clash_and_neither_do_dialogs_and_the_strip() -> None:
    assert problems({"rows.cover": "a", "rows.with-work": "x"}, all_deeds()) == []
    assert problems({"why.close": "escape,x", "strip.left": "b,h", "rows.next-to-breach": "n"}, all_deeds()) == []


@shows("board.help", "help.close")
async def test_other_keys_work_and_the_help_and_the_footer_show_them(stage: SetStage) -> None:
    keys = {"rows.pin": "ctrl+t", "view.skills": "f5", "rows.filter": "f", "rows.cover": "a", "rows.with-work": "x",
            "help.close": "f1,n", "rows.hold": "H"}  # fmt: skip
    async with at_board(stage, prefs=replace(LIMITED, keys=keys), size=(120, 60)) as person:
        await person.press("ctrl+t")
        person.line("not pinned")
        await person.press("p", "2", "slash")
        assert "overview ›" not in person.text
        assert "not pinned" in person.text
        await person.press("f5")
        person.line("overview › SKILLS")
        assert "F5 Skills" in person.lines[-1] or "f5 Skills" in person.lines[-1]
        await person.press("f")
        await person.type("bill")
        await person.press("enter")
        assert person.rows("skills") == ["", "1"]
        await person.press("x")
        person.line("[! 1 away with work]")
        await person.press("1", "a")
        person.line("WHO COULD COVER")
        await person.press("escape", "f1")
        for key, words in (
            ("Ctrl+T", "rows in trouble on top"), ("F5", "skills"), ("f", "show only rows that fit"),
            ("a", "who could cover"), ("x", "agents who are away while"), ("H", "hold the rows still"),
        ):  # fmt: skip
            assert re.search(rf" {re.escape(key)} +{words}", person.line(words)), words
        person.line("not for decisions in real time")
        await person.press("escape")
        assert not person.is_at_the_board
        await person.press("n")
        assert person.is_at_the_board


def test_a_settings_file_with_clashing_keys_ends_the_start_with_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("KMM_TUI_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("kmm_tui.cli.terminal.need_terminal", lambda: None)
    settings = tmp_path / "config.toml"
    settings.write_text(
        '[profiles.acme]\naccount = "12345678"\nauth.method = "bearer"\nauth.token = "not-a-token"\n'
        '[keys]\n"rows.filter" = "x"\n',
        encoding="utf-8",
    )
    settings.chmod(0o600)
    code = run(["--config", str(settings)])
    told = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(told) == 1, told
    assert 'config.toml:6: keys."rows.filter": ' in told[0]
    assert "'x' is both rows.filter and rows.cover; give one of them another key" in told[0]
    assert run(["config", "keys", "--config", str(settings)]) == 2
    listed = capsys.readouterr()
    assert re.search(r"^rows.filter +x +show only rows", listed.out, re.MULTILINE)
    assert re.search(r"^rows.why +\? +all", listed.out, re.MULTILINE)
    assert listed.err.splitlines() == told
