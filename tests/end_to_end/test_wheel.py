"""What is built is what runs: a wheel has the themes in it, and a board started from nothing else wears them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="building a wheel needs the build backend")
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_the_program_and_its_themes_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for theme in (ROOT / "themes").glob("*.toml"):
            assert archive.read(f"kmm_tui/themes/{theme.name}") == theme.read_bytes()
    assert {"kmm_tui/__main__.py", "kmm_tui/output/grafana.json"} <= names
    assert any(name.endswith("entry_points.txt") for name in names)
    assert not any(name.startswith("tests") for name in names)


def test_a_board_from_the_wheel_starts_with_the_theme_of_its_name(
    wheel: Path, start: Any, environ: dict[str, str], tmp_path: Path
) -> None:
    target = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    alone = {**environ, "PYTHONPATH": str(target), "PYTHONSAFEPATH": "1"}
    check = "import kmm_tui, sys; sys.exit(not kmm_tui.__file__.startswith(sys.argv[1]))"
    assert subprocess.run([sys.executable, "-c", check, str(target)], env=alone, check=False).returncode == 0
    ground = {}
    for theme in ("kmm-dark", "kmm-light"):
        terminal = start("demo", "--size", "small", "--theme", theme, environ=alone)
        terminal.wait_for("● LIVE", "whole account", "AGENTS")
        assert "theme" not in terminal.text
        ground[theme] = terminal.screen.buffer[terminal.screen.lines - 8][100].bg
        terminal.send("q")
        assert terminal.ended() == 0
    light, dark = (sum(int(ground[name][at : at + 2], 16) for at in (0, 2, 4)) for name in ("kmm-light", "kmm-dark"))
    assert light > 600 > 200 > dark


def test_a_theme_that_does_not_exist_is_told_and_the_board_goes_on(start: Any) -> None:
    terminal = start("demo", "--size", "small", "--theme", "kmm-drak")
    terminal.wait_for("● LIVE", "there is no theme 'kmm-drak'", "kmm-dark", "kmm-light")
