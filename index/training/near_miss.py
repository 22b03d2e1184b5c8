"""Questions that their paragraph does not answer, though it shares page, names and words with them.

A model that has seen only answerable questions takes shared names for an answer. These are made from answerable
ones, in the manner of the unanswerable questions of SQuAD 2.0 (Rajpurkar, Jia and Liang, 2018, table 1: negation,
antonym, entity swap, mutual exclusion, impossible condition) but by rule:

    drop_answer        the paragraph loses its answering sentence
    swap_paragraph     the question is put to another paragraph, a near one without the answer
    edit_question      one figure, name or telling word of the question becomes another
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from index.training.data import Example, Paragraph, holds_answer

_FIGURE = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]+(?:\s+(?:of\s+|the\s+)?[A-Z][\w'’-]+)*")
_OPPOSITES = """
before after|first last|first second|second third|earliest latest|oldest youngest|largest smallest|biggest smallest|
highest lowest|longest shortest|most least|more fewer|more less|maximum minimum|best worst|majority minority|
north south|northern southern|east west|eastern western|above below|inside outside|left right|upper lower|
increase decrease|increased decreased|rise fall|rose fell|grow shrink|grew shrank|gain lose|gained lost|win lose|
won lost|victory defeat|buy sell|bought sold|open close|opened closed|begin end|began ended|start end|started ended|
start stop|started stopped|born died|birth death|enter leave|entered left|join leave|joined left|arrive leave|
arrived left|allow forbid|allowed forbidden|permitted banned|legal illegal|support oppose|supported opposed|
accept reject|accepted rejected|approve reject|approved rejected|agree disagree|love hate|attack defend|
attacked defended|public private|male female|men women|man woman|boys girls|father mother|son daughter|
brother sister|husband wife|king queen|young old|new old|early late|rich poor|urban rural|hot cold|
positive negative|strong weak|hard soft|fast slow|light heavy|internal external|domestic foreign|major minor|
ancient modern|civilian military|import export|imports exports|summer winter|spring autumn|day night|
morning evening|monday friday|january june|february august|march september|april october|
july december|causes prevents|caused prevented|helped hindered|hired fired|appointed dismissed|built destroyed|
created destroyed|founded dissolved|invented copied|discovered lost|common rare|popular unpopular|known unknown|
advantage disadvantage|benefit harm|success failure|peace war|friend enemy|ally enemy|student teacher|
employer employee|writer reader|red blue|black white|green yellow|air water|land sea|city village
"""
_OTHER: dict[str, list[str]] = {}
for _one, _other in (pair.split() for pair in _OPPOSITES.replace("\n", "").split("|")):
    _OTHER.setdefault(_one, []).append(_other)
    _OTHER.setdefault(_other, []).append(_one)
_VERB = re.compile(r"\b(is|are|was|were|did|does|do|has|have|had|can|could|will|would|should)\b(?! not)", re.IGNORECASE)


def drop_answer(example: Example) -> Example | None:
    """Drop the answering sentences; None if the rest is empty or still holds the answer."""
    kept = tuple(s for s, answers in zip(example.sentences, example.labels, strict=True) if not answers)
    if not kept or holds_answer(example, " ".join(kept)):
        return None
    return replace(example, sentences=kept, labels=(False,) * len(kept))


def swap_paragraph(example: Example, others: Sequence[Paragraph], rng: random.Random) -> Example | None:
    """Put another paragraph in place of its own: one of `others` (nearest first), the nearer the likelier.

    None where all of them hold the answer.
    """
    usable = [p for p in others if p != example.paragraph and not holds_answer(example, " ".join(p[1]))]
    if not usable:
        return None
    title, sentences = usable[min(int(rng.expovariate(0.5)), len(usable) - 1)]
    return replace(example, title=title, sentences=sentences, labels=(False,) * len(sentences))


def edit_question(example: Example, names: Sequence[str], rng: random.Random) -> Example | None:
    """Change one figure, name or telling word of the question; `names`: names to put in.

    None where nothing can be changed, or where the answering sentence already has the new words.
    """
    ways: list[Callable[[], str | None]] = [
        lambda: _other_figure(example, rng),
        lambda: _other_name(example, names, rng),
        lambda: _opposite(example.question, rng),
        lambda: _opposite(example.question, rng),
        lambda: _negated(example.question, rng),
    ]
    rng.shuffle(ways)
    for way in ways:
        question = way()
        if question is not None and question != example.question:
            return replace(example, question=question, labels=(False,) * len(example.labels))
    return None


def _answering(example: Example) -> str:
    return " ".join(s for s, answers in zip(example.sentences, example.labels, strict=True) if answers)


def _swap(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _other_figure(example: Example, rng: random.Random) -> str | None:
    found = list(_FIGURE.finditer(example.question))
    if not found:
        return None
    match = rng.choice(found)
    old = match.group()
    around = [f for f in _FIGURE.findall(" ".join(example.sentences)) if len(f) == len(old) and f != old]
    if around and rng.random() < 0.5:
        new = rng.choice(around)
    else:
        value = int(re.sub(r"\D", "", old.split(".")[0]) or 0)
        step = rng.randint(1, 12) if value > 20 else rng.randint(1, 3)
        new = str(value + step if value <= step or rng.random() < 0.5 else value - step)
    return None if new in _answering(example) else _swap(example.question, match.start(), match.end(), new)


def _other_name(example: Example, names: Sequence[str], rng: random.Random) -> str | None:
    """Replace a name that question and paragraph share by another of the same number of words."""
    text = " ".join(example.sentences)
    low = example.question.lower()
    inside = set(_NAME.findall(text))
    shared = [n for n in inside if len(n) > 3 and re.search(rf"\b{re.escape(n.lower())}\b", low)]
    if not shared:
        return None
    old = rng.choice(sorted(shared))
    answering = _answering(example)
    near = sorted(inside) if rng.random() < 0.5 else list(names)
    fitting = [
        n
        for n in near
        if len(n.split()) == len(old.split()) and n.lower() not in low and n not in answering and n != old
    ]
    if not fitting:
        return None
    new = rng.choice(fitting)
    start = low.index(old.lower())
    return _swap(example.question, start, start + len(old), new)


def _opposite(question: str, rng: random.Random) -> str | None:
    found = [m for m in re.finditer(r"\w+", question) if m.group().lower() in _OTHER]
    if not found:
        return None
    match = rng.choice(found)
    return _swap(question, match.start(), match.end(), rng.choice(_OTHER[match.group().lower()]))


def _negated(question: str, rng: random.Random) -> str | None:
    found = _VERB.search(question)
    if found is None or rng.random() < 0.7:
        return None
    return _swap(question, found.end(), found.end(), " not")


def names_of(sentences: Sequence[str]) -> list[str]:
    """Return the names (capitalised words inside a sentence) of a text, each once."""
    return list(dict.fromkeys(n for n in _NAME.findall(" ".join(sentences)) if len(n) > 3))
