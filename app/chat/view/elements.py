"""The small parts of the page: buttons with their icons, a list of questions, notices and problems."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from app.render.html import html, join
from app.render.visible import visible
from app.support.records import OfOriginal
from app.words.describe import seen_words, standing
from app.words.reasons import original_words
from app.words.texts import Texts
from index.fetched.seen import Seen
from index.source import Source

NOTHING = Markup("")


def button(words: str | Markup, icon: Markup = NOTHING, **attributes: object) -> Markup:
    """Make a button. `data_save="html"` is the attribute data-save; True has no value; `class_` is the class."""
    given = join(_attribute(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    return html('<button type="button"{given}>{icon}{words}</button>', given=given, icon=icon, words=words)


def _attribute(name: str, value: object) -> Markup:
    return html(" {name}", name=name) if value is True else html(' {name}="{value}"', name=name, value=value)


def question_list(questions: Iterable[tuple[str, str, str]]) -> Markup:
    """List questions that are asked when they are clicked: the question, the words to show, a softer line."""
    items = (
        html(
            "<li>{button}</li>",
            button=button(
                html('{words} <span class="question-more">{more}</span>', words=words, more=more) if more else words,
                data_ask=question,
                dir="auto",
            ),
        )
        for question, words, more in questions
    )
    return html('<ul class="questions">{items}</ul>', items=join(items))


def problem_html(words: str, texts: Texts) -> Markup:
    """Say what went wrong and what to do; screen readers announce it at once."""
    return html(
        '<div class="problem" role="alert"><p><strong>{head}</strong></p><p>{words}</p></div>',
        head=texts.problem,
        words=words,
    )


def notice_html(words: str | Markup) -> Markup:
    """Say something to know that is no failure."""
    return html('<p class="notice" role="note">{words}</p>', words=words)


def dismissable_notice(words: str, about: str, dismiss: str) -> Markup:
    """Make a notice with a button that takes it away. The same words about something else are another notice."""
    return html(
        '<p class="notice" data-about="{about}">{words} {button}</p>',
        about=about,
        words=words,
        button=button(dismiss, class_="quiet", data_dismiss=True),
    )


def of_original_html(found: OfOriginal | None, texts: Texts, number: int = 0) -> Markup:
    """Say that an original does not bear out a note's words, with the way to its own; nothing where it does.

    `number`: of the quotation that they are, where several stand together.
    """
    words = original_words(found, texts)
    if found is None or not words:
        return NOTHING
    way = NOTHING
    if found.text:
        place = (found.start, found.end)
        way = open_button(texts.open_original, found.source_id, found.source_sha256, place, class_="quiet")
    return html(
        '<p class="of-original" role="note" data-backing="{backing}" dir="auto">{number}{words} {way}</p>',
        number=f"{number} · " if number else "",
        backing=found.backing.value,
        words=visible(words),
        way=way,
    )


def open_button(words: str, source_id: str, sha256: str, place: tuple[int, int], **attributes: object) -> Markup:
    """Make the button that opens what stands at `place` of a source, in the version with this hash."""
    opens = {"data_open_found": source_id, "data_span": f"{place[0]}-{place[1]}", "data_sha256": sha256[:16]}
    return button(words, NOTHING, **opens, **attributes)


def seen_html(seen: Seen | None, texts: Texts) -> Markup:
    """Say behind a link when its page was last seen to say so; nothing where it never was."""
    words = seen_words(seen, texts)
    return html(' <span class="seen">{words}</span>', words=words) if words else NOTHING


def relation_html(source: Source, texts: Texts) -> Markup:
    """Say a source's relation to the article; nothing for the article itself, and where none is stated."""
    words = standing(source, texts)
    return html('<span class="relation">{words}</span>', words=words) if words else NOTHING


def _icon(path: str) -> Markup:
    """Draw strokes on a grid of 16 by 16. An icon says nothing that the button's name does not."""
    return Markup(
        '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" '
        'stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        '<path d="{}"></path></svg>'
    ).format(path)


COMPARE = _icon("M2 3.5h5M2 7h5M2 10.5h3M9.5 3.5H14M9.5 7H14M9.5 10.5h3M8 2v12")
COPY = _icon("M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3")
LINK = _icon(
    "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.4-2.4a2.6 2.6 0 0 0-3.7-3.7l-1 1"
    "M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.1 9.2a2.6 2.6 0 0 0 3.7 3.7l1-1"
)
UP = _icon(
    "M2.5 7.2h2.3v6H2.5zM4.8 7.6 7.6 2.4c1 0 1.6.7 1.4 1.7l-.5 2.6h3.7c.8 0 1.4.7 1.2 1.5l-.9 4c-.1.6-.6 1-1.2 1H4.8"
)
DOWN = _icon(
    "M13.5 8.8h-2.3v-6h2.3zM11.2 8.4 8.4 13.6c-1 0-1.6-.7-1.4-1.7l.5-2.6H3.8"
    "c-.8 0-1.4-.7-1.2-1.5l.9-4c.1-.6.6-1 1.2-1h6.5"
)
AGAIN = _icon("M13 8a5 5 0 1 1-1.6-3.7M13.2 2.2v2.6h-2.6")
EDIT = _icon("M2.8 13.2l.6-2.8 7.3-7.3a1.4 1.4 0 0 1 2.2 2.2L5.6 12.6z")
BACK = _icon("M9.5 3 4.5 8l5 5")
NEXT = _icon("M6.5 3l5 5-5 5")
CLOSE = _icon("M3.5 3.5l9 9M12.5 3.5l-9 9")
SOURCES = _icon("M2.5 2.5h3v11h-3zM5.5 4.5h3v9h-3zM9.2 4.4l2.8-.8 2.4 9.2-2.8.8z")
CONVERSATIONS = _icon("M2.5 3h11v7.5H7L4 13v-2.5H2.5z")
NEW = _icon("M8 3v10M3 8h10")
SEARCH = _icon("M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM10.4 10.4l3.4 3.4")
CHECK = _icon("M2.5 8.5l3.4 3.6L13.5 4")
THEME = _icon("M13.2 9.7A5.7 5.7 0 1 1 6.3 2.8a4.7 4.7 0 0 0 6.9 6.9z")
SAVE = _icon("M8 2.5v7M5 7l3 3 3-3M3 13.2h10")
