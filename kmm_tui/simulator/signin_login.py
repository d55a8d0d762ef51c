"""The login service: log in, keep alive, log out; and the token service of OAuth 2.0 beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from kmm_tui.simulator.http_answers import json_answer
from kmm_tui.simulator.http_call import body_of, call_of, json_object
from kmm_tui.simulator.http_refusal import bad_request, unauthorized
from kmm_tui.simulator.server_domain import base_uris
from kmm_tui.simulator.signin import PERMISSION, Session

if TYPE_CHECKING:
    from starlette.requests import Request

    from kmm_tui.simulator.server_service import Service

_USER = frozenset({"username", "password"})
_APP = frozenset({"username", "appKey", "secret", "accessToken", "accessTokenSecret"})
_COOKIE = "Session_id"


def _texts(body: dict[str, Any], names: frozenset[str]) -> dict[str, str]:
    if unknown := sorted(set(body) - names):
        raise bad_request("unknown-key", f"the body has no {unknown[0]!r}")
    for name in sorted(names):
        if not isinstance(body.get(name), str):
            raise bad_request("type", f"{name} is required, and must be text")
    return {name: body[name] for name in names}


def _privileges(session: Session) -> list[int]:
    return [1, 2, 2000] if session.owner.permitted else [1]


async def login(service: Service, request: Request) -> Response:
    """Open a session for a user (name and password) or a bot user (name and app key)."""
    call = call_of(request)
    if request.query_params.multi_items() != [("v", "1.3")]:
        raise bad_request("version", "the query must be v=1.3")
    body = await json_object(request)
    call.recorded = service.hidden(body)
    app = not set(body).isdisjoint(_APP - _USER)
    given = _texts(body, _APP if app else _USER)
    if call.fault("password-changed"):
        raise unauthorized("wrong-password", "wrong user or password")
    if app:
        session = service.sessions.open_for_app(given["username"], given)
    else:
        session = service.sessions.open_for_user(given["username"], given["password"])
    answer = json_answer(await _welcome(service, request, session))
    answer.set_cookie(_COOKIE, session.cookie, httponly=True, path="/")
    return answer


async def _welcome(service: Service, request: Request, session: Session) -> dict[str, Any]:
    groups = await service.room.group_names()
    return {
        "csrf": session.csrf,
        "bearer": session.bearer,
        "sessionTTl": str(round(service.sessions.ttl * 1000)),
        "config": {
            "loginName": session.owner.username,
            "userId": "1001",
            "userPrivileges": _privileges(session),
            "permissions": [PERMISSION] if session.owner.permitted else [],
            "timeDiff": 0,
            "accountTimeZoneId": "UTC",
            "serverCurrentTime": service.now(call_of(request)),
        },
        "accountData": {
            "agentGroupsData": {
                "items": [{"id": key, "name": name, "deleted": False} for key, name in groups],
            }
        },
        "csdsCollectionResponse": {"baseURIs": base_uris(service.account, request)},
    }


async def _session_of(service: Service, request: Request) -> Session:
    call = call_of(request)
    body = await json_object(request)
    call.recorded = service.hidden(body)
    csrf = _texts(body, frozenset({"csrf"}))["csrf"]
    session = service.sessions.of_cookie(request.cookies.get(_COOKIE), csrf)
    if call.fault("expired-session") or call.fault("password-changed"):
        service.sessions.end(session)
        raise unauthorized("no-session", "the session has ended")
    return session


async def refresh(service: Service, request: Request) -> Response:
    """Keep a session alive for another full time; the answer is empty."""
    service.sessions.extend(await _session_of(service, request))
    return Response(b"", 200)


async def logout(service: Service, request: Request) -> Response:
    """End a session; the answer is empty."""
    service.sessions.end(await _session_of(service, request))
    return Response(b"", 200)


async def token(service: Service, request: Request) -> Response:
    """Issue an OAuth 2.0 token, version 2."""
    if request.query_params:
        raise bad_request("invalid_request", "the token endpoint takes no query")
    body = await body_of(request)
    return json_answer(service.door.oauth2.issue(request.headers.get("content-type", ""), body))


async def token_v1(_service: Service, _request: Request) -> Response:
    """The older token endpoint, which does not serve this API."""
    raise bad_request("token-v1", "version 1 of the token endpoint is not for Key Messaging Metrics: use version 2")
