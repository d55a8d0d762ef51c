"""The control address: switch faults on and off and read the counters while the service runs. Loopback only."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from kmm_tui.simulator.faults import COMMON, TABLE
from kmm_tui.simulator.http_answers import json_answer
from kmm_tui.simulator.http_call import json_object
from kmm_tui.simulator.http_refusal import Refusal, bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from kmm_tui.simulator.faults import Parameter
    from kmm_tui.simulator.server_service import Service


def from_loopback(client: tuple[str, int] | None) -> bool:
    """Whether a request comes from this machine."""
    try:
        return client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _described(parameters: tuple[Parameter, ...]) -> list[dict[str, Any]]:
    return [
        {
            "name": parameter.name,
            "default": list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default,
            "meaning": parameter.meaning,
        }
        for parameter in parameters
    ]


def known_faults() -> dict[str, Any]:
    """The table of faults as plain data."""
    return {
        "faults": [
            {
                "name": kind.name,
                "meaning": kind.meaning,
                "on": list(kind.targets),
                "count": kind.count,
                "parameters": _described(kind.parameters),
            }
            for kind in TABLE
        ],
        "common_parameters": _described(COMMON),
    }


async def faults(service: Service, request: Request) -> Response:
    """GET: what is on and what there is. POST: switch one on. DELETE: switch all off.

    An order is a JSON object ``{"name": ..., parameter: value}``, or ``{"fault": "NAME:parameter=value"}``.
    """
    board = service.faults
    if request.method == "DELETE":
        return json_answer({"switched_off": board.switch_off()})
    if request.method == "GET":
        return json_answer({"active": board.described(), **known_faults()})
    if request.method != "POST":
        raise bad_request("method", "the control address takes GET, POST and DELETE")
    body = await json_object(request)
    order: str | Mapping[str, Any] = body
    if set(body) == {"fault"} and isinstance(body["fault"], str):
        order = body["fault"]
    try:
        fault = board.switch_on(order)
    except ValueError as error:
        raise bad_request("fault", str(error)) from None
    return json_answer(fault.described(service.clock()), 201)


async def one_fault(service: Service, request: Request) -> Response:
    """DELETE: switch off the fault of this id, or all of this name."""
    if request.method != "DELETE":
        raise bad_request("method", "a single fault takes DELETE")
    which = request.path_params["which"]
    off = service.faults.switch_off(which)
    if not off:
        raise Refusal(404, "fault", f"no fault {which!r} is on")
    return json_answer({"switched_off": off})


async def stats(service: Service, request: Request) -> Response:
    """GET: the counters. DELETE: start them anew."""
    if request.method == "DELETE":
        service.counters.reset()
    elif request.method != "GET":
        raise bad_request("method", "the counters take GET and DELETE")
    payload = service.counters.described()
    payload["sessions"] = len(service.sessions)
    return json_answer(payload)
