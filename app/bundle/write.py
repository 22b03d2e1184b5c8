"""A bundle of evidence: a conversation as a zip that proves its own quotations. docs/bundle.md describes the format.

`app.bundle.replay` checks a bundle again, offline and without an index.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from anyascii import anyascii

from app import __version__
from app.bundle.archive import write_zip
from app.bundle.format import (
    FORMAT,
    MANIFEST,
    QUOTES,
    SOURCES,
    Manifest,
    QuoteLine,
    SourceCard,
    Version,
    answer_name,
    misdescribed,
    misheld,
    mislabelled,
    misquoted,
    quote_lines,
    unfounded,
)
from app.bundle.labels import is_labelled, relabelled
from app.bundle.pages import pages
from app.llm.checking import Checking
from app.records import Answer
from app.settings import Settings
from index.errors import QuoteError, UsageError
from index.source import Source

_LIBRARIES = ("llama-index-core", "chromadb", "sentence-transformers", "onnxruntime")
_ADDRESSES = frozenset(
    {"host", "port", "hosts", "store_url", "llm_url", "fetch_hosts", "fetch_seconds"}
)  # settings that say where, not how, an answer was found


def pack(
    answers: Sequence[Answer],
    sources: Iterable[Source],
    settings: Settings,
    title: str,
    *,
    made: datetime | None = None,
) -> bytes:
    """Return the zip. `sources` must hold every quoted source in the quoted version; others are left out, but for those
    of the closest passages of a refusal.

    Equal arguments, `made` (default: now) included, give equal bytes. Raises UsageError without answers or if there
    is too much, QuoteError if a quotation cannot be proved or a label is not what its checker gives, ModelError if the
    checker of a language model's statements is damaged.
    """
    if not answers:
        raise UsageError("there is no answer to save yet; ask a question first")
    made = (made or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    sources = list(sources)
    lines = [line for n, answer in enumerate(answers, 1) for line in quote_lines(n, answer)]
    quoted = _proved(lines, sources)
    quoted |= _originals(answers, sources)
    near = {hit.source_id for answer in answers if answer.abstained for hit in answer.nearest}
    quoted |= {(s.id, s.sha256): s for s in sources if s.id in near}
    cards = _cards(quoted)
    _check_words(answers, cards)
    _check_labels(answers, quoted)
    held = [quoted[key] for key in cards]
    files = pages(answers, title, held, made, __version__)
    members = {QUOTES: "".join(line.model_dump_json() + "\n" for line in lines)}
    for n, answer in enumerate(answers, 1):
        members[answer_name(n)] = answer.model_dump_json(indent=1)
    for key, card in cards.items():
        members[card.text] = quoted[key].text
        members[card.text.removesuffix("txt") + "json"] = card.model_dump_json(indent=1)
    files |= {name: content.encode("utf-8") for name, content in members.items()}
    manifest = Manifest(
        format=FORMAT,
        made=made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        title=title,
        footnote=__version__,
        versions={name: version(name) for name in _LIBRARIES},
        settings=_settings(settings),
        indexes=tuple(dict.fromkeys(a.index for a in answers)),
        answers=len(answers),
        quotations=len(lines),
        files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    )
    return write_zip({MANIFEST: manifest.model_dump_json(indent=1).encode("utf-8"), **files}, made)


def file_name(title: str, suffix: str, made: datetime | None = None) -> str:
    """Return 'footnote-2026-11-25-why-did-they-leave.zip': a name that every file system takes."""
    day = (made or datetime.now(UTC)).astimezone(UTC).date().isoformat()
    words = re.findall(r"[a-z0-9]+", anyascii(title).lower().replace("'", ""))
    short = "-".join(words)[:60].strip("-")
    return f"footnote-{day}{'-' if short else ''}{short}.{suffix}"


def _proved(lines: Sequence[QuoteLine], sources: Sequence[Source]) -> dict[Version, Source]:
    """Return the quoted sources in the order of their first quotation. Raises QuoteError."""
    at_hand = {(s.id, s.sha256): s for s in sources}
    quoted: dict[Version, Source] = {}
    for line in lines:
        key = (line.source_id, line.source_sha256)
        if key not in at_hand:
            raise QuoteError(
                f"footnote {line.number} of answer {line.answer} quotes source '{line.source_id}' in a version that "
                "is no longer at hand; ask again to quote the present text"
            )
        line.quote.prove(at_hand[key])
        quoted[key] = at_hand[key]
    return quoted


def _originals(answers: Sequence[Answer], sources: Sequence[Source]) -> dict[Version, Source]:
    """Return the originals whose words stand beside a note's. Raises QuoteError."""
    at_hand = {(s.id, s.sha256): s for s in sources}
    for n, answer in enumerate(answers, 1):
        for what in misheld(answer, lambda *key: s.text if (s := at_hand.get(key)) else None):
            raise QuoteError(f"answer {n}: {what}; ask again")
    held = [s.of_original for answer in answers for s in answer.statements if s.of_original]
    return {(f.source_id, f.source_sha256): at_hand[f.source_id, f.source_sha256] for f in held}


def _cards(quoted: Mapping[Version, Source]) -> dict[Version, SourceCard]:
    """Return each source's card. Its file has its id for a name, with a hash where the id is taken (case aside)."""
    cards: dict[Version, SourceCard] = {}
    taken: set[str] = set()
    for key, source in quoted.items():
        name = source.id if source.id.lower() not in taken else f"{source.id}@{source.sha256[:12]}"
        taken.add(name.lower())
        text = f"{SOURCES}{name}.txt"
        cards[key] = SourceCard(
            facts=source.facts,
            sha256=source.sha256,
            text=text,
            characters=len(source.text),
            blocks=source.blocks,
            pages=source.pages,
        )
    return cards


def _check_words(answers: Sequence[Answer], cards: Mapping[Version, SourceCard]) -> None:
    """Check that statements are what they quote and sources are described as they are. Raises QuoteError."""
    for n, answer in enumerate(answers, 1):
        wrong = misquoted(answer)
        if wrong:
            raise QuoteError(f"answer {n}, footnote {min(wrong)}: the statement is not what it quotes; ask again")
        for what in misdescribed(answer, cards):
            raise QuoteError(f"answer {n}: {what}; ask again to quote the source as it is now")
        for what in (*unfounded(answer), *mislabelled(answer, cards)):
            raise QuoteError(f"answer {n}: {what}; ask again")


def _check_labels(answers: Sequence[Answer], quoted: Mapping[Version, Source]) -> None:
    """Check the labels that the checker of this machine gave. Raises QuoteError, ModelError."""
    checking = Checking()
    for n, answer in enumerate(answers, 1):
        if not is_labelled(answer) or answer.model is None or answer.model.checker != checking.name:
            continue
        for found in relabelled(n, answer, lambda q: quoted.get((q.source_id, q.source_sha256)), checking):
            raise QuoteError(
                f"answer {n}: statement {found.statement} has another label than its check gives; ask again"
            )


def _settings(settings: Settings) -> dict[str, str | int | float | bool | None]:
    """Return the settings that affect answers: no path, no address. Of a model in a folder only the folder's name."""
    found = {}
    for name, value in settings.model_dump().items():
        if isinstance(value, Path) or name in _ADDRESSES:
            continue
        if isinstance(value, str) and (Path(value).is_absolute() or Path(value).is_dir()):
            value = Path(value).name
        plain = value is None or isinstance(value, str | int | float | bool)
        found[name] = value if plain else json.dumps(value, default=str, sort_keys=True)
    return found
