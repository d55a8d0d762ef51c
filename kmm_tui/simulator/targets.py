"""What a request can be aimed at, told from its path; faults are aimed at the same."""

from __future__ import annotations

import re

METHOD_TARGETS = ("metrics", "agent_view", "historical")
SIGN_IN_TARGETS = ("login", "token")
TARGETS = (*METHOD_TARGETS, "login", "refresh", "logout", "token", "domain")
CONTROL = "control"
OTHER = "other"

_PATTERNS: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (re.compile(r"/manager_workspace/api/account/[^/]+/(metrics|agent_view|historical)"), None),
    (re.compile(r"/api/account/[^/]+/(login|refresh|logout)"), None),
    (re.compile(r"/sentinel/api/(?:v2/)?account/[^/]+/app/token"), "token"),
    (re.compile(r"/api/account/[^/]+/service/.*"), "domain"),
    (re.compile(r"/_simulator(?:/.*)?"), CONTROL),
)


def target_of(path: str) -> str:
    """What a path is aimed at: one of `TARGETS`, `CONTROL` or `OTHER`."""
    for pattern, target in _PATTERNS:
        if match := pattern.fullmatch(path):
            return target or match.group(1)
    return OTHER
