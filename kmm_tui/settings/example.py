"""An example of the settings file, with every key in it and all of it commented out."""

from __future__ import annotations

import os
from pathlib import Path

from kmm_tui.settings.errors import Problem, SettingsError

_EXAMPLE = """\
# Settings of kmm-tui. A line that begins with "#" and no space is an example: delete the "#" to use it.
# Flags win over environment variables, those win over this file, and this file wins over the defaults.
# "kmm-tui config show" prints every value and where it comes from; "kmm-tui check" tries the sign-in.

# The profile to use, where --profile and KMM_TUI_PROFILE do not say. With a single profile it is not needed.
#profile = "acme"

# One table per account, under a name of your own. The environment can give all of it for the chosen profile:
# KMM_TUI_ACCOUNT, KMM_TUI_NAME, KMM_TUI_PROXY, KMM_TUI_AUTH__METHOD, KMM_TUI_AUTH__APP_KEY and so on.
#[profiles.acme]
#account = "12345678"
# What the board's header calls it.
#name = "Acme EMEA"
# Where the account's hosts are looked up. Plain http is allowed only for this machine.
#domain_api = "https://api.liveperson.net"
# Certificates (PEM) of your company's own authorities, which are believed besides the usual ones. A path that is not
# whole starts at the folder of this file. Without it SSL_CERT_FILE holds.
#ca_bundle = "company-ca.pem"
# The proxy to the outside; it may hold a user and password. Without it HTTPS_PROXY holds; NO_PROXY holds in any case.
#proxy = "http://proxy.acme.example:8080"

# How to sign in: "app_key", "client_credentials", "user" or "bearer".
# A secret is text in quotes, the one line of a file that only you may read (chmod 600; a path that is not whole
# starts at the folder of this file), or the first line that a command prints.
#[profiles.acme.auth]
#method = "app_key"
#app_key = "your app key"
#secret = { file = "acme-secret" }
#access_token = "your access token"
#access_token_secret = { command = ["pass", "show", "liveperson/acme"] }

#[profiles.acme-oauth2]
#account = "12345678"
#[profiles.acme-oauth2.auth]
#method = "client_credentials"
#client_id = "your client id"
#client_secret = { file = "acme-client-secret" }

#[profiles.acme-user]
#account = "12345678"
#[profiles.acme-user.auth]
#method = "user"
#username = "supervisor@acme.example"
#password = { command = ["pass", "show", "liveperson/supervisor"] }

#[profiles.acme-bearer]
#account = "12345678"
#[profiles.acme-bearer.auth]
#method = "bearer"
#token = { file = "acme-bearer" }

#[board]
# How often each skill and group is asked; at least "5s".
#every = "30s"
# What the figures are counted over; "1m" to "24h".
#window = "1h"
# Skills and groups by id, name or pattern, such as ["Bill*", "skill:123", "group:Sales*"]. Empty means all.
#watch = []
# Calls a minute that the account may be asked at most, from 6 to 6000. After a refusal it is asked less by itself.
#calls_per_minute = 300

#[ui]
#theme = "kmm-dark"
"""


def commented_example() -> str:
    """A settings file that changes nothing as it is, and is good once its ``#key`` lines are uncommented."""
    return _EXAMPLE


def write_example(path: Path) -> None:
    """Writes the example, readable by its owner only, and the folders above it. Raises ``SettingsError``.

    Whatever is there already, a dangling link too, is left alone.
    """
    trouble = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Created with its mode, so that at no moment can others open it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(commented_example())
    except FileExistsError:
        trouble = "is there already and was not touched; move it away first, or name another file with --config"
    except OSError as error:
        trouble = f"cannot be written: {error.strerror or type(error).__name__}"
    if trouble:
        raise SettingsError([Problem(str(path), "", trouble)])
