"""What the handlers of the simulated service share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kmm_tui.simulator.engine import Engine
from kmm_tui.simulator.faults import Switchboard
from kmm_tui.simulator.http_call import Call
from kmm_tui.simulator.http_counters import Counters, without_secrets
from kmm_tui.simulator.oauth1 import OAuth1
from kmm_tui.simulator.oauth2 import OAuth2
from kmm_tui.simulator.server_engine import EngineRoom
from kmm_tui.simulator.server_rate import Bucket, Rate
from kmm_tui.simulator.signin import Credentials, Sessions
from kmm_tui.simulator.signin_check import Door


class Service:
    """What the handlers share: the contact centre, the sign-ins, the faults, the counters and the clock."""

    def __init__(
        self,
        engine: Engine | Callable[[], Engine],
        *,
        account: str,
        credentials: Sequence[Credentials],
        rate: Rate | None,
        faults: Iterable[str | Mapping[str, Any]],
        clock: Callable[[], float],
        speed: float,
        session_ttl: float,
        token_ttl: float,
        agent_page_max: int,
        seed: int,
    ) -> None:
        self.account = account
        self.clock = clock
        self.agent_page_max = agent_page_max
        self.faults = Switchboard(faults, clock=clock, seed=seed)
        self.sessions = Sessions(credentials, session_ttl, clock)
        oauth2 = OAuth2(account, credentials, token_ttl, clock)
        self.door = Door(self.sessions, OAuth1(credentials, clock), oauth2, self.faults)
        self.bucket = Bucket(rate, clock) if rate is not None else None
        self.counters = Counters()
        self.hidden = without_secrets
        self.room = EngineRoom(engine, clock, speed)

    def now(self, call: Call) -> int:
        """The service's time, epoch ms: the floor's, as wrong as a fault makes it. Waits for nothing."""
        return self.room.about_now() + call.skew_ms
