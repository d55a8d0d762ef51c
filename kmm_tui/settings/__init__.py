"""What a person sets: profiles, sign-in and board, from flags, environment, a TOML file and defaults.

Own layers rather than pydantic-settings: it keeps no source or line of a value, ignores unknown variables, mixes the
sign-in of one layer into another's, and its import alone takes longer than everything here.
"""

from kmm_tui.settings.duration import format_duration, parse_duration
from kmm_tui.settings.errors import Problem, SettingsError
from kmm_tui.settings.example import commented_example, write_example
from kmm_tui.settings.layers import Origin, Source
from kmm_tui.settings.load import Loaded, load
from kmm_tui.settings.models import Board, Profile, Record, Settings, Ui, Usual
from kmm_tui.settings.own_limits import limit_text
from kmm_tui.settings.own_notices import OwnNotice
from kmm_tui.settings.read import choose_path, default_path, themes_folder
from kmm_tui.settings.secrets import Ran, Runner, run_command
from kmm_tui.settings.several import load_several, warnings_of
from kmm_tui.settings.show import Row, schema, show
from kmm_tui.settings.view import View
from kmm_tui.settings.views import Views, default_views_path

__all__ = [
    "Board",
    "Loaded",
    "Origin",
    "OwnNotice",
    "Problem",
    "Profile",
    "Ran",
    "Record",
    "Row",
    "Runner",
    "Settings",
    "SettingsError",
    "Source",
    "Ui",
    "Usual",
    "View",
    "Views",
    "choose_path",
    "commented_example",
    "default_path",
    "default_views_path",
    "format_duration",
    "limit_text",
    "load",
    "load_several",
    "parse_duration",
    "run_command",
    "schema",
    "show",
    "themes_folder",
    "warnings_of",
    "write_example",
]
