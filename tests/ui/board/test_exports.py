"""What is taken along: a row, the rows as files, and a picture."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from .conftest import LIMITED, NOW, SKILLS, SetStage, agent
from .person import at_board, changed, roster_of, shows


@shows("rows.copy")
async def test_y_copies_the_row_as_text(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("down", "down", "y")
        words = person.stage.app.clipboard.split(" · ")
        assert words[0] == "Billing"
        assert {"queue 14", "p90 ■4:12", "free 0"} <= set(words)
        person.line("copied the row")
        await person.press("4", "y")
        assert person.stage.app.clipboard.startswith("Marta Kowalczyk · ○ Lunch · for 31:44 · ")
        await person.press("enter", "down", "y")
        assert person.stage.app.clipboard.startswith("Active · value 3")
        await person.press("5", "y")
        person.line("there is no row to copy")


@shows("rows.csv", "rows.json")
async def test_what_is_shown_becomes_files_of_plain_values(stage: SetStage, tmp_path: Path) -> None:
    async with at_board(stage, prefs=replace(LIMITED, folder=tmp_path)) as person:
        await person.press("slash")
        await person.type("ing")
        await person.press("enter", "e", "E")
        table = read_csv(tmp_path / "kmm-tui-skills-20261122-140431.csv")
        assert [row["name"] for row in table] == ["whole account", "Billing"]
        assert table[1]["queue_wait_time_90th_percentile"] == "252000"
        assert table[1]["human_online_load"] == "1.04"
        objects = json.loads((tmp_path / "kmm-tui-skills-20261122-140431.json").read_text("utf-8"))
        assert [each["unassigned_conversations"] for each in objects] == [27, 14]
        assert set(objects[1]) == set(table[1])
        # Only columns that are on the screen, and what is missing is no zero.
        assert "auto_closed" not in objects[1]
        assert objects[1]["avg_time_to_first_response_first_assignment"] is None
        assert table[1]["avg_time_to_first_response_first_assignment"] == ""
        # The same moment again overwrites nothing.
        await person.press("e")
        assert (tmp_path / "kmm-tui-skills-20261122-140431-2.csv").exists()
        assert str(tmp_path)[:40] in person.text

        await person.press("4", "E")
        agents = json.loads((tmp_path / "kmm-tui-agents-20261122-140431.json").read_text("utf-8"))
        assert agents[0]["for"] == 1_904_000
        assert agents[0]["available_slots"] == 0
        await person.press("enter", "E")
        lines = json.loads((tmp_path / "kmm-tui-agent-20261122-140431.json").read_text("utf-8"))
        assert {line["name"]: line["value"] for line in lines}["Response"] == 111_000
        if sys.platform != "win32":
            assert {path.stat().st_mode & 0o777 for path in files(tmp_path)} == {0o600}


async def test_names_that_look_like_formulas_are_harmless(stage: SetStage, tmp_path: Path) -> None:
    names = ('=HYPERLINK("http://evil")', "+1", "-1", "@cmd", "日本,\"語\"\n")  # fmt: skip
    agents = [agent(str(key), name, "ONLINE", 60) for key, name in enumerate(names, 1)]
    async with at_board(stage, prefs=replace(LIMITED, folder=tmp_path)) as person:
        await person.publish(roster_of(*agents))
        await person.press("4", "e", "E")
        (path,) = files(tmp_path, ".csv")
        found = {row["name"] for row in read_csv(path)}
        assert found == {"'" + names[0], "'+1", "'-1", "'@cmd", '日本,"語"'}
        (path,) = files(tmp_path, ".json")
        assert names[0] in {each["name"] for each in json.loads(path.read_text("utf-8"))}


async def test_what_is_too_old_to_be_shown_is_in_no_file(stage: SetStage, tmp_path: Path) -> None:
    async with at_board(stage, prefs=replace(LIMITED, folder=tmp_path)) as person:
        await person.wait_until(NOW + 700)
        await person.press("2", "E")
        (path,) = files(tmp_path, ".json")
        figures = [value for each in json.loads(path.read_text()) for key, value in each.items() if key != "name"]
        assert figures
        assert set(figures) == {None}
        await person.press("4", "e")
        person.line("there are no rows to export")
        await person.press("y")
        person.line("there is no row to copy")
        assert not files(tmp_path, ".csv")


async def test_a_folder_that_cannot_be_written_to_is_told_in_one_line(stage: SetStage, tmp_path: Path) -> None:
    missing = tmp_path / "gone"
    async with at_board(stage, prefs=replace(LIMITED, folder=missing), size=(200, 60)) as person:
        for key in ("e", "E", "s"):
            await person.press(key)
            assert "cannot be written to" in person.line(f"{missing}"[:60])
            assert person.is_at_the_board


@shows("board.picture")
async def test_s_saves_a_picture_without_any_secret(
    stage: SetStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMM_TUI_AUTH__TOKEN", "s3cr3t-t0ken")
    async with at_board(stage, prefs=replace(LIMITED, folder=tmp_path)) as person:
        await person.publish(changed(SKILLS[0], unassigned_conversations=4321))
        await person.press("s")
        path = tmp_path / "kmm-tui-overview-20261122-140431.svg"
        picture = path.read_text("utf-8")
        assert picture.startswith("<svg")
        assert "4321" in picture
        assert "s3cr3t" not in picture
        person.line("saved ")
        if sys.platform != "win32":
            assert path.stat().st_mode & 0o777 == 0o600


def files(folder: Path, ending: str = "") -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(ending)]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
