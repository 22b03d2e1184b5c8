"""Questions with one paragraph each and labels by sentence: the training and calibration data.

A data folder holds train.jsonl.gz and calibration.jsonl.gz, one JSON object a line: set, title, question,
sentences (one paragraph, in order), labels (1: this sentence holds the answer), answers.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import UsageError

TRAIN, CALIBRATION = "train.jsonl.gz", "calibration.jsonl.gz"
# Some sets carry one paragraph of many thousand characters; the model reads a window of it.
MAX_SENTENCE = 1200
_HELD_OUT = 16  # one question in so many is kept from training, to choose checkpoints and fit combinations on
Paragraph = tuple[str, tuple[str, ...]]  # title of its page, sentences


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a paragraph. `labels[i]`: whether sentence i answers; none does: unanswerable here."""

    dataset: str
    title: str
    question: str
    sentences: tuple[str, ...]
    labels: tuple[bool, ...]
    answers: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return any(self.labels)

    @property
    def paragraph(self) -> Paragraph:
        """What two questions on one paragraph share."""
        return self.title, self.sentences


def clean(text: str) -> str:
    """Undo the blanks that tokenised text has around punctuation."""
    text = re.sub(r"\s+([.,;:!?%)\]])", r"\1", text)
    text = re.sub(r"([(\[])\s+", r"\1", text)
    for spaced, joined in (("`` ", '"'), (" ''", '"'), (" 's", "'s"), (" n't", "n't"), (" - ", "-")):
        text = text.replace(spaced, joined)
    return " ".join(text.split())


def read(path: Path) -> list[Example]:
    """Read all examples of a file, cleaned. Raises UsageError if it cannot be read."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [_example(json.loads(line)) for line in lines]
    except (OSError, EOFError, UnicodeDecodeError, ValueError, KeyError) as error:
        raise UsageError(
            f"{path}: cannot be read as examples ({type(error).__name__}: {error}); name a folder with "
            f"{TRAIN} and {CALIBRATION}, as index/training/data.py describes"
        ) from None


def _example(row: dict[str, list[str]]) -> Example:
    return Example(
        dataset=str(row["set"]),
        title=str(row["title"]).replace("_", " "),
        question=clean(str(row["question"])),
        sentences=tuple(clean(s)[:MAX_SENTENCE] for s in row["sentences"]),
        labels=tuple(bool(label) for label in row["labels"]),
        answers=tuple(dict.fromkeys(clean(a) for a in row.get("answers") or () if a.strip())),
    )


def hold_out(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Split examples into (to train on, held out), by page, the same at every call.

    Held out are of each set the pages whose hashes are least, until they hold a sixteenth of its questions.
    """
    held: set[str] = set()
    for name in sorted({e.dataset for e in examples}):
        own = Counter(e.title for e in examples if e.dataset == name)
        wanted = sum(own.values()) / _HELD_OUT
        for title in sorted(own, key=lambda t: hashlib.sha256(t.encode()).digest()):
            if wanted <= 0:
                break
            held.add(title)
            wanted -= own[title]
    return [e for e in examples if e.title not in held], [e for e in examples if e.title in held]


def distinct_paragraphs(examples: Iterable[Example]) -> list[Paragraph]:
    """Return the examples' paragraphs, each once."""
    return list(dict.fromkeys(e.paragraph for e in examples))


def holds_answer(example: Example, text: str) -> bool:
    """Say whether `text` holds one of the answer's wordings, so that it is no certain negative."""
    low = text.lower()
    return any(a.lower() in low for a in example.answers)


def window(example: Example, size: Sequence[int], limit: int, start: int) -> Example:
    """Cut the paragraph to the sentences from `start` on whose `size` (tokens each) fits into `limit`; at least one."""
    end, used = start, 0
    while end < len(size) and (end == start or used + size[end] <= limit):
        used += size[end]
        end += 1
    return replace(example, sentences=example.sentences[start:end], labels=example.labels[start:end])
