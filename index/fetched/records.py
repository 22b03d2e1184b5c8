"""What is known of a page that stands behind a source."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from index.records import Record


class Why(StrEnum):
    """Why a page is not there to be indexed."""

    ADDRESS = "address"  # one that is not asked: no web page, or no public host
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    TIME = "time"
    SIZE = "size"
    PROTOCOL = "protocol"  # an answer that is no proper HTTP
    REDIRECTS = "redirects"
    ROBOTS = "robots"
    REFUSED = "refused"  # by the server: 403, 429 and the like
    SERVER = "server"  # an error of the server's own
    GONE = "gone"  # 404, 410, or a page that says so itself
    LOGIN = "login"
    PAYWALL = "paywall"
    CONSENT = "consent"
    UNREADABLE = "unreadable"  # of a kind that cannot be read, or without a text
    MISMATCH = "mismatch"  # another page than the source describes


class Page(Record):
    """The page behind a source. All times are ISO 8601, UTC, whole seconds; '' where it never was.

    `about`: id of the source that names the address `url`. `original`: id that its text has in the index, if a file of
    it is kept. `asked`: the last request. `why`, `reason`: how that failed, '' if it did not. `fetched`: when the kept
    text came. `seen`: when the page was last seen to hold the text that is indexed. `found`: how many passages the last
    check that got the page found in which state, at `compared`; empty since it was fetched again. `text_sha256`: the
    text (its SHA-256) that this holds for. `validated`: the address that `etag` and `last_modified` belong to.
    """

    about: str
    url: str
    original: str = ""
    final_url: str = ""
    asked: str = ""
    why: Why | None = None
    reason: str = ""
    fetched: str = ""
    seen: str = ""
    found: dict[str, int] = Field(default_factory=dict)
    compared: str = ""
    text_sha256: str = ""
    validated: str = ""
    etag: str = ""
    last_modified: str = ""
    file: str = ""
    sha256: str = ""
