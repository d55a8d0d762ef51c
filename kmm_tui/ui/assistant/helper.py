"""What the assistant asks of the program around it, and what a person has answered so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from kmm_tui.settings.writer import Keep, NewProfile

Given = Mapping[str, str | SecretStr]
"""What a way of signing in takes, by the settings' keys; secrets are ``SecretStr``."""


@dataclass(frozen=True, slots=True)
class Told:
    """How something went, in one line: what happened, and where it went wrong what to do. Never a secret."""

    good: bool
    text: str


class Helper(Protocol):
    """Does what the assistant shows. None of its methods raises; each may be cancelled."""

    @property
    def domain_api(self) -> str:
        """Where accounts are looked up."""
        ...

    @property
    def path(self) -> Path:
        """The settings file that gets the profile."""
        ...

    @property
    def has_keyring(self) -> bool:
        """Whether secrets can go into the keyring."""
        ...

    async def find(self, account: str) -> Told:
        """Looks an account's hosts up."""
        ...

    async def sign_in(self, account: str, method: str, given: Given) -> Told:
        """Signs in, and makes one small call."""
        ...

    def name_trouble(self, name: str) -> str:
        """What is wrong with the name of a new profile; '' if nothing is."""
        ...

    async def save(self, profile: NewProfile, keep: Keep) -> Told:
        """Writes it, all or nothing."""
        ...


@dataclass
class Answers:
    """What is known so far. `found` and `signed_in` are the lines of the steps that went well."""

    account: str = ""
    found: str = ""
    method: str = ""
    given: dict[str, dict[str, str | SecretStr]] = field(default_factory=dict, repr=False)
    """By method: a person may go back and try another."""
    tried: tuple[str, str, dict[str, str | SecretStr]] | None = field(default=None, repr=False)
    """Account, method and what was given when it went well."""
    signed_in: str = ""
    name: str = ""
    display: str = ""
