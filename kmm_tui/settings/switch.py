"""Yes or no, as the file, the environment and flags say it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _switch(value: Any) -> bool:
    if isinstance(value, str):
        value = _WORDS.get(value.strip().lower())
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


Switch = Annotated[bool, BeforeValidator(_switch)]
