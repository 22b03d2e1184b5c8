"""A conversation as a file: Markdown, a web page, or the bundle of evidence that `footnote replay` checks."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from app.bundle.write import file_name, pack
from app.chat.session.exchange import Exchange
from app.render.markdown import conversation_html, conversation_markdown
from app.settings import Settings
from app.words.texts import Texts
from index.errors import UsageError
from index.passage import Source

Format = Literal["markdown", "html", "bundle"]
_KINDS = {"markdown": ("md", "text/markdown"), "html": ("html", "text/html"), "bundle": ("zip", "application/zip")}


@dataclass(frozen=True, slots=True)
class File:
    """A file to be saved by the browser. `content` in base64."""

    name: str
    media_type: str
    content: str


def export(conversation: Sequence[Exchange], kind: object, title: str, settings: Settings, texts: Texts) -> File:
    """The finished and proved answers of `conversation` as a file of `kind` (one of `Format`).

    Raises UsageError if `kind` is none of them or if there is no answer to save.
    """
    if kind not in get_args(Format):
        raise UsageError(f"no such file format: {kind}; choose one of {', '.join(get_args(Format))}")
    whole = [e for e in conversation if e.answer is not None and not e.changed]
    answers = [e.answer for e in whole if e.answer is not None]
    sources: list[Source] = [s for e in whole for s in e.sources.values()]
    if not answers:
        raise UsageError(texts.nothing_to_save)
    title = title.strip() or answers[0].question
    suffix, media_type = _KINDS[str(kind)]
    if kind == "bundle":
        content = pack(answers, sources, settings, title)
    else:
        write = conversation_markdown if kind == "markdown" else conversation_html
        content = write(answers, title, sources).encode("utf-8")
    return File(file_name(title, suffix), media_type, base64.b64encode(content).decode("ascii"))
