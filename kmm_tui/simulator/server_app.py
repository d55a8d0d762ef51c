"""The simulated service as a Starlette app: every request is counted, meets its faults, is checked, and is answered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from email.utils import formatdate
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kmm_tui.metrics import Method
from kmm_tui.simulator import control, faults_strike, server_domain, signin_login
from kmm_tui.simulator.engine import Engine
from kmm_tui.simulator.faults_answers import rewritten
from kmm_tui.simulator.http_answers import JSON_TYPE, Answer, Collector, refusal_answer, token_refusal_answer
from kmm_tui.simulator.http_call import CALL_KEY, Call, call_of, json_object
from kmm_tui.simulator.http_refusal import Refusal, bad_request, unauthorized
from kmm_tui.simulator.server_methods import agent_view_answer, historical_answer, metrics_answer
from kmm_tui.simulator.server_rate import Rate
from kmm_tui.simulator.server_service import Service
from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT, DEMO_WITHOUT_PERMISSION, Credentials, permitted
from kmm_tui.simulator.targets import CONTROL, target_of
from kmm_tui.simulator.validate import question_of
from kmm_tui.simulator.validate_query import READABLE_AGENTS, interval_minutes, page_of
from kmm_tui.simulator.validate_window import interval_of

_log = logging.getLogger(__name__)
_Handler = Callable[[Service, Request], Awaitable[Response]]
_ANY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


async def _method(service: Service, request: Request, method: Method) -> Response:
    call = call_of(request)
    if request.path_params["account"] != service.account:
        raise unauthorized("account", "there is no such account")
    permitted(service.door.identify(request, call))
    if service.bucket is not None:
        service.bucket.take()
    _post_only(request)
    pairs = request.query_params.multi_items()
    body = await json_object(request)
    call.recorded = body
    question = question_of(body, method, await service.room.now() + call.skew_ms, call.skew_ms)
    path = request.url.path
    work: Callable[[Engine], bytes]
    if method is Method.HISTORICAL:
        step = interval_of(interval_minutes(pairs), question.window)

        def work(engine: Engine) -> bytes:
            return historical_answer(engine, question, step, call.skew_ms)
    else:
        page = page_of(pairs, method, service.agent_page_max)

        def work(engine: Engine) -> bytes:
            if method is Method.METRICS:
                return metrics_answer(engine, question, page, path)
            return agent_view_answer(engine, question, page, path, call.skew_ms)

    _refuse_metric(service, call, question.asked)
    return Response(await service.room.ask(work), media_type=JSON_TYPE)


def _post_only(request: Request) -> None:
    if request.method != "POST":
        raise bad_request("method", f"the method must be POST, not {request.method}")


def _refuse_metric(service: Service, call: Call, asked: Sequence[str]) -> None:
    if fault := call.fault("refused-metric"):
        metric = fault.values["metric"]
        if metric not in asked:
            service.faults.give_back(fault)
        elif fault.values["named"] == "yes":
            raise bad_request("refused-metric", f"the metric {metric!r} is not available for this account")
        else:
            raise bad_request("refused-metric", "bad request")


async def _metrics(service: Service, request: Request) -> Response:
    return await _method(service, request, Method.METRICS)


async def _agent_view(service: Service, request: Request) -> Response:
    return await _method(service, request, Method.AGENT_VIEW)


async def _historical(service: Service, request: Request) -> Response:
    return await _method(service, request, Method.HISTORICAL)


def _of_account(handler: _Handler) -> _Handler:
    async def checked(service: Service, request: Request) -> Response:
        _post_only(request)
        if request.path_params["account"] != service.account:
            raise unauthorized("account", "there is no such account")
        return await handler(service, request)

    return checked


_ROUTES: tuple[tuple[str, _Handler], ...] = (
    ("/manager_workspace/api/account/{account}/metrics", _metrics),
    ("/manager_workspace/api/account/{account}/agent_view", _agent_view),
    ("/manager_workspace/api/account/{account}/historical", _historical),
    ("/api/account/{account}/login", _of_account(signin_login.login)),
    ("/api/account/{account}/refresh", _of_account(signin_login.refresh)),
    ("/api/account/{account}/logout", _of_account(signin_login.logout)),
    ("/sentinel/api/v2/account/{account}/app/token", _of_account(signin_login.token)),
    ("/sentinel/api/account/{account}/app/token", signin_login.token_v1),
    ("/api/account/{account}/service/baseURI.json", server_domain.all_services),
    ("/api/account/{account}/service/{service}/baseURI.json", server_domain.one_service),
    ("/_simulator/faults", control.faults),
    ("/_simulator/faults/{which}", control.one_fault),
    ("/_simulator/stats", control.stats),
)


class Simulator(Starlette):
    """The app. ``service`` is what it works with; tests may look at its counters and switch its faults."""

    def __init__(self, service: Service, sleep: faults_strike.Sleep) -> None:
        self.service = service
        self._sleep = sleep
        super().__init__(
            routes=[Route(path, self._endpoint(handler), methods=list(_ANY)) for path, handler in _ROUTES],
            exception_handlers={Refusal: self._refuse, HTTPException: self._not_there},
        )

    def _endpoint(self, handler: _Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await handler(self.service, request)

        return endpoint

    async def _refuse(self, request: Request, error: Exception) -> Response:
        refusal = error if isinstance(error, Refusal) else Refusal(500, "internal", "internal server error")
        call = call_of(request)
        call.reason = f"{refusal.code}: {refusal.message}"
        if call.target == "token":
            return token_refusal_answer(refusal)
        return refusal_answer(refusal, self.service.now(call))

    async def _not_there(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return await self._refuse(request, Refusal(status, "not-found", f"there is nothing at {request.url.path}"))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        call = Call(target_of(scope["path"]))
        scope[CALL_KEY] = call
        if call.target == CONTROL:
            await self._controlled(scope, receive, send)
            return
        at = self.service.clock()
        status: int | None = None
        with self.service.counters.under_way(call):
            try:
                call.faults = self.service.faults.striking(call.target)
                status = await self._answered(scope, receive, send, call)
            finally:
                query = scope["query_string"].decode("latin-1")
                self.service.counters.note(call, scope["method"], scope["path"], query, status, at)

    async def _controlled(self, scope: Any, receive: Any, send: Any) -> None:
        if control.from_loopback(scope.get("client")):
            await super().__call__(scope, receive, send)
            return
        refusal = Refusal(403, "loopback-only", "the control address answers on this machine only")
        await refusal_answer(refusal, int(self.service.clock() * 1000))(scope, receive, send)

    async def _answered(self, scope: Any, receive: Any, send: Any, call: Call) -> int | None:
        if skew := call.fault("clock-skew"):
            call.skew_ms = round(skew.values["seconds"] * 1000)
        if slow := call.fault("slow"):
            await self._sleep(slow.values["seconds"])
        if call.fault("hanging"):
            await faults_strike.gone(receive)
            return None
        reset = call.fault("reset")
        if reset is not None and reset.values["at"] == "start":
            await faults_strike.cut(send, receive)
            return None
        answer = self._struck(call) or await self._served(scope, receive, call)
        rewritten(answer, {fault.kind.name: fault.values for fault in call.faults}, self.service.faults.rng)
        answer.set("content-length", str(len(answer.body)))
        answer.set("date", formatdate(self.service.now(call) / 1000, usegmt=True))
        if reset is not None:
            await faults_strike.cut_in_body(answer, send, receive)
            return None
        await send(answer.start_message())
        await send({"type": "http.response.body", "body": answer.body if scope["method"] != "HEAD" else b""})
        return answer.status

    def _struck(self, call: Call) -> Answer | None:
        for fault in call.faults:
            answer = faults_strike.error_answer(fault, self.service.now(call))
            if answer is not None:
                call.reason = f"fault {fault.kind.name}" if answer.status >= 400 else None
                return answer
        return None

    async def _served(self, scope: Any, receive: Any, call: Call) -> Answer:
        collector = Collector()
        try:
            await super().__call__(scope, receive, collector)
        except Exception:
            call.reason = "internal: the simulator itself failed"
            _log.exception("the simulator failed on %s %s", scope["method"], scope["path"])
            if collector.answer is None or not collector.complete:
                raise
        if collector.answer is None:
            raise RuntimeError("the service gave no answer")
        return collector.answer


def create_app(
    engine: Engine | Callable[[], Engine],
    *,
    account: str = DEMO_ACCOUNT,
    credentials: Sequence[Credentials] = (DEMO, DEMO_WITHOUT_PERMISSION),
    rate: Rate | None = Rate(),  # noqa: B008 - frozen
    faults: Iterable[str | Mapping[str, Any]] = (),
    clock: Callable[[], float] = time.time,
    speed: float = 1.0,
    sleep: faults_strike.Sleep = asyncio.sleep,
    session_ttl: float = 28_800.0,
    token_ttl: float = 3_600.0,
    agent_page_max: int = READABLE_AGENTS,
    seed: int = 0,
) -> Simulator:
    """The service in front of a contact centre, which may be given as a function that builds it.

    ``clock`` gives epoch seconds and rules over sessions, tokens, nonces, the rate and the faults; what is asked is
    answered by the engine's time, which runs ``speed`` times as fast. Lifetimes are in seconds. ``agent_page_max`` is
    the largest page of agents, 1 to 1000. ``rate`` None sets no limit. ``faults`` are orders as
    `kmm_tui.simulator.faults` reads them. Raises `ValueError` for a wrong order.
    """
    if not 1 <= agent_page_max <= READABLE_AGENTS:
        raise ValueError(f"agent_page_max must be from 1 to {READABLE_AGENTS}")
    service = Service(
        engine,
        account=account,
        credentials=credentials,
        rate=rate,
        faults=faults,
        clock=clock,
        speed=speed,
        session_ttl=session_ttl,
        token_ttl=token_ttl,
        agent_page_max=agent_page_max,
        seed=seed,
    )
    return Simulator(service, sleep)
