"""The statements of an answer as HTML: who says what, with marks; what further sources add, by source."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.marks import marks_html
from app.chat.view.notices import notice_html
from app.records import Role, Statement, Support
from app.render.html import emphasised, html, join
from app.words.describe import relation_words, said_by
from app.words.texts import Texts
from index.passage import Relation, Source

_NOTHING = Markup("")


def statements_html(exchange: Exchange, texts: Texts) -> Markup:
    """All statements: those that lead, then what further sources add or dispute."""
    lead = [s for s in exchange.statements if s.role is not Role.FURTHER]
    further = [s for s in exchange.statements if s.role is Role.FURTHER]
    said = join(_said(exchange, list(group), texts) for _, group in groupby(lead, key=_speaker_key))
    return said + _further(exchange, further, texts)


def _speaker_key(statement: Statement) -> tuple[bool, str, Support]:
    return statement.quoting, _source_id(statement), statement.support


def _source_id(statement: Statement) -> str:
    return statement.quotes[0].source_id if statement.quotes else ""


def _source(exchange: Exchange, statement: Statement) -> Source | None:
    return exchange.sources.get(_source_id(statement))


def _said(exchange: Exchange, statements: Sequence[Statement], texts: Texts) -> Markup:
    """Statements of one speaker under that speaker's name; Footnote's own words have none."""
    name = said_by(statements[0], _source(exchange, statements[0]), texts)
    head = html('<p class="speaker" dir="auto">{name}</p>', name=name) if name else _NOTHING
    return _group(exchange, statements, head, texts)


def _group(exchange: Exchange, statements: Sequence[Statement], head: Markup, texts: Texts) -> Markup:
    words = join(_words(exchange, s, texts) for s in statements)
    return html('<div class="{kind}">{head}{words}</div>', kind=_kind(statements[0]), head=head, words=words)


def _kind(statement: Statement) -> str:
    """CSS classes: a source's words are set apart from Footnote's own about it."""
    return "said" if statement.support is Support.QUOTED else "said own"


def _words(exchange: Exchange, statement: Statement, texts: Texts) -> Markup:
    changed = any(q.number in exchange.changed for q in statement.quotes)
    text = emphasised(statement.text, statement.emphasis)
    if statement.support is Support.QUOTED and not changed:
        text = html('“<span class="quoted">{text}</span>”', text=text)
    return html(
        '<p class="words{gone}" dir="auto">{text}{marks}</p>{notice}',
        gone=" gone" if changed else "",
        text=text,
        marks=marks_html(exchange, statement.quotes, texts),
        notice=notice_html(texts.changed) if changed else _NOTHING,
    )


def _further(exchange: Exchange, statements: Sequence[Statement], texts: Texts) -> Markup:
    """What other sources add or dispute: one group a source, in order of first appearance."""
    if not statements:
        return _NOTHING
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(_source_id(statement), []).append(statement)
    items = join(_group(exchange, said, _stands(exchange, said[0], texts), texts) for said in groups.values())
    return html(
        '<section class="further" aria-label="{head}"><h3>{head}</h3>{items}</section>',
        head=texts.further,
        items=items,
    )


def _stands(exchange: Exchange, statement: Statement, texts: Texts) -> Markup:
    """Who speaks, and how the source stands to the article."""
    source = _source(exchange, statement)
    stands = _NOTHING
    if source is not None and source.relation is not Relation.ARTICLE:
        stands = html(' <span class="relation">{words}</span>', words=relation_words(source.relation, texts))
    return html(
        '<p class="speaker" dir="auto">{name}{stands}</p>', name=said_by(statement, source, texts), stands=stands
    )
