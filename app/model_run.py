"""What a language model had to do with an answer: the evidence of it."""

from __future__ import annotations

from enum import StrEnum

from index.records import Record


class Purpose(StrEnum):
    """What a language model is asked for."""

    ANSWER = "answer"
    REWRITE = "rewrite"  # a follow-up as a question that stands alone
    TRANSLATE = "translate"  # a question for the search
    QUOTATIONS = "quotations"  # what an answer quotes, for a reader of another language


class ModelCall(Record):
    """One request to a language model. `part`: the place in `Answer.parts` of the question that it answers.

    `prompt_sha256`: of the messages as `app.llm.prompt.digest` joins them. `reply`: as it came, whole or as far as it
    came. Tokens are None where the server does not count them. `first_ms`: until the first token, None without one.
    """

    purpose: Purpose = Purpose.ANSWER
    part: int = 0
    prompt_sha256: str
    reply: str = ""
    prompt_tokens: int | None = None
    reply_tokens: int | None = None
    first_ms: float | None = None
    total_ms: float = 0.0


class ModelRun(Record):
    """What a language model was asked and what it replied. `name`: the model's, as its server knows it.

    `failure`: why the answer is not in its words (`app.llm.failure.Reason`), '' where it is. `wait`: the seconds that
    a busy server wants to be left alone, 0 if it names none. `checker`: what has labelled its statements
    (`app.support.check.Checker.name`), '' where there were none to label.
    """

    name: str
    calls: tuple[ModelCall, ...] = ()
    failure: str = ""
    wait: int = 0
    checker: str = ""


class Translation(Record):
    """A machine translation of the quotation `number`."""

    number: int
    text: str


class Translations(Record):
    """Machine translations of what an answer quotes: no source's words, and no part of the proof.

    `language`: the question's (ISO 639-1); `model`: what made them. `texts`: those that came, maybe not of all
    quotations. `failure`, `wait`: why there are no more, as in `ModelRun`; '' where nothing went wrong.
    """

    language: str
    model: str
    texts: tuple[Translation, ...] = ()
    failure: str = ""
    wait: int = 0

    def of(self, number: int) -> str:
        """Return the translation of a quotation; '' if there is none."""
        return next((t.text for t in self.texts if t.number == number), "")
