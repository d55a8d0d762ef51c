"""Each fault of the simulator x each call that it can strike x each way of signing in: what the board did.

Run `python tests/outages/table.py [--fault NAME] [--sign-in NAME] [--format text|md]`. Each fault lasts ten minutes of
virtual time, and the board asks every 30 s, the trend every 5 minutes. Exits with 1 if a promise was not kept.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kmm_tui.simulator.faults import TABLE
from tests.outages.rig import SIGN_INS
from tests.outages.scenario import METHODS, Fault, Outcome, play
from tests.outages.virtual_time import run_virtually

_CALLS = (*METHODS, "login", "token", "domain")
_ALL_BUT_USER = {"app key": "", "OAuth 2.0": "", "bearer": ""}

FAULTS: tuple[Fault, ...] = (
    Fault("slow", "", _CALLS),
    Fault("hanging", "OFFLINE", _CALLS, sockets=True),
    Fault("reset", "OFFLINE", _CALLS, sockets=True),
    Fault("reset:at=body", "GARBLED", _CALLS, sockets=True),
    Fault("500", "SERVER", _CALLS),
    Fault("503", "SERVER", _CALLS),
    Fault("429", "THROTTLED", _CALLS, retry_after=5.0),
    Fault("429:retry_after=0", "THROTTLED"),
    Fault("429:retry_after=120", "THROTTLED", retry_after=120.0),
    Fault("403", "DENIED"),
    # One request meets it: of the two calls of a refresh the other goes on.
    Fault("expired-session", "", of={"bearer": "AUTH"}, extra=22),
    Fault("password-changed", "AUTH", ("metrics+login", "agent_view+login"), of=_ALL_BUT_USER, heals=False),
    Fault("wrong-host", "OFFLINE", ("domain",), sockets=True),
    Fault("html", "GARBLED", _CALLS),
    Fault("truncated", "GARBLED", _CALLS),
    Fault("missing-fields", "", may="EMPTY?"),
    Fault("nulls", "", may="EMPTY?"),
    Fault("strings", ""),
    Fault("empty", "EMPTY?", extra=6),
    Fault("extra-fields", "", _CALLS),
    Fault("refused-metric", "", ("metrics", "agent_view"), extra=2),
    Fault("refused-metric:named=no", "", ("metrics", "agent_view"), extra=40),
    Fault("refused-metric:metric=transfers", "", ("historical",), extra=2),
    Fault("clock-skew", "", of={"app key": "AUTH"}),
    Fault("clock-skew:seconds=-600", "", of={"app key": "AUTH"}),
)


def rows(fault: str | None = None, sign_in: str | None = None) -> Iterator[tuple[Fault, str, str]]:
    """What there is to play: a fault, what it strikes, the way of signing in."""
    for each in FAULTS:
        if fault not in (None, each.name, each.order):
            continue
        for on in each.on:
            for way in SIGN_INS:
                uses_login, uses_token = way == "user", way == "OAuth 2.0"
                concerned = {"login": uses_login, "token": uses_token}.get(on, True)
                if concerned and sign_in in (None, way):
                    yield each, on, way


def unplayed() -> set[str]:
    """The simulator's faults that no row is about: none."""
    return {kind.name for kind in TABLE} - {fault.name for fault in FAULTS}


def shown(outcome: Outcome) -> str:
    """What the board showed at the worst."""
    return " ".join((outcome.oldest.value, *outcome.words))


def again(outcome: Outcome) -> str:
    """How long it took to be LIVE again."""
    if outcome.live_again is None:
        return "never"
    person = " after a person asked" if outcome.person else ""
    return f"{outcome.live_again:.0f} s{person}" if outcome.live_again or person else "was LIVE"


def lines(outcomes: Iterable[Outcome], markdown: bool) -> Iterator[str]:
    """The table as text."""
    heads = ("fault", "strikes", "sign-in", "showed", "LIVE again after", "calls", "allowed", "")
    if markdown:
        yield f"| {' | '.join(heads[:-1])} |"
        yield f"|{' --- |' * (len(heads) - 1)}"
    else:
        yield "{:<32}{:<18}{:<11}{:<24}{:<26}{:>6}{:>8}  {}".format(*heads)
    for each in outcomes:
        cells = (each.fault.order, each.on, each.sign_in, shown(each), again(each), str(each.calls), str(each.allowed))
        if markdown:
            yield f"| {' | '.join(cells)} |"
        else:
            yield "{:<32}{:<18}{:<11}{:<24}{:<26}{:>6}{:>8}  {}".format(*cells, "; ".join(each.broken)).rstrip()


def main(arguments: list[str]) -> int:
    """Plays and prints; 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fault", help="only this fault")
    parser.add_argument("--sign-in", choices=list(SIGN_INS), help="only this way of signing in")
    parser.add_argument("--format", choices=("text", "md"), default="text")
    options = parser.parse_args(arguments)
    began, outcomes = time.monotonic(), []

    def played() -> Iterator[Outcome]:
        for fault, on, way in rows(options.fault, options.sign_in):
            outcomes.append(run_virtually(play(fault, on, way)))
            yield outcomes[-1]

    for line in lines(played(), options.format == "md"):
        print(line, flush=True)
    broken = [each for each in outcomes if each.broken]
    print(f"\n{len(outcomes)} outages in {time.monotonic() - began:.0f} s, {len(broken)} with a broken promise")
    return 1 if broken or unplayed() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
