"""An answer as HTML to paste into a document: plain elements, footnotes as raised numbers, the references below.

It says the same as the Markdown that is copied with it, for programs that take no rich text.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from markupsafe import Markup

from app.records import Answer, Role, Statement, Support
from app.render.html import NOTHING, emphasised, html, join, link
from app.render.references import Near, Reference, by_version, nearest, origin, references
from app.render.visible import visible
from app.words.describe import said_by
from index.source import Source


def answer_rich_text(answer: Answer, sources: Iterable[Source] = (), *, made: datetime | None = None) -> Markup:
    """Return question, answer and references; arguments as in `app.render.markdown`."""
    versions = by_version(sources)
    read_as = NOTHING
    if answer.standalone_question != answer.question.strip():
        read_as = html("<p>Read as: {question}</p>", question=visible(answer.standalone_question))
    if answer.abstained:
        body = html("<p><strong>Not answered.</strong> {text}</p>", text=visible(answer.text))
        if near := nearest(answer, versions):
            body += html("<p>Closest passages, not an answer:</p><ul>{items}</ul>", items=join(map(_near, near)))
    else:
        body = _answered(answer)
        if cited := references(answer, versions):
            body += html("<p><strong>References</strong></p><ol>{items}</ol>", items=join(map(_reference, cited)))
    question = html("<p><strong>{question}</strong></p>", question=visible(answer.question))
    return question + read_as + body + html("<p><em>{origin}</em></p>", origin=origin([answer], made))


def _answered(answer: Answer) -> Markup:
    lead = join(_statement(answer, s) for s in answer.statements if s.role is not Role.FURTHER)
    further = join(_statement(answer, s) for s in answer.statements if s.role is Role.FURTHER)
    return lead + html("<p>More from the sources:</p>{further}", further=further) if further else lead


def _statement(answer: Answer, statement: Statement) -> Markup:
    body = emphasised(statement.text, statement.emphasis)
    if statement.quotes and statement.support is Support.QUOTED:
        who = said_by(statement, answer.facts_of(statement.quotes[0].source_id))
        body = html("{who}“{body}”", who=f"{visible(who)}: " if who else "", body=body)
    marks = join(html("<sup>[{n}]</sup>", n=q.number) for q in statement.quotes)
    return html("<p>{body}{marks}</p>", body=body, marks=marks)


def _reference(reference: Reference) -> Markup:
    address = NOTHING
    if reference.address:
        page = reference.address.partition(":~:")[0].rstrip("#")
        address = html("<br>{link}", link=link(reference.address, page, "The page this was read on"))
    return html(
        '<li value="{r.number}">“{r.quotation}”<br>{r.speaker}. <em>{r.title}</em>{r.stop}{published}{address}</li>',
        r=reference,
        published=f" {reference.published}." if reference.published else "",
        address=address,
    )


def _near(near: Near) -> Markup:
    if not near.words:
        return html("<li>{near.title}</li>", near=near)
    return html("<li>{near.speaker}, <em>{near.title}</em> ({near.label}): “{near.words}”</li>", near=near)
