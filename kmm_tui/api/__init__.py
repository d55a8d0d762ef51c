"""LivePerson's Key Messaging Metrics API, spoken: queries in, typed answers out, one tree of errors.

    async with KmmClient("12345678", Bearer(SecretStr("..."))) as client:
        answer = await client.metrics(MetricsQuery(window=Window.last(HOUR, now), group_by="skillId"))

`KmmClient` makes one attempt a call and raises `KmmError`; `all_metrics` and `all_agents` read every page. Times are in
ms. A figure that is missing is None in an answer, and never 0. The README has a whole program.

The names below are loaded when they are first used, so that the pure ones cost no HTTP library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmm_tui.api.answers import AgentViewAnswer, HistoricalAnswer, MetricsAnswer
    from kmm_tui.api.client import KmmClient
    from kmm_tui.api.credentials import AppKey, AppLogin, Bearer, ClientCredentials, UserLogin
    from kmm_tui.api.errors import KmmError
    from kmm_tui.api.query import AgentViewQuery, HistoricalQuery, MetricsQuery, Sort
    from kmm_tui.api.window import HOUR, Window

_HOMES = {
    "answers": ("AgentViewAnswer", "HistoricalAnswer", "MetricsAnswer"),
    "client": ("KmmClient",),
    "credentials": ("AppKey", "AppLogin", "Bearer", "ClientCredentials", "UserLogin"),
    "errors": ("KmmError",),
    "query": ("AgentViewQuery", "HistoricalQuery", "MetricsQuery", "Sort"),
    "window": ("HOUR", "Window"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022 - by what one meets first
    "KmmClient", "MetricsQuery", "AgentViewQuery", "HistoricalQuery", "Sort", "Window", "HOUR",
    "MetricsAnswer", "AgentViewAnswer", "HistoricalAnswer",
    "AppKey", "AppLogin", "Bearer", "ClientCredentials", "UserLogin", "KmmError",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
