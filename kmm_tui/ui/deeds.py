"""All that has a key in any of the apps: what a person's own keys are held against."""

from __future__ import annotations

from kmm_tui.ui.accounts.app import AccountsApp
from kmm_tui.ui.keymap import Deed, deeds_of
from kmm_tui.ui.replaying import ReplayApp


def all_deeds() -> dict[str, Deed]:
    """By id, in the order in which the help tells it."""
    return deeds_of(*AccountsApp.KEYED, AccountsApp, *ReplayApp.KEYED)
