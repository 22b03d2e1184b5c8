"""Which quotations of an answer are in another language than its question, and the answer with them translated.

A translation stands beside its quotation and never in its place: it is marked as a machine's, and nothing is proved
with it. Needs no llama-index.
"""

from __future__ import annotations

from app.llm.failure import Reason
from app.model_run import ModelCall, ModelRun, Translations
from app.question.language import detect, is_plainly_english
from app.records import RESTING, WRITTEN, Answer, AnswerQuote, Support

# The model could be asked, and failed at the answer: it may manage a translation all the same.
_TRIED = frozenset({"", Reason.DECLINED, Reason.UNPROVED, Reason.INVALID, Reason.EMPTY, Reason.RAMBLING})


def foreign(answer: Answer) -> tuple[str, tuple[AnswerQuote, ...]]:
    """Return the language of the question (ISO 639-1), and the quotations in another one; '' if it cannot be told."""
    quoting = [s for s in answer.statements if s.support is Support.QUOTED or s.support in RESTING]
    if not quoting or (answer.model is not None and answer.model.failure not in _TRIED):
        return "", ()
    written = " ".join(s.text for s in answer.statements if s.support in WRITTEN)
    language = _language(answer.question) or _language(written)  # the answer takes the question's
    quotes = dict.fromkeys(q for s in quoting for q in s.quotes)
    facts = {s.id: s.facts for s in answer.sources}
    others = [q for q in quotes if facts[q.source_id].language.split("-")[0] != language]
    return language, tuple(others) if language else ()


def _language(text: str) -> str:
    if text.isascii() and is_plainly_english(text):
        return "en"  # needs no detector
    found = detect(text)
    return found.code if found is not None else ""


def with_translations(answer: Answer, made: Translations, call: ModelCall | None) -> Answer:
    """Return `answer` with its translations, and with the request in the evidence of it."""
    run = answer.model or ModelRun(name=made.model)
    ms = call.total_ms if call else 0.0
    timings = answer.timings_ms | {"translate": ms, "total": round(answer.timings_ms.get("total", 0.0) + ms, 1)}
    run = run.model_copy(update={"calls": (*run.calls, *([call] if call else []))})
    return answer.model_copy(update={"translations": made, "model": run, "timings_ms": timings})
