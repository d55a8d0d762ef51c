"""One bounded exchange: it ends in time and in size, and tells nothing that is secret."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from kmm_tui.outside.web import WebError, ask, host_of

Http = Callable[..., bytes]


async def test_what_is_sent_is_what_was_asked_for_and_nothing_of_ours(scripted: Any, http_answer: Http) -> None:
    scripted.answer = lambda _: http_answer(201, b"done", {"X-Kind": "a"})
    reply = await ask(
        f"{scripted.url}/hook?a=1", method="POST", headers={"X-Key": SecretStr("s3cret")}, body=b"{}", seconds=5
    )
    (heard,) = scripted.heard
    assert (heard.verb, heard.path, heard.query, heard.body) == ("POST", "/hook", "a=1", b"{}")
    assert heard.headers["x-key"] == "s3cret"
    assert {"authorization", "cookie"}.isdisjoint(heard.headers)
    assert (reply.status, reply.is_good, reply.body, reply.headers["x-kind"]) == (201, True, b"done", "a")
    assert "done" not in repr(reply)


async def test_no_cookie_is_kept(scripted: Any, http_answer: Http) -> None:
    scripted.answer = lambda _: http_answer(200, b"", {"Set-Cookie": "a=b"})
    for _ in range(2):
        await ask(scripted.url, seconds=5)
    assert "cookie" not in scripted.heard[1].headers


async def test_a_redirect_is_told_and_not_followed(scripted: Any, http_answer: Http) -> None:
    scripted.answer = lambda _: http_answer(302, b"", {"Location": f"{scripted.url}/other"})
    with pytest.raises(WebError, match=r"answers 302, another address"):
        await ask(scripted.url, seconds=5)
    assert len(scripted.heard) == 1


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "dripping"])
async def test_an_answer_that_does_not_end_ends_at_the_time_limit(scripted: Any, silent: bool) -> None:
    head = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(b"" if silent else head)
            while not writer.is_closing():
                writer.write(b"" if silent else b"1\r\na\r\n")
                await writer.drain()
                await asyncio.sleep(0.02)
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(WebError, match=r"127\.0\.0\.1:\d+ did not answer within 0\.2 s"):
            await ask(f"http://127.0.0.1:{port}/", seconds=0.2)


async def test_a_body_without_end_is_read_up_to_its_limit() -> None:
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 X\r\n\r\n")
        try:
            while True:
                writer.write(b"[" * 65_536)
                sent += 65_536
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(pour, "127.0.0.1", 0)
    async with server:
        with pytest.raises(WebError, match="more than 1 MB"):
            await ask(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", seconds=20, most_bytes=1 << 20)
    assert sent < 16 << 20


@pytest.mark.parametrize("told", ["9999999999", "9" * 40])
async def test_a_length_that_is_too_much_is_not_read_at_all(scripted: Any, told: str) -> None:
    scripted.answer = lambda _: f"HTTP/1.1 200 X\r\nContent-Length: {told}\r\n\r\n".encode()
    with pytest.raises(WebError, match=r"more than 8 MB|broke off"):
        await ask(scripted.url, seconds=5)


async def test_a_packed_answer_is_refused_since_it_may_unpack_to_anything(scripted: Any, http_answer: Http) -> None:
    scripted.answer = lambda _: http_answer(200, gzip.compress(b"[" * 10**6), {"Content-Encoding": "gzip"})
    with pytest.raises(WebError, match="packed its answer"):
        await ask(scripted.url, seconds=5)
    assert scripted.heard[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 X\r\nContent-Length: 9\r\nConnection: close\r\n\r\nab"]
)
async def test_a_broken_answer_is_one_line(scripted: Any, answer: bytes) -> None:
    scripted.answer = lambda _: answer
    with pytest.raises(WebError, match="broke off its answer"):
        await ask(scripted.url, seconds=5)


async def test_errors_hold_no_secret(unused_port: int, scripted: Any) -> None:
    for url in (f"http://127.0.0.1:{unused_port}/t0ken?k=t0ken", "https://u:t0ken@host/", "gopher://t0ken", "t0ken\n"):
        with pytest.raises(WebError) as caught:
            await ask(url, headers={"X": SecretStr("t0ken")}, seconds=5)
        assert "t0ken" not in repr(caught.value)
        assert caught.value.__cause__ is None
    with pytest.raises(WebError, match="a header holds characters") as caught:
        await ask(scripted.url, headers={"X": SecretStr("t0ken\r\nY: 1")}, seconds=5)
    assert "t0ken" not in repr(caught.value.__context__)


def test_the_host_is_what_may_be_shown() -> None:
    assert host_of("https://hooks.example:8443/a/t0ken") == "hooks.example:8443"
    assert host_of("http://[::1]:80/") == "[::1]:80"
    for bad in ("", "hooks.example", "ftp://a", "https://", "https://a:b", "https://a b/"):
        with pytest.raises(WebError):
            host_of(bad)
