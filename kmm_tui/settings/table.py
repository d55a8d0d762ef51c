"""What every table of the settings file has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table: nothing unknown in it, never changed after loading, and no input repeated in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a table as the file has them; a word that Python keeps to itself is a field under another name."""
    return tuple(field.alias or name for name, field in model.model_fields.items())
