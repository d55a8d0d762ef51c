"""Serving the simulated contact centre on a socket: from the first listening to a clean end.

The socket listens before anything heavy is loaded: a client that is started at the same time waits in its queue, not
in a loop of refused connections. The world is built in a thread of its own meanwhile.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from kmm_tui.simulator.faults import read_order
from kmm_tui.simulator.faults_scene import scene_faults
from kmm_tui.simulator.scenes import load_scene
from kmm_tui.simulator.signin import DEMO_ACCOUNT, holders_of
from kmm_tui.simulator.validate_query import READABLE_AGENTS

if TYPE_CHECKING:
    from concurrent.futures import Future

    import uvicorn

    from kmm_tui.simulator.engine import Engine

DONE, FAILED, USAGE = 0, 1, 2
"""What `serve` returns: it was told to end, the world could not be built, or it was asked for something impossible."""
_KEEP_ALIVE = 75
_FASTEST = 10_000
_ACCOUNT = re.compile(r"[A-Za-z0-9]{1,40}")


class _Ending:
    """Ends the server, whoever asks first: a signal, the end of stdin, or a world that cannot be built."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None
        self.asked = False

    def ask(self) -> None:
        """End as soon as possible; may be called from any thread."""
        self.asked = True
        if self.server is not None:
            self.server.should_exit = True

    def started(self, server: uvicorn.Server) -> None:
        """From now on there is a server to end."""
        self.server = server
        if self.asked:
            server.should_exit = True

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """A signal asks to end."""
        self.ask()
        if self.server is None:
            raise SystemExit(DONE)

    @contextmanager
    def watching_signals(self) -> Iterator[None]:
        """Take the signals that ask a program to end, for as long as this lasts. Only the main thread may."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def watch_stdin(self) -> None:
        """End when whoever holds the other end of stdin has gone."""
        threading.Thread(target=self._read_stdin, name="stdin", daemon=True).start()

    def _read_stdin(self) -> None:
        # The bare descriptor: a thread that waits in a buffered reader would hold its lock when the process ends.
        try:
            descriptor = sys.stdin.fileno()
            while os.read(descriptor, 65536):
                pass
        except (AttributeError, OSError, ValueError):
            pass
        self.ask()


@contextmanager
def _quick_turns() -> Iterator[None]:
    """Let threads take turns every half millisecond: a day being simulated must not delay the other answers."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port`, 0 for a free one. Raises `OSError` where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named in full: uvicorn sets TCP_NODELAY only on a socket that says it is TCP.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(512)
    except BaseException:
        sock.close()
        raise
    return sock


def announcement(url: str, account: str = DEMO_ACCOUNT) -> dict[str, str]:
    """What a program needs to reach the service: its address, the account, and the credentials of every sign-in."""
    holder, _ = holders_of(account)
    return {"url": url, "account": account, **holder.announced(), "control": f"{url}/_simulator"}


def _greeting(url: str, account: str) -> str:
    holder, _ = holders_of(account)
    return (
        f"A simulated contact centre answers at {url} (Ctrl+C ends it).\n"
        f"  Domain API {url}, account {account}\n"
        f"  user       {holder.username} / {holder.password}\n"
        f"  app key    {holder.app_key} / {holder.secret} / {holder.access_token} / {holder.access_token_secret}\n"
        f"  OAuth 2.0  {holder.client_id} / {holder.client_secret}\n"
        f"  bearer     {holder.token}\n"
        f"  faults and counters: {url}/_simulator/faults, {url}/_simulator/stats\n"
    )


def _say(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (AttributeError, OSError):
        pass


def _complain(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"kmm-tui simulate: {text}\n")


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    account: str = DEMO_ACCOUNT,
    size: str = "medium",
    scene: str | Path = "busy",
    seed: int = 1,
    speed: float = 1.0,
    faults: Sequence[str | Mapping[str, Any]] = (),
    announce: bool = False,
    until_stdin_closes: bool = False,
    session_ttl: float = 28_800.0,
    token_ttl: float = 3_600.0,
    agent_page_max: int = 1000,
    per_second: float = 20.0,
    burst: int = 60,
    build: Callable[[], Engine] | None = None,
) -> int:
    """Serve a simulated contact centre until a signal, or the end of stdin if so wished. Returns an exit code.

    ``port`` 0 takes a free one. With ``announce`` one line of JSON on stdout tells address and credentials once the
    socket listens; without it, a text for people. Lifetimes are in seconds, ``per_second`` and ``burst`` are the rate
    limit, ``speed`` is how many times faster than the clock the world runs. ``build`` makes another contact centre.
    What cannot be done is said in one line on stderr, with exit code 2.
    """
    ending = _Ending()
    with ending.watching_signals(), _quick_turns():
        if until_stdin_closes:
            ending.watch_stdin()
        try:
            orders = [*scene_faults(scene), *faults]
            for order in orders:
                read_order(order)
            load_scene(scene)
            if not _ACCOUNT.fullmatch(account):
                raise ValueError("account: write its id, such as 12345678: digits and letters")
            if not 0 < speed <= _FASTEST:
                raise ValueError(f"speed {speed:g} is not above 0 and up to {_FASTEST}")
            if per_second <= 0 or burst < 1:
                raise ValueError("the rate must be over 0 a second, with a burst of at least 1")
            if not 1 <= agent_page_max <= READABLE_AGENTS:
                raise ValueError(f"the largest page of agents must be from 1 to {READABLE_AGENTS}")
            sock = listening(host, port)
        except OSError as error:
            _complain(f"cannot listen on {host}:{port}: {error.strerror or error}")
            return USAGE
        except (ValueError, OverflowError) as error:
            _complain(str(error))
            return USAGE
        with sock:
            shown = f"[{host}]" if ":" in host else host
            url = f"http://{shown}:{sock.getsockname()[1]}"
            _say(json.dumps(announcement(url, account)) + "\n" if announce else _greeting(url, account))

            def built() -> Engine:
                if build is not None:
                    return build()
                from kmm_tui.simulator.world import build_world

                return build_world(size=size, scene=scene, seed=seed, speed=speed)

            from kmm_tui.simulator.server_app import create_app
            from kmm_tui.simulator.server_rate import Rate

            app = create_app(
                built,
                account=account,
                credentials=holders_of(account),
                rate=Rate(per_second, burst),
                faults=orders,
                session_ttl=session_ttl,
                token_ttl=token_ttl,
                agent_page_max=agent_page_max,
                speed=speed,
                seed=seed,
            )
            world = app.service.room.built
            world.add_done_callback(lambda done: ending.ask() if done.exception() is not None else None)
            _run(app, sock, ending)
    return _outcome(world)


def _outcome(world: Future[Engine]) -> int:
    error = world.exception() if world.done() else None
    if error is None:
        return DONE
    if isinstance(error, ValueError):
        _complain(str(error))
        return USAGE
    _complain(f"the world could not be built: {type(error).__name__}: {error}")
    return FAILED


def _run(app: Any, sock: socket.socket, ending: _Ending) -> None:
    import asyncio

    import uvicorn

    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=0,
    )
    server = uvicorn.Server(config)
    ending.started(server)
    asyncio.run(server.serve(sockets=[sock]))
