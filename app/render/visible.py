"""Control characters of a source, made visible: it can neither steer a terminal nor reorder what is read."""

from __future__ import annotations

import json
import re

# C0 and C1 controls but line feed and tab, and the marks that reorder text on a screen (Unicode bidi controls).
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# The same, the marks that make a bidi neighbour turn, which a browser confines to their paragraph and a terminal does
# not, and halves of surrogate pairs, which no terminal can be sent.
_IN_TERMINAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return `text` with each control character as U+FFFD, so that words are read in their true order."""
    return _CONTROL.sub("\ufffd", text)


def terminal_safe(text: str) -> str:
    """Return `text` for a terminal, of the same length: U+FFFD for whatever could steer it or reorder its line."""
    return _IN_TERMINAL.sub("\ufffd", text)


def terminal_json(text: str) -> str:
    """Return JSON for a terminal, with the same data: what could steer it stands there as an escape."""
    return _IN_TERMINAL.sub(lambda m: json.dumps(m[0])[1:-1], text)
