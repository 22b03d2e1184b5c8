"""Quotations translated by a language model, in one request, once the answer is there."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app.events import Writing
from app.llm import prompt as prompts
from app.llm.client import Model
from app.llm.failure import ModelFailure, Reason
from app.llm.protocol import Translating
from app.llm.reply import numbered
from app.llm.talk import Talk
from app.model_run import Purpose, Translation, Translations
from app.records import AnswerQuote
from app.words.describe import language_words

_LONGER = 4  # times as long as the original is no translation


def translate(model: Model, quotes: Sequence[AnswerQuote], language: str) -> Translating:
    """Translate as many of `quotes` as fit into one request and its reply, the first ones first."""
    model.warm()
    rich = model.takes_schema
    made, call = yield from _once(model, quotes, language)
    if made.failure == Reason.FORMAT and model.plainly(rich):
        return (yield from translate(model, quotes, language))
    return made, call


def _once(model: Model, quotes: Sequence[AnswerQuote], language: str) -> Translating:
    limits = model.limits
    name = language_words(language)
    try:
        prompt, count = prompts.for_quotations([q.text for q in quotes], name, limits.window, limits.tokens)
    except ModelFailure as failure:
        return _made(model, language, (), failure), None
    talk = Talk(model, prompt, Purpose.QUOTATIONS, 0, limits.tokens, time.monotonic() + limits.whole)
    said: list[str] = []
    failed: ModelFailure | None = None
    try:
        for piece in talk.pieces():
            if isinstance(piece, Writing):
                yield piece
            else:
                said.append(piece)
        talk.check_end(whole=False)
    except ModelFailure as failure:
        failed = failure
    reply = "".join(said) if failed is None else "".join(said).rpartition("\n")[0]  # a line that broke off is none
    texts = _read(reply, quotes[:count])
    if not texts and failed is None:
        failed = ModelFailure(Reason.INVALID)
    return _made(model, language, texts, failed), talk.call()


def _made(model: Model, language: str, texts: tuple[Translation, ...], failed: ModelFailure | None) -> Translations:
    why = {"failure": failed.reason.value, "wait": failed.wait} if failed else {}
    return Translations(language=language, model=model.shown, texts=texts, **why)


def _read(reply: str, quotes: Sequence[AnswerQuote]) -> tuple[Translation, ...]:
    """Return what is a translation of a quotation: not its own words once more, and not much longer."""
    found: dict[int, str] = {}
    for place, words in numbered(reply):
        original = quotes[place - 1].text if 0 < place <= len(quotes) else ""
        same = words.casefold().split() == original.casefold().split()
        if len(words) <= _LONGER * len(original) and not same:
            found.setdefault(quotes[place - 1].number, words)
    return tuple(Translation(number=n, text=words) for n, words in found.items())
