"""Checking a statement from the page: a box, and the sentences by what they do with it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from app.chat.view.elements import CHECK, NOTHING, button, notice_html, open_button, problem_html
from app.chat.view.source_viewer import overlay_bar
from app.claim import ClaimCheck, Finding
from app.question.check import MAX_QUESTION
from app.records import AnswerQuote, Statement
from app.render.html import html, join
from app.support.records import Label
from app.words.describe import opening, said_by
from app.words.reasons import label_words, reason_words
from app.words.texts import Texts


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked to be checked. `opened` counts the openings, as in the source viewer."""

    claim: str
    opened: int


def check_way_html(texts: Texts) -> Markup:
    """Make the button beside the question box."""
    return html(
        "{button}",
        button=button(
            html("<span>{words}</span>", words=texts.check),
            CHECK,
            data_check_open=True,
            title=texts.check,
            aria_label=texts.check,
        ),
    )


def check_html(asked: Asked, found: ClaimCheck | None, texts: Texts, problem: str = "") -> Markup:
    """Show the box, and under it what the sources do with the statement."""
    result = NOTHING
    if problem:
        result = problem_html(problem, texts)
    elif found is not None:
        result = _result(found, texts)
    return html(
        '<section class="check" data-opened="{opened}" aria-labelledby="check-head">{bar}'
        '<h2 id="check-head" tabindex="-1">{head}</h2><p class="calm">{more}</p>'
        '<form class="check-box" data-check><textarea rows="2" maxlength="{most}" placeholder="{hint}" '
        'aria-label="{hint}" dir="auto">{claim}</textarea><button type="submit">{now}</button></form>'
        '<div class="checked" role="status">{result}</div></section>',
        opened=asked.opened,
        bar=overlay_bar(texts),
        head=texts.check_head,
        more=texts.check_more,
        most=MAX_QUESTION,
        hint=texts.check_hint,
        claim=asked.claim,
        now=texts.check_now,
        result=result,
    )


def _result(found: ClaimCheck, texts: Texts) -> Markup:
    if not found.findings:
        return html('<p class="calm">{words}</p>', words=texts.check_none)
    unread = NOTHING if found.reader else notice_html(texts.check_unread)
    labels = dict.fromkeys(f.verdict.label for f in found.findings)
    return unread + join(_group(found, label, texts) for label in labels)


def _group(found: ClaimCheck, label: Label, texts: Texts) -> Markup:
    return html(
        '<section class="check-group" data-label="{label}"><h3>{head}</h3><ol>{items}</ol></section>',
        label=label.value.replace(" ", "-"),
        head=label_words(label, bool(found.reader), texts),
        items=join(_item(found, *one, texts) for one in found.of(label)),
    )


def _item(found: ClaimCheck, finding: Finding, statement: Statement, quote: AnswerQuote, texts: Texts) -> Markup:
    facts = found.answer.facts_of(quote.source_id)
    title = facts.title if facts is not None else quote.source_id
    reasons = join(html("<li>{words}</li>", words=opening(reason_words(r, texts))) for r in finding.verdict.shown)
    against = html('<ul class="reasons" aria-label="{name}">{items}</ul>', name=texts.check_against, items=reasons)
    return html(
        '<li><p class="check-who" dir="auto">{who}</p><blockquote dir="auto">“{words}”\u2060{mark}</blockquote>'
        "{against}</li>",
        who=opening(said_by(statement, facts, texts)),
        words=statement.text,
        mark=open_button(
            str(quote.number),
            quote.source_id,
            quote.source_sha256,
            (quote.start, quote.end),
            class_="mark",
            aria_label=texts.compare_open.format(number=quote.number, title=title),
        ),
        against=against if finding.verdict.shown else NOTHING,
    )
