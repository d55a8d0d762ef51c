"""What metrics of a person's own may be called."""

from __future__ import annotations

OWN_NAME = "^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$"
"""Small letters, digits and single ``_``, as a regular expression of JSON Schema."""
