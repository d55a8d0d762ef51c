"""The system's keyring, by the optional package ``keyring``; a locked one that nobody can unlock never answers."""

from __future__ import annotations

import importlib
import shlex
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, TypeVar

from pydantic import SecretStr

KEYRING_SECONDS = 5.0
"""How long the keyring may take to answer. A person may have to unlock it in that time."""
PACKAGE = "keyring"
INSTALL = "pip install 'kmm-tui[keyring]'"

_OTHERWISE = "or keep the secret in a file of its own"

T = TypeVar("T")


class VaultError(Exception):
    """The keyring cannot be used. Says why and what to do, never any secret."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a secret is in the keyring. Written ``service/username``: the service has no slash."""

    service: str
    username: str

    @classmethod
    def parse(cls, text: str) -> Entry:
        """Reads ``service/username``. Raises ``ValueError``."""
        service, slash, username = text.partition("/")
        if not slash or not service.strip() or not username.strip() or not text.isprintable():
            raise ValueError('must be "service/username", such as "kmm-tui/acme"')
        return cls(service, username)

    def __str__(self) -> str:
        return f"{self.service}/{self.username}"

    def command(self, verb: str) -> str:
        """The command line of ``keyring`` for this entry; `verb` is ``get`` or ``set``."""
        return shlex.join(["keyring", verb, self.service, self.username])


def installed() -> bool:
    """Whether the package is there. Imports nothing of it."""
    try:
        return find_spec(PACKAGE) is not None
    except ValueError:  # it is loaded, and was made by hand
        return True


def fetch(entry: Entry, seconds: float = KEYRING_SECONDS) -> SecretStr:
    """The secret of `entry`. Raises ``VaultError``, also where there is none."""
    found = _peek(entry, seconds)
    if found is None:
        raise VaultError(f"the keyring holds no secret under {entry}; {entry.command('set')}")
    return found


def holds(entry: Entry, seconds: float = KEYRING_SECONDS) -> bool:
    """Whether there is a secret of `entry`. Raises ``VaultError``."""
    return _peek(entry, seconds) is not None


def store(entry: Entry, secret: SecretStr, seconds: float = KEYRING_SECONDS) -> None:
    """Puts `secret` there, in place of what was there. Raises ``VaultError``, also where it was not kept."""

    def work(keyring: Any) -> bool:
        keyring.set_password(entry.service, entry.username, secret.get_secret_value())
        # Some backends take everything and keep nothing.
        return bool(keyring.get_password(entry.service, entry.username) == secret.get_secret_value())

    if not _within(work, seconds):
        raise VaultError(f"the keyring took the secret and did not keep it; set up another one, {_OTHERWISE}")


def forget(entry: Entry, seconds: float = KEYRING_SECONDS) -> None:
    """Takes the secret of `entry` away. Raises ``VaultError``."""
    _within(lambda keyring: keyring.delete_password(entry.service, entry.username), seconds)


def _peek(entry: Entry, seconds: float) -> SecretStr | None:
    def work(keyring: Any) -> SecretStr | None:
        found = keyring.get_password(entry.service, entry.username)
        return SecretStr(found) if found else None

    return _within(work, seconds)


def _within(work: Callable[[Any], T], seconds: float) -> T:
    """What `work` does with the package, given up after `seconds`."""
    done: list[T] = []
    trouble: list[str] = []

    def run() -> None:
        try:
            # Looking for a keyring may hang as well as asking it.
            done.append(work(importlib.import_module(PACKAGE)))
        except BaseException as error:  # noqa: BLE001 - whatever a backend raises, nobody else would see it
            trouble.append(_trouble(error))

    # A daemon: one that hangs does not keep the program from ending.
    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if trouble:
        raise VaultError(trouble[0])
    if not done:
        raise VaultError(f"the keyring did not answer within {seconds:g} s; unlock it and try again, {_OTHERWISE}")
    return done[0]


def _trouble(error: BaseException) -> str:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, ImportError):
        return f"the package keyring is not installed; {INSTALL}"
    if "KeyringLocked" in kinds:
        return f"the keyring is locked; unlock it and try again, {_OTHERWISE}"
    if kinds & {"NoKeyringError", "InitError"}:
        return f"there is no keyring on this machine that can be used; set one up, {_OTHERWISE}"
    return f'the keyring failed ({type(error).__name__}); see what "keyring diagnose" says, {_OTHERWISE}'
