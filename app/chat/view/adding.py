"""Adding sources in the panel: the ways in, and a draft of each: what was read, and what it is taken for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby

from markupsafe import Markup

from app.chat.view.elements import NEW, NOTHING, button, notice_html
from app.render.html import html, join, span_html
from app.sources.add import Proposal
from app.words.describe import page_words, relation_words
from app.words.plural import locale
from app.words.texts import Texts
from index.read.formats import FORMATS
from index.source import Basis, Block, Kind, Relation, Source, SourceFacts

_MOST_TEXT = 1_000_000  # characters of a pasted text
_OPENING = 1200  # characters of a source that are shown
_MB = 1_000_000


def adding_html(largest: int, texts: Texts) -> Markup:
    """Make the part of the sources panel that adds sources; scripts put it there. `largest`: MB of a file."""
    return html(
        '<div class="adding-head">{toggle}</div>'
        '<div class="adding-ways" id="adding-ways" hidden>{files}{page}{text}</div>'
        '<div class="adding-now"><div class="adding-status" role="status" data-adding-status '
        'data-uploading="{t.adding_uploading}" '
        'data-reading="{t.adding_reading}" data-fetching="{t.adding_fetching}" data-large="{large}" '
        'data-away="{t.adding_away}"></div>'
        '<progress class="adding-progress" data-adding-progress max="1" aria-label="{t.adding_progress}" '
        "hidden></progress></div>"
        '<div class="drafts" data-drafts></div><p class="draft-buttons" data-add-all-line hidden>{every}</p>',
        t=texts,
        toggle=button(
            texts.adding, NEW, class_="wide", data_adding=True, aria_expanded="false", aria_controls="adding-ways"
        ),
        files=_files(largest, texts),
        page=_way(
            "page",
            texts.adding_page,
            html('<input type="text" inputmode="url" name="url" placeholder="https://" autocomplete="off" {r}>', r=_OF),
            texts.adding_fetch,
            texts.adding_page_more,
        ),
        text=_way(
            "text",
            texts.adding_text,
            html(
                '<textarea name="text" rows="4" maxlength="{most}" dir="auto" {r}></textarea>', most=_MOST_TEXT, r=_OF
            ),
            texts.adding_read,
        ),
        large=texts.adding_large.format(name="{name}", most=largest),
        every=button(texts.adding_add_all, data_add_all=True, class_="strong"),
    )


_OF = Markup("required")


def _files(largest: int, texts: Texts) -> Markup:
    return html(
        '<label class="adding-drop" data-drop><span>{words}</span><span class="calm">{kinds}</span>'
        '<input type="file" multiple accept="{accept}" data-files data-largest="{bytes}"></label>',
        words=texts.adding_files,
        kinds=texts.adding_kinds.format(kinds=", ".join(FORMATS), most=largest),
        accept=",".join(FORMATS),
        bytes=largest * _MB,
    )


def _way(name: str, label: str, field: Markup, now: str, more: str = "") -> Markup:
    return html(
        '<form class="adding-way" data-way="{name}"><label><span>{label}</span>{field}</label>'
        '<p class="adding-go"><button type="submit">{now}</button>{more}</p></form>',
        name=name,
        label=label,
        field=field,
        now=now,
        more=html('<span class="calm">{more}</span>', more=more) if more else NOTHING,
    )


def draft_html(draft: str, label: str, proposal: Proposal, source: Source, texts: Texts, *, is_renamed: bool) -> Markup:
    """Show what was read and what it is taken for, in a form that corrects it before it is indexed.

    `is_renamed`: the corpus has another file of its name.
    """
    return html(
        '<form class="draft" data-draft="{id}" aria-labelledby="draft-{id}">'
        '<h3 id="draft-{id}" tabindex="-1" dir="auto">{label}</h3><p class="calm">{size}</p>{beside}'
        '<div class="draft-text source-text" tabindex="0" role="region" aria-label="{was_read}" dir="auto">{text}</div>'
        '<div class="draft-fields">{fields}</div>'
        '<p class="draft-buttons"><button type="submit" class="strong">{add}</button>{discard}</p></form>',
        id=draft,
        label=label,
        size=_size(proposal, texts),
        beside=notice_html(texts.adding_beside.format(name=label, own=proposal.file)) if is_renamed else NOTHING,
        was_read=texts.adding_was_read,
        text=_opening(source, texts),
        fields=_fields(proposal.facts, proposal.guessed, texts),
        add=texts.adding_add,
        discard=button(texts.adding_discard, class_="quiet", data_discard=True),
    )


def _size(proposal: Proposal, texts: Texts) -> str:
    counts = [texts.counted(proposal.characters, texts.characters)]
    if proposal.pages:
        counts.append(texts.counted(proposal.pages, texts.pages))
    return ", ".join(counts)


def _opening(source: Source, texts: Texts) -> Markup:
    """Show the first passages of a source, each page of it under its number."""
    shown = [b for b in source.blocks if b.start < _OPENING]

    def page(block: Block) -> str:
        return page_words(source.pages_of(block.start, block.start + 1), texts)

    parts = []
    for words, group in groupby(shown, key=page):
        blocks = list(group)
        head = html('<p class="page-number">{words}</p>', words=words) if words else NOTHING
        parts.append(head + span_html(source, blocks[0].start, min(blocks[-1].end, blocks[0].start + 2 * _OPENING)))
    more = html("<p>…</p>") if shown[-1].end < len(source.text) else NOTHING
    return join(parts) + more


def _fields(facts: SourceFacts, guessed: tuple[str, ...], texts: Texts) -> Markup:
    def text(name: str, label: str, hint: str = "") -> Markup:
        value = str(getattr(facts, name) or "")
        return _field(
            label,
            html(
                '<input type="text" name="{name}" value="{value}" placeholder="{hint}" autocomplete="off" dir="auto">',
                name=name,
                value=value,
                hint=hint,
            ),
            texts.adding_guessed if name in guessed else "",
        )

    return join(
        (
            text("title", texts.adding_title),
            text("publisher", texts.adding_publisher),
            text("author", texts.author),
            text("published", texts.published, texts.adding_date_hint),
            text("url", texts.address, "https://"),
            _choice(
                "language", texts.written_in, facts.language, _languages(texts.code, facts.language), guessed, texts
            ),
            _choice("kind", texts.adding_kind, _kind(facts), _kinds(texts), guessed, texts),
            _choice("relation", texts.relation_label, facts.relation.value, _relations(texts), guessed, texts),
            text("id", texts.source_id),
        )
    )


def _field(label: str, control: Markup, guessed: str) -> Markup:
    mark = html(' <span class="guess">{words}</span>', words=guessed) if guessed else NOTHING
    return html("<label><span>{label}{mark}</span>{control}</label>", label=label, mark=mark, control=control)


def _choice(
    name: str,
    label: str,
    chosen: str,
    options: tuple[tuple[str, str], ...],
    guessed: tuple[str, ...],
    texts: Texts,
) -> Markup:
    items = join(
        html(
            '<option value="{value}"{selected}>{words}</option>',
            value=value,
            selected=Markup(" selected") if value == chosen else NOTHING,
            words=words,
        )
        for value, words in options
    )
    control = html('<select name="{name}">{items}</select>', name=name, items=items)
    return _field(label, control, texts.adding_guessed if name in guessed else "")


def _languages(code: str, own: str) -> tuple[tuple[str, str], ...]:
    known = dict(_known_languages(code))
    return ((own, known.get(own, own)), *((c, words) for c, words in known.items() if c != own))


@cache
def _known_languages(code: str) -> tuple[tuple[str, str], ...]:
    """Return the languages with a code of two letters, by their names in the interface's language."""
    named = {c: str(words) for c, words in locale(code).languages.items() if len(c) == 2}
    return tuple(sorted(named.items(), key=lambda n: n[1].casefold()))


def _kind(facts: SourceFacts) -> str:
    return facts.kind.value if facts.kind is not Kind.NOTE else f"{facts.kind.value} {facts.basis.value}"


def _kinds(texts: Texts) -> tuple[tuple[str, str], ...]:
    notes = (
        (Basis.ORIGINAL, texts.kind_note_read),
        (Basis.PARTLY, texts.kind_note_partly),
        (Basis.REPORTED, texts.kind_note_reported),
    )
    return (Kind.FULLTEXT.value, texts.kind_file), *((f"{Kind.NOTE.value} {b.value}", words) for b, words in notes)


def _relations(texts: Texts) -> tuple[tuple[str, str], ...]:
    return tuple((r.value, relation_words(r, texts)) for r in _in_order())


def _in_order() -> Iterator[Relation]:
    yield Relation.NONE
    yield from (r for r in Relation if r not in (Relation.NONE, Relation.ARTICLE))


def change_words(state: str, stage: str, words: str, texts: Texts) -> str:
    """Say how far a change of the sources is; `words`: what it came to, once it has ended."""
    if state in ("done", "failed"):
        return words
    return texts.adding_stages.get(stage, texts.adding_waiting if state == "waiting" else texts.adding_begins)
