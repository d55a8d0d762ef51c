"""Where the record of an account is kept."""

from __future__ import annotations

import re
from pathlib import Path


def default_folder() -> Path:
    """The folder of all records: ``record`` in the platform's folder for this user's data."""
    from platformdirs import user_data_path

    return user_data_path("kmm-tui", appauthor=False) / "record"


def file_of(folder: Path, account: str) -> Path:
    """The file of one account in `folder`."""
    return folder / (re.sub(r"[^0-9A-Za-z-]", "_", account) + ".sqlite3")
