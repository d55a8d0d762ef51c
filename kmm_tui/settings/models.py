"""The settings themselves, and what each may be."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer, SecretStr, WithJsonSchema

from kmm_tui.board import span
from kmm_tui.board.alert_rules import AlertRule, AlertRules
from kmm_tui.board.limits import Limit, StateLimits
from kmm_tui.board.own import Own
from kmm_tui.board.presets import DEFAULT_PRESET, DEFAULT_STATE_LIMITS, PRESETS
from kmm_tui.board.shifts import Shift
from kmm_tui.board.wallprefs import WallPrefs
from kmm_tui.settings.auth import Auth, Text
from kmm_tui.settings.away import merged
from kmm_tui.settings.duration import PATTERN, format_duration, length_between
from kmm_tui.settings.hours import shifts_of
from kmm_tui.settings.keys import listed, nearest
from kmm_tui.settings.own_alerts import Alerting, OwnAlert
from kmm_tui.settings.own_limits import OwnLimit
from kmm_tui.settings.own_metrics import own_metrics
from kmm_tui.settings.own_notices import OwnNotice
from kmm_tui.settings.own_shifts import TODAY, OwnShift, ZoneName, zone_of
from kmm_tui.settings.own_sources import OwnFormula, OwnSource
from kmm_tui.settings.secrets import FilePath
from kmm_tui.settings.size import PATTERN as SIZE_PATTERN
from kmm_tui.settings.size import USUAL, format_size, read_size
from kmm_tui.settings.switch import Switch
from kmm_tui.settings.table import Table, keys_of
from kmm_tui.settings.walls import Wallboard

DOMAIN_API = "https://api.liveperson.net"
PROXY = "http://proxy.example:8080"
FEWEST_CALLS, CALLS, MOST_CALLS = 6, 300, 6000
MOST_DAYS = 14
WIDEST = timedelta(hours=24)
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
_LENGTH = re.compile(r"[0-9]+|(?:[0-9]+[a-z])+", re.IGNORECASE)
WINDOWS = 'a length of time such as "1h", "today", or the name of a shift'
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


def _preset(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if name in PRESETS:
        return name
    meant = nearest(name, PRESETS)
    choice = listed(f'"{one}"' for one in PRESETS)
    raise ValueError(f'unknown preset; did you mean "{meant}"?' if meant else f"must be {choice}")


_read_window = length_between("1m", "24h", "m", "1h")


def _window(value: Any) -> timedelta | str:
    """A length of time, ``today``, or what may be the name of a shift: which shifts there are is checked later."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or _LENGTH.fullmatch(text):
        return _read_window(value)
    if text.casefold() == TODAY:
        return TODAY
    if not text.isprintable():
        raise ValueError(f"must be {WINDOWS}")
    return text


def _days_back(value: Any) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 5:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
        raise ValueError(f"must be a whole number of days from 1 to {MOST_DAYS}, such as {MOST_DAYS}")
    return value


_JSON_DURATION = WithJsonSchema({"type": "string", "pattern": PATTERN})
_JSON_CALLS = WithJsonSchema({"type": "integer", "minimum": FEWEST_CALLS, "maximum": MOST_CALLS})
_JSON_AWAY = WithJsonSchema(
    {"type": "object", "additionalProperties": {"type": "string", "pattern": f"{PATTERN}|^(off|none)$"}}
)
_KEY_LISTS = [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "object"}]
_JSON_KEYS = WithJsonSchema({"type": "object", "additionalProperties": {"anyOf": _KEY_LISTS}})
_JSON_DAYS = WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_DAYS})
_JSON_WINDOW = WithJsonSchema({"type": "string", "pattern": f"{PATTERN}|[^0-9]", "examples": ["1h", TODAY, "Early"]})
_JSON_SIZE = WithJsonSchema({"type": "string", "pattern": SIZE_PATTERN})
_AS_TEXT = PlainSerializer(format_duration, return_type=str)

Every = Annotated[timedelta, BeforeValidator(length_between("5s", None, "s", "30s")), _AS_TEXT, _JSON_DURATION]
Window = Annotated[timedelta | str, BeforeValidator(_window), _JSON_WINDOW]


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
    opens: Window = Field(
        timedelta(hours=1),
        alias="window",
        description='What figures are counted over at the start: "1m" to "24h", "today", or since a shift by its name.',
    )
    watch: Annotated[tuple[Annotated[str, BeforeValidator(_watched)], ...], BeforeValidator(_watch)] = Field(
        (), description='Skills and groups by id, name or pattern: "Bill*", "skill:123", "group:Sales*"; empty is all.'
    )
    preset: Annotated[str, BeforeValidator(_preset), WithJsonSchema({"type": "string", "enum": [*PRESETS]})] = Field(
        DEFAULT_PRESET, description="Limits to begin with: those of [[limits]] come after them and win."
    )
    calls_per_minute: Annotated[int, BeforeValidator(_calls), _JSON_CALLS] = Field(
        CALLS, description=f"How often the account is asked at most: {FEWEST_CALLS} to {MOST_CALLS} calls a minute."
    )
    zone: ZoneName | None = Field(None, description="The board's time zone; without it the machine's own.")

    @property
    def window(self) -> timedelta:
        """How wide the window becomes at most: 24 hours for one since a midnight or a shift's start."""
        return self.opens if isinstance(self.opens, timedelta) else WIDEST


class Ui(Table):
    """How the board looks and what it listens to."""

    theme: Text = Field("kmm-dark", description="Name of the theme: the program's, or one of your own.")
    mouse: Switch = Field(True, description="Whether the board listens to the mouse.")
    pin: Switch = Field(True, description="Whether rows beyond a limit stand on top when the board starts.")


class Usual(Table):
    """What was normal: the same windows on the days before."""

    fill: Switch = Field(True, description="Whether past days are asked for in the background.")
    days: Annotated[int, BeforeValidator(_days_back), _JSON_DAYS] = Field(
        MOST_DAYS, description=f"How many days back: 1 to {MOST_DAYS}."
    )


class Record(Table):
    """The record of every answer, on this machine."""

    on: Switch = Field(True, description="Whether answers are recorded.")
    names: Switch = Field(True, description="Whether names are recorded: of agents, skills and groups.")
    cap: Annotated[int, BeforeValidator(read_size), PlainSerializer(format_size, return_type=str), _JSON_SIZE] = Field(
        USUAL, description='How large the record may become: "10MB" to "100GB".'
    )


TABLES: Mapping[str, type[Table]] = {
    "board": Board,
    "ui": Ui,
    "usual": Usual,
    "record": Record,
    "alerting": Alerting,
    "wallboard": Wallboard,
}
"""The tables that the environment can give, too. Each has a default for every key."""
FREE_TABLES = ("away", "group_parents", "keys")
"""Tables whose keys are a person's own words."""
LISTS = ("limits", "shifts", "sources", "derived", "alerts", "notices")
"""Lists of tables."""
FILE_ONLY = (*LISTS, *FREE_TABLES)
"""What neither the environment nor flags can give."""
OPEN = tuple(name for name in FILE_ONLY if name != "notices")
"""Of that, what holds no secret, but for a source's headers and address."""


class Settings(Table):
    """Everything a person can set, checked."""

    profile: Text = Field(description="Name of the profile in use.")
    profiles: dict[str, Profile] = Field(description="The accounts, by a name of your own.")
    board: Board = Field(Board(), description="What the board watches, and how often it asks.")
    ui: Ui = Field(Ui(), description="How the board looks and what it listens to.")
    usual: Usual = Field(Usual(), description="What was normal: the same windows on the days before.")
    record: Record = Field(Record(), description="The record of every answer, on this machine.")
    wallboard: Wallboard = Field(Wallboard(), description="The wall: large figures on a spare screen.")
    own_shifts: tuple[OwnShift, ...] = Field((), alias="shifts", description="The floor's shifts, by name.")
    own_limits: tuple[OwnLimit, ...] = Field(
        (), alias="limits", description="Limits of figures, over those of the preset; of two that fit the later wins."
    )
    alerting: Alerting = Field(Alerting(), description="What holds for all alerts.")
    own_alerts: tuple[OwnAlert, ...] = Field((), alias="alerts", description="Rules of your own that raise alerts.")
    own_notices: tuple[OwnNotice, ...] = Field((), alias="notices", description="Channels that tell of alerts.")
    sources: tuple[OwnSource, ...] = Field((), description="Where figures beside those of the API come from.")
    own_formulas: tuple[OwnFormula, ...] = Field(
        (), alias="derived", description="Metrics that are computed from others."
    )
    away: Annotated[dict[str, timedelta | None], _JSON_AWAY] = Field(
        {}, description='How long agents may be away, by reason; "default" is the other reasons, "back_soon" the state.'
    )
    group_parents: dict[str, str] = Field({}, description="The group above a group, both by name or id.")
    keys: Annotated[dict[str, str], _JSON_KEYS] = Field(
        {}, description='Keys by the name of what they do: "j,down" or ["j", "down"].'
    )

    @property
    def chosen(self) -> Profile:
        """The profile in use."""
        return self.profiles[self.profile]

    def zone(self) -> ZoneInfo | None:
        """The board's time zone, None for the machine's own."""
        return zone_of(self.board.zone)

    def shifts(self) -> tuple[Shift, ...]:
        """The floor's shifts, each in its own zone or the board's."""
        return tuple(own.shift(self.board.zone) for own in self.own_shifts)

    def span(self) -> span.Span:
        """What the board looks at when it starts."""
        opens = self.board.opens
        if isinstance(opens, timedelta):
            return span.last(round(opens.total_seconds() * 1000))
        named = (shift for shift in self.shifts() if shift.name.casefold() == opens.casefold())
        return next((span.since(shift) for shift in named), span.TODAY)

    def limits(self) -> tuple[Limit, ...]:
        """The preset's limits, then the person's own: of two that speak of a scope the later one wins."""
        return (*PRESETS[self.board.preset], *(own.limit() for own in self.own_limits))

    def alert_rules(self) -> AlertRules:
        """All that raises alerts: the person's own rules, then the limits."""
        shifts, alerting = self.shifts(), self.alerting
        usual = alerting.usual(shifts, self.zone())
        own = [alert.rule(usual, shifts, alerting.hold) for alert in self.own_alerts]
        return AlertRules(own, self.limits() if alerting.limits else (), usual)

    def quiet_hours(self, hours: Sequence[str]) -> Callable[[float], bool]:
        """Whether a moment (epoch s) lies in `hours`, as they are written."""
        return AlertRule("", "", quiet=shifts_of(hours, self.shifts(), self.zone()), zone=self.zone()).is_quiet

    def wall(self) -> WallPrefs:
        """How the wall is wanted."""
        return self.wallboard.prefs(self.board.zone)

    @property
    def chosen_sources(self) -> tuple[OwnSource, ...]:
        """The sources that tell of the chosen profile's account."""
        return tuple(source for source in self.sources if source.is_of(self.profile))

    def own_metrics(self) -> Own:
        """The metrics of the sources and formulas. `own.use` makes them known to everything else."""
        return own_metrics(self.sources, self.own_formulas)

    def state_limits(self) -> StateLimits:
        """How long agents may be away: the usual limits with the person's own over them."""
        return merged(DEFAULT_STATE_LIMITS, self.away)


TOP = keys_of(Settings)
"""The keys and tables of the file."""
