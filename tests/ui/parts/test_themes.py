"""Themes are readable, complete and, when broken, named with file, line and key."""

import itertools
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from textual.theme import Theme

from kmm_tui.settings.themefile import (
    DEFAULT,
    GROUND_ROLES,
    ROLES,
    TEXT_ROLES,
    contrast,
    read_theme,
    weak_contrasts,
)
from kmm_tui.ui import themes
from kmm_tui.ui.looks import is_grey
from kmm_tui.ui.themes import FALLBACK, load_themes, roles_of, variable_defaults

from .eyes import Eyes, Triple, ciede2000, distance, seen

Copy = Callable[[str, str], tuple[list[Theme], list[str]]]

SHIPPED = load_themes()[0]
BY_NAME = {theme.name: theme for theme in SHIPPED}
NAMES = ["kmm-contrast", "kmm-dark", "kmm-deuteranopia", "kmm-light", "kmm-mono"]
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
    assert [theme.name for theme in SHIPPED] == NAMES
    assert next(theme for theme in SHIPPED if theme.name == "kmm-light").dark is False


def test_the_fallback_is_the_default_theme() -> None:
    assert next(theme for theme in SHIPPED if theme.name == DEFAULT) == FALLBACK


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_every_text_is_readable_on_every_ground(theme: Theme) -> None:
    assert weak_contrasts(roles_of(theme)) == []
    for role, ground in itertools.product(TEXT_ROLES, GROUND_ROLES):
        assert contrast(theme.variables[f"kmm-{role}"], theme.variables[f"kmm-{ground}"]) >= 4.5


@pytest.mark.parametrize("name", ["kmm-dark", "kmm-light", "kmm-contrast"])
def test_calm_is_grey_and_only_trouble_has_colour(name: str) -> None:
    roles = roles_of(BY_NAME[name])

    def saturation(role: str) -> int:
        parts = [int(roles[role][at : at + 2], 16) for at in (1, 3, 5)]
        return max(parts) - min(parts)

    calm = max(saturation(role) for role in ("text", "title", "dim", "stale", "ok", "online", "back-soon", "offline"))
    assert min(saturation("warn"), saturation("critical")) > 1.5 * calm


STATUS = list(itertools.combinations(("ok", "warn", "critical", "stale"), 2))
STATES = list(itertools.combinations(("online", "away", "back-soon", "offline"), 2))
EYES: tuple[Eyes, ...] = ("usual", "protanopia", "deuteranopia")


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", ["kmm-dark", "kmm-light", "kmm-contrast", "kmm-deuteranopia"])
def test_what_must_differ_differs_for_all_eyes(name: str, eyes: Eyes) -> None:
    roles = roles_of(BY_NAME[name])
    is_strict = name == "kmm-deuteranopia"
    for one, other in (*STATUS, *STATES):
        # What is calm is stale without a change of hue: both are grey.
        least = 8.0 if {one, other} == {"ok", "stale"} else 15.0 if is_strict else 8.0
        assert distance(roles[one], roles[other], eyes) >= least, (one, other)
    # No status may be taken for what is chosen.
    for status in ("warn", "critical"):
        assert distance(roles["accent"], roles[status], eyes) >= 15
    assert distance(roles["cursor"], roles["ground"], eyes) >= 8
    if is_strict:
        assert distance(roles["warn"], roles["critical"], eyes) >= 40


def test_the_theme_without_colour_has_none() -> None:
    assert [name for name in NAMES if is_grey(roles_of(BY_NAME[name]))] == ["kmm-mono"]


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
        ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_of_the_paper(one: Triple, other: Triple, far: float) -> None:
    assert ciede2000(one, other) == pytest.approx(far, abs=5e-5)
    assert ciede2000(other, one) == pytest.approx(far, abs=5e-5)


def test_eyes_that_do_not_tell_red_from_green_are_simulated() -> None:
    for grey in ("#000000", "#808080", "#ffffff"):
        assert max(distance(grey, grey), *(abs(a - b) for a, b in itertools.pairwise(seen(grey, "protanopia")))) < 1e-4
    for eyes in EYES[1:]:
        assert distance("#c05050", "#7a7a30", eyes) < distance("#c05050", "#7a7a30") / 2
        assert distance("#5050ff", "#c0c030", eyes) > 40


def test_contrast_is_the_one_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_weak_contrast_is_named() -> None:
    assert weak_contrasts({**roles_of(FALLBACK), "dim": "#555555"})[0] == "dim on ground: 2.3:1"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('warn = "#f0b840"', 'wran = "#f0b840"', "mine.toml:21: roles.wran: unknown, perhaps warn"),
        ('warn = "#f0b840"', 'warn = "yellowish"', "mine.toml:21: roles.warn: a colour as #rrggbb, not 'yellowish'"),
        ('warn = "#f0b840"\n', "", "mine.toml:6: roles.warn: missing"),
        ("dark = true", "dark = 1", "mine.toml:4: dark: true or false"),
        ('title = "Dark"', 'tilte = "Dark"', "mine.toml:3: tilte: unknown, perhaps title"),
        ('name = "kmm-dark"', 'name = "Dark!"', "mine.toml:2: name: small letters, digits and dashes, at most 40"),
        ('warn = "#f0b840"', "warn = #f0b840", "mine.toml:21: file: not TOML: Invalid value"),
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
        f"{tmp_path}/b.toml:2: name: 'kmm-dark' is taken by a.toml",
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
    assert read_theme(FOLDER / "kmm-light.toml").roles["ground"].startswith("#f")
