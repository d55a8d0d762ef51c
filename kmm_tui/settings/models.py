"""The settings themselves, and what each may be."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PlainSerializer, SecretStr, WithJsonSchema

from kmm_tui.settings.auth import Auth, Text
from kmm_tui.settings.duration import format_duration, parse_duration
from kmm_tui.settings.secrets import FilePath
from kmm_tui.settings.table import Table

DOMAIN_API = "https://api.liveperson.net"
PROXY = "http://proxy.example:8080"
FEWEST_CALLS, CALLS, MOST_CALLS = 6, 300, 6000
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
_BARE_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?")


def _account(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    text = text.strip() if isinstance(text, str) else ""
    if not (text.isascii() and text.isdigit()):
        raise ValueError('must be the number of the account, digits only, such as "12345678"')
    return text


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _domain_api(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f'must be an address in quotes, such as "{DOMAIN_API}"')
    text = value.strip()
    if _BARE_HOST.fullmatch(text):
        raise ValueError(f'https:// is missing; write an address such as "{DOMAIN_API}"')
    try:
        parts = urlsplit(text)
        host, port, whole = parts.hostname or "", parts.port, parts.netloc
    except ValueError:
        raise ValueError(f'not an address; write one such as "{DOMAIN_API}"') from None
    if "@" in whole:
        raise ValueError("must not hold a user name or password; the sign-in goes under auth")
    if not text.isprintable() or not _HOST.fullmatch(whole.removesuffix(f":{port}")) or port == 0:
        raise ValueError(f'not an address; write one such as "{DOMAIN_API}"')
    if parts.scheme != "https" and not (parts.scheme == "http" and _loopback(host)):
        raise ValueError("must begin with https://; http:// is only for this machine (127.0.0.1, [::1] or localhost)")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f'must end after the host, as in "{DOMAIN_API}"; leave out the path')
    return f"{parts.scheme}://{whole}"


def _proxy(value: Any) -> SecretStr:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        raise ValueError(f'must be an address in quotes, such as "{PROXY}"')
    text = text.strip()
    if _BARE_HOST.fullmatch(text):
        raise ValueError(f'http:// is missing; write an address such as "{PROXY}"')
    spelt = "; in a password write / as %2F, ? as %3F, # as %23" if "@" in text else ""
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.netloc.rpartition("@")[2]
    except ValueError:
        raise ValueError(f'not an address; write one such as "{PROXY}"{spelt}') from None
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f'must begin with http:// or https://, as in "{PROXY}"')
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f'must end after the host, as in "{PROXY}"{spelt}')
    if not text.isprintable() or " " in text or not _HOST.fullmatch(host.removesuffix(f":{port}")) or port == 0:
        raise ValueError(f'not an address; write one such as "{PROXY}"')
    return SecretStr(text.rstrip("/"))


def _calls(value: Any) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not FEWEST_CALLS <= value <= MOST_CALLS:
        raise ValueError(f"must be a whole number from {FEWEST_CALLS} to {MOST_CALLS}, such as {CALLS}")
    return value


def _length(low: str, high: str | None, unit: str, usual: str) -> Callable[[Any], timedelta]:
    """A reader of a length of time between two limits; what it suggests for a bare number has the usual unit."""
    least, most = parse_duration(low), parse_duration(high) if high else None
    limits = f"between {low} and {high}" if high else f"at least {low}"

    def allowed(length: timedelta) -> bool:
        return length >= least and (most is None or length <= most)

    def read(value: Any) -> timedelta:
        if isinstance(value, timedelta):
            length = value
        else:
            number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
            if isinstance(value, str) and value.strip().isdecimal():
                number = int(value) if len(value) < 7 else 0
            if number is not None:
                meant = f"{number}{unit}"
                fits = isinstance(number, int) and 0 < number < 1_000_000 and allowed(parse_duration(meant))
                raise ValueError(f'a unit is missing; write "{meant if fits else usual}"')
            if not isinstance(value, str):
                raise ValueError(f'must be a length of time in quotes, such as "{usual}"')
            length = parse_duration(value)
        if not allowed(length):
            raise ValueError(f'must be {limits}, such as "{usual}"')
        return length

    return read


def _watch(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError('must be a list, such as ["Billing", "skill:123", "group:Sales*"]')
    return tuple(value)


def _watched(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    text = text.strip() if isinstance(text, str) else ""
    if not text or not text.isprintable():
        raise ValueError('must be the id, name or pattern of a skill or group, such as "Bill*"')
    kind, colon, rest = text.partition(":")
    if colon and kind in {"skill", "group"} and not rest.strip():
        raise ValueError(f'an id, name or pattern is missing after "{kind}:"')
    return text


_JSON_DURATION = WithJsonSchema({"type": "string", "pattern": "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$"})
_JSON_CALLS = WithJsonSchema({"type": "integer", "minimum": FEWEST_CALLS, "maximum": MOST_CALLS})
_AS_TEXT = PlainSerializer(format_duration, return_type=str)

Every = Annotated[timedelta, BeforeValidator(_length("5s", None, "s", "30s")), _AS_TEXT, _JSON_DURATION]
Window = Annotated[timedelta, BeforeValidator(_length("1m", "24h", "m", "1h")), _AS_TEXT, _JSON_DURATION]


class Profile(Table):
    """An account and how to sign in to it."""

    account: Annotated[str, BeforeValidator(_account)] = Field(description="Number of the account, digits only.")
    name: Text | None = Field(None, description='What the board calls the account, such as "Acme EMEA".')
    domain_api: Annotated[str, BeforeValidator(_domain_api)] = Field(
        DOMAIN_API, description="Where the account's hosts are looked up: https, or http on this machine."
    )
    ca_bundle: FilePath | None = Field(
        None, description="PEM file of authorities to believe besides the usual ones, relative to the settings file."
    )
    proxy: Annotated[SecretStr, BeforeValidator(_proxy)] | None = Field(
        None, description="The proxy to the outside, http or https; it may hold a user and password."
    )
    auth: Auth = Field(description="How to sign in.")


class Board(Table):
    """What the board watches, and how often it asks."""

    every: Every = Field(timedelta(seconds=30), description='How often each scope is asked: "30s"; at least "5s".')
    window: Window = Field(timedelta(hours=1), description='What figures are counted over: "1m" to "24h".')
    watch: Annotated[tuple[Annotated[str, BeforeValidator(_watched)], ...], BeforeValidator(_watch)] = Field(
        (), description='Skills and groups by id, name or pattern: "Bill*", "skill:123", "group:Sales*"; empty is all.'
    )
    calls_per_minute: Annotated[int, BeforeValidator(_calls), _JSON_CALLS] = Field(
        CALLS, description=f"How often the account is asked at most: {FEWEST_CALLS} to {MOST_CALLS} calls a minute."
    )


class Ui(Table):
    """How the board looks."""

    theme: Text = Field("kmm-dark", description="Name of the theme.")


class Settings(Table):
    """Everything a person can set, checked."""

    profile: Text = Field(description="Name of the profile in use.")
    profiles: dict[str, Profile] = Field(description="The accounts, by a name of your own.")
    board: Board = Field(Board(), description="What the board watches, and how often it asks.")
    ui: Ui = Field(Ui(), description="How the board looks.")

    @property
    def chosen(self) -> Profile:
        """The profile in use."""
        return self.profiles[self.profile]
