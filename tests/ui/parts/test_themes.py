"""Themes are readable, complete and, when broken, named with file, line and key."""

import itertools
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from textual.theme import Theme

from kmm_tui.ui import themes
from kmm_tui.ui.themes import (
    DEFAULT,
    FALLBACK,
    GROUND_ROLES,
    ROLES,
    TEXT_ROLES,
    build_theme,
    contrast,
    load_themes,
    read_theme,
    variable_defaults,
    weak_contrasts,
)

Copy = Callable[[str, str], tuple[list[Theme], list[str]]]

SHIPPED = load_themes()[0]
FOLDER = Path(themes.__file__).parents[2] / "themes"


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Writes kmm-dark with one text replaced, and gives what loading says."""

    def write(old: str, new: str) -> tuple[list[Theme], list[str]]:
        text = (FOLDER / f"{DEFAULT}.toml").read_text("utf-8")
        assert old in text
        (tmp_path / "mine.toml").write_text(text.replace(old, new, 1), "utf-8")
        return load_themes(tmp_path)

    return write


def test_the_shipped_themes_load() -> None:
    assert load_themes()[1] == []
    assert {"kmm-dark", "kmm-light"} <= {theme.name for theme in SHIPPED}
    assert next(theme for theme in SHIPPED if theme.name == "kmm-light").dark is False


def test_the_fallback_is_the_default_theme() -> None:
    assert next(theme for theme in SHIPPED if theme.name == DEFAULT) == FALLBACK


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_every_text_is_readable_on_every_ground(theme: Theme) -> None:
    assert weak_contrasts(theme) == []
    for role, ground in itertools.product(TEXT_ROLES, GROUND_ROLES):
        assert contrast(theme.variables[f"kmm-{role}"], theme.variables[f"kmm-{ground}"]) >= 4.5


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_trouble_stands_out_from_calm_and_critical_from_warn(theme: Theme) -> None:
    def saturation(role: str) -> int:
        colour = theme.variables[f"kmm-{role}"].lstrip("#")
        parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
        return max(parts) - min(parts)

    calm = max(saturation(role) for role in ("text", "title", "dim", "stale", "ok", "online", "away", "offline"))
    assert min(saturation("warn"), saturation("critical")) > calm
    channels = [
        [int(theme.variables[f"kmm-{role}"][at : at + 2], 16) for at in (1, 3, 5)]
        for role in ("warn", "critical", "accent")
    ]
    for one, other in itertools.combinations(channels, 2):
        assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) >= 80


def test_contrast_is_the_one_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_weak_contrast_is_named() -> None:
    roles = {role: FALLBACK.variables[f"kmm-{role}"] for role in ROLES}
    assert weak_contrasts(build_theme("x", {**roles, "dim": "#555555"}, dark=True))[0].startswith("dim on ground: 2.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('warn = "#e8b04c"', 'wran = "#e8b04c"', "mine.toml:21: roles.wran: unknown, perhaps warn"),
        ('warn = "#e8b04c"', 'warn = "yellowish"', "mine.toml:21: roles.warn: a colour as #rrggbb, not 'yellowish'"),
        ('warn = "#e8b04c"\n', "", "mine.toml:6: roles.warn: missing"),
        ("dark = true", "dark = 1", "mine.toml:4: dark: true or false"),
        ('title = "Dark"', 'tilte = "Dark"', "mine.toml:3: tilte: unknown, perhaps title"),
        ('name = "kmm-dark"', 'name = "Dark!"', "mine.toml:2: name: small letters, digits and dashes, at most 40"),
        ('warn = "#e8b04c"', "warn = #e8b04c", "mine.toml:21: file: not TOML: Invalid value"),
    ],
)
def test_a_broken_theme_is_reported_with_its_line_and_key(
    copy: Copy, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert copy(old, new) == ([], [f"{tmp_path}/{said}"])


def test_a_broken_theme_does_not_keep_others_away(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "kmm-dark.toml", tmp_path / "a.toml")
    shutil.copy(FOLDER / "kmm-dark.toml", tmp_path / "b.toml")
    (tmp_path / "c.toml").write_bytes(b"name = '\xff'")
    (tmp_path / "d.txt").write_text("no theme")
    loaded, failed = load_themes(tmp_path)
    assert [theme.name for theme in loaded] == [DEFAULT]
    assert failed == [
        f"{tmp_path}/b.toml:1: name: 'kmm-dark' is taken by a.toml",
        f"{tmp_path}/c.toml:1: file: not UTF-8 text",
    ]


def test_no_themes_at_all_still_leaves_the_fallback(tmp_path: Path) -> None:
    assert load_themes(tmp_path / "missing") == ([], [])
    assert set(variable_defaults()) == {f"kmm-{role}" for role in ROLES}


def test_a_wheel_finds_them_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "kmm_tui"
    shutil.copytree(FOLDER, package / "themes")
    monkeypatch.setattr(resources, "files", lambda name: package)
    assert [theme.name for theme in load_themes()[0]] == [theme.name for theme in SHIPPED]
    shutil.rmtree(package / "themes")
    # A folder that happens to lie beside the package is not ours.
    (tmp_path / "site" / "themes").mkdir()
    (tmp_path / "site" / "themes" / "other.toml").write_text("x = 1")
    assert load_themes() == ([], [])


def test_one_file_can_be_read_alone() -> None:
    assert read_theme(FOLDER / "kmm-light.toml").variables["kmm-ground"].startswith("#f")
