"""What each source says on one question, as an accessible table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from app.chat.view.notices import problem_html
from app.chat.view.reader import reader_html, sheet_bar
from app.compare.rows import Comparison, Row
from app.render.html import Highlight, emphasised, html, join
from app.words.describe import date_words, kind_words, relation_words
from app.words.english import ENGLISH
from app.words.texts import Texts
from index.passage import Kind, Source

_NOTHING = Markup("")


@dataclass(frozen=True)
class Compared:
    """A comparison with the sources of its rows, as they were when they were compared. `turn`: of which exchange."""

    turn: str
    comparison: Comparison
    sources: Mapping[str, Source] = field(default_factory=dict)


def comparison_html(compared: Compared, opened: int, texts: Texts = ENGLISH) -> Markup:
    """The sheet with the table; `opened` counts the openings, as in the reader."""
    found = compared.comparison
    return html(
        '<section class="compare-sheet" data-compared="{opened}" data-turn="{turn}" aria-labelledby="compare-head">'
        '{bar}<h2 id="compare-head" tabindex="-1">{head}</h2><p class="evidence-for" dir="auto">“{question}”</p>{body}'
        "</section>",
        opened=opened,
        turn=compared.turn,
        bar=sheet_bar(texts),
        head=texts.compare_head,
        question=found.standalone_question,
        body=_body(compared, texts),
    )


def comparison_problem(words: str, opened: int, texts: Texts) -> Markup:
    """The sheet with words on why there is no table."""
    return html(
        '<section class="compare-sheet" data-compared="{opened}" aria-labelledby="compare-head">{bar}'
        '<h2 id="compare-head" tabindex="-1">{head}</h2>{words}</section>',
        opened=opened,
        bar=sheet_bar(texts),
        head=texts.compare_head,
        words=problem_html(words, texts),
    )


def _body(compared: Compared, texts: Texts) -> Markup:
    found = compared.comparison
    silent = _NOTHING
    if found.silent:
        silent = html('<p class="silent">{w}</p>', w=texts.counted(len(found.silent), texts.compare_silent))
    if not found.rows:
        return html('<p class="calm">{words}</p>{silent}', words=texts.compare_none, silent=silent)
    return html(
        '<p class="calm">{more}</p><table class="compared"><thead><tr><th scope="col">{date}</th>'
        '<th scope="col">{who}</th><th scope="col">{words}</th></tr></thead><tbody>{rows}</tbody></table>{silent}',
        more=texts.compare_more,
        date=texts.compare_date,
        who=texts.compare_who,
        words=texts.compare_words,
        rows=join(_row(compared, r, texts) for r in found.rows),
        silent=silent,
    )


def _row(compared: Compared, row: Row, texts: Texts) -> Markup:
    source = compared.sources[row.source_id]
    stands = _NOTHING
    if source.kind is not Kind.ARTICLE:
        stands = html('<span class="relation">{w}</span>', w=relation_words(source.relation, texts))
    return html(
        '<tr id="{turn}-row-{n}"><td class="compared-date">{date}</td>'
        '<th scope="row"><span class="publisher" dir="auto">{who}</span><span>{kind}</span>{stands}</th>'
        '<td class="compared-words" dir="auto">“{words}”\u2060<button type="button" class="mark" data-open-row="{n}" '
        'data-turn="{turn}" aria-label="{name}">{n}</button></td></tr>',
        turn=compared.turn,
        n=row.number,
        date=date_words(row.facts.published, texts),
        who=_who(row, source, texts),
        kind=kind_words(source, texts, short=True),
        stands=stands,
        words=emphasised(row.quote.text, row.emphasis),
        name=texts.compare_open.format(number=row.number, title=source.title),
    )


def _who(row: Row, source: Source, texts: Texts) -> str:
    """The publisher; with ', quoting' where the words are somebody's whom the source quotes."""
    return texts.quoting.format(name=source.publisher) if row.quoting else source.publisher


def row_in_place(compared: Compared, number: int, opened: int, texts: Texts = ENGLISH) -> Markup | None:
    """The source of a row with its quotation marked; None if there is no such row."""
    row = next((r for r in compared.comparison.rows if r.number == number), None)
    if row is None:
        return None
    quote = row.quote
    mark = Highlight(quote.start, quote.end, number, current=True)
    return reader_html(compared.sources[row.source_id], [mark], opened, texts)
