"""What to read of a table of figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["csv", "json", "sqlite"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read of a table: the columns, or the JMESPath of a row, of its key, of its time slot and its values.

    `path` is the file; without one the data is handed over. `rows` is the JMESPath of the rows in JSON, '' where it is
    all of it. `key` and `slot` are '' where there is none.
    """

    kind: Kind
    values: tuple[str, ...]
    key: str = ""
    slot: str = ""
    path: Path | None = None
    query: str = field(default="", repr=False)
    rows: str = ""
