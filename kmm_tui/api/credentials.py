"""The ways of signing in, as values. None of them shows a secret, or whose it is, when it is printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class UserLogin:
    """A LivePerson user's name and password. Closed where the account uses SSO."""

    username: str = field(repr=False)
    password: SecretStr


@dataclass(frozen=True, slots=True)
class AppLogin:
    """A bot user's login by app key, over the same login service as a person's."""

    username: str = field(repr=False)
    app_key: SecretStr
    secret: SecretStr
    access_token: SecretStr
    access_token_secret: SecretStr


@dataclass(frozen=True, slots=True)
class AppKey:
    """An OAuth 1.0 app key of the category Data with the permission Key Messaging Metrics."""

    app_key: SecretStr
    secret: SecretStr
    access_token: SecretStr
    access_token_secret: SecretStr


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An OAuth 2.0 application with the scope ``messaging.key.metrics.read.external``."""

    client_id: str = field(repr=False)
    client_secret: SecretStr


@dataclass(frozen=True, slots=True)
class Bearer:
    """A bearer that somebody else obtained."""

    token: SecretStr


Credentials: TypeAlias = UserLogin | AppLogin | AppKey | ClientCredentials | Bearer


def secrets_of(credentials: Credentials) -> tuple[str, ...]:
    """Every secret in `credentials`, for the redactor."""
    values = (getattr(credentials, name) for name in credentials.__slots__)
    return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))
