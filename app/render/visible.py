"""Control characters of a source, made visible: it can neither steer a terminal nor reorder what is read."""

from __future__ import annotations

import re

# C0 and C1 controls but line feed and tab, and the marks that reorder text on a screen (Unicode bidi controls).
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Return `text` with each control character as U+FFFD, so that words are read in their true order."""
    return _CONTROL.sub("\ufffd", text)
