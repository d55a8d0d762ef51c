"""The Domain API: which host serves what. Here one host and port serves everything, that of the request itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmm_tui.simulator.http_answers import json_answer
from kmm_tui.simulator.http_refusal import bad_request, unauthorized

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from kmm_tui.simulator.server_service import Service

SERVICES = ("agentManagerWorkspace", "agentVep", "sentinel")


def base_uris(account: str, request: Request) -> list[dict[str, str]]:
    """Every service with its host, bare as the vendor writes it."""
    host = request.headers.get("host", "")
    return [{"service": service, "account": account, "baseURI": host} for service in SERVICES]


def _check(service: Service, request: Request) -> None:
    if request.method != "GET":
        raise bad_request("method", f"the method must be GET, not {request.method}")
    if request.query_params.multi_items() != [("version", "1.0")]:
        raise bad_request("version", "the query must be version=1.0")
    if request.path_params["account"] != service.account:
        raise unauthorized("account", "there is no such account")


async def all_services(service: Service, request: Request) -> Response:
    """Every service of the account."""
    _check(service, request)
    return json_answer({"baseURIs": base_uris(service.account, request)})


async def one_service(service: Service, request: Request) -> Response:
    """One service of the account; its name is case-sensitive."""
    _check(service, request)
    wanted = request.path_params["service"]
    for found in base_uris(service.account, request):
        if found["service"] == wanted:
            return json_answer(found)
    raise bad_request("service", f"there is no service {wanted!r}; names are case-sensitive")
