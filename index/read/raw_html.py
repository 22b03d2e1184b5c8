"""HTML inside Markdown: comments, scripts and styles are not text, tags leave it, and their words stay.

A tag that HTML does not know ('<inaudible>') is a writer's own and stays as text.
"""

from __future__ import annotations

import re

from markdown_it.common.html_blocks import block_names
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big br button cite code del dfn em font i img input ins kbd label mark meter pre q rp rt "
    "ruby s samp script small span strike strong style sub sup time tt u var wbr"
)
_BREAKING = frozenset((*block_names, "br", "pre"))  # words around such a tag do not touch
_KNOWN = frozenset(_INLINE_NAMES.split()) | _BREAKING
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_HIDDEN = re.compile(r"<(?:(!)--|(script|style)(?=[\s>]))", re.IGNORECASE)
_CLOSERS = {"!": "-->", "script": "</script>", "style": "</style>"}
# A raised or lowered figure is none of the figure beside it: '10<sup>6</sup>' is not 106.
_FIGURES = {
    "sup": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "sub": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
}


def raised(name: str, words: str) -> str:
    """Return `words` as the tag `name` shows them: the figures in 'sup' and 'sub' raised and lowered."""
    return words.translate(_FIGURES[name]) if name in _FIGURES else words


def hidden_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Parse a comment, script or style that begins a line (a rule of markdown-it); what follows it is a paragraph.

    One that is never closed stays text, so that no text is lost by a slip of the pen.
    """
    at = state.bMarks[first] + state.tShift[first]
    opened = _HIDDEN.match(state.src, at) if not state.is_code_block(first) else None
    if opened is None:
        return False
    closer = _CLOSERS[(opened[1] or opened[2]).lower()]
    end = _find(state, closer, opened.end())
    closing = next((n for n in range(first, last) if state.eMarks[n] >= end), last) if end >= 0 else last
    if closing == last or any(
        state.sCount[n] < state.blkIndent and not state.isEmpty(n) for n in range(first, closing + 1)
    ):
        return False
    if silent:
        return True
    rest = state.src[end : state.eMarks[closing]].strip()
    if rest:
        state.push("paragraph_open", "p", 1)
        token = state.push("inline", "", 0)
        token.content, token.map, token.children = rest, [closing, closing + 1], []
        state.push("paragraph_close", "p", -1)
    state.line = closing + 1
    return True


def _find(state: StateBlock, closer: str, at: int) -> int:
    """Return where the first `closer` behind `at` ends, or -1; remembers that there is none, to stay linear."""
    missing = state.env.setdefault("never closed", set())
    if closer in missing:
        return -1
    found = state.src.find(closer, at) if closer == "-->" else _find_tag(state.src, closer, at)
    if found < 0:
        missing.add(closer)
        return -1
    return found + len(closer)


def _find_tag(text: str, tag: str, at: int) -> int:
    match = re.compile(re.escape(tag), re.IGNORECASE).search(text, at)
    return match.start() if match else -1


class TagReader:
    """Reads the tags between the pieces of text of one block, in order."""

    def __init__(self, tokens: list[Token]) -> None:
        self._closing = {t.content.lower().replace(" ", "") for t in tokens if t.type == "html_inline"}
        self._hidden = ""
        self._raised: list[str] = []

    def tag(self, content: str) -> str:
        """Return what a raw piece of HTML leaves of itself in the text."""
        match = _TAG.match(content)
        if match is None:
            return "" if content.startswith("<!--") else content
        closes, name = bool(match[1]), match[2].lower()
        if name not in _KNOWN:
            return self.text(content)
        if name in _CLOSERS:
            self._hidden = name if not closes and _CLOSERS[name] in self._closing else ""
        if name in _FIGURES:
            if not closes:
                self._raised.append(name)
            elif self._raised:
                self._raised.pop()
        return "\n" if name in _BREAKING and not self._hidden else ""

    def text(self, words: str) -> str:
        """Return what is shown of `words` here."""
        if self._hidden:
            return ""
        return raised(self._raised[-1], words) if self._raised else words
