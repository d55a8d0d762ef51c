"""A page's process as the server sees one: it draws whatever it is told. Argument: how it behaves."""

from __future__ import annotations

import json
import os
import signal
import sys
import time


def draw(text: str) -> None:
    data = text.encode()
    os.write(1, b"D" + len(data).to_bytes(4, "big") + data)


def main() -> None:
    how = sys.argv[1]
    if how == "fails":
        raise SystemExit(3)
    os.write(1, b"a line from elsewhere\n__GANGLION__\n")
    draw(f"<{os.getpid()} {os.environ['COLUMNS']}x{os.environ['ROWS']}>")
    if how == "hangs":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(60)
    if how == "garbles":
        os.write(1, b"D\xff\xff\xff\xff")
    while head := os.read(0, 5):
        payload = b""
        length = int.from_bytes(head[1:], "big")
        while len(payload) < length:
            payload += os.read(0, length - len(payload))
        if head[:1] == b"M" and json.loads(payload)["type"] == "quit":
            return
        if payload == b"env":
            draw(f"[{json.dumps(dict(os.environ))}]")
        elif payload == b"ends":
            return
        else:
            draw(f"[{head[:1].decode()} {payload.decode()}]")


main()
