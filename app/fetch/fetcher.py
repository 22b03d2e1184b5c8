"""Fetches pages: robots.txt first, one request a second a host, redirects followed one by one, each looked at anew."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app import __version__
from app.fetch.address import Address, read_address
from app.fetch.connection import Limits, Reply, request
from app.fetch.pace import Pace
from app.fetch.robots import AGENT, LARGEST, Robots
from index.errors import FetchError
from index.fetched.records import Why

USER_AGENT = f"{AGENT}/{__version__} (fetches single pages when its user asks for them)"
_ACCEPT = "text/html, application/xhtml+xml, application/pdf;q=0.9, text/plain;q=0.8, */*;q=0.5"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST, _MOST_OF_ROBOTS = 10, 5  # redirects; the latter from RFC 9309, 2.3.1.2


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to tell a page's versions apart, and the address that it gave it for."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""

    def headers(self, url: str) -> dict[str, str]:
        """Return the headers that ask for the page only if it has changed."""
        named = {"If-None-Match": _sendable(self.etag), "If-Modified-Since": _sendable(self.last_modified)}
        return {name: value for name, value in named.items() if value} if url == self.url else {}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page. `at`: when it came (ISO 8601, UTC). `content` is None if it has not changed since the validators."""

    url: str
    final_url: str
    at: str
    content: bytes | None
    content_type: str
    validators: Validators


class Fetcher:
    """Fetches pages, each host at its own pace. `allowed`: hosts that may have any address. Thread-safe."""

    def __init__(self, allowed: tuple[str, ...] = (), limits: Limits | None = None) -> None:
        self._allowed = frozenset(host.lower().strip("[]") for host in allowed)
        self._limits = limits or Limits()
        self._pace, self._robots = Pace(), Robots(self._robots_txt)

    def fetch(self, url: str, known: Validators | None = None) -> Fetched:
        """Fetch a page; with `known`, only if it has changed. Raises FetchError: one line with the address."""
        address, validators, limits = read_address(url), known or Validators(), self._limits
        for hop in range(_MOST + 1):
            try:
                pause = self._robots.pause(address)
                begun = self._wait(address, pause)
                reply = self._ask(address, {"Accept": _ACCEPT, **validators.headers(address.url)}, limits)
                limits = replace(limits, whole=limits.whole - (time.monotonic() - begun))
                if reply.status not in _REDIRECTS:
                    return _fetched(url, address, reply, validators)
                address = _next(address, reply)
            except FetchError as error:
                raise FetchError(f"{url} redirects: {error}" if hop else str(error), error.why) from error
        raise _endless(url, _MOST)

    def _wait(self, address: Address, pause: float = 0.0) -> float:
        """Wait until the host may be asked again; return that time (of the monotonic clock)."""
        self._pace.wait(address.host, pause)
        return time.monotonic()

    def _ask(self, address: Address, headers: dict[str, str], limits: Limits, first: int | None = None) -> Reply:
        return request(address, {"User-Agent": USER_AGENT, **headers}, limits, self._allowed, first)

    def _robots_txt(self, address: Address) -> Reply:
        at, limits = address, replace(self._limits, largest=max(self._limits.largest, LARGEST))
        for _ in range(_MOST_OF_ROBOTS + 1):
            self._wait(at)
            reply = self._ask(at, {"Accept": "text/plain, */*;q=0.5"}, limits, LARGEST)
            if reply.status not in _REDIRECTS:
                return reply
            at = _next(at, reply)
        raise _endless(address.url, _MOST_OF_ROBOTS)


def _endless(url: str, most: int) -> FetchError:
    return FetchError(f"{url}: it redirects more than {most} times; check the address", Why.REDIRECTS)


def _next(address: Address, reply: Reply) -> Address:
    """Return where a redirect leads. Raises FetchError that names whence, if that is nowhere to go."""
    location = reply.headers.get("location", "")
    if not location:
        raise FetchError(f"{address.url}: it says that it moved, but not where to", Why.PROTOCOL)
    try:
        return read_address(location, address)
    except FetchError as error:
        raise FetchError(
            f"{address.url}: it redirects to an address that is not fetched ({error})", error.why
        ) from None


def _fetched(url: str, address: Address, reply: Reply, known: Validators) -> Fetched:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if reply.status == 304 and known.headers(address.url):
        return Fetched(url, address.url, at, None, "", known)
    if reply.status != 200:
        raise _status(address.url, reply)
    etag, last_modified = (_sendable(reply.headers.get(name, "")) for name in ("etag", "last-modified"))
    validators = Validators(address.url, etag, last_modified)
    return Fetched(url, address.url, at, reply.body, reply.headers.get("content-type", ""), validators)


def _sendable(value: str) -> str:
    """Return the value of a header if it can be sent back; '' if not: printable ASCII only."""
    return value if value.isascii() and value.isprintable() else ""


def _status(url: str, reply: Reply) -> FetchError:
    """Put a status that brings no page into words."""
    status = reply.status
    if status in (404, 410):
        return FetchError(f"{url}: there is no such page (status {status}); look for its new address", Why.GONE)
    if status == 402:
        return FetchError(f"{url}: the page must be paid for (status 402)", Why.PAYWALL)
    if status in (401, 407):
        return FetchError(f"{url}: it asks for a sign-in (status {status})", Why.LOGIN)
    if status in (429, 503) and (wait := reply.headers.get("retry-after")):
        return FetchError(
            f"{url}: its server says to try again later (status {status}, Retry-After: {wait[:40]})", Why.REFUSED
        )
    if status == 451:
        return FetchError(f"{url}: it is withheld for legal reasons (status 451)", Why.REFUSED)
    if status >= 500:
        return FetchError(f"{url}: its server failed (status {status}); try again later", Why.SERVER)
    if status < 400:
        return FetchError(f"{url}: its server answers without a page (status {status})", Why.PROTOCOL)
    return FetchError(f"{url}: its server refuses this program (status {status})", Why.REFUSED)
