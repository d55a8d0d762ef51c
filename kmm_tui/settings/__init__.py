"""What a person sets: profiles, sign-in and board, from flags, environment, a TOML file and defaults.

Own layers rather than pydantic-settings: it keeps no source or line of a value, ignores unknown variables, mixes the
sign-in of one layer into another's, and its import alone takes longer than everything here.
"""

from .auth import AppKeySignIn, BearerSignIn, ClientCredentialsSignIn, SignIn, UserSignIn
from .duration import format_duration, parse_duration
from .errors import Problem, SettingsError
from .example import commented_example, write_example
from .layers import Origin, Source
from .load import Loaded, load
from .models import Board, Profile, Settings, Ui
from .read import choose_path, default_path
from .secrets import Ran, Runner, run_command
from .show import Row, schema, show

__all__ = [
    "AppKeySignIn",
    "BearerSignIn",
    "Board",
    "ClientCredentialsSignIn",
    "Loaded",
    "Origin",
    "Problem",
    "Profile",
    "Ran",
    "Row",
    "Runner",
    "Settings",
    "SettingsError",
    "SignIn",
    "Source",
    "Ui",
    "UserSignIn",
    "choose_path",
    "commented_example",
    "default_path",
    "format_duration",
    "load",
    "parse_duration",
    "run_command",
    "schema",
    "show",
    "write_example",
]
