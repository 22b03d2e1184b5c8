"""robots.txt (RFC 9309): what a site lets programs fetch. The only file that imports protego.

Python's own parser takes the first rule that fits and knows no wildcards, so that it would fetch what
'Disallow: /*?print' forbids; protego takes the longest, as the RFC has it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from protego import Protego

from app.fetch.address import Address, read_address
from app.fetch.connection import Reply
from index.errors import FetchError
from index.fetched.records import Why

AGENT = "Footnote"
LARGEST = 500 * 1024  # bytes that are read of it (RFC 9309, 2.5)
_LONGEST_PAUSE = 60.0  # seconds between two requests that are waited for
_KEPT = 86_400.0  # seconds that rules hold (RFC 9309, 2.4)
_FAILED = 60.0  # seconds until rules that could not be had are asked for again


class Robots:
    """The rules of the sites that were asked, each asked for once a day.

    `get` fetches a robots.txt, and follows its redirects. Thread-safe: who asks at the same time may ask twice.
    """

    def __init__(self, get: Callable[[Address], Reply]) -> None:
        self._get = get
        self._known: dict[str, tuple[Protego | FetchError, float]] = {}  # until when (monotonic)

    def pause(self, address: Address) -> float:
        """Return the seconds that the site wants between two requests. Raises FetchError if it forbids this one."""
        rules, until = self._known.get(address.origin, (None, 0.0))
        if rules is None or time.monotonic() >= until:
            rules = self._rules(address)
            kept = _FAILED if isinstance(rules, FetchError) else _KEPT
            self._known[address.origin] = rules, time.monotonic() + kept
        if isinstance(rules, FetchError):
            raise rules
        if not rules.can_fetch(address.url, AGENT):
            raise FetchError(
                f"{address.url}: the site's robots.txt asks programs not to fetch it; save the page from your browser "
                "and add the file",
                Why.ROBOTS,
            )
        pause = rules.crawl_delay(AGENT) or 0.0
        if pause > _LONGEST_PAUSE:
            raise FetchError(
                f"{address.url}: the site's robots.txt asks for {pause:,.0f} s between two requests; save the page "
                "from your browser and add the file",
                Why.ROBOTS,
            )
        return pause

    def _rules(self, address: Address) -> Protego | FetchError:
        """Return a site's rules; an error, to be said of each of its pages, if it has some and they cannot be had."""
        try:
            reply = self._get(read_address(f"{address.origin}/robots.txt"))
        except FetchError as error:
            if error.why is not Why.REDIRECTS:
                return error
            reply = Reply(404, {}, b"")  # RFC 9309, 2.3.1.2: after five redirects, as if there were none
        if reply.status >= 500 or reply.status == 429:
            return FetchError(
                f"{address.origin}: its robots.txt could not be fetched (status {reply.status}), so nothing is fetched "
                "from there; try again later",
                Why.ROBOTS,
            )
        return Protego.parse(reply.body.decode("utf-8", "replace") if reply.status == 200 else "")
