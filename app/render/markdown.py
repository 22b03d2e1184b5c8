"""An answer or a whole conversation as Markdown and as a web page, to keep and to pass on.

`sources` are the sources as they were quoted, in any order: with them an address leads to the quoted words on the
live page, and the nearest passages of an abstention can be shown. Without them an address is the plain page and
nearest passages are only named. `made`: when the transcript was made; now, if it is not given. `version`: of the
Footnote that made it. `looked`: what is known of the live pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from app import __version__
from app.records import Answer, Part, Role, Statement, Support
from app.render.escape_markdown import address, blocks, emphasis, plain
from app.render.page import conversation_html
from app.render.references import Near, Reference, Versions, by_version, nearest, origin, references
from app.words.describe import aside, is_refusal_of_sources, model_words, nearest_words, said_by, unreadable_words
from app.words.direct import STOP, Piece, cut_words, pieces_of
from app.words.languages import ENGLISH
from app.words.reasons import original_words
from app.words.understood import read_as, showing
from index.fetched.seen import Looked, never
from index.source import Source

__all__ = ["answer_markdown", "conversation_html", "conversation_markdown"]


def answer_markdown(
    answer: Answer, sources: Iterable[Source] = (), *, made: datetime | None = None, looked: Looked = never
) -> str:
    """Return one answer with its references, as Markdown."""
    parts = [
        f"**{plain(answer.question)}**",
        *_answer(answer, by_version(sources), looked),
        emphasis(origin([answer], made)),
    ]
    return "\n\n".join(parts) + "\n"


def conversation_markdown(
    answers: Sequence[Answer],
    title: str,
    sources: Iterable[Source] = (),
    *,
    made: datetime | None = None,
    version: str = __version__,
    looked: Looked = never,
) -> str:
    """Return every question with its answer and references, as Markdown; references are numbered per answer."""
    versions = by_version(sources)
    parts = [f"# {plain(title)}", emphasis(origin(answers, made, version))]
    for n, answer in enumerate(answers, 1):
        parts += [f"## {n}. {plain(answer.question)}", *_answer(answer, versions, looked)]
    return "\n\n".join(parts) + "\n"


def _answer(answer: Answer, versions: Versions, looked: Looked) -> Iterator[str]:
    if other := read_as(answer.question, answer):
        yield f"{ENGLISH.read_as} {plain(other)}"
    if mended := showing(answer):
        yield plain(mended)
    if answer.language:
        yield f"> {plain(unreadable_words(answer.language))}"
    if answer.abstained:
        label = f"**{ENGLISH.not_answered}.** " if is_refusal_of_sources(answer.kind) else ""
        yield f"> {label}{plain(answer.text)}"
        if near := nearest(answer, versions):
            yield f"{nearest_words(answer.kind)}:"
            yield "\n".join(map(_near, near))
        return
    if about := model_words(answer.model):
        yield emphasis(about)
    for part in answer.parted:
        yield from _part(answer, part)
    if cited := references(answer, versions, looked):
        yield "**References**"
        yield from map(_reference, cited)


def _part(answer: Answer, part: Part) -> Iterator[str]:
    if part.words and not part.statements:
        yield f"> {plain(ENGLISH.part_not_answered.format(question=part.words))}"
        return
    if part.words:
        yield f"### {plain(part.words)}"
    if shown := pieces_of(answer, part):
        yield STOP.join(map(_piece, shown))
    further = False
    for statement in part.statements:
        if statement.role is Role.FURTHER and not further:
            further = True
            yield f"{ENGLISH.further}:"
        beside = original_words(statement.of_original)
        yield " ".join(filter(None, (_statement(answer, statement), emphasis(f"({beside})") if beside else "")))
    if cut := cut_words(part):
        yield emphasis(cut)


def _piece(piece: Piece) -> str:
    who = f" ({plain(piece.who)})" if piece.who else ""
    return f"**{plain(piece.words)}**{who} [{piece.number}]"


def _statement(answer: Answer, statement: Statement) -> str:
    facts = answer.facts_of(statement.quotes[0].source_id) if statement.quotes else None
    marks = " ".join(f"[{q.number}]" for q in statement.quotes)
    if label := aside(statement, facts):
        return " ".join(filter(None, (plain(statement.text), marks, emphasis(f"({label})"))))
    if not statement.quotes:
        return plain(statement.text)
    if statement.support is Support.QUOTED:
        who = plain(said_by(statement, facts))
        return f"{who}{': ' if who else ''}“{plain(statement.text)}” {marks}"
    return f"{plain(statement.text)} {marks}"


def _reference(reference: Reference) -> str:
    number = f"{reference.number}. "
    indent = " " * len(number)  # the content of a list item is indented to its first word (CommonMark 5.2)
    published = f" {plain(reference.published)}." if reference.published else ""
    about = f"{plain(reference.speaker)}. {emphasis(reference.title)}{reference.stop}{published}"
    lines = [f"{number}“{blocks(reference.quotation, indent)}”", "", f"{indent}{about}"]
    if reference.translation:
        lines[1:1] = ["", f"{indent}{plain(reference.translation)}"]
    if reference.address:
        seen = f" ({plain(reference.seen)})" if reference.seen else ""
        lines.append(indent + address(reference.address) + seen)
    return "\n".join(lines)


def _near(near: Near) -> str:
    if not near.words:
        return f"- {plain(near.title)}"
    return f"- {plain(near.speaker)}, {emphasis(near.title)} ({plain(near.label)}): “{plain(near.words)}”"
