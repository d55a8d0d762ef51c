"""The ways of signing in, as they are offered: what each takes, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """A way of signing in. `fields` are the settings' keys with their labels; those in `open_fields` are no secrets."""

    title: str
    takes: str
    fields: Mapping[str, str]
    open_fields: frozenset[str] = frozenset()


WAYS: Mapping[str, Way] = {
    "client_credentials": Way(
        "OAuth 2.0 application (recommended)",
        "Takes an application registered with the scope messaging.key.metrics.read.external: its id and secret.",
        {"client_id": "Client id", "client_secret": "Client secret"},
        frozenset({"client_id"}),
    ),
    "app_key": Way(
        "App key (OAuth 1.0)",
        "Takes an app key of the category Data with the permission Key Messaging Metrics: its four values.",
        {
            "app_key": "App key",
            "secret": "Secret",
            "access_token": "Access token",
            "access_token_secret": "Access token secret",
        },
    ),
    "user": Way(
        "User name and password",
        "Takes a user who may see the metrics; closed where the account uses SSO.",
        {"username": "User name", "password": "Password"},
        frozenset({"username"}),
    ),
    "bearer": Way(
        "Ready bearer",
        "Takes a token that something else obtains; it ends within hours, and nobody here renews it.",
        {"token": "Bearer token"},
    ),
}
