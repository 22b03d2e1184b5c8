"""A language model's answer: asked with what the search found, and given out statement by statement as it is proved."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from app.answer.compose import Draft
from app.events import Writing
from app.llm import prompt as prompts
from app.llm.asked import is_told, passages_of, told
from app.llm.checking import Checking
from app.llm.client import Model
from app.llm.failure import ModelFailure, Reason
from app.llm.ground import ground
from app.llm.prompt import MOST, Prompt
from app.llm.protocol import Asked, Translating, Written
from app.llm.reply import Claim, Reply, one_line
from app.llm.talk import Talk
from app.llm.translate import translate
from app.model_run import ModelCall, ModelRun, Purpose
from app.records import DOUBTED, RESTING, WRITTEN_BY, AnswerQuote, Turn
from index.errors import ModelError
from index.passage import Passage
from index.source import Source

_SHORT = 120  # tokens of a question
_LONGEST = 500  # characters of a question


class Generated:
    """One answer in a model's words. `doubted`: show what no quotation bears out, behind the rest."""

    def __init__(self, model: Model, *, doubted: bool, checking: Checking, calls: Sequence[ModelCall] = ()) -> None:
        self._model, self._doubted, self._checking = model, doubted, checking
        self._calls = list(calls)
        self._checker = ""
        self._deadline: float | None = None

    @property
    def name(self) -> str:
        return f"{WRITTEN_BY}{self._model.shown}"

    @property
    def run(self) -> ModelRun:
        return ModelRun(name=self._model.shown, calls=tuple(self._calls), checker=self._checker)

    def write(self, asked: Asked) -> Written:
        """Yield each statement once its words are found; those that are doubted come last, if at all."""
        if not is_told(asked):
            yield from asked.found.drafts
            return
        for made in self.tell(told(asked), passages_of(asked), asked.sources, asked.part):
            yield replace(made, part=asked.part) if isinstance(made, Draft) else made

    def tell(self, question: str, passages: Sequence[Passage], sources: Mapping[str, Source], part: int = 0) -> Written:
        """Yield what the model says of `passages`, as `write` does. Raises ModelFailure."""
        self._model.warm()
        self._deadline = self._deadline or time.monotonic() + self._model.limits.whole
        ask = partial(self._asked_once, question, passages, sources, part)
        try:
            yield from self._in_its_words(ask)
        except ModelFailure as failure:
            raise failure.told(self.run) from failure
        except ModelError as error:
            raise ModelFailure(Reason.CHECKER).told(self.run) from error

    def _in_its_words(self, ask: Callable[[bool], Written]) -> Written:
        """Ask, and again for less as long as the server refuses how it is asked."""
        rich = self._model.takes_schema
        try:
            yield from ask(rich > 0)
            return
        except ModelFailure as failure:
            if failure.reason is not Reason.FORMAT or not self._model.plainly(rich):
                raise
        yield from self._in_its_words(ask)

    def _asked_once(
        self, question: str, passages: Sequence[Passage], sources: Mapping[str, Source], part: int, schema: bool
    ) -> Written:
        limits = self._model.limits
        room = limits.window - limits.tokens
        prompt = prompts.for_answer(question, passages, sources, as_json=schema, room=room)
        talk = Talk(self._model, prompt, Purpose.ANSWER, part, limits.tokens, self._deadline or 0.0)
        reply, seen = Reply(), set[Draft]()
        held: list[Draft] = []
        try:
            with closing(_claims(talk, reply, schema)) as claims:
                for said in claims:
                    if isinstance(said, Writing):
                        yield said
                        continue
                    draft = ground(said, prompt.passages, sources, self._checking)
                    self._checker = self._checking.name if draft.support in RESTING else self._checker
                    if draft not in seen and draft.support not in DOUBTED:
                        yield draft
                    held += [draft] if draft not in seen and draft.support in DOUBTED else []
                    seen.add(draft)
                    if len(seen) >= MOST:
                        break
                else:
                    talk.check_end(reply.whole)
            _check_worth(seen, held, reply)
        finally:
            self._calls.append(talk.call())
        if self._doubted:
            yield from sorted(held, key=lambda draft: DOUBTED.index(draft.support))


def _claims(talk: Talk, reply: Reply, schema: bool) -> Generator[Claim | Writing]:
    with closing(talk.pieces(schema=schema)) as pieces:
        for piece in pieces:
            if isinstance(piece, Writing):
                yield piece
                continue
            yield from reply.feed(piece)
            if reply.whole:
                talk.hurry()  # some models never stop talking behind their JSON
                deque(pieces, maxlen=0)
                return
    yield from reply.close()


def _check_worth(seen: set[Draft], held: Sequence[Draft], reply: Reply) -> None:
    """Raise ModelFailure for a reply from which nothing can be shown as proved."""
    if reply.broken and len(seen) < MOST:
        raise ModelFailure(Reason.INVALID)
    if not seen:
        raise ModelFailure(Reason.DECLINED if reply.refused or reply.whole else Reason.EMPTY)
    if len(held) == len(seen):
        raise ModelFailure(Reason.UNPROVED)


class LanguageModel:
    """The engine of a model that is set up (`app.llm.protocol.Engine`)."""

    def __init__(self, model: Model, *, doubted: bool = True, checking: Checking | None = None) -> None:
        self._model, self._doubted, self._checking = model, doubted, checking or Checking()

    @property
    def name(self) -> str:
        return self._model.shown

    def answering(self, calls: Sequence[ModelCall] = ()) -> Generated:
        return Generated(self._model, doubted=self._doubted, checking=self._checking, calls=calls)

    def standalone(self, question: str, history: Sequence[Turn]) -> tuple[str | None, ModelCall]:
        room = self._model.limits.window - _SHORT
        return self._line(prompts.for_rewrite(question, history, room), Purpose.REWRITE)

    def english(self, question: str, history: Sequence[Turn]) -> tuple[str | None, ModelCall]:
        room = self._model.limits.window - _SHORT
        rewritten = prompts.for_rewrite(question, history, room, english=True)
        return self._line(rewritten if history else prompts.for_translation(question), Purpose.TRANSLATE)

    def translate(self, quotes: Sequence[AnswerQuote], language: str) -> Translating:
        return translate(self._model, quotes, language)

    def warm(self) -> None:
        self._model.warm()

    def _line(self, prompt: Prompt, purpose: Purpose) -> tuple[str | None, ModelCall]:
        """Ask for one line."""
        self._model.warm()
        rich = self._model.takes_schema
        deadline = time.monotonic() + self._model.limits.whole
        talk = Talk(self._model, prompt, purpose, 0, _SHORT, deadline)
        try:
            said = "".join(p for p in talk.pieces() if isinstance(p, str))
        except ModelFailure as failure:
            if failure.reason is Reason.FORMAT and self._model.plainly(rich):
                return self._line(prompt, purpose)
            raise failure.told(ModelRun(name=self._model.shown, calls=(talk.call(),))) from failure
        line = one_line(said)
        return (line if 2 < len(line) <= _LONGEST else None), talk.call()
