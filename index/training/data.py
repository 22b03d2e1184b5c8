"""Questions with one passage each and labels by sentence: the training and calibration data.

A data folder holds the files of `SETS` (those that are there are used) and calibration.jsonl.gz, one JSON object a
line: set, title, question, sentences (one passage, in order), labels (1: this sentence answers), answers. A line may
have two fields more: header (what stands above the passage, as in an index) and group (what the line's passage
belongs to; its lines are seen together).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import UsageError

CALIBRATION = "calibration.jsonl.gz"
# Some sets carry one paragraph of many thousand characters; the model reads a window of it.
MAX_SENTENCE = 1200
_HELD_OUT = 16  # one question in so many is kept from training, to choose checkpoints and fit curves on
_SEED = 1
Paragraph = tuple[str, tuple[str, ...]]  # title of its page, sentences


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A file of the data folder.

    `share`: how often a pass over the data sees each of its questions, on average. `varied`: whether near misses may
    be made of its questions by rule (see `near_miss`); not where they are claims, or all unanswerable.
    """

    file: str
    share: float
    varied: bool = True


SETS = (
    TrainingSet("contrast.jsonl.gz", 2.5),
    TrainingSet("contrast-more.jsonl.gz", 2.5),
    TrainingSet("affairs.jsonl.gz", 2.5, varied=False),
    TrainingSet("train.jsonl.gz", 1.0),
    TrainingSet("squad-train-part.jsonl.gz", 0.8),
    TrainingSet("new-wiki.jsonl.gz", 0.8),
    TrainingSet("new-wiki-near.jsonl.gz", 0.4, varied=False),
    TrainingSet("squad-near.jsonl.gz", 0.4, varied=False),
    TrainingSet("quoref.jsonl.gz", 1.0),
    TrainingSet("quoref-contrast.jsonl.gz", 1.0),
    TrainingSet("qamr.jsonl.gz", 0.1, varied=False),
    TrainingSet("fever-claims.jsonl.gz", 0.2, varied=False),
    TrainingSet("wice-claims.jsonl.gz", 0.8, varied=False),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage. `labels[i]`: whether sentence i answers; none does: unanswerable here."""

    dataset: str
    title: str
    question: str
    sentences: tuple[str, ...]
    labels: tuple[bool, ...]
    answers: tuple[str, ...] = ()
    header: str = ""
    belongs: str = ""

    @property
    def answerable(self) -> bool:
        return any(self.labels)

    @property
    def paragraph(self) -> Paragraph:
        """What two questions on one passage share."""
        return self.title, self.sentences

    @property
    def group(self) -> str | Paragraph:
        """What the questions that are seen together share."""
        return self.belongs or self.paragraph


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
            f"{path}: cannot be read as examples ({type(error).__name__}: {error}); "
            "index/training/data.py describes a line"
        ) from None


def read_sets(folder: Path, limit: int = 0) -> list[tuple[TrainingSet, list[Example]]]:
    """Read the files of `SETS` that `folder` holds, at most about `limit` examples in all if it is not 0.

    Raises UsageError if the folder holds none of them, or one that cannot be read.
    """
    there = [s for s in SETS if (folder / s.file).is_file()]
    if not there:
        raise UsageError(f"{folder} holds no training data; name a folder with {SETS[0].file} or another set")
    found = [(s, read(folder / s.file)) for s in there]
    part = min(1.0, limit / max(1, sum(len(examples) for _, examples in found))) if limit else 1.0
    return [(s, _some(examples, round(len(examples) * part))) for s, examples in found]


def _example(row: dict[str, Any]) -> Example:
    return Example(
        dataset=str(row["set"]),
        title=str(row["title"]).replace("_", " "),
        question=clean(str(row["question"])),
        sentences=tuple(clean(s)[:MAX_SENTENCE] for s in row["sentences"]),
        labels=tuple(bool(label) for label in row["labels"]),
        answers=tuple(dict.fromkeys(clean(a) for a in row.get("answers") or () if a.strip())),
        header=str(row.get("header") or ""),
        belongs=str(row.get("group") or ""),
    )


def hold_out(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Split examples into (to train on, held out), by page or group, the same at every call.

    Held out are of each set the pages whose hashes are least, as many as hold a sixteenth of its questions at most.
    An example without a title is a page of its own.
    """
    held: set[tuple[str, str]] = set()
    for name in sorted({e.dataset for e in examples}):
        own = Counter(_page(e) for e in examples if e.dataset == name)
        wanted = sum(own.values()) / _HELD_OUT
        for page in sorted(own, key=lambda p: hashlib.sha256(p.encode()).digest()):
            if own[page] <= wanted:
                held.add((name, page))
                wanted -= own[page]
    train = [e for e in examples if (e.dataset, _page(e)) not in held]
    return train, [e for e in examples if (e.dataset, _page(e)) in held]


def thin(examples: Sequence[Example], limit: int) -> list[Example]:
    """Return at most about `limit` of `examples` (0: all), as many of each data set, the same at every call."""
    if not limit:
        return list(examples)
    sets: dict[str, list[Example]] = {}
    for example in examples:
        sets.setdefault(example.dataset, []).append(example)
    share = max(1, limit // max(1, len(sets)))
    return [e for own in sets.values() for e in _some(own, share)]


def _some(examples: Sequence[Example], count: int) -> list[Example]:
    """Draw `count` examples, in their order; every n-th would be of one kind where the kinds alternate."""
    chosen = random.Random(_SEED).sample(range(len(examples)), min(count, len(examples)))
    return [examples[n] for n in sorted(chosen)]


def _page(example: Example) -> str:
    return example.belongs or example.title or " ".join(example.sentences)


def distinct_paragraphs(examples: Iterable[Example]) -> list[Paragraph]:
    """Return the examples' passages, each once."""
    return list(dict.fromkeys(e.paragraph for e in examples))


def holds_answer(example: Example, text: str) -> bool:
    """Say whether `text` holds one of the answer's wordings, so that it is no certain negative."""
    low = text.lower()
    return any(a.lower() in low for a in example.answers)


def window(example: Example, size: Sequence[int], limit: int, start: int) -> Example:
    """Cut the passage to the sentences from `start` on whose `size` (tokens each) fits into `limit`; at least one."""
    end, used = start, 0
    while end < len(size) and (end == start or used + size[end] <= limit):
        used += size[end]
        end += 1
    return replace(example, sentences=example.sentences[start:end], labels=example.labels[start:end])
