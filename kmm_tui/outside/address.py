"""Web addresses and sizes as they may be shown; light to import, for who only checks them."""

from __future__ import annotations

from urllib.parse import urlsplit


class WebError(Exception):
    """No whole answer came. The text is one line that names the host, never a path, a header or a body."""


def host_of(url: str) -> str:
    """The host of an address, with its port where it names one: the part that may be shown.

    Raises `WebError` where it is no address, is neither http nor https, or holds a user or password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or not url.isprintable() or " " in url:
        raise WebError("not a web address; write one that begins with https://")
    if "@" in parts.netloc:
        raise WebError("a web address must not hold a user name or password; use a header")
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" if port is not None else shown


def size_text(count: int) -> str:
    """A limit of bytes for a person: ``8 MB``, ``64 KB``.

    >>> size_text(8 * 1024 * 1024), size_text(65_536), size_text(100)
    ('8 MB', '64 KB', '100 bytes')
    """
    for size, unit in ((1 << 20, "MB"), (1 << 10, "KB")):
        if count >= size and count % size == 0:
            return f"{count // size} {unit}"
    return f"{count} bytes"
