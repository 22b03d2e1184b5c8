"""A conversation as one web page: readable, printable, without scripts and without a request to anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.resources import files

from markupsafe import Markup

from app import __version__
from app.records import DOUBTED, Answer, Part, Role, Statement, Support
from app.render.html import NOTHING, emphasised, html, join, link
from app.render.references import Near, Reference, Versions, by_version, nearest, origin, references
from app.render.visible import visible
from app.words.describe import aside, is_refusal_of_sources, model_words, nearest_words, said_by, unreadable_words
from app.words.direct import STOP, Piece, cut_words, pieces_of
from app.words.languages import ENGLISH
from app.words.reasons import original_words
from app.words.understood import read_as, showing
from index.fetched.seen import Looked, never
from index.source import Source


def conversation_html(
    answers: Sequence[Answer],
    title: str,
    sources: Iterable[Source] = (),
    *,
    made: datetime | None = None,
    version: str = __version__,
    looked: Looked = never,
) -> str:
    """Return every question with its answer and references as one page; arguments as in `app.render.markdown`.

    The page's own policy (Content-Security-Policy Level 3) allows its one style sheet, by hash, and nothing else.
    """
    versions = by_version(sources)
    style = files("app.render").joinpath("transcript.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = html(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{title}</title><style>{style}</style></head>"
        '<body><main><header><h1 dir="auto">{title}</h1><p>{origin}</p></header>{answers}</main></body></html>\n',
        policy=policy,
        title=visible(title),
        style=Markup(style),
        origin=origin(answers, made, version),
        answers=join(_article(n, a, versions, looked) for n, a in enumerate(answers, 1)),
    )
    return str(page)


def _article(n: int, answer: Answer, versions: Versions, looked: Looked) -> Markup:
    return html(
        '<article id="a{n}" aria-labelledby="q{n}"><h2 id="q{n}" dir="auto">{question}</h2>{read}{body}</article>',
        n=n,
        question=visible(answer.question),
        read=_understood(answer),
        body=_abstention(answer, versions) if answer.abstained else _answered(n, answer, versions, looked),
    )


def _understood(answer: Answer) -> Markup:
    lines = [showing(answer)]
    if other := read_as(answer.question, answer):
        lines.insert(0, f"{ENGLISH.read_as} {other}")
    said = join(html('<p class="read-as" dir="auto">{words}</p>', words=visible(w)) for w in lines if w)
    if answer.language:
        said += html('<p class="notice">{words}</p>', words=visible(unreadable_words(answer.language)))
    return said


def _abstention(answer: Answer, versions: Versions) -> Markup:
    passages = join(map(_near, nearest(answer, versions)))
    if passages:
        passages = html("<h3>{head}</h3><ul>{items}</ul>", head=nearest_words(answer.kind), items=passages)
    label = NOTHING
    if is_refusal_of_sources(answer.kind):
        label = html("<strong>{words}.</strong> ", words=ENGLISH.not_answered)
    return html(
        '<div class="not-answered"><p>{label}{text}</p>{passages}</div>',
        label=label,
        text=visible(answer.text),
        passages=passages,
    )


def _near(near: Near) -> Markup:
    if not near.words:
        return html("<li>{near.title}</li>", near=near)
    return html(
        '<li><p class="who">{near.speaker}, <cite>{near.title}</cite> ({near.label})</p>'
        '<blockquote dir="auto">{near.words}</blockquote></li>',
        near=near,
    )


def _answered(n: int, answer: Answer, versions: Versions, looked: Looked) -> Markup:
    about = model_words(answer.model)
    said = html('<p class="notice">{about}</p>', about=visible(about)) if about else NOTHING
    said += join(_part(n, answer, part) for part in answer.parted)
    notes = join(_reference(n, r) for r in references(answer, versions, looked))
    if notes:
        section = '<section aria-labelledby="r{n}"><h3 id="r{n}">References</h3><ol>{items}</ol></section>'
        notes = html(section, n=n, items=notes)
    return said + notes


def _part(n: int, answer: Answer, part: Part) -> Markup:
    if part.words and not part.statements:
        words = visible(ENGLISH.part_not_answered.format(question=part.words))
        return html('<div class="not-answered"><p dir="auto">{words}</p></div>', words=words)
    head = html('<h3 class="part" dir="auto">{words}</h3>', words=visible(part.words)) if part.words else NOTHING
    lead = join(_statement(n, answer, s) for s in part.statements if s.role is not Role.FURTHER)
    further = join(_statement(n, answer, s) for s in part.statements if s.role is Role.FURTHER)
    if further:
        further = html("<h4>{h}</h4>" if part.words else "<h3>{h}</h3>", h=ENGLISH.further) + further
    cut = html('<p class="read-as">{words}</p>', words=words) if (words := cut_words(part)) else NOTHING
    return head + _direct(n, pieces_of(answer, part)) + lead + further + cut


def _direct(n: int, shown: Sequence[Piece]) -> Markup:
    """Show the direct answer, larger than what it is cut out of."""
    if not shown:
        return NOTHING
    return html(
        '<p class="direct" dir="auto"><span class="unseen">{label} </span>{pieces}</p>',
        label=ENGLISH.answer,
        pieces=Markup(STOP).join(_piece(n, p) for p in shown),
    )


def _piece(n: int, piece: Piece) -> Markup:
    who = html(' <span class="who">({who})</span>', who=visible(piece.who)) if piece.who else NOTHING
    return html("<strong>{words}</strong>{who}{mark}", words=visible(piece.words), who=who, mark=_mark(n, piece.number))


def _statement(n: int, answer: Answer, statement: Statement) -> Markup:
    body = emphasised(statement.text, statement.emphasis)
    speaker = NOTHING
    facts = answer.facts_of(statement.quotes[0].source_id) if statement.quotes else None
    label = aside(statement, facts)
    if statement.support is Support.QUOTED:
        body = html("“{body}”", body=body)
        who = said_by(statement, facts)
        speaker = html('<span class="who">{speaker}:</span> ', speaker=visible(who)) if who else NOTHING
    marks = join(_mark(n, quote.number) for quote in statement.quotes)
    said = [w for w in (label, original_words(statement.of_original)) if w]
    behind = join(html(' <span class="who">({words})</span>', words=visible(w)) for w in said)
    template = '<p{doubted} dir="auto">{speaker}{body}{marks}{behind}</p>'
    doubted = Markup(' class="doubted"') if statement.support in DOUBTED else NOTHING
    return html(template, doubted=doubted, speaker=speaker, body=body, marks=marks, behind=behind)


def _mark(n: int, number: int) -> Markup:
    return html(
        '{space}<a class="mark" href="#a{n}-{number}" aria-label="footnote {number}">{number}</a>',
        space="\u202f",  # narrow and without a break, so that no line begins with a mark
        n=n,
        number=number,
    )


def _reference(n: int, reference: Reference) -> Markup:
    address = NOTHING
    if reference.address:
        page = reference.address.partition(":~:")[0].rstrip("#")
        way = link(reference.address, page, "The page this was read on")
        seen = f" ({reference.seen})" if reference.seen else ""
        address = html('<p class="address">{link}{seen}</p>', link=way, seen=seen)
    return html(
        '<li id="a{n}-{r.number}" value="{r.number}"><blockquote dir="auto">{r.quotation}</blockquote>{translation}'
        '<p><span class="who">{r.speaker}.</span> <cite>{r.title}</cite>{r.stop}{published}</p>{address}</li>',
        n=n,
        r=reference,
        translation=html('<p dir="auto">{words}</p>', words=words) if (words := reference.translation) else NOTHING,
        published=f" {reference.published}." if reference.published else "",
        address=address,
    )
