"""Theme files made into Textual themes, with one CSS variable `$kmm-<role>` for each role.

An app registers what `load_themes` found and returns `variable_defaults()` from `get_theme_variable_defaults`, so that
the style sheets hold under any theme and with no theme file readable at all.
"""

from collections.abc import Mapping
from importlib.resources.abc import Traversable

from textual.theme import Theme

from kmm_tui.settings.themefile import DEFAULT, ROLES, ThemeFile, read_themes

_FALLBACK_ROLES = {
    "ground": "#15181d",
    "surface": "#1c2027",
    "cursor": "#262e4a",
    "cursor-blurred": "#242932",
    "line": "#3a414d",
    "text": "#c9ced6",
    "title": "#eceff4",
    "dim": "#9aa2af",
    "stale": "#969ca7",
    "accent": "#a3b4f8",
    "ok": "#b4bcc8",
    "warn": "#f0b840",
    "critical": "#ff7080",
    "online": "#b9d3bd",
    "away": "#d0bd94",
    "back-soon": "#b3bfdc",
    "offline": "#969da9",
}


def build_theme(name: str, roles: Mapping[str, str], dark: bool) -> Theme:
    """A Textual theme whose own widgets (inputs, palette, scrollbars) follow the same roles."""
    variables = {f"kmm-{role}": colour for role, colour in roles.items()}
    variables |= {
        "border": roles["accent"],
        "border-blurred": roles["line"],
        "block-cursor-foreground": roles["title"],
        "block-cursor-background": roles["cursor"],
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": roles["text"],
        "block-cursor-blurred-background": roles["cursor-blurred"],
        "block-hover-background": roles["cursor-blurred"],
        "input-cursor-foreground": roles["ground"],
        "input-cursor-background": roles["text"],
        "input-selection-background": roles["cursor"],
        "footer-background": roles["ground"],
        "footer-foreground": roles["dim"],
        "footer-key-foreground": roles["accent"],
        "footer-description-foreground": roles["dim"],
        "scrollbar": roles["line"],
        "scrollbar-hover": roles["dim"],
        "scrollbar-active": roles["accent"],
        "scrollbar-background": roles["ground"],
        "scrollbar-background-hover": roles["ground"],
        "scrollbar-background-active": roles["ground"],
        "scrollbar-corner-color": roles["ground"],
    }
    return Theme(
        name=name,
        primary=roles["accent"],
        secondary=roles["dim"],
        accent=roles["accent"],
        foreground=roles["text"],
        background=roles["ground"],
        surface=roles["surface"],
        panel=roles["cursor-blurred"],
        warning=roles["warn"],
        error=roles["critical"],
        success=roles["ok"],
        dark=dark,
        variables=variables,
    )


FALLBACK = build_theme(DEFAULT, _FALLBACK_ROLES, dark=True)
"""The default look built in, for when no theme file can be read."""


def variable_defaults() -> dict[str, str]:
    """The `kmm-*` CSS variables of the fallback, for `App.get_theme_variable_defaults`."""
    return {f"kmm-{role}": colour for role, colour in _FALLBACK_ROLES.items()}


def made(file: ThemeFile) -> Theme:
    """The Textual theme of a file."""
    return build_theme(file.name, file.roles, file.dark)


def roles_of(theme: Theme) -> dict[str, str]:
    """The colour of each role, `#rrggbb`."""
    return {role: theme.variables[f"kmm-{role}"] for role in ROLES}


def load_themes(folder: Traversable | None = None) -> tuple[list[Theme], list[str]]:
    """`read_themes`, made into Textual's."""
    loaded, failed = read_themes(folder)
    return [made(file) for file in loaded], failed
