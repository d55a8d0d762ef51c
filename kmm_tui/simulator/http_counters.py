"""What the service has been asked: counters for people and for tests of polite clients, never a credential."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kmm_tui.simulator.http_call import Call
from kmm_tui.simulator.targets import SIGN_IN_TARGETS

KEPT = 200
_SECRET = ("password", "secret", "token", "csrf", "appkey", "app_key", "bearer")


def without_secrets(body: Any) -> Any:
    """The same body with every secret value as ``***``."""
    if not isinstance(body, Mapping):
        return body
    return {
        name: "***" if any(word in str(name).lower() for word in _SECRET) else without_secrets(value)
        for name, value in body.items()
    }


class Counters:
    """Counts of requests since the start or the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything but the requests under way."""
        self.requests: Counter[tuple[str, str, str]] = Counter()
        self.targets: Counter[str] = Counter()
        self.recent: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.refused: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.bodies: dict[str, Any] = {}
        self._most: Counter[str] = Counter()
        if not hasattr(self, "_under_way"):
            self._under_way: Counter[str] = Counter()

    @contextmanager
    def under_way(self, call: Call) -> Iterator[None]:
        """Count a request as being answered."""
        groups = [call.target, *(["signin"] if call.target in SIGN_IN_TARGETS else [])]
        for group in groups:
            self._under_way[group] += 1
            self._most[group] = max(self._most[group], self._under_way[group])
        try:
            yield
        finally:
            for group in groups:
                self._under_way[group] -= 1

    def note(self, call: Call, verb: str, path: str, query: str, status: int | None, at: float) -> None:
        """A request has been answered, or ended without an answer; ``at`` is epoch seconds of its arrival."""
        shown = "none" if status is None else str(status)
        key = (verb, path, shown)
        if key not in self.requests and len(self.requests) >= KEPT:
            key = (verb, "(elsewhere)", shown)
        self.requests[key] += 1
        self.targets[call.target] += 1
        entry = {
            "at": round(at, 3),
            "target": call.target,
            "verb": verb,
            "path": path,
            "query": query,
            "status": status,
            "reason": call.reason,
            "faults": [fault.kind.name for fault in call.faults],
            "body": call.recorded,
        }
        self.recent.append(entry)
        if status is None or status >= 400:
            self.refused.append(entry)
        if call.recorded is not None:
            self.bodies[call.target] = call.recorded

    def described(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "requests": [
                {"verb": verb, "path": path, "status": status, "count": count}
                for (verb, path, status), count in sorted(self.requests.items())
            ],
            "targets": dict(self.targets),
            "refused": list(self.refused),
            "recent": list(self.recent),
            "last_bodies": self.bodies,
            "under_way": {group: count for group, count in self._under_way.items() if count},
            "most_at_once": dict(self._most),
        }
