"""The faults that a scene file orders: its ``[[fault]]`` tables, one order each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kmm_tui.simulator.faults import read_order


def scene_faults(scene: str | Path) -> list[dict[str, Any]]:
    """The orders of a scene file; a built-in scene has none.

    Raises `ValueError` that names the file, the table and what is wrong with it.
    """
    if isinstance(scene, str) and not scene.endswith(".toml"):
        return []
    import tomllib

    path = Path(scene)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("fault", [])
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not TOML: {error}") from error
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{path}: fault: must be [[fault]] tables")
    for place, table in enumerate(tables):
        try:
            read_order(table)
        except ValueError as error:
            raise ValueError(f"{path}: fault[{place}]: {error}") from error
    return tables
