"""One request over HTTP, with a limit on everything: where it goes, how long it takes, how much comes.

The only file that imports httpcore. Redirects, cookies and proxies are unknown here, and nothing is unpacked that was
not asked for.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import certifi
import httpcore

from app.fetch.address import Address, open_addresses
from index.errors import FetchError
from index.fetched.records import Why

MB = 1_000_000
_PACKED = ("gzip", "x-gzip", "deflate")
_PIECE = 1 << 16  # bytes unpacked at a time: a bomb is noticed after as many


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds until a connection stands, until the next byte comes, for the whole; bytes as sent and unpacked."""

    connect: float = 10.0
    silence: float = 20.0
    whole: float = 60.0
    largest: int = 100 * MB


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered. `headers` by their names in small letters; `body` only of a status 200, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(
    address: Address,
    headers: Mapping[str, str],
    limits: Limits,
    allowed: frozenset[str],
    first_bytes: int | None = None,
) -> Reply:
    """Ask for a page once. `first_bytes`: take so many and leave, instead of refusing more.

    Raises FetchError: one line with the address.
    """
    target = httpcore.URL(
        scheme=address.scheme, host=address.host, port=address.port, target=address.target.encode("ascii")
    )
    sent = {"Host": address.netloc, "Accept-Encoding": "gzip", "Connection": "close", **headers}
    deadline = _Deadline(limits.whole)
    backend = _Guarded(allowed, deadline)
    timeout = {"connect": limits.connect, "read": limits.silence, "write": limits.silence, "pool": limits.connect}
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_certificates(), network_backend=backend, max_connections=1) as pool,
            pool.stream("GET", target, headers=list(sent.items()), extensions={"timeout": timeout}) as response,
        ):
            found = _headers(response.headers)
            body = b""
            if response.status == 200:
                body = _body(response.iter_stream(), found, limits.largest, first_bytes, address)
            return Reply(response.status, found, body)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, ssl.SSLError) as error:
        raise _failure(error, address, deadline) from error


@cache
def _certificates() -> ssl.SSLContext:
    """Trust what this machine trusts (SSL_CERT_FILE too), and Mozilla's list for machines that keep none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Deadline:
    """The end of the time that a whole request has."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self._end

    def within(self, seconds: float | None) -> float:
        """Return the seconds that a step may take. Raises httpcore.ReadTimeout if none are left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if seconds is None else min(seconds, left)


class _Guarded(httpcore.NetworkBackend):
    """Connects to nothing but addresses that were looked at; the names in TLS and HTTP stay those of the host."""

    def __init__(self, allowed: frozenset[str], deadline: _Deadline) -> None:
        self._allowed, self._deadline, self._backend = allowed, deadline, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        last: Exception = httpcore.ConnectError("no address")
        for ip in open_addresses(host, port, self._allowed, self._deadline.within(timeout)):
            try:
                stream = self._backend.connect_tcp(
                    ip, port, self._deadline.within(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return _Timed(stream, self._deadline)
        raise last


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends with the deadline: a byte now and then does not keep it alive."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        within = self._deadline.within(timeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, within), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("ascii", "replace").lower()
        try:
            words = value.decode("utf-8").strip()  # against the standard, and yet met in addresses
        except UnicodeDecodeError:
            words = value.decode("latin-1").strip()
        found[key] = f"{found[key]}, {words}" if key in found else words
    return found


def _body(
    pieces: Iterable[bytes], headers: Mapping[str, str], largest: int, first_bytes: int | None, address: Address
) -> bytes:
    """Return the unpacked body, or its first bytes. Raises FetchError if it is too large, or packed otherwise."""
    packing = headers.get("content-encoding", "identity").lower()
    if packing not in (*_PACKED, "identity", ""):
        raise FetchError(f"{address.url}: it is compressed as '{packing}', which was not asked for", Why.PROTOCOL)
    most = largest if first_bytes is None else first_bytes
    body, sent = bytearray(), 0
    unpacker = _Unpacker(packing) if packing in _PACKED else None
    for piece in pieces:
        sent += len(piece)
        try:
            for plain in unpacker.feed(piece) if unpacker else (piece,):
                body += plain
                if len(body) > most or sent > largest:
                    break
        except zlib.error:
            raise FetchError(
                f"{address.url}: it is said to be compressed as '{packing}', and is not", Why.PROTOCOL
            ) from None
        if len(body) > most or sent > largest:
            if first_bytes is not None:
                return bytes(body[:first_bytes])
            raise FetchError(
                f"{address.url}: it is larger than {largest // MB:,} MB, more than `largest_file` allows", Why.SIZE
            )
    if unpacker and not unpacker.at_end:
        raise FetchError(f"{address.url}: only a part of it came; try again later", Why.PROTOCOL)
    return bytes(body)


class _Unpacker:
    """Unpacks gzip and deflate piece by piece, little at a time."""

    def __init__(self, packing: str) -> None:
        self._packing = packing
        self._inner: Any = None

    @property
    def at_end(self) -> bool:
        """Whether what was begun has come whole."""
        return self._inner is None

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield what `piece` adds. Raises zlib.error."""
        is_full = False  # then more may stand in the unpacker itself
        while piece or is_full:
            if self._inner is None:
                self._inner = zlib.decompressobj(self._form(piece))
            plain = self._inner.decompress(piece, _PIECE)
            yield plain
            piece = self._inner.unconsumed_tail
            is_full = len(plain) == _PIECE and not self._inner.eof
            if self._inner.eof:  # a gzip file may be several, one behind the other
                piece, self._inner = self._inner.unused_data, None

    def _form(self, piece: bytes) -> int:
        if self._packing != "deflate":
            return 16 + zlib.MAX_WBITS
        return zlib.MAX_WBITS if piece[0] & 0x0F == 8 else -zlib.MAX_WBITS  # many servers leave zlib's head out


def _failure(error: Exception, address: Address, deadline: _Deadline) -> FetchError:
    """Put a failure of the library into words."""
    url = address.url
    for cause in (error, error.__cause__, error.__context__):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchError(
                f"{url}: its certificate is not valid ({cause.verify_message}), so nothing is taken from it",
                Why.CERTIFICATE,
            )
        if isinstance(cause, ssl.SSLError):
            return FetchError(
                f"{url}: an encrypted connection cannot be made ({cause.reason or cause})", Why.CERTIFICATE
            )
    if deadline.passed:
        return FetchError(f"{url}: it takes longer than `fetch_seconds` allows; try again later", Why.TIME)
    if isinstance(error, httpcore.ConnectTimeout):
        return FetchError(f"{url}: {address.host} does not answer; try again later", Why.TIME)
    if isinstance(error, httpcore.TimeoutException):
        return FetchError(f"{url}: its server stopped answering; try again later", Why.TIME)
    if isinstance(error, httpcore.ConnectError):
        return FetchError(f"{url}: no connection to {address.host} ({_reason(error)}); try again later", Why.CONNECTION)
    if isinstance(error, httpcore.NetworkError):
        return FetchError(f"{url}: the connection broke ({_reason(error)}); try again later", Why.CONNECTION)
    return FetchError(f"{url}: its server's answer is not valid HTTP ({_reason(error)})", Why.PROTOCOL)


def _reason(error: Exception) -> str:
    cause = error.__cause__ or error.__context__
    return (cause.strerror if isinstance(cause, OSError) else None) or str(error)[:200] or type(error).__name__
