"""``[[notices]]``: the channels through which people are told of alerts."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, SecretStr, WithJsonSchema, model_validator

from kmm_tui.board.severity import Severity
from kmm_tui.settings.hours import Hours
from kmm_tui.settings.keys import listed, nearest
from kmm_tui.settings.own_alerts import LevelName
from kmm_tui.settings.secrets import FilePath, Secret
from kmm_tui.settings.table import Table

_NEEDS = {"bell": "", "osc9": "", "osc777": "", "webhook": "url", "apprise": "url", "command": "command"}
"""The channels, and what each cannot do without."""
_MAY = {"webhook": {"url", "key", "ca_bundle"}, "apprise": {"url"}, "command": {"command"}}
OPEN_FIELDS = ("to", "level", "quiet", "ca_bundle", "command")
"""Keys whose values are no secrets."""


def _to(value: Any) -> str:
    name = value.strip().casefold() if isinstance(value, str) else ""
    if name in _NEEDS:
        return name
    meant = nearest(name, _NEEDS)
    choice = listed(f'"{one}"' for one in _NEEDS)
    raise ValueError(f'unknown channel; did you mean "{meant}"?' if meant else f"must be {choice}")


def _command(value: Any) -> tuple[str, ...]:
    good = isinstance(value, list | tuple) and all(isinstance(one, str) and "\0" not in one for one in value)
    if not good or not value or not value[0].strip():
        raise ValueError('must be a list of the command and its arguments, such as ["notify", "--team", "ops"]')
    return tuple(value)


def _level(value: Any) -> Any:
    if value not in ("warn", "critical"):
        raise ValueError('must be "warn" or "critical"')
    return value


class OwnNotice(Table):
    """A channel."""

    to: Annotated[str, BeforeValidator(_to), WithJsonSchema({"type": "string", "enum": [*_NEEDS]})] = Field(
        description='"bell", "osc9" or "osc777" of the terminal, "webhook", "apprise" or "command".'
    )
    url: Secret | None = Field(None, description="Address of the webhook, or of a service as apprise writes it.")
    key: Secret | None = Field(None, description="Signs what a webhook gets, with HMAC-SHA256.")
    ca_bundle: FilePath | None = Field(None, description="PEM file of authorities to believe besides the usual ones.")
    command: Annotated[tuple[str, ...], BeforeValidator(_command)] | None = Field(
        None, description="The command and its arguments; it gets the notice as JSON on its stdin."
    )
    level: Annotated[LevelName, BeforeValidator(_level)] = Field(
        "warn", description='From which level on it tells: "warn" or "critical".'
    )
    quiet: Hours = Field((), description="When it tells nothing; what is still open is told afterwards.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        need = _NEEDS[self.to]
        if need and getattr(self, need) is None:
            sample = 'command = ["notify", "--team", "ops"]' if need == "command" else 'url = "..."'
            raise ValueError(f"{need} is missing; write {sample}")
        for key in ("url", "key", "ca_bundle", "command"):
            if getattr(self, key) is not None and key not in _MAY.get(self.to, set()):
                raise ValueError(f'{key} is not for "{self.to}"; leave it out')
        return self

    @property
    def least(self) -> Severity:
        """The level from which on it tells."""
        return Severity.CRITICAL if self.level == "critical" else Severity.WARN


def notice_text(notice: OwnNotice) -> str:
    """A channel on one line, secrets masked."""
    mask = "********"
    parts = [f"{notice.to} {notice.command[0]} …" if notice.command else notice.to]
    for key in ("url", "key"):
        value = getattr(notice, key)
        if value is not None:
            parts.append(f"{key} {mask}" if isinstance(value, SecretStr) else f"{key} from {_origin(value)}")
    parts.append(f"from {notice.level} on")
    parts += [f"quiet {', '.join(notice.quiet)}"] if notice.quiet else []
    return ", ".join(parts)


def _origin(secret: Any) -> str:
    return next(f"a {key}" for key in ("file", "command", "keyring") if hasattr(secret, key))
