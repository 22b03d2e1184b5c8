"""What each source says on one question, as an accessible table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.chat.view.elements import NOTHING, button, problem_html
from app.chat.view.source_viewer import overlay_bar, source_html
from app.compare.rows import Comparison, Row
from app.render.html import Highlight, emphasised, html, join
from app.words.describe import date_words, kind_words
from app.words.texts import Texts
from index.fetched.seen import Looked, never
from index.source import Kind, Source


@dataclass(frozen=True)
class Compared:
    """A comparison with the sources of its rows, as they were when they were compared. `turn`: of which exchange."""

    turn: str
    comparison: Comparison
    sources: Mapping[str, Source]


def comparison_html(compared: Compared, opened: int, texts: Texts) -> Markup:
    """Show the table; `opened` counts the openings, as in the source viewer."""
    found = compared.comparison
    table, silent = html('<p class="calm">{words}</p>', words=texts.compare_none), NOTHING
    if found.rows:
        table = html(
            '<p class="calm">{more}</p><table class="compared"><thead><tr><th scope="col">{date}</th>'
            '<th scope="col">{who}</th><th scope="col">{words}</th></tr></thead><tbody>{rows}</tbody></table>',
            more=texts.compare_more,
            date=texts.compare_date,
            who=texts.compare_who,
            words=texts.compare_words,
            rows=join(_row(compared, r, texts) for r in found.rows),
        )
    if found.silent:
        silent = html('<p class="silent">{w}</p>', w=texts.counted(len(found.silent), texts.compare_silent))
    question = html('<p class="evidence-for" dir="auto">“{question}”</p>', question=found.standalone_question)
    return _section(question + table + silent, opened, texts)


def comparison_problem(words: str, opened: int, texts: Texts) -> Markup:
    """Say why there is no table."""
    return _section(problem_html(words, texts), opened, texts)


def _section(body: Markup, opened: int, texts: Texts) -> Markup:
    return html(
        '<section class="comparison" data-opened="{opened}" aria-labelledby="comparison-head">{bar}'
        '<h2 id="comparison-head" tabindex="-1">{head}</h2>{body}</section>',
        opened=opened,
        bar=overlay_bar(texts),
        head=texts.compare_head,
        body=body,
    )


def _row(compared: Compared, row: Row, texts: Texts) -> Markup:
    source = compared.sources[row.source_id]
    name = texts.compare_open.format(number=row.number, title=source.title)
    date = date_words(row.facts.published, texts).replace(" ", "\u00a0")  # a date is not broken, what is said of it is
    return html(
        '<tr><td class="compared-date">{date}</td>'
        '<th scope="row"><span class="publisher" dir="auto">{who}</span><span>{kind}</span></th>'
        '<td class="compared-words" dir="auto"><span class="compared-whose">{whose}</span>'
        "“{words}”\u2060{mark}</td></tr>",
        date=texts.original_of.format(date=date) if row.later else date,
        who=_who(row, source, texts),
        kind=kind_words(source, texts, short=True),
        whose=_whose(row, source, texts),
        words=emphasised(row.quote.text, row.emphasis),
        mark=button(str(row.number), class_="mark", data_open_row=row.number, data_turn=compared.turn, aria_label=name),
    )


def _who(row: Row, source: Source, texts: Texts) -> str:
    """Name the publisher; with ', quoting' where the words are somebody's whom the source quotes."""
    return texts.quoting.format(name=source.publisher) if row.quoting else source.publisher


def _whose(row: Row, source: Source, texts: Texts) -> str:
    if source.kind is not Kind.NOTE:
        return texts.own_words
    if source.original:
        return texts.summary_words_on_article if row.on_article else texts.summary_words
    return texts.note_words_on_article if row.on_article else texts.note_words


def row_in_source(compared: Compared, number: int, opened: int, texts: Texts, looked: Looked = never) -> Markup | None:
    """Show the source of a row with its quotation marked; None if there is no such row."""
    row = next((r for r in compared.comparison.rows if r.number == number), None)
    if row is None:
        return None
    mark = Highlight(row.quote.start, row.quote.end, number, current=True)
    source = compared.sources[row.source_id]
    return source_html(source, [mark], opened, texts, seen=looked(source.id, source.sha256))
