"""A new profile written into the settings file: added behind what is there, all of it or nothing."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kmm_tui.settings import vault
from kmm_tui.settings.errors import Problem, SettingsError, printable
from kmm_tui.settings.models import DOMAIN_API
from kmm_tui.settings.read import read

SERVICE = "kmm-tui"
"""Under which the keyring keeps our secrets."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class _ChangedMeanwhile(Exception):
    pass


class Keep(Enum):
    """Where the secrets of a new profile go."""

    FILES = "files"
    """Each into a file of its own beside the settings file, which only its owner may read."""
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class NewProfile:
    """A profile to be written. `given` is what its sign-in takes: secrets as ``SecretStr``, the rest as text."""

    name: str
    account: str
    method: str
    given: Mapping[str, str | SecretStr] = field(repr=False)
    display: str | None = None
    domain_api: str = DOMAIN_API


def name_trouble(name: str, taken: Mapping[str, object] | tuple[str, ...] = ()) -> str:
    """What is wrong with the name of a new profile, in one line; '' if nothing is."""
    if not _NAME.fullmatch(name):
        return "letters, digits, - and _ only, at most 40 of them, such as acme-emea"
    # Files of secrets are named after it, and some systems tell no capitals from small letters there.
    if name.casefold() in {one.casefold() for one in taken}:
        return f"there is a profile {name} already; choose another name"
    return ""


def profiles_in(path: Path) -> tuple[str, ...]:
    """The names of the profiles in the settings file, none if there is no file. Raises ``SettingsError``."""
    draft, problems = read(path, "")
    if problems:
        raise SettingsError(problems)
    found = draft.tree.get("profiles", {})
    return tuple(found) if isinstance(found, dict) else ()


def add_profile(path: Path, profile: NewProfile, keep: Keep) -> None:
    """Writes `profile` into the settings file at `path`, which is made, for its owner only, if there is none.

    The file is replaced in one step, and what is in it stays as it is, byte by byte. Secrets go where `keep` says
    and never into the file. Raises ``SettingsError`` and leaves nothing behind, where anything cannot be done.
    """
    if trouble := name_trouble(profile.name, profiles_in(path)):
        raise SettingsError([Problem("", f"profiles.{printable(profile.name)}", trouble)])
    undo: list[Callable[[], object]] = []
    trouble = ""
    # A link is followed: what it points to is the file. Relative paths start at the link's own folder, when read too.
    folder, target = path.absolute().parent, path.resolve()
    try:
        before = _content(target)
        for one in (folder, target.parent):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
        places = {
            key: _kept(folder, profile, key, secret, keep, undo)
            for key, secret in profile.given.items()
            if isinstance(secret, SecretStr)
        }
        after = _extended(path, before or b"", profile, places)
        _replace(target, before, after)
        undo.clear()
    except _ChangedMeanwhile:
        trouble = "has been changed meanwhile by somebody else, and was left as it is; try again"
    except OSError as error:
        trouble = f"cannot be written: {error.strerror or type(error).__name__}"
    except vault.VaultError as error:
        raise SettingsError([Problem("", "", str(error))]) from None
    finally:
        # Whatever happened: what is not in the settings belongs to nobody.
        for undoing in reversed(undo):
            with contextlib.suppress(OSError, vault.VaultError):
                undoing()
    if trouble:
        raise SettingsError([Problem(str(path), "", trouble)])


def _content(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def _kept(
    folder: Path, profile: NewProfile, key: str, secret: SecretStr, keep: Keep, undo: list[Callable[[], object]]
) -> dict[str, str]:
    """Puts one secret away. Returns how the settings name its place."""
    # What an earlier profile of that name has left behind may still be needed: it is never written over.
    for number in count(1):
        place = f"{profile.name}-{key}" if number == 1 else f"{profile.name}-{key}-{number}"
        if keep is Keep.KEYRING:
            entry = vault.Entry(SERVICE, place)
            if vault.holds(entry):
                continue
            undo.append(lambda: vault.forget(entry))  # noqa: B023 - the loop ends here
            vault.store(entry, secret)
            return {"keyring": str(entry)}
        file = folder / place
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        undo.append(file.unlink)
        with os.fdopen(handle, "wb") as opened:
            opened.write(secret.get_secret_value().encode("utf-8") + b"\n")
        return {"file": place}
    raise AssertionError("numbers do not end")


def _extended(path: Path, before: bytes, profile: NewProfile, places: Mapping[str, Mapping[str, str]]) -> bytes:
    """What is there, and the profile behind it. Raises ``SettingsError`` where that would change what is there."""
    end = b"\r\n" if b"\r\n" in before else b"\n"
    gap = b"" if not before else end if before.endswith(b"\n") else end * 2
    after = before + gap + "\n".join(_lines(profile, places)).encode().replace(b"\n", end) + end
    try:
        old, new = _tree(before), _tree(after)
        new_profiles = new["profiles"]
        del new_profiles[profile.name]
        unchanged = new == {**old, "profiles": old.get("profiles", {})}
    except (ValueError, KeyError, TypeError):
        unchanged = False
    if not unchanged:
        hint = f"write its profiles as tables such as [profiles.{profile.name}], then try again"
        raise SettingsError([Problem(str(path), "profiles", f"no profile can be added at the end of the file; {hint}")])
    return after


def _lines(profile: NewProfile, places: Mapping[str, Mapping[str, str]]) -> list[str]:
    lines = [f"[profiles.{profile.name}]", f"account = {_text(profile.account)}"]
    if profile.display:
        lines.append(f"name = {_text(profile.display)}")
    if profile.domain_api != DOMAIN_API:
        lines.append(f"domain_api = {_text(profile.domain_api)}")
    lines += ["", f"[profiles.{profile.name}.auth]", f"method = {_text(profile.method)}"]
    for key, value in profile.given.items():
        if isinstance(value, SecretStr):
            ((form, place),) = places[key].items()
            lines.append(f"{key} = {{ {form} = {_text(place)} }}")
        else:
            lines.append(f"{key} = {_text(value)}")
    return lines


def _text(value: str) -> str:
    # Texts without control characters are written in TOML as in JSON.
    return json.dumps(value, ensure_ascii=False)


def _tree(content: bytes) -> dict[str, Any]:
    return tomllib.loads(content.decode("utf-8-sig"))


def _replace(target: Path, before: bytes | None, after: bytes) -> None:
    """Puts `after` in the place of `before` in one step. Raises ``_ChangedMeanwhile`` if that is there no longer."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            written.chmod(target.stat().st_mode & 0o777)
        if _content(target) != before:
            raise _ChangedMeanwhile
        written.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            written.unlink()
        raise
