"""Text of questions, answers and sources -> HTML that can only show it. All escaping of the chat is here.

`html` fills a template: whatever is not `Markup` already is escaped, so a source's characters can neither
become tags, attributes nor script. Templates are literals of this package, never data, and attribute
values are in double quotes. Gradio's own `{{...}}` templates are not used for data: their output is
evaluated once more as a JavaScript template literal, in which '${...}' from a source would run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import LiteralString
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from app.render.fragment import web_address
from app.render.visible import visible
from index.source import Block, BlockKind, Mark, MarkKind, Source

NOTHING = Markup("")
_INLINE = {MarkKind.STRONG: Markup("<strong>{}</strong>"), MarkKind.EMPHASIS: Markup("<em>{}</em>")}


@dataclass(frozen=True, slots=True)
class Highlight:
    """A span of a source to be marked. `current`: the one that the reader asked for."""

    start: int
    end: int
    number: int
    current: bool = False


Tag = Callable[[Highlight], Markup]


def html(template: LiteralString, /, **values: object) -> Markup:
    """Fill the {names} of `template`, each value escaped unless it is Markup."""
    return Markup(template).format(**values)


def join(parts: Iterable[Markup]) -> Markup:
    return NOTHING.join(parts)


def host_of(url: str) -> str:
    """Return the host of a web address without 'www.'; '' if it is none."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if web_address(url) else ""


def link(url: str, words: str | Markup, hint: str) -> Markup:
    """Return a link that opens a new tab and sends no referrer; the words alone if `url` is no web address."""
    if not web_address(url):
        return html("<span>{words}</span>", words=words)
    return html(
        '<a href="{url}" target="_blank" rel="noopener noreferrer nofollow" title="{hint}">{words}</a>',
        url=url,
        words=words,
        hint=hint,
    )


def emphasised(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    """Return `text` with `spans` (start, end) in bold; overlapping and outside spans are left out."""
    text, out, at = visible(text), NOTHING, 0
    for start, end in sorted(spans):
        if at <= start < end <= len(text):
            out += html("{a}<strong>{b}</strong>", a=text[at:start], b=text[start:end])
            at = end
    return out + escape(text[at:])


def span_html(
    source: Source,
    start: int,
    end: int,
    highlights: Sequence[Highlight] = (),
    *,
    tag: Tag | None = None,
    links: bool = False,
) -> Markup:
    """Return `source.text[start:end]` with its structure and `highlights` marked.

    The text inside the `<mark data-quotes>` elements of a number is its quotation, character by character,
    within each block. `tag` makes what precedes a highlight; `links` keeps the source's links.
    """
    whole = None if source.blocks else Block(start, end, BlockKind.PARAGRAPH)
    tagged: set[int] = set()

    def piece(a: int, b: int, spans: Sequence[Highlight | Mark]) -> Markup:
        lit = [s for s in spans if isinstance(s, Highlight)]
        new = [h for h in lit if h.number not in tagged]
        tagged.update(h.number for h in new)
        words = _segment(source.text[a:b], lit, [s for s in spans if isinstance(s, Mark)], links)
        return join(map(tag, new)) + words if tag else words

    pieces = groupby(_pieces(start, end, source, highlights), key=lambda p: source.block_at(p[0]) or whole)
    blocks = [(block, join(piece(*p) for p in inside)) for block, inside in pieces if block]
    parts: list[Markup] = []
    for is_list, group in groupby(blocks, key=lambda b: b[0].kind is BlockKind.LIST_ITEM):
        inner = join(_block_html(*block) for block in group)
        parts.append(html("<ul>{inner}</ul>", inner=inner) if is_list else inner)
    return join(parts)


def _pieces(
    start: int, end: int, source: Source, highlights: Sequence[Highlight]
) -> Iterator[tuple[int, int, list[Highlight | Mark]]]:
    """Cut the text wherever a block, mark or highlight begins or ends, so that they may overlap; yield what is on."""
    every: list[Highlight | Mark] = [*highlights, *source.marks]
    waiting = sorted((s for s in every if s.start < end and s.end > start), key=lambda s: s.start, reverse=True)
    edges = {edge for s in (*waiting, *source.blocks) for edge in (s.start, s.end) if start < edge < end}
    spans: list[Highlight | Mark] = []
    for a, b in pairwise(sorted({start, end} | edges)):
        spans = [s for s in spans if s.end > a]
        while waiting and waiting[-1].start <= a:
            spans.append(waiting.pop())
        yield a, b, spans


def _block_html(block: Block, inner: Markup) -> Markup:
    match block.kind:
        case BlockKind.HEADING:
            level = min(block.level + 2, 6)  # the page's own headings take the first two levels
            return html('<p class="heading" role="heading" aria-level="{n}">{i}</p>', n=level, i=inner)
        case BlockKind.LIST_ITEM:
            return html('<li dir="auto">{i}</li>', i=inner)
        case BlockKind.QUOTE:
            return html('<blockquote dir="auto">{i}</blockquote>', i=inner)
        case BlockKind.CODE:
            return html("<pre>{i}</pre>", i=inner)
        case _:
            return html('<p dir="auto">{i}</p>', i=inner)


def _segment(text: str, highlights: list[Highlight], marks: list[Mark], links: bool) -> Markup:
    piece = escape(visible(text))
    for mark in marks:
        if mark.kind in _INLINE:
            piece = _INLINE[mark.kind].format(piece)
    target = next((m.href for m in marks if m.kind is MarkKind.LINK), "")
    if links and web_address(target):
        piece = link(target, piece, target)
    if not highlights:
        return piece
    current = html(' aria-current="true"') if any(h.current for h in highlights) else NOTHING
    numbers = " ".join(str(h.number) for h in highlights)
    return html('<mark data-quotes="{numbers}"{current}>{piece}</mark>', numbers=numbers, current=current, piece=piece)
