"""Text of sources and questions -> CommonMark that can only show it.

CommonMark 0.31 lets a backslash before any ASCII punctuation stand for the sign itself (section 2.4). Only signs
that begin something are escaped, so that the text stays readable where nobody renders it.
"""

from __future__ import annotations

import re

from app.render.visible import visible

# Signs of inline markup in CommonMark ('#' may end a heading); '~', '|' and '$' in common extensions.
_INLINE = re.compile(r"[\\`*_\[\]<>&~|$#]")
# GitHub's and other renderers make links of bare addresses; a source's must stay text.
_BARE_ADDRESS = re.compile(r"://|\bwww\.|@", re.IGNORECASE)
# What begins a heading, list, rule or table row at the start of a line.
_LINE_START = re.compile(r"\A(?:[+=:-]|\d{1,9}[.)])")
_UNSAFE_IN_ADDRESS = re.compile(r"[<>\\`\"'^{}|]")


def plain(text: str) -> str:
    """Return one line that renders as the words of `text`, with single spaces and visible control characters."""
    words = _INLINE.sub(lambda m: "\\" + m[0], visible(" ".join(text.split())))
    words = _BARE_ADDRESS.sub(lambda m: m[0][:-1] + "\\" + m[0][-1], words)
    return _LINE_START.sub(lambda m: m[0][:-1] + "\\" + m[0][-1], words)


def blocks(text: str, indent: str) -> str:
    """Return the paragraphs of `text` (separated by empty lines), each after the first indented by `indent`."""
    return f"\n\n{indent}".join(plain(p) for p in re.split(r"\n\s*\n", text) if p.strip())


def emphasis(text: str) -> str:
    """Return `plain` in italics; '' for a text without words."""
    words = plain(text)
    return f"*{words}*" if words else ""


def address(url: str) -> str:
    """Return `url`, a plain web address, as a link that shows itself; '' for ''."""
    safe = _UNSAFE_IN_ADDRESS.sub(lambda m: f"%{ord(m[0]):02X}", url)
    return f"<{safe}>" if safe else ""
