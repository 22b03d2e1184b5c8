"""The address of a quotation on its live page: a text fragment that names exactly the quoted words.

The form is WICG's draft 'URL Fragment Text Directives' (https://wicg.github.io/scroll-to-text-fragment/):
`#:~:text=[prefix-,]textStart[,textEnd][,-suffix]`, each term percent-encoded, '-', ',' and '&' too, since they
part the terms. `app.render.page_text` holds the draft's rules of matching and searches by them: an address carries a
fragment only if the first match in the source's text is the quotation. A browser that does not know text
fragments opens the page at its top.

The live page is not ours: its menus or later edits may hold the words once more, or no longer. Our text is the
page's with the markup read away, so as a rule the two differ in white space alone, which the search ignores.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from urllib.parse import quote

from app.render.page_text import Directive, PageText, Span, page_text
from index.source import Kind, Source, is_web_address

_DELIMITER = ":~:"  # the draft's 'fragment directive delimiter'
# Characters of the encoded words. Chromium's own links give up to 300 characters whole, longer texts by their ends.
_WHOLE = 300
_SHORT = 20  # a quotation below this many characters gets context in any case, as in Chromium's own links
_END_WORDS = (5, 8, 13, 21)  # words at either end of a long quotation, tried in turn
_CONTEXT_WORDS = (3, 5, 8, 13, 21)  # words of prefix and suffix, tried in turn
_RENDERED = re.compile("[ \t\n\r\f]+")  # CSS collapses these, but not a no-break space


def web_address(url: str) -> str:
    """Return `url` if it is a plain http or https address with a host, else ''."""
    plain = all(c.isprintable() and not c.isspace() for c in url)
    return url if plain and is_web_address(url) else ""


def live_address(source: Source, start: int, end: int) -> str:
    """Return the address of `source.text[start:end]` on the live page.

    A note's words are not on the page that it is about, so a note gives the page without a fragment; so does a
    span that no directive can name alone. An existing fragment of the address is kept. '' if `source.url` is no
    plain http(s) address.
    """
    url = web_address(source.url)
    if not url or source.kind is Kind.NOTE:
        return url
    if pages := source.pages_of(start, end):
        return f"{url.partition('#')[0]}#page={pages[0]}"  # how PDFs are opened (RFC 8118); they know no text fragments
    directive = text_directive(source, start, end)
    if not directive:
        return url
    page, _, fragment = url.partition("#")
    return f"{page}#{fragment.split(_DELIMITER)[0]}{_DELIMITER}{directive}"


def text_directive(source: Source, start: int, end: int) -> str:
    """Return 'text=...' whose first match in the text is the span without outer white space; '' if there is none."""
    page = page_text(source.text, source.blocks)
    inside = source.text[start:end]
    start += len(inside) - len(inside.lstrip())
    end -= len(inside) - len(inside.rstrip())
    if not 0 <= start < end <= len(source.text):
        return ""
    return next((_written(page, d) for d in _candidates(page, start, end) if page.identifies(d)), "")


def _candidates(page: PageText, start: int, end: int) -> Iterator[Directive]:
    """Yield directives for the span, the plainest first."""
    first, last = page.stretch(start), page.stretch(end - 1)
    if first is None or last is None:
        return
    words = list(_words(page, start, end, first, last))
    contexts = list(dict.fromkeys(_contexts(page, start, end, first, last)))
    alone: tuple[Span | None, Span | None] = (None, None)
    for prefix, suffix in [*contexts, alone] if end - start < _SHORT else [alone, *contexts]:
        for textstart, textend in words:
            yield Directive(textstart, textend, prefix, suffix)


def _words(page: PageText, start: int, end: int, first: int, last: int) -> Iterator[tuple[Span, Span | None]]:
    """Yield textStart and textEnd: the whole span, or the words at its ends if it is long or has several stretches."""
    if first == last and len(_encoded(page.text[start:end])) <= _WHOLE:
        yield (start, end), None
        return
    low, high = max(start, page.stretches[last][0]), min(end, page.stretches[first][1])
    for n in _END_WORDS:
        head, tail = _first_words(page, start, high, n), _last_words(page, low, end, n)
        if head <= tail:
            yield (start, head), (tail, end)
    if first == last:
        yield (start, end), None


def _contexts(page: PageText, start: int, end: int, first: int, last: int) -> Iterator[tuple[Span | None, Span | None]]:
    """Yield prefixes and suffixes: short ones first, and those of the span's own blocks before others.

    On the live page pictures and captions may separate two blocks that are adjacent in our text.
    """
    for own in (True, False):
        for n in _CONTEXT_WORDS:
            before, after = _before(page, start, first, n, own), _after(page, end, last, n, own)
            if before:
                yield before, None
            if after:
                yield None, after
            if before and after:
                yield before, after


def _before(page: PageText, start: int, stretch: int, words: int, own: bool) -> Span | None:
    low, high = page.stretches[stretch][0], start
    if not page.text[low:high].strip():
        if not stretch or (own and not page.same_block(stretch - 1, stretch)):
            return None
        low, high = page.stretches[stretch - 1]
    begin = _last_words(page, low, high, words)
    return begin, begin + len(page.text[begin:high].rstrip())


def _after(page: PageText, end: int, stretch: int, words: int, own: bool) -> Span | None:
    low, high = end, page.stretches[stretch][1]
    if not page.text[low:high].strip():
        if stretch + 1 == len(page.stretches) or (own and not page.same_block(stretch, stretch + 1)):
            return None
        low, high = page.stretches[stretch + 1]
    stop = _first_words(page, low, high, words)
    return stop - len(page.text[low:stop].lstrip()), stop


def _last_words(page: PageText, low: int, high: int, n: int) -> int:
    """Return where the last `n` words of [low, high) begin; `low` if there are fewer."""
    at = bisect_left(page.starts, high) - n
    return max(low, page.starts[at]) if at >= 0 else low


def _first_words(page: PageText, low: int, high: int, n: int) -> int:
    """Return where the first `n` words of [low, high) end; `high` if there are fewer."""
    at = bisect_right(page.ends, low) + n - 1
    return min(high, page.ends[at]) if at < len(page.ends) else high


def _encoded(text: str) -> str:
    return quote(_RENDERED.sub(" ", text), safe="").replace("-", "%2D")


def _written(page: PageText, directive: Directive) -> str:
    def term(span: Span | None) -> str:
        return _encoded(page.text[slice(*span)]) if span else ""

    prefix, suffix = term(directive.prefix), term(directive.suffix)
    terms = [prefix and f"{prefix}-", term(directive.start), term(directive.end), suffix and f"-{suffix}"]
    return "text=" + ",".join(filter(None, terms))
