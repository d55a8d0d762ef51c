"""The four ways of signing in: what the settings say of each, and the credentials they come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, TypeAdapter, ValidationError

from kmm_tui.api.credentials import AppKey, Bearer, ClientCredentials, Credentials, UserLogin
from kmm_tui.settings.errors import Problem, SettingsError
from kmm_tui.settings.secrets import Runner, Secret, SecretError, reveal, run_command
from kmm_tui.settings.table import Table


def _text(value: object) -> object:
    if isinstance(value, str):
        value = value.strip()
        if not value or not value.isprintable():
            raise ValueError("must be one line of text that is not empty")
    return value


Text = Annotated[str, BeforeValidator(_text)]
"""One line of text, not empty, without control characters."""


class _Auth(Table):
    def _reveal(self, *names: str, run: Runner) -> list[SecretStr]:
        """The named secrets, read. Raises ``SettingsError`` with a line for each that cannot be had."""
        read: list[SecretStr] = []
        problems: list[Problem] = []
        for name in names:
            try:
                read.append(reveal(getattr(self, name), run))
            except SecretError as error:
                problems.append(Problem("", f"auth.{name}", str(error)))
        if problems:
            raise SettingsError(problems)
        return read


class UserAuth(_Auth):
    """A person's or bot's own user name and password."""

    method: Literal["user"] = Field(description="How to sign in.")
    username: Text = Field(repr=False, description="Login name of the user.")
    password: Secret = Field(description="Password of the user.")

    def resolve(self, run: Runner = run_command) -> UserLogin:
        """Reads the secrets, which may take 10 s each. Raises ``SettingsError``."""
        return UserLogin(self.username, *self._reveal("password", run=run))


class AppKeyAuth(_Auth):
    """An app key with the permission Key Messaging Metrics (OAuth 1.0)."""

    method: Literal["app_key"] = Field(description="How to sign in.")
    app_key: Secret = Field(description="App key.")
    secret: Secret = Field(description="Secret of the app key.")
    access_token: Secret = Field(description="Access token.")
    access_token_secret: Secret = Field(description="Access token secret.")

    def resolve(self, run: Runner = run_command) -> AppKey:
        """Reads the secrets, which may take 10 s each. Raises ``SettingsError``."""
        return AppKey(*self._reveal("app_key", "secret", "access_token", "access_token_secret", run=run))


class ClientCredentialsAuth(_Auth):
    """An application registered for messaging.key.metrics.read.external (OAuth 2.0)."""

    method: Literal["client_credentials"] = Field(description="How to sign in.")
    client_id: Text = Field(repr=False, description="Id of the application.")
    client_secret: Secret = Field(description="Secret of the application.")

    def resolve(self, run: Runner = run_command) -> ClientCredentials:
        """Reads the secrets, which may take 10 s each. Raises ``SettingsError``."""
        return ClientCredentials(self.client_id, *self._reveal("client_secret", run=run))


class BearerAuth(_Auth):
    """A bearer that was got elsewhere; nobody renews it."""

    method: Literal["bearer"] = Field(description="How to sign in.")
    token: Secret = Field(description="The bearer.")

    def resolve(self, run: Runner = run_command) -> Bearer:
        """Reads the secret, which may take 10 s. Raises ``SettingsError``."""
        return Bearer(*self._reveal("token", run=run))


Auth = Annotated[UserAuth | AppKeyAuth | ClientCredentialsAuth | BearerAuth, Field(discriminator="method")]

METHODS: dict[str, type[_Auth]] = {
    "user": UserAuth,
    "app_key": AppKeyAuth,
    "client_credentials": ClientCredentialsAuth,
    "bearer": BearerAuth,
}
OPEN_FIELDS = frozenset({"method", "username", "client_id"})
"""What of a sign-in is not a secret: ``config show`` prints it. Errors print nothing of a sign-in."""


def credentials_of(method: str, given: Mapping[str, str | SecretStr]) -> Credentials:
    """The credentials that a person has typed, by the keys of `method`. Raises ``SettingsError``."""
    reader: TypeAdapter[UserAuth | AppKeyAuth | ClientCredentialsAuth | BearerAuth] = TypeAdapter(Auth)
    try:
        return reader.validate_python({"method": method, **given}).resolve()
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    key = ".".join(str(part) for part in found[0]["loc"][1:2])
    raise SettingsError([Problem("", f"auth.{key}" if key else "auth", found[0]["msg"])])
