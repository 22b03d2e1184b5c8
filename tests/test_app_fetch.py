"""Fetching one page: where it may go, how long it may take, how much may come, and what is said when it fails."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import __version__
from app.fetch import connection
from app.fetch.address import barred, read_address
from app.fetch.connection import Limits
from app.fetch.fetcher import Fetched, Fetcher, Validators
from app.settings import load_settings
from index.errors import FetchError, UsageError
from index.fetched.records import Why
from tests.local_web import (
    CERTIFICATE,
    Answer,
    Handling,
    Web,
    bomb,
    dripping,
    endless,
    local_web,
    page,
    redirect,
    silent,
)

SMALL = Limits(largest=1_000_000)
QUICK = Limits(connect=1.0, silence=0.3, whole=0.6, largest=1_000_000)
PUBLIC = "93.184.216.34"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between requests; nothing waits."""
    found: list[float] = []
    monkeypatch.setattr("app.fetch.pace.time.sleep", found.append)
    return found


@pytest.fixture
def web() -> Iterator[Web]:
    with local_web() as served:
        yield served


def fetcher(*hosts: str, limits: Limits = SMALL) -> Fetcher:
    return Fetcher(hosts or ("127.0.0.1",), limits)


def fetch(url: str, *hosts: str, limits: Limits = SMALL, known: Validators | None = None) -> Fetched:
    return fetcher(*hosts, limits=limits).fetch(url, known)


def refused(url: str, *hosts: str, limits: Limits = SMALL) -> FetchError:
    """The error of a page that is not fetched: one line that begins with its address or host."""
    with pytest.raises(FetchError) as caught:
        fetch(url, *hosts, limits=limits)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    return caught.value


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to each of `answers` in turn, and then to the last; return the names that were looked up."""
    asked: list[str] = []

    real = socket.getaddrinfo

    def look_up(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        if more:  # for a connection, of the address that was found
            return real(host, port, *more, **named)
        asked.append(host)
        ips = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    monkeypatch.setattr("app.fetch.address.socket.getaddrinfo", look_up)
    return asked


def connecting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let no connection come about; return the addresses that one was tried to."""
    tried: list[str] = []

    def connect(_: object, host: str, *__: object, **___: object) -> None:
        tried.append(host)
        raise httpcore.ConnectError("no way")

    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connect)
    return tried


def test_a_page_comes_with_all_that_tells_its_versions_apart(web: Web) -> None:
    stamps = {"ETag": '"a1"', "Last-Modified": "Mon, 21 Oct 2024 10:00:00 GMT"}
    web.paths["/report"] = Answer(page("The report", "Forty ships."), headers=stamps)
    found = fetch(web.url("/report"))
    assert found.content is not None
    assert b"Forty ships." in found.content
    assert found.validators == Validators(web.url("/report"), '"a1"', "Mon, 21 Oct 2024 10:00:00 GMT")
    assert fetch(web.url("/report"), known=found.validators).content is None
    sent = web.asked[-1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('"a1"', "Mon, 21 Oct 2024 10:00:00 GMT")
    assert sent["user-agent"].startswith(f"Footnote/{__version__} ")
    assert "cookie" not in sent


def test_a_stamp_that_no_header_may_hold_is_neither_kept_nor_sent(web: Web) -> None:
    web.paths["/report"] = Answer(page("The report", "Forty ships."), headers={"ETag": '"é"', "Last-Modified": "März"})
    address = web.url("/report")
    assert fetch(address).validators == Validators(address)
    for kept in ('"é"', '"\t"', '"a\r\nX: 1"', '"\x7f"'):
        assert fetch(address, known=Validators(address, kept, "Mon, 21 Oct 2024 10:00:00 GMT")).content
        assert "if-none-match" not in web.asked[-1].headers
        assert web.asked[-1].headers["if-modified-since"] == "Mon, 21 Oct 2024 10:00:00 GMT"


def test_a_packed_page_is_unpacked(web: Web) -> None:
    text = page("The report", "Forty ships.").encode()
    web.paths["/one"] = Answer(gzip.compress(text), headers={"Content-Encoding": "gzip"})
    web.paths["/two"] = Answer(
        gzip.compress(text[:50]) + gzip.compress(text[50:]), headers={"Content-Encoding": "gzip"}
    )
    assert fetch(web.url("/one")).content == fetch(web.url("/two")).content == text


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_packed_page_that_breaks_off_is_no_page(web: Web, name: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(page("The report", " ".join(map(str, range(9000)))).encode())
    web.paths["/whole"] = Answer(packed, headers={"Content-Encoding": name})
    web.paths["/cut"] = Answer(packed[: len(packed) // 2], headers={"Content-Encoding": name})
    assert b"8999" in (fetch(web.url("/whole")).content or b"")
    assert "only a part" in str(refused(web.url("/cut")))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://./a",
        "https://example.org/\udcff",
        "ftp://example.org/a",
        "javascript:alert(1)",
        "gopher://example.org:25/_x",
        "//example.org/a",
        "example.org/a",
        "http://",
        "http:///a",
        "http://example.org:99999/",
        "http://exa mple.org/",
        "http://example.org/\r\nX: y",
        "http://[::1",
        "http://" + "a" * 9000,
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, [PUBLIC])
    assert refused(url).why is Why.ADDRESS
    assert asked == []


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    error = refused("https://anna:s3cret@example.org/a")
    assert error.why is Why.ADDRESS
    assert "s3cret" not in str(error)
    assert "anna" not in str(error)


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.8.9.1", "::1", "0.0.0.0", "::", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "100.64.0.1", "100.100.100.200",
        "192.0.0.192", "168.63.129.16", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255", "198.18.0.1",
        "192.0.2.1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "2002:7f00:1::", "2002:a9fe:a9fe::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",
        "2001:0:5ef5:79fb:0:59d:f5ff:fffe",
    ],
)  # fmt: skip
def test_no_connection_is_made_to_an_address_that_the_web_does_not_have(
    ip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, [ip])
    tried = connecting(monkeypatch)
    error = refused("https://inside.example/admin")
    assert error.why is Why.ADDRESS
    assert "fetch_hosts" in str(error)
    assert tried == []


@pytest.mark.parametrize("ip", [PUBLIC, "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "8.8.8.8"])
def test_a_public_address_may_be_asked(ip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, [ip])
    tried = connecting(monkeypatch)
    assert refused("https://outside.example/").why is Why.CONNECTION
    assert tried


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "localhost"])
def test_loopback_is_refused_however_it_is_written(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = connecting(monkeypatch)
    assert refused(f"http://{host}:8000/", "named.example").why is Why.ADDRESS
    assert tried == []


def test_a_name_with_one_public_and_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, [PUBLIC, "10.0.0.1"])
    tried = connecting(monkeypatch)
    assert refused("http://mixed.example/").why is Why.ADDRESS
    assert tried == []


def test_a_name_that_resolves_otherwise_a_moment_later_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, [PUBLIC], ["127.0.0.1"])
    tried = connecting(monkeypatch)
    refused("http://rebinding.example/")
    assert asked == ["rebinding.example"]
    assert tried == [PUBLIC]


def test_the_host_keeps_its_name_although_the_connection_goes_to_an_address(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    web.paths["/a"] = Answer(page("A", "Words."))
    assert fetch(web.url("/a", "paper.example"), "paper.example").content
    assert {a.headers["host"] for a in web.asked} == {f"paper.example:{web.port}"}


@given(st.ip_addresses())
def test_an_address_that_may_be_asked_is_global(ip: Any) -> None:
    if not barred(ip):
        assert ip.is_global
        assert not any((ip.is_loopback, ip.is_link_local, ip.is_multicast, ip.is_unspecified))


@given(st.text() | st.text().map("https://{}".format))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    with suppress(FetchError):
        address = read_address(text)
        assert address.scheme in ("http", "https")
        assert address.url.isascii()


def test_redirects_are_followed_and_each_is_looked_at(web: Web) -> None:
    web.paths |= {"/a": redirect("/b", 301), "/b": redirect("c?x=1", 307), "/c": Answer(page("C", "Words."))}
    assert fetch(web.url("/a")).final_url == web.url("/c?x=1")
    assert web.pages_asked == ["/a", "/b", "/c?x=1"]


@pytest.mark.parametrize(
    "to",
    ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://localhost/", "file:///etc/passwd",
     "ftp://example.org/a", "http://a:b@example.org/"],
)  # fmt: skip
def test_a_redirect_to_where_nothing_is_fetched_ends_there(to: str, web: Web) -> None:
    web.paths["/a"] = redirect(to)
    error = refused(web.url("/a"))
    assert error.why is Why.ADDRESS
    assert web.url("/a") in str(error)


def test_a_hundred_redirects_end_after_ten(web: Web) -> None:
    web.paths |= {f"/{n}": redirect(f"/{n + 1}") for n in range(100)}
    assert refused(web.url("/0")).why is Why.REDIRECTS
    assert len(web.pages_asked) == 11


def test_an_address_in_another_script_is_found_also_behind_a_redirect(web: Web) -> None:
    def lead_on(handling: Handling) -> None:
        handling.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /\xd1\x81\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xbe\r\n\r\n")

    web.paths |= {"/a": lead_on, "/%D1%81%D0%BB%D0%BE%D0%B2%D0%BE": Answer(page("A", "Words."))}
    assert fetch(web.url("/слово")).content
    assert fetch(web.url("/a")).content
    assert read_address("https://bücher.example/").host == "xn--bcher-kva.example"
    assert read_address("https://straße.example/").host == "xn--strae-oqa.example"  # another host than strasse.example


def test_redirects_share_the_time_of_one_page(web: Web) -> None:
    def slowly(handling: Handling) -> None:
        threading.Event().wait(0.2)
        handling.answer(redirect("/slow"))

    web.paths["/slow"] = slowly
    begun = time.monotonic()
    assert refused(web.url("/slow"), limits=Limits(whole=0.7)).why is Why.TIME
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("host", ["http://wiki.intern", "wiki.intern:8080", "wiki.intern/a"])
def test_hosts_are_named_alone(host: str) -> None:
    with pytest.raises(UsageError, match="fetch_hosts"):
        load_settings(fetch_hosts=host)
    assert load_settings(fetch_hosts="wiki.intern, ::1").fetch_hosts == ("wiki.intern", "::1")


def test_a_page_that_leads_to_itself_ends_too(web: Web) -> None:
    web.paths["/a"] = redirect("/a")
    assert refused(web.url("/a")).why is Why.REDIRECTS


def test_an_endless_response_ends_at_the_size(web: Web) -> None:
    web.paths["/a"] = endless
    assert refused(web.url("/a"), limits=Limits(largest=1_000_000)).why is Why.SIZE


def test_a_bomb_is_not_unpacked(web: Web) -> None:
    web.paths["/a"] = bomb(60)
    begun = time.monotonic()
    assert refused(web.url("/a"), limits=Limits(largest=1_000_000)).why is Why.SIZE
    assert time.monotonic() - begun < 2


def test_what_is_packed_in_a_way_that_was_not_asked_for_is_refused(web: Web) -> None:
    web.paths["/br"] = Answer(b"\x8b\x00\x80X\x03", headers={"Content-Encoding": "br"})
    web.paths["/twice"] = Answer(gzip.compress(gzip.compress(b"x")), headers={"Content-Encoding": "gzip, gzip"})
    web.paths["/wrong"] = Answer(b"no gzip at all", headers={"Content-Encoding": "gzip"})
    assert {refused(web.url(path)).why for path in ("/br", "/twice", "/wrong")} == {Why.PROTOCOL}


def test_a_page_as_large_as_allowed_comes_whole_and_a_byte_more_does_not(web: Web) -> None:
    web.paths["/a"], web.paths["/b"] = Answer(b"x" * 1_000_000), Answer(b"x" * 1_000_001)
    assert len(fetch(web.url("/a")).content or b"") == 1_000_000
    assert refused(web.url("/b")).why is Why.SIZE


def test_a_server_that_says_nothing_or_drips_is_left(web: Web) -> None:
    stop = threading.Event()
    web.paths |= {"/silent": silent(stop), "/drip": dripping(stop)}
    try:
        for path in ("/silent", "/drip"):
            begun = time.monotonic()
            assert refused(web.url(path), limits=QUICK).why is Why.TIME
            assert time.monotonic() - begun < 2
    finally:
        stop.set()


def test_a_broken_answer_is_named(web: Web) -> None:
    web.paths["/short"] = Answer("abc", headers={"Content-Length": "10"})
    web.paths["/noise"] = lambda handling: handling.wfile.write(b"\x00\x01 hello\r\n\r\n") and None
    web.paths["/nowhere"] = Answer("", 302)
    assert {refused(web.url(path)).why for path in ("/short", "/noise", "/nowhere")} == {Why.PROTOCOL}


def test_nobody_there_and_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with local_web() as gone:
        url = gone.url("/")
    assert refused(url).why is Why.CONNECTION

    def unknown(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("app.fetch.address.socket.getaddrinfo", unknown)
    error = refused("https://no.such.example/")
    assert error.why is Why.CONNECTION
    assert "no.such.example" in str(error)


@pytest.mark.parametrize(
    ("status", "why"),
    [(404, Why.GONE), (410, Why.GONE), (401, Why.LOGIN), (402, Why.PAYWALL), (403, Why.REFUSED), (429, Why.REFUSED),
     (451, Why.REFUSED), (500, Why.SERVER), (503, Why.SERVER), (204, Why.PROTOCOL), (304, Why.PROTOCOL)],
)  # fmt: skip
def test_each_status_without_a_page_has_its_reason(status: int, why: Why, web: Web) -> None:
    web.paths["/a"] = Answer("", status)
    error = refused(web.url("/a"))
    assert error.why is why
    assert str(status) in str(error)


def test_a_certificate_that_is_not_valid_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with local_web(CERTIFICATE) as web:
        web.paths["/a"] = Answer(page("A", "Words."))
        error = refused(web.url("/a", "localhost"), "localhost", "127.0.0.1")
        assert error.why is Why.CERTIFICATE
        assert "self-signed certificate" in str(error)
        assert web.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        connection._certificates.cache_clear()
        try:
            assert fetch(web.url("/a", "localhost"), "localhost").content
            other = refused(web.url("/a", "127.0.0.1"))
            assert other.why is Why.CERTIFICATE
            assert "127.0.0.1" in str(other)
        finally:
            connection._certificates.cache_clear()


def test_robots_txt_is_asked_once_and_heeded(web: Web) -> None:
    rules = "User-agent: *\nDisallow: /private\nDisallow: /*?print\nAllow: /private/open\n"
    web.paths["/robots.txt"] = Answer(rules, headers={"Content-Type": "text/plain"})
    web.paths |= {path: Answer(page("A", "Words.")) for path in ("/a", "/private/x", "/private/open")}
    polite = fetcher()
    assert polite.fetch(web.url("/a")).content
    assert polite.fetch(web.url("/private/open")).content
    for path in ("/private/x", "/a?print=1"):
        with pytest.raises(FetchError, match=r"robots\.txt") as caught:
            polite.fetch(web.url(path))
        assert caught.value.why is Why.ROBOTS
    assert [a.path for a in web.asked] == ["/robots.txt", "/a", "/private/open"]


def test_rules_for_footnote_itself_go_before_those_for_all(web: Web) -> None:
    web.paths["/robots.txt"] = Answer("User-agent: *\nDisallow: /\n\nUser-agent: footnote\nDisallow: /b\n")
    web.paths |= {"/a": Answer(page("A", "Words.")), "/b": Answer(page("B", "Words."))}
    assert fetch(web.url("/a")).content
    assert refused(web.url("/b")).why is Why.ROBOTS


def test_without_robots_txt_all_is_allowed_and_with_one_that_cannot_be_had_nothing(web: Web) -> None:
    web.paths["/a"] = Answer(page("A", "Words."))
    assert fetch(web.url("/a")).content
    web.paths["/robots.txt"] = Answer("", 503)
    assert refused(web.url("/a")).why is Why.ROBOTS
    web.paths["/robots.txt"] = redirect("/robots.txt")
    assert fetch(web.url("/a")).content


def test_a_robots_txt_that_could_not_be_had_is_asked_for_again_later(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server keeps one fetcher for days: a site that was down for a moment is not shut until it is restarted."""
    web.paths |= {"/a": Answer(page("A", "Words.")), "/robots.txt": Answer("", 503)}
    one, now = fetcher(), time.monotonic()
    with pytest.raises(FetchError):
        one.fetch(web.url("/a"))
    web.paths["/robots.txt"] = Answer("User-agent: *\nAllow: /\n")
    with pytest.raises(FetchError, match="503"):
        one.fetch(web.url("/a"))
    monkeypatch.setattr("app.fetch.robots.time.monotonic", lambda: now + 3600)
    assert one.fetch(web.url("/a")).content
    web.paths["/robots.txt"] = Answer("User-agent: *\nDisallow: /\n")
    assert one.fetch(web.url("/a")).content, "rules hold for a day"
    monkeypatch.setattr("app.fetch.robots.time.monotonic", lambda: now + 2 * 86_400)
    with pytest.raises(FetchError, match="asks programs not to"):
        one.fetch(web.url("/a"))


def test_a_huge_robots_txt_is_read_as_far_as_the_standard_says(web: Web) -> None:
    web.paths["/robots.txt"] = Answer("User-agent: *\nDisallow: /b\n" + "# filler\n" * 2_000_000)
    web.paths["/a"] = Answer(page("A", "Words."))
    assert fetch(web.url("/a"), limits=Limits()).content
    assert refused(web.url("/b"), limits=Limits()).why is Why.ROBOTS


def test_a_host_is_asked_once_a_second_and_more_seldom_if_it_wants(web: Web, waits: list[float]) -> None:
    web.paths["/a"] = Answer(page("A", "Words."))
    polite = fetcher()
    polite.fetch(web.url("/a"))
    polite.fetch(web.url("/a"))
    assert len(waits) == 2  # robots.txt first, which is a request too
    assert all(0.8 < w <= 1.0 for w in waits)
    waits.clear()
    web.paths["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 7\n")
    fetch(web.url("/a"))
    assert 6.8 < waits[0] <= 7.0
    web.paths["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 86400\n")
    assert refused(web.url("/a")).why is Why.ROBOTS


def test_a_redirect_to_another_site_asks_its_robots_txt_too(web: Web) -> None:
    with local_web() as other:
        web.paths["/a"] = redirect(other.url("/b"))
        other.paths |= {"/robots.txt": Answer("User-agent: *\nDisallow: /\n"), "/b": Answer(page("B", "Words."))}
        assert refused(web.url("/a")).why is Why.ROBOTS
        assert other.pages_asked == []
