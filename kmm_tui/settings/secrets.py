"""Secrets: in the settings, a file of their own, the keyring, or printed by a command; read only when asked for."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, SecretStr, Tag, ValidationInfo, WithJsonSchema

from kmm_tui.settings import vault
from kmm_tui.settings.keys import nearest
from kmm_tui.settings.table import Table

COMMAND_SECONDS = 10.0
"""How long a command may take to print its secret."""

_MOST_BYTES = 65_536
_FORMS = ("file", "command", "keyring")


class SecretError(Exception):
    """A secret cannot be had. Says why and what to do, never any of its text."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: its exit code, or None if it was stopped at the time limit, and what it printed."""

    code: int | None
    output: bytes = field(default=b"", repr=False)


Runner = Callable[[Sequence[str], float], Ran]
"""Runs an argument list for at most so many seconds. Raises ``OSError`` if it cannot be started."""


def run_command(arguments: Sequence[str], seconds: float) -> Ran:
    """Runs the command without a shell and without input; what it writes to stderr is thrown away."""
    import subprocess  # most people never need it

    with_nothing = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - the person's own settings name the command
        list(arguments), stdin=with_nothing, stdout=subprocess.PIPE, stderr=with_nothing
    )
    ran = Ran(None)
    try:
        ran = Ran(0, process.communicate(timeout=seconds)[0])
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
            # On Windows a thread may still be reading this pipe, and closing it would wait for that thread.
            if os.name == "posix" and process.stdout:
                process.stdout.close()
    return Ran(process.returncode, ran.output) if ran.code == 0 else ran


def _path(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("must be the path of a file, in quotes")
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise ValueError("the home folder behind ~ is not known; write the whole path") from None
    folder = (info.context or {}).get("folder")
    return Path(folder, path) if folder else path


FilePath = Annotated[Path, BeforeValidator(_path), WithJsonSchema({"type": "string"})]
"""The path of a file; one that is not whole starts at the folder of the settings file."""


def arguments(value: Any) -> Any:
    """A command as a list of itself and its arguments, which no shell sees. Raises `ValueError`."""
    good = isinstance(value, list | tuple) and all(isinstance(one, str) and "\0" not in one for one in value)
    if not good or not value or not value[0].strip():
        raise ValueError('must be a list of the command and its arguments, such as ["pass", "show", "kmm"]')
    return tuple(value)


class SecretFile(Table):
    """A secret that is the one line of a file which only its owner may read."""

    file: FilePath = Field(
        description="Path of the file, relative to the settings file; only you may read it (chmod 600)."
    )


class SecretCommand(Table):
    """A secret that is the first line a command prints."""

    command: Annotated[tuple[str, ...], BeforeValidator(arguments)] = Field(
        repr=False,
        min_length=1,
        description="The command and its arguments. It is run without a shell and may take 10 seconds.",
    )


def _entry(value: Any) -> str:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return str(vault.Entry.parse(text if isinstance(text, str) else ""))


class SecretKeyring(Table):
    """A secret in the system's keyring. It takes the package ``keyring``, and may take 5 seconds."""

    keyring: Annotated[str, BeforeValidator(_entry), WithJsonSchema({"type": "string", "pattern": "^[^/]+/.+$"})] = (
        Field(description="service/username of the entry; it takes the extra: pip install 'kmm-tui[keyring]'.")
    )


def _form(value: Any) -> str | None:
    if isinstance(value, str | SecretStr):
        return "<plain>"
    for kind, tag in ((SecretFile, "<file>"), (SecretCommand, "<command>"), (SecretKeyring, "<keyring>")):
        if isinstance(value, kind):
            return tag
    if isinstance(value, dict):
        meant = {nearest(str(key), _FORMS) for key in value} - {None}
        return f"<{meant.pop()}>" if len(meant) == 1 else None
    return None


Secret = Annotated[
    Annotated[SecretStr, Field(min_length=1), Tag("<plain>")]
    | Annotated[SecretFile, Tag("<file>")]
    | Annotated[SecretCommand, Tag("<command>")]
    | Annotated[SecretKeyring, Tag("<keyring>")],
    Discriminator(_form),
]
"""A secret as the settings know it. ``reveal`` reads it."""


def reveal(secret: SecretStr | SecretFile | SecretCommand | SecretKeyring, run: Runner = run_command) -> SecretStr:
    """Reads the secret, which may take ``COMMAND_SECONDS``. Raises ``SecretError``."""
    if isinstance(secret, SecretKeyring):
        return _from_keyring(secret.keyring)
    if isinstance(secret, SecretFile):
        return _from_file(secret.file)
    if isinstance(secret, SecretCommand):
        return _from_command(secret.command, run)
    return secret


def _from_file(path: Path) -> SecretStr:
    trouble = ""
    content = Ran(None)
    try:
        with path.open("rb") as file:
            # The mode of what was opened, not of what the name meant a moment ago.
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                trouble = f"others on this machine may read {path}; chmod 600 {path}"
            else:
                content = Ran(0, file.read(_MOST_BYTES))
    except FileNotFoundError:
        trouble = f"there is no file {path}; write the secret into it, then chmod 600 {path}"
    except OSError as error:
        trouble = f"cannot read {path}: {error.strerror or type(error).__name__}"
    if trouble:
        raise SecretError(trouble)
    return _one_line(content.output, f"the file {path}", whole=True)


def _from_command(arguments: Sequence[str], run: Runner) -> SecretStr:
    trouble = ""
    ran = Ran(None)
    name = arguments[0]
    try:
        ran = run(arguments, COMMAND_SECONDS)
    except OSError as error:
        trouble = f'the command "{name}" could not be started: {error.strerror or type(error).__name__}'
    else:
        if ran.code is None:
            trouble = f'the command "{name}" was stopped after {COMMAND_SECONDS:.0f} s; run it yourself to see why'
        elif ran.code:
            trouble = f'the command "{name}" ended with code {ran.code}; run it yourself to see why'
    if trouble:
        raise SecretError(trouble)
    return _one_line(ran.output, f'the command "{name}"', whole=False)


def _from_keyring(written: str) -> SecretStr:
    trouble = ""
    try:
        return vault.fetch(vault.Entry.parse(written))
    except vault.VaultError as error:
        trouble = str(error)
    raise SecretError(trouble)


def _one_line(content: bytes, origin: str, *, whole: bool) -> SecretStr:
    """The secret in what was read: all of it but the line end (``whole``), or its first line."""
    try:
        text = SecretStr(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        text = None
    del content
    if text is None:
        raise SecretError(f"{origin} gave something that is not UTF-8 text")
    first, *more = text.get_secret_value().rstrip("\r\n").split("\n") if whole else text.get_secret_value().split("\n")
    line = SecretStr(first.rstrip("\r"))
    del first
    surplus = whole and bool(more)
    del more
    if surplus:
        raise SecretError(f"{origin} holds more than one line; leave only the secret in it")
    if not line.get_secret_value():
        raise SecretError(f"{origin} gave an empty secret")
    return line
