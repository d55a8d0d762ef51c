"""Settings in a folder of the test's own: no test reads the developer's settings or environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.settings import Loaded, SettingsError, load

Load = Callable[..., Loaded]
Lines = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("KMM_TUI_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where these tests' settings file is."""
    return tmp_path / "config.toml"


@pytest.fixture
def load_text(file: Path) -> Load:
    """Loads a text as the default settings file, with an environment and flags."""

    def loading(text: str | None, environ: Mapping[str, str] | None = None, **flags: Any) -> Loaded:
        if text is not None:
            file.write_text(text, encoding="utf-8")
            file.chmod(0o600)
        dotted = {key.replace("__", "."): value for key, value in flags.items()}
        return load(flags=dotted, environ=environ or {}, config=None, default_path=file)

    return loading


@pytest.fixture
def error_lines(file: Path, load_text: Load) -> Lines:
    """The lines of the error that loading gives, with the folder of the settings file left out."""

    def lines(text: str | None, environ: Mapping[str, str] | None = None, **flags: Any) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            load_text(text, environ, **flags)
        return str(caught.value).replace(f"{file.parent}{os.sep}", "").split("\n")

    return lines
