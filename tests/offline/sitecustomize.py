"""Loaded by a child Python process that has this folder on PYTHONPATH: every way out but loopback is refused.

Each attempt is also written to the file named by FOOTNOTE_TEST_ATTEMPTS, so that a swallowed error shows.
"""

import ipaddress
import os
import socket
from typing import Any

_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo


def _refuse(what: object) -> None:
    attempts = os.environ.get("FOOTNOTE_TEST_ATTEMPTS")
    if attempts:
        with open(attempts, "a", encoding="utf-8") as file:
            file.write(f"{what}\n")
    raise OSError(f"the network is cut in tests: {what}")


def _is_loopback(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        text = host.decode() if isinstance(host, bytes) else str(host)
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def connect(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
        _refuse(address)
    _connect(self, address)


def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _is_loopback(host):
        _refuse(host)
    return _getaddrinfo(host, *args, **kwargs)


socket.socket.connect = connect  # type: ignore[method-assign]
socket.getaddrinfo = getaddrinfo
