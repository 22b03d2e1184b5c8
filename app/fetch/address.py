"""Which addresses are asked: those of the public web, and of hosts that a setting names.

A page's address comes from a corpus, a person or another page, so it may point anywhere. What it resolves to is looked
at before a connection is made, and the connection goes to what was looked at: a name that resolves otherwise a moment
later (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import idna

from index.errors import FetchError
from index.fetched.records import Why

_PORTS = {"http": 80, "https": 443}
# A browser would mend or drop these, and half a character is none; here they are refused.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_LONGEST = 8000  # characters; servers take about as many
_KEPT = "%/:?#[]@!$&'()*+,;=-._~"  # of an address: all other characters are written as bytes in UTF-8
# Public in form, and yet answered by the machine's own cloud: Azure's 'wire server'.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
# Not of the public web by IANA's registries of special addresses, and by Python's tables only since some release.
_RESERVED = tuple(ipaddress.ip_network(n) for n in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20"))
_UNICAST = ipaddress.ip_network("2000::/3")  # all that IANA gives out of IPv6
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes
_COMPATIBLE = ipaddress.ip_network("::/96")  # RFC 4291, 2.5.5.1: the same

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a page's address. `host` in ASCII; `target`: path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def netloc(self) -> str:
        """The host as a request names it, with the port if it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def url(self) -> str:
        return self.origin + self.target


def read_address(url: str, base: Address | None = None) -> Address:
    """Read an address; `base`: of the page that names it. Raises FetchError for one that is not asked."""
    shown = _shown(url)
    if len(url) > _LONGEST or _NO_ADDRESS.search(url):
        raise _refused(f"{shown}: it holds spaces or other characters that an address cannot have, or it is too long")
    try:
        parts = urlsplit(urljoin(base.url, url) if base else url)
        port = parts.port
    except ValueError:
        raise _refused(f"{shown}: this is not an address; write it as https://HOST/PATH") from None
    if parts.scheme not in _PORTS:
        raise _refused(f"{shown}: only addresses that begin with http:// or https:// are fetched")
    if "@" in parts.netloc:
        raise _refused(f"{shown}: it holds a user name or a password; write the address without")
    host = _ascii(parts.hostname or "", shown)
    if not host:
        raise _refused(f"{shown}: it names no host; write it as https://HOST/PATH")
    target = quote(parts.path or "/", _KEPT) + (f"?{quote(parts.query, _KEPT)}" if parts.query else "")
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], target)


def _ascii(host: str, shown: str) -> str:
    if host.isascii():
        return host.rstrip(".")
    try:
        return idna.encode(host, uts46=True).decode("ascii").rstrip(".")
    except idna.IDNAError:
        raise _refused(f"{shown}: '{host}' is not a valid host name") from None


def _shown(url: str) -> str:
    """Return an address as a message may show it: without what could be a password, and not at any length."""
    plain = re.sub(r"(?<=//)[^/?#]*@", "…@", _UNSEEN.sub("\ufffd", url))
    return plain if len(plain) <= 200 else plain[:200] + "…"


def _refused(message: str) -> FetchError:
    return FetchError(message, Why.ADDRESS)


def open_addresses(host: str, port: int, allowed: frozenset[str], seconds: float) -> list[str]:
    """Return the IP addresses of `host`. Raises FetchError if it is not known, or one of them may not be asked.

    `allowed`: names of hosts whose addresses may be any. `seconds`: what the look-up may take.
    """
    found = _looked_up(host, port, seconds)
    if host not in allowed:
        for ip in found:
            if what := barred(ip):
                raise _refused(
                    f"{host}: not fetched, since its address {ip} is {what}; if you mean it, "
                    f"name the host in the setting fetch_hosts"
                )
    return [str(ip) for ip in found]


def _looked_up(host: str, port: int, seconds: float) -> list[Ip]:
    """Resolve a name, in a thread of its own since the system's look-up knows no limit of time."""
    answers: queue.Queue[list[str] | OSError | UnicodeError] = queue.Queue()

    def look_up() -> None:
        try:
            answers.put([str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = answers.get(timeout=max(seconds, 0.0))
    except queue.Empty:
        raise FetchError(f"{host}: its name was not found within {seconds:.0f} s; try again later", Why.TIME) from None
    if isinstance(found, Exception) or not found:
        raise FetchError(f"{host}: no host of this name was found; check the address", Why.CONNECTION)
    return [ipaddress.ip_address(text) for text in dict.fromkeys(found)]


def barred(ip: Ip) -> str:
    """Say what an address is if nothing of the public web can have it; '' if it may be asked."""
    for inner in _addresses_in(ip):
        if what := _special(inner):
            return what
    return ""


def _addresses_in(ip: Ip) -> list[Ip]:
    """Return an address and those of IPv4 that it stands for, where it is a translated or tunnelled one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    found: list[Ip] = [ip]
    if ip.ipv4_mapped:
        found = [ip.ipv4_mapped]
    elif ip.sixtofour:
        found.append(ip.sixtofour)
    elif ip.teredo:
        found += ip.teredo
    elif ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 1):
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return found


def _special(ip: Ip) -> str:
    if ip.is_unspecified:
        return "the unspecified one"
    if ip.is_loopback:
        return "this machine itself"
    if ip.is_link_local or ip in _METADATA:
        return "link-local, where clouds keep the secrets of their machines"
    if ip.is_multicast:
        return "one of a group (multicast)"
    is_given_out = ip.version == 4 or ip in _UNICAST or ip in _NAT64
    if not ip.is_global or not is_given_out or any(ip in network for network in _RESERVED):
        return "of a private or reserved network"
    return ""
