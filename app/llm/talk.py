"""One request to a language model: its reply in pieces, signs of life between them, limits kept, the evidence kept."""

from __future__ import annotations

import queue
import time
from collections.abc import Generator

from app.events import Writing
from app.llm import prompt as prompts
from app.llm.client import Model
from app.llm.failure import ModelFailure, Reason
from app.llm.prompt import Prompt
from app.llm.reading import Piece, Reading
from app.model_run import ModelCall, Purpose

_BEAT = 0.5  # seconds between two signs of life
_MOMENT = 0.5  # seconds
_LETTERS_A_TOKEN = 8  # no vocabulary has longer ones on average: more is a server that does not keep to the limit


class Talk:
    """One request. Keeps what the evidence of it needs; raises ModelFailure for whatever goes wrong."""

    def __init__(self, model: Model, prompt: Prompt, purpose: Purpose, part: int, tokens: int, deadline: float) -> None:
        self._model, self._prompt, self._purpose, self._part = model, prompt, purpose, part
        self._tokens, self._deadline = tokens, deadline
        self._begun = time.monotonic()
        self._first: float | None = None
        self._said: list[str] = []
        self._length = 0
        self._usage: tuple[int | None, int | None] = (None, None)
        self._finish: str | None = None
        self._done = False

    def call(self) -> ModelCall:
        """Return what is known of the request so far."""
        return ModelCall(
            purpose=self._purpose,
            part=self._part,
            prompt_sha256=prompts.digest(self._prompt.messages),
            reply="".join(self._said),
            prompt_tokens=self._usage[0],
            reply_tokens=self._usage[1],
            first_ms=None if self._first is None else round((self._first - self._begun) * 1000, 1),
            total_ms=round((time.monotonic() - self._begun) * 1000, 1),
        )

    def pieces(self, *, schema: bool = False) -> Generator[str | Writing]:
        """Yield the text as it comes, and signs of life between."""
        reading = self._model.ask(self._prompt.messages, self._tokens, schema=schema)
        beat = self._begun + _BEAT
        try:
            while (piece := self._next(reading, beat)) is not None:
                if piece.text:
                    yield piece.text
                if (now := time.monotonic()) >= beat:
                    beat = now + _BEAT
                    yield Writing(seconds=round(now - self._begun, 1), tokens=len(self._said))
        finally:
            reading.leave()

    def hurry(self) -> None:
        """Take nothing more of the reply; wait a moment for the server's count of tokens."""
        self._done = True
        self._deadline = min(self._deadline, time.monotonic() + _MOMENT)

    def check_end(self, whole: bool) -> None:
        """Raise ModelFailure unless the model came to an end by itself. `whole`: its reply shows that it did."""
        if self._finish == "length":
            raise ModelFailure(Reason.RAMBLING)
        if self._model.ends and self._finish is None and not whole:
            raise ModelFailure(Reason.CUT if self._said else Reason.EMPTY)

    def _next(self, reading: Reading, beat: float) -> Piece | None:
        """Return the next piece, an empty one if none comes until `beat`, None at the end."""
        now = time.monotonic()
        started = self._first is not None
        end = self._deadline if started else min(self._deadline, self._begun + self._model.limits.first)
        if now >= end and self._done:
            return None
        if now >= end:
            raise ModelFailure(Reason.SLOW if started else Reason.SLOW_START)
        try:
            piece = reading.next(min(beat, end) - now)
        except queue.Empty:
            return Piece("")
        if piece is not None:
            self._keep(piece)
        return piece

    def _keep(self, piece: Piece) -> None:
        self._finish = piece.finish or self._finish
        self._usage = (piece.prompt_tokens or self._usage[0], piece.reply_tokens or self._usage[1])
        if not piece.text or self._done:
            return
        self._first = self._first or time.monotonic()
        self._said.append(piece.text)
        self._length += len(piece.text)
        if self._length > self._tokens * _LETTERS_A_TOKEN:
            raise ModelFailure(Reason.RAMBLING)
