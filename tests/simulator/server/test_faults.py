"""Each fault does what its row says, to the requests that it was ordered for, and then it is over."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from kmm_tui.simulator.faults import TABLE, Switchboard, read_order
from kmm_tui.simulator.faults_scene import scene_faults
from kmm_tui.simulator.signin import DEMO

USER = {"username": DEMO.username, "password": DEMO.password}
NAMES = [kind.name for kind in TABLE]


@pytest.fixture
def ask(app: Any, client: httpx.AsyncClient, paths: dict[str, str], question: Any) -> Any:
    """Switch faults on, then ask a method for something."""

    async def ask(*orders: Any, method: str = "metrics", **body: Any) -> httpx.Response:
        for order in orders:
            app.service.faults.switch_on(order)
        if method == "metrics":
            body = {
                "groupBy": "skillId",
                "metricsToRetrieveByTime": ["closed_conversations"],
                "metricsToRetrieveCurrentValue": ["unassigned_conversations"],
                **body,
            }
        return await client.post(paths[method], json=question(**body))

    return ask


@pytest.mark.parametrize(
    ("order", "status", "retry_after"),
    [("500", 500, None), ("503", 503, None), ("503:retry_after=7", 503, "7"), ("429", 429, "5"),
     ("429:retry_after=0", 429, None), ("403", 403, None)],
)  # fmt: skip
async def test_a_status_in_place_of_the_answer(order: str, status: int, retry_after: str | None, ask: Any) -> None:
    answer = await ask(order)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry_after)


@pytest.mark.parametrize(("body", "start"), [("json", b'{"error"'), ("html", b"<!DOCTYPE"), ("empty", b"")])
async def test_the_body_of_an_error_can_be_chosen(body: str, start: bytes, ask: Any) -> None:
    content = (await ask(f"500:body={body}")).content
    assert content.startswith(start)
    assert bool(content) == bool(start)


async def test_a_web_page_with_status_200(ask: Any) -> None:
    answer = await ask("html")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/html")


async def test_truncated_json_is_a_whole_http_answer(ask: Any) -> None:
    whole = await ask()
    part = await ask("truncated:share=0.5")
    assert part.status_code == 200
    assert whole.content.startswith(part.content)
    assert len(part.content) == len(whole.content) // 2
    with pytest.raises(json.JSONDecodeError):
        part.json()


async def test_missing_fields_and_nulls_spare_the_ids(ask: Any, app: Any) -> None:
    gone = (await ask("missing-fields:share=1")).json()
    assert [group["key"] for group in gone["groupBy"]["groups"]] == ["9", "20", "100"]
    assert all(group["metrics"] == {} for group in gone["groupBy"]["groups"])
    app.service.faults.switch_off()
    nulls = (await ask("nulls:fields=closedConversations+key")).json()
    assert nulls["all"] == {"closedConversations": None, "unassignedConversations": 9}
    assert [group["key"] for group in nulls["groupBy"]["groups"]] == [None] * 3


async def test_numbers_as_strings(ask: Any) -> None:
    answer = (await ask("strings")).json()
    assert answer["all"] == {"closedConversations": "47", "unassignedConversations": "9"}


@pytest.mark.parametrize("method", ["metrics", "agent_view", "historical"])
async def test_an_empty_answer_for_a_full_floor(method: str, ask: Any, app: Any) -> None:
    answer = await ask("empty", method=method)
    payload = answer.json()
    assert answer.status_code == 200
    if method == "metrics":
        assert (payload["metadata"]["count"], payload["groupBy"]["groups"], payload["all"]) == (0, [], {})
    else:
        assert payload["agentViewRecords" if method == "agent_view" else "historicalMetricsIntervals"] == []
    app.service.faults.switch_off()
    assert (await ask(method=method)).json() != payload


async def test_unknown_fields_stand_everywhere(ask: Any) -> None:
    answer = (await ask("extra-fields")).json()
    assert answer["futureMetric"] == answer["all"]["futureMetric"] == 42.5
    assert all("futureObject" in group["metrics"] for group in answer["groupBy"]["groups"])


@pytest.mark.parametrize(("named", "says"), [("yes", True), ("no", False)])
async def test_one_metric_is_refused_by_name_or_without(named: str, says: bool, ask: Any) -> None:
    order = f"refused-metric:metric=closed_conversations,named={named},count=1"
    assert (await ask(order, metricsToRetrieveByTime=["csat"])).status_code == 200
    answer = await ask()
    assert answer.status_code == 400
    assert ("closed_conversations" in answer.text) == says
    assert (await ask()).status_code == 200


async def test_a_wrong_host_can_be_named_for_one_service(app: Any, client: httpx.AsyncClient, paths: Any) -> None:
    app.service.faults.switch_on("wrong-host:services=agentVep")
    bases = {entry["service"]: entry["baseURI"] for entry in (await client.get(paths["domain"])).json()["baseURIs"]}
    assert bases == {
        "agentManagerWorkspace": "127.0.0.1:8080", "agentVep": "127.0.0.1:9", "sentinel": "127.0.0.1:8080"
    }  # fmt: skip


async def test_an_expired_session_needs_one_new_login(
    app: Any, client: httpx.AsyncClient, paths: Any, ask: Any
) -> None:
    async def bearer() -> None:
        answer = await client.post(paths["login"], json=USER)
        client.headers["Authorization"] = f"Bearer {answer.json()['bearer']}"

    await bearer()
    assert (await ask("expired-session")).status_code == 401
    assert (await ask()).status_code == 401
    await bearer()
    assert (await ask()).status_code == 200


async def test_a_changed_password_ends_sessions_and_refuses_logins(
    app: Any, client: httpx.AsyncClient, paths: Any, ask: Any
) -> None:
    session = (await client.post(paths["login"], json=USER)).json()
    client.headers["Authorization"] = f"Bearer {session['bearer']}"
    assert (await ask("password-changed")).status_code == 401
    assert (await client.post(paths["login"], json=USER)).status_code == 401
    assert (await client.post(paths["refresh"], json={"csrf": session["csrf"]})).status_code == 401
    app.service.faults.switch_off("password-changed")
    assert (await client.post(paths["login"], json=USER)).status_code == 200
    client.headers["Authorization"] = f"Bearer {DEMO.token}"
    assert (await ask("password-changed")).status_code == 200  # another way in is untouched


async def test_slow_waits_before_it_answers(make_app: Any, reach: Any, paths: Any, question: Any) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    client = reach(make_app(faults=["slow:seconds=7,on=metrics"], sleep=sleep))
    assert (await client.post(paths["metrics"], json=question())).status_code == 200
    await client.post(paths["agent_view"], json=question())
    assert waited == [7.0]


@pytest.mark.parametrize("skew", [600, -600])
async def test_a_wrong_clock_is_wrong_in_all_it_says(
    skew: int, make_app: Any, reach: Any, paths: Any, question: Any, clock: Any, floor: Any
) -> None:
    client = reach(make_app(faults=[{"name": "clock-skew", "seconds": skew}]))
    server = clock.ms + skew * 1000
    hour = {"filters": {"time": {"from": server - 3_600_000, "to": server}}}
    answer = await client.post(paths["agent_view"], json=hour)
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == server // 1000
    assert answer.json()["agentViewRecords"][0]["agentCurrentStatusStartTime"] == server - 60_000
    assert floor.asked[-1][1].end == -(-clock.ms // 60_000) * 60_000  # the floor's own time
    trend = (await client.post(paths["historical"], json=hour)).json()["historicalMetricsIntervals"]
    assert trend[-1]["timestamp"] == -(-server // 60_000) * 60_000
    honest = await client.post(paths["metrics"], json=question())
    assert honest.status_code == (200 if skew > 0 else 400)


async def test_a_signature_made_by_the_right_time_is_refused_by_a_wrong_clock(
    make_app: Any, reach: Any, paths: Any, question: Any, clock: Any
) -> None:
    from oauthlib.oauth1 import Client

    client = reach(make_app(faults=["clock-skew:seconds=600"]))
    for off, status in ((0, 401), (600, 200)):
        signer = Client(
            DEMO.app_key, DEMO.secret, DEMO.access_token, DEMO.access_token_secret,
            timestamp=str(int(clock.seconds) + off),
        )  # fmt: skip
        header = signer.sign(f"http://127.0.0.1:8080{paths['metrics']}", http_method="POST")[1]
        answer = await client.post(paths["metrics"], json=question(), headers=header)
        assert answer.status_code == status


def drawn(board: Switchboard, target: str, times: int) -> list[bool]:
    return [bool(board.striking(target)) for _ in range(times)]


def test_a_fault_lasts_as_long_as_it_was_ordered(clock: Any) -> None:
    board = Switchboard(["500:count=2,on=login", "503:after=10,for=5,on=token"], clock=clock)
    assert drawn(board, "login", 3) == [True, True, False]
    assert drawn(board, "metrics", 1) == [False]
    pattern = []
    for _ in range(4):
        pattern += drawn(board, "token", 1)
        clock.turn(5)
    assert pattern == [False, False, True, False]
    assert board.active() == []


def test_chances_are_those_of_the_seed(clock: Any) -> None:
    order = {"name": "500", "chance": 0.3}
    first, again, other = (drawn(Switchboard([order], clock=clock, seed=seed), "metrics", 400) for seed in (1, 1, 2))
    assert first == again != other
    assert 80 < sum(first) < 160


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_can_be_switched_on_by_its_name_and_off_again(name: str, clock: Any) -> None:
    board = Switchboard([name], clock=clock)
    kind = next(kind for kind in TABLE if kind.name == name)
    assert drawn(board, kind.targets[0], 1) == [True]
    assert board.switch_on(f"{name}:on=all").on >= {"domain", "login", "historical"}
    assert kind.meaning.endswith(".")
    assert board.switch_off(name) == (1 if kind.count == 1 else 2)
    assert board.active() == []


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ("slwo", "did you mean 'slow'"),
        ("slow:second=3", "did you mean 'seconds'"),
        ("slow:seconds=soon", "seconds must be a number"),
        ("slow:seconds=-1", "must not be negative"),
        ("slow:seconds", "parameter=value"),
        ("slow:on=metric", "did you mean 'metrics'"),
        ("500:chance=2", "from 0 to 1"),
        ("500:count=1.5", "whole number"),
        ("500:body=xml", "one of json, html, empty"),
        ("500:for=nan", "finite"),
        ({"seconds": 3}, "no fault None"),
        ({"name": "slow", "seconds": True}, "must be a number"),
    ],
)
def test_a_wrong_order_is_refused_in_words(order: Any, complaint: str, clock: Any) -> None:
    with pytest.raises(ValueError, match="fault") as caught:
        Switchboard([order], clock=clock)
    assert complaint in str(caught.value)


def test_text_and_data_order_the_same() -> None:
    text = read_order("missing-fields:fields=csat+nps,on=metrics+login,for=30,count=2,chance=0.5")
    data = read_order(
        {"name": "missing-fields", "fields": ["csat", "nps"], "on": ["metrics", "login"], "for": 30, "count": 2,
         "chance": 0.5}
    )  # fmt: skip
    assert text == data


def test_a_scene_file_orders_faults(tmp_path: Any) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('base = "busy"\n[[fault]]\nname = "slow"\nseconds = 2\n[[fault]]\nname = "500"\nafter = 60\n')
    assert scene_faults(path) == [{"name": "slow", "seconds": 2}, {"name": "500", "after": 60}]
    assert scene_faults("busy") == []
    path.write_text('[[fault]]\nname = "sluggish"\n')
    with pytest.raises(ValueError, match=r"bad\.toml: fault\[0\]: there is no fault 'sluggish'"):
        scene_faults(str(path))
