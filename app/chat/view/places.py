"""A place in a source that somebody was sent: ?source=ID&span=START-END -> the reader, or words on what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from app.chat.session.converse import problem_words
from app.chat.session.engine import EngineDoor
from app.chat.view.reader import reader_html, reader_problem, span_in_place
from app.words.texts import Texts
from index.errors import UnknownSourceError

_SPAN = re.compile(r"(\d{1,9})-(\d{1,9})\Z", re.ASCII)


def place_html(door: EngineDoor, wanted: Mapping[str, Any], opened: int, texts: Texts) -> Markup:
    """The reader at `wanted`: 'source', and if given 'span' and 'sha256' (the beginning of the text's hash).

    Without a span the source is shown from its beginning. A hash that does not fit means that the source has
    changed since, so nothing is marked. A place that cannot be shown is said in words.
    """
    source_id, span, sha256 = (wanted.get(k) or "" for k in ("source", "span", "sha256"))
    if not all(isinstance(v, str) for v in (source_id, span, sha256)) or not source_id:
        return reader_problem(texts.link_wrong, opened, texts)
    match = _SPAN.match(span)
    if span and match is None:
        return reader_problem(texts.link_wrong, opened, texts)
    try:
        source = door.engine().source(source_id)
    except UnknownSourceError:
        return reader_problem(texts.link_unknown.format(source=source_id[:200]), opened, texts)
    except Exception as error:  # noqa: BLE001 - said in words, logged in problem_words
        return reader_problem(problem_words(error, texts), opened, texts)
    if not source.sha256.startswith(sha256):
        return reader_html(source, (), opened, texts, message=texts.link_changed)
    if match is None:
        return reader_html(source, (), opened, texts)
    start, end = int(match[1]), int(match[2])
    if not start < end <= len(source.text):
        words = texts.link_outside.format(start=start, end=end, length=len(source.text))
        return reader_html(source, (), opened, texts, message=words)
    return span_in_place(source, start, end, opened, texts)
