"""Another look: seen as one chooses, kept or given back, and taken over from a file that changes."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kmm_tui.settings.themefile import ThemeFile, read_themes
from kmm_tui.ui import themed
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.looks import Depth
from kmm_tui.ui.themechooser import ThemeChooser

from .conftest import LIMITED, SetStage
from .frames import capture
from .person import Person, at_board, shows

DARK = next(theme for theme in read_themes()[0] if theme.name == "kmm-dark")


def write(folder: Path, name: str = "mine", **colours: str) -> Path:
    """A theme file like the default one, with other colours."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    roles = {**DARK.roles, **{role.replace("_", "-"): colour for role, colour in colours.items()}}
    lines = [f'name = "{name}"', "dark = true", "[roles]", *(f'{role} = "{colour}"' for role, colour in roles.items())]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    # Two changes within one tick of the file system's clock are two changes.
    write.count += 1  # type: ignore[attr-defined]
    os.utime(path, (write.count, write.count))  # type: ignore[attr-defined]
    return path


write.count = 1_000_000  # type: ignore[attr-defined]


def ground(person: Person) -> str:
    """The colour that is behind the figures."""
    [first, *_] = person.pilot.app.screen_stack[0]._compositor.render_strips()[3]
    assert first.style
    assert first.style.bgcolor
    return first.style.bgcolor.get_truecolor().hex


async def tick(person: Person) -> None:
    person.stage.app._tick()
    await person.settled()


@shows("board.theme", "themes.close")
async def test_a_theme_is_worn_as_one_comes_to_it_and_escape_gives_the_former_back(stage: SetStage) -> None:
    async with at_board(stage) as person:
        app = person.pilot.app
        await person.press("T")
        assert isinstance(app.screen, ThemeChooser)
        person.line('[ui] theme = "kmm-dark"')
        await person.press("down", "down")
        assert app.theme == "kmm-light"
        assert ground(person) == app.available_themes["kmm-light"].variables["kmm-ground"]
        person.line('[ui] theme = "kmm-light"')
        person.line("■ 4:12")
        await person.press("escape")
        assert person.is_at_the_board
        assert app.theme == "kmm-dark"
        assert ground(person) == DARK.roles["ground"]


async def test_enter_keeps_the_theme(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("T", "up", "enter")
        assert person.is_at_the_board
        assert person.pilot.app.theme == "kmm-contrast"
        assert ground(person) == "#000000"
        # It begins at the one that is worn.
        await person.press("T", "enter")
        assert person.pilot.app.theme == "kmm-contrast"


@pytest.mark.parametrize("size", [(60, 20), (200, 60)])
async def test_the_chooser_fits(stage: SetStage, size: tuple[int, int], tmp_path: Path) -> None:
    write(tmp_path, "hardly", dim="#555555")
    async with at_board(stage, size=size, prefs=replace(LIMITED, themes=tmp_path)) as person:
        await person.press("T", "end")
        person.line("hardly")
        person.line("dim: 2.3:1 on ground, under 4.5:1 and 3 more")
        person.line("⏎ keep  esc as it was")


async def test_an_own_theme_is_worn_and_what_can_hardly_be_read_is_named_for_a_while(
    stage: SetStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(themed, "NAMED", 0.05)
    path = write(tmp_path, dim="#555555")
    async with at_board(stage, theme="mine", prefs=replace(LIMITED, themes=tmp_path), size=(200, 40)) as person:
        app = person.stage.app
        assert app.theme == "mine"
        line = next(at for at, text in enumerate(path.read_text("utf-8").splitlines(), 1) if text.startswith("dim"))
        assert app.shelf.weak("mine")[0] == f"{path}:{line}: roles.dim: 2.3:1 on ground, under 4.5:1"
        await person.pilot.pause(0.1)
        assert app.theme_note == ""
        # Chosen again it is told again.
        app.wear("mine")
        assert app.theme_note == f"{app.shelf.weak('mine')[0]} and 3 more"


async def test_a_broken_own_theme_is_told_with_its_line_and_the_default_one_is_used(
    stage: SetStage, tmp_path: Path
) -> None:
    path = write(tmp_path, warn="yellow")
    async with at_board(stage, theme="mine", prefs=replace(LIMITED, themes=tmp_path), size=(200, 40)) as person:
        assert person.pilot.app.theme == "kmm-dark"
        told = person.line(f"{path}:")
        assert "roles.warn: a colour as #rrggbb, not 'yellow'; there is no theme 'mine', kmm-dark is used" in told
        # Mended while the board runs, it is worn.
        write(tmp_path, ground="#101820")
        await tick(person)
        assert person.pilot.app.theme == "mine"
        assert ground(person) == "#101820"
        assert str(path) not in person.text


async def test_a_theme_that_changes_on_disk_is_taken_over_and_a_broken_one_keeps_its_last_good_look(
    stage: SetStage, tmp_path: Path
) -> None:
    path = write(tmp_path, ground="#101820")
    async with at_board(stage, theme="mine", prefs=replace(LIMITED, themes=tmp_path), size=(200, 40)) as person:
        assert ground(person) == "#101820"
        write(tmp_path, ground="#181008")
        await tick(person)
        assert ground(person) == "#181008"
        path.write_text("name = 'mine'\ndark = maybe\n", "utf-8")
        await tick(person)
        person.line(f"{path}:2: file: not TOML")
        assert ground(person) == "#181008"
        path.unlink()
        await tick(person)
        assert ground(person) == "#181008"
        assert "not TOML" not in person.text
        write(tmp_path, ground="#081018")
        await tick(person)
        assert ground(person) == "#081018"


async def test_files_are_only_read_again_when_one_has_changed(
    stage: SetStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    async with at_board(stage, prefs=replace(LIMITED, themes=tmp_path)) as person:
        read: list[Path | None] = []

        def reading(folder: Path | None) -> tuple[list[ThemeFile], list[str]]:
            read.append(folder)
            return [DARK], []

        monkeypatch.setattr("kmm_tui.ui.shelf.all_themes", reading)
        for _ in range(5):
            await tick(person)
        assert read == []
        (tmp_path / "notes.txt").write_text("no theme")
        await tick(person)
        assert read == []
        write(tmp_path, "other")
        await tick(person)
        assert read == [tmp_path]


@pytest.mark.parametrize(("value", "coloured"), [("1", False), ("no", False), ("", True)])
async def test_no_color_is_kept_to_when_it_says_something(
    stage: SetStage, monkeypatch: pytest.MonkeyPatch, value: str, coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    async with at_board(stage) as person:
        assert capture(person.pilot).coloured is coloured
        await person.press("question_mark")
        assert capture(person.pilot).coloured is coloured
        await person.press("escape", "T", "down")
        assert capture(person.pilot).coloured is coloured


@pytest.mark.parametrize("depth", ["none", "standard"])
async def test_what_is_chosen_in_the_palette_is_reversed_where_no_ground_shows_it(
    stage: SetStage, monkeypatch: pytest.MonkeyPatch, depth: Depth
) -> None:
    if depth == "none":
        monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(BoardApp, "_depth", lambda app: depth)
    async with at_board(stage) as person:
        await person.press("colon")
        await person.pilot.pause(0.3)
        await person.press("down", "down")
        chosen = [
            "".join(cell.text for cell in line)
            for line in capture(person.pilot).cells
            if sum("r" in cell.marks for cell in line) > 60
        ]
        assert len(chosen) == 2, "an action and its key"
        assert "key" in chosen[1]
