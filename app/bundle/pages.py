"""The members of a bundle that are there to be read: made from its records, so that a check can make them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.bundle.format import README
from app.records import Answer
from app.render.markdown import conversation_html, conversation_markdown
from app.render.visible import visible
from index.source import Source

MAX_TEXT = 4 << 20  # characters of all sources; to find places for links in more would keep a machine busy

_README = """\
{title}

This evidence bundle was made by Footnote {version} on {made}. It contains {answers}, with
every quotation and the full text of every quoted source.

To read it:    open conversation.html in a browser, or conversation.md in any editor.
To check it:   footnote replay THIS-FILE.zip
               You need neither a network nor the original index.

The check proves that every quotation matches the text of its source at the given place, that conversation.html
and conversation.md say what the answers say (if there is too much text to compare them, it tells you so), and that
no file in the bundle has changed since it was made. It does not prove that the text is what the publisher
wrote. The bundle is not signed, so the check cannot detect a forger who remade every file. If that matters, ask
the sender for the bundle's SHA-256, for example by telephone: the check prints it.

To check it without Footnote: each line of quotes.jsonl names a source, its SHA-256, a start, an end and the
quoted text. The text of the source is in sources/. The SHA-256 of that file must match, and its characters from
start to end (Unicode code points from 0, end exclusive) must be the quoted text.
"""


def pages(
    answers: Sequence[Answer], title: str, sources: Sequence[Source], made: datetime, version: str
) -> dict[str, bytes]:
    """Return the members by name. `sources`: those in the bundle; `version`: of the Footnote that made it."""
    count = "one answer" if len(answers) == 1 else f"{len(answers)} answers"
    readme = _README.format(
        title=visible(" ".join(title.split())), version=version, made=f"{made:%Y-%m-%d}", answers=count
    )
    texts = {
        README: readme,
        "conversation.md": conversation_markdown(answers, title, sources, made=made, version=version),
        "conversation.html": conversation_html(answers, title, sources, made=made, version=version),
    }
    return {name: text.encode("utf-8") for name, text in texts.items()}
