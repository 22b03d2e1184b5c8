"""A conversation as a file: Markdown, a web page, the bundle of evidence that `footnote replay` checks, or its sources
as references.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

from app.bundle.write import file_name, pack
from app.chat.session.exchange import Exchange
from app.records import Answer
from app.render.citations import cite_all
from app.render.markdown import conversation_html, conversation_markdown
from app.render.style import Style
from app.settings import Settings
from app.words.texts import Texts
from index.errors import UsageError
from index.fetched.seen import Looked, never
from index.source import Source

FORMATS = {
    "markdown": ("md", "text/markdown"),
    "html": ("html", "text/html"),
    "bundle": ("zip", "application/zip"),
    Style.CHICAGO: ("chicago.txt", "text/plain"),
    Style.APA: ("apa.txt", "text/plain"),
    Style.BIBTEX: ("bib", "text/plain"),
}


def export(
    conversation: Sequence[Exchange], kind: str, title: str, settings: Settings, texts: Texts, looked: Looked = never
) -> dict[str, str]:
    """Write the finished and proved answers to a file for the browser to save: its name, type, and content in base64.

    `looked`: what is known of the live pages. Raises UsageError if `kind` is none of `FORMATS` or if there is no answer
    to save, or none that quotes a source.
    """
    if kind not in FORMATS:
        raise UsageError(f"no such file format: {kind}; choose one of {', '.join(FORMATS)}")
    proved = [(e.answer, e.sources) for e in conversation if e.answer is not None and not e.changed]
    answers = [answer for answer, _ in proved]
    sources: list[Source] = [s for _, of_answer in proved for s in of_answer.values()]
    if not answers:
        raise UsageError(texts.nothing_to_save)
    title = title.strip() or answers[0].question
    suffix, media_type = FORMATS[kind]
    if kind in list(Style):
        content = _cited(answers, Style(kind), texts).encode("utf-8")
    elif kind == "bundle":
        content = pack(answers, sources, settings, title)
    else:
        write = conversation_markdown if kind == "markdown" else conversation_html
        content = write(answers, title, sources, looked=looked).encode("utf-8")
    return {
        "name": file_name(title, suffix),
        "type": media_type,
        "content": base64.b64encode(content).decode("ascii"),
    }


def _cited(answers: Sequence[Answer], style: Style, texts: Texts) -> str:
    """Return every quoted source once, as the latest answer describes it. Raises UsageError if there is none."""
    facts = {s.id: s.facts for answer in answers for s in answer.sources}
    if not facts:
        raise UsageError(texts.nothing_to_cite)
    return cite_all(facts.values(), style, datetime.now(UTC).date()) + "\n"
