"""What readers thought of answers: one JSON object a line in `feedback.jsonl` under the home, only ever added to.

The file stays on this machine. Several servers and threads may write at once: each line is one locked append.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from app.outside import whole_characters
from app.records import Answer, AnswerQuote
from index.errors import UsageError
from index.files import FREE_SPACE, not_stored
from index.records import Record

FILE = "feedback.jsonl"
MAX_REASON = 2000  # characters; as long as a question may be


class Feedback(Record):
    """One verdict on one answer. `time`: ISO 8601, UTC. `quotes`: what the answer quoted, so that it can be found again
    although the answer itself is not kept."""

    time: str
    answer_id: str
    question: str
    verdict: Literal["up", "down"]
    reason: str = Field("", max_length=MAX_REASON)
    generation: str
    fingerprint: str
    quotes: tuple[AnswerQuote, ...] = ()

    @classmethod
    def of(
        cls, answer: Answer, verdict: Literal["up", "down"], reason: str = "", time: datetime | None = None
    ) -> Feedback:
        """Return a verdict on `answer`, given at `time` (default: now)."""
        when = (time or datetime.now(UTC)).astimezone(UTC)
        return cls(
            time=when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            answer_id=answer.id,
            question=answer.question,
            verdict=verdict,
            reason=reason.strip(),
            generation=answer.index.generation,
            fingerprint=answer.index.fingerprint,
            quotes=tuple({q.number: q for q in answer.quotes}.values()),
        )


def given(answer: Answer, verdict: object, reason: str) -> Feedback:
    """Return what a reader gave now. Raises UsageError for a verdict or a reason that cannot be kept."""
    if verdict != "up" and verdict != "down":
        raise UsageError("this feedback is neither 'up' (a good answer) nor 'down' (a bad one); use the thumbs")
    if len(reason) > MAX_REASON:
        raise UsageError(f"the reason has {len(reason)} characters; write at most {MAX_REASON}")
    return Feedback.of(answer, verdict, whole_characters(reason))


class FeedbackLog(Record):
    """The entries, newest first, and the numbers (from 1) of lines that cannot be read."""

    entries: tuple[Feedback, ...]
    unreadable: tuple[int, ...]


def record(home: Path, entry: Feedback) -> None:
    """Add `entry` to the file. Raises StoreError if it cannot be written whole; then nothing is added."""
    line = entry.model_dump_json().encode("utf-8") + b"\n"
    with _errors("keeping the feedback"):
        home.mkdir(parents=True, exist_ok=True)
        fd = os.open(home / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)  # questions are nobody else's business
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            _append(fd, line)
        finally:
            os.close(fd)  # and with it the lock


def _append(fd: int, line: bytes) -> None:
    size = os.fstat(fd).st_size
    if size and os.pread(fd, 1, size - 1) != b"\n":
        line = b"\n" + line  # a writer died in mid-line: its line is lost, this one is not
    try:
        written = os.write(fd, line)
        if written != len(line):
            raise OSError(0, "the disk took only a part of it")
        os.fsync(fd)
    except OSError:
        os.ftruncate(fd, size)
        raise


def read(home: Path) -> FeedbackLog:
    """Return everything in the file, or an empty log without one. Raises StoreError if it cannot be read."""
    path = home / FILE
    with _errors("reading the feedback"):
        if not path.exists():
            return FeedbackLog(entries=(), unreadable=())
        lines = path.read_bytes().split(b"\n")
    entries, unreadable = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entries.append(Feedback.model_validate_json(line))
        except ValidationError:
            unreadable.append(number)
    newest_first = sorted(enumerate(entries), key=lambda e: (e[1].time, e[0]), reverse=True)
    return FeedbackLog(entries=tuple(e for _, e in newest_first), unreadable=tuple(unreadable))


@contextmanager
def _errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise not_stored(f"{what}: {error.strerror or error} ({FILE}); {FREE_SPACE}", error) from error
