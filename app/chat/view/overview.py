"""What the index holds, shown where evidence will stand: the article, and its sources by how they stand to it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from app.chat.view.elements import button
from app.render.html import html, join
from app.words.describe import date_words, kind_words
from app.words.texts import Texts
from index.source import Kind, Relation, Source

# Where the sources disagree comes first.
ORDER = (
    Relation.DISPUTES, Relation.CORROBORATES, Relation.CITED, Relation.LAW, Relation.BACKGROUND, Relation.LATER,
    Relation.NONE, Relation.ARTICLE,
)  # fmt: skip


def overview_html(sources: Sequence[Source], texts: Texts) -> Markup:
    """Show the article, how many sources stand to it in which way, and each of them, those that dispute it first."""
    article = next((s for s in sources if s.kind is Kind.ARTICLE), None)
    groups = {r: [s for s in sources if s is not article and s.relation is r] for r in ORDER}
    groups = {relation: members for relation, members in groups.items() if members}
    if article is None:
        groups = {Relation.ARTICLE: list(sources)} if sources else {}
    first = next(iter(groups), None)
    return html(
        '<section class="overview" aria-labelledby="overview-head">{article}'
        '<h2 id="overview-head">{head}</h2>{groups}</section>',
        article=_article(article, texts) if article else "",
        head=_head(len(sources) - (article is not None), article, texts),
        groups=join(_group(r, members, texts, opened=r is first) for r, members in groups.items()),
    )


def _head(others: int, article: Source | None, texts: Texts) -> str:
    return texts.counted(others, texts.sources_about if article else texts.sources_only)


def _article(article: Source, texts: Texts) -> Markup:
    return html(
        '<div class="overview-article"><p>{label}</p><p class="overview-title" dir="auto">{title}</p>'
        '<p><span class="publisher">{publisher}</span>, {date}</p><p>{open}</p></div>',
        label=texts.article,
        title=article.title,
        publisher=article.publisher,
        date=date_words(article.published, texts),
        open=button(texts.read_it, class_="quiet", data_open_source=article.id),
    )


def _group(relation: Relation, members: Sequence[Source], texts: Texts, *, opened: bool) -> Markup:
    """Make a list that opens, headed by the relation and the number of its sources."""
    return html(
        '<details class="relation-{code}"{open}><summary>{head} <span class="count">{n}</span></summary>'
        "<ul>{entries}</ul></details>",
        code=relation.value,
        open=html(" open") if opened else "",
        head=texts.relation_heads.get(relation.value, texts.sources),
        n=len(members),
        entries=join(_entry(s, texts) for s in sorted(members, key=lambda s: s.published or "9")),
    )


def _entry(source: Source, texts: Texts) -> Markup:
    return html(
        '<li>{open}<span class="overview-about"><span class="publisher">{publisher}</span>, {date} · {kind}</span>'
        "</li>",
        open=button(source.title, data_open_source=source.id, dir="auto"),
        publisher=source.publisher,
        date=date_words(source.published, texts),
        kind=kind_words(source, texts, short=True),
    )
