"""Every word that the interface itself says, in one place. A further language is one more `Texts`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """Interface words. Fields with {braces} are filled with `str.format`."""

    title: str = "Footnote"
    tagline: str = "Answers in the sources' own words"

    # the question
    question: str = "Your question"
    question_hint: str = "Ask about the article or its sources"
    ask: str = "Ask"
    asking: str = "Reading"
    clear: str = "New conversation"

    # the first page
    welcome: str = "Ask the article"
    welcome_more: str = (
        "An answer is made of quotations. Each carries a number: follow it to the passage it stands in, "
        "and from there to the whole source. What the sources do not say is not answered."
    )
    article: str = "The article"
    beside_one: str = "One further source stands beside it"
    beside_many: str = "{count} further sources stand beside it"
    sources_only: str = "{count} sources"
    try_these: str = "Questions to begin with"
    suggestions: tuple[str, ...] = ("What is the article about?", "Which sources are there?")

    # the answer
    conversation: str = "Conversation"
    you_asked: str = "You asked:"
    read_as: str = "Read as:"
    reading: str = "Reading the sources"
    further: str = "Further from the sources"
    footnote: str = "Footnote {number}, {speaker}"
    tally: str = "{quotes} from {sources}"
    quotations: tuple[str, str] = ("one quotation", "{count} quotations")
    sources: tuple[str, str] = ("one source", "{count} sources")
    not_answered: str = "Not answered"
    see_nearest: str = "See the closest passages"

    # the evidence panel
    evidence: str = "Evidence"
    evidence_empty: str = "The passages that an answer quotes are shown here, each in its place in its source."
    no_quotes: str = "This reply quotes nothing."
    evidence_for: str = "for"
    nearest: str = "Closest passages, not an answer"
    nearest_more: str = "These came nearest to the question. They do not answer it."
    open_source: str = "Open the source"
    open_source_name: str = "Open the source of footnote {number}: {title}"
    open_nearest_name: str = "Open the source of this passage: {title}"
    back_to_statement: str = "Back to the statement"
    to_statement: str = "Footnote {number}: back to the statement"
    page_at: str = "Page at {host}"
    new_tab: str = "opens in a new tab"
    source_id: str = "source"
    article_itself: str = "the article itself"

    # the source, opened
    reader: str = "Source"
    back: str = "Back to the evidence"
    author: str = "By"
    via: str = "Known through"
    note_warning: str = "These are our note's words, not the original's."

    # when something is wrong
    problem: str = "That did not work"
    no_index: str = (
        "There is no index yet, so there is nothing to answer from. "
        "Run 'footnote index build' in the project folder, then ask again; this page need not be reloaded."
    )
    stale_index: str = (
        "The index was made with other settings or another version. "
        "Run 'footnote index build' in the project folder, then ask again."
    )
    damaged_index: str = (
        "The index is damaged. Run 'footnote index build --full' in the project folder, then ask again."
    )
    unexpected: str = (
        "The question could not be answered because of an error in Footnote. "
        "The server's log has the details under {reference}. Asking again may help."
    )


ENGLISH = Texts()


def counted(count: int, words: tuple[str, str]) -> str:
    """'one source', '3 sources'."""
    return words[0] if count == 1 else words[1].format(count=count)
