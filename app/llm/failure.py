"""Why a language model did not answer. Every reason ends in the extractive answer and a line of words.

The line names neither address nor key: it is shown in a browser. `footnote doctor` tells the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from app.model_run import ModelRun
from index.errors import FootnoteError

_TOO_LONG = ("context", "too long", "maximum", "exceed")  # what servers say of a prompt that does not fit
_MORE = ("response_format", "json_schema", "stream_options")  # what is asked for beyond the plain interface
_HOUR = 3600  # seconds


class Reason(StrEnum):
    """What went wrong; the words for each are in app/words (`model_failures`)."""

    UNREACHABLE = "unreachable"  # no connection
    KEY = "key"  # 401, 403
    MISSING = "missing"  # the server has no such model, or no such page
    BUSY = "busy"  # 429
    FORMAT = "format"  # the server refuses how it is asked
    SERVER = "server"  # any other error that it reports
    WINDOW = "window"  # prompt and reply do not fit
    SLOW_START = "slow-start"  # no word within the limit
    SLOW = "slow"  # no end within the limit
    CUT = "cut"  # the reply breaks off
    EMPTY = "empty"
    INVALID = "invalid"  # begins as JSON and is none
    RAMBLING = "rambling"  # comes to no end
    DECLINED = "declined"  # the model says that the passages do not answer
    UNPROVED = "unproved"  # nothing that it says is borne out by words of a passage
    CHECKER = "checker"  # what checks its statements is damaged


class ModelFailure(FootnoteError):
    """A language model that did not answer. `run`: what was asked of it; `wait`: the seconds that it named."""

    def __init__(self, reason: Reason, wait: int = 0, run: ModelRun | None = None) -> None:
        super().__init__(f"the language model did not answer ({reason.value}); run `footnote doctor`")
        self.reason, self.wait, self.run = reason, wait, run

    def told(self, run: ModelRun) -> ModelFailure:
        """Return this failure as the end of `run`."""
        ended = run.model_copy(update={"failure": self.reason.value, "wait": self.wait})
        return ModelFailure(self.reason, self.wait, ended)


def of_error(error: Exception) -> ModelFailure:
    """Tell an error by its kind: those of the openai package have a status, those of httpx a name."""
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return _by_status(status, error)
    kinds = {k.__name__ for link in _chain(error) for k in type(link).__mro__}
    if kinds & {"ConnectTimeout", "ConnectError", "gaierror", "ConnectionRefusedError"}:
        return ModelFailure(Reason.UNREACHABLE)
    if kinds & {"TimeoutException", "APITimeoutError", "TimeoutError"}:
        return ModelFailure(Reason.SLOW)
    if kinds & {"RemoteProtocolError", "ReadError", "IncompleteRead", "ConnectionError", "JSONDecodeError"}:
        return ModelFailure(Reason.CUT)
    if "APIConnectionError" in kinds:
        return ModelFailure(Reason.UNREACHABLE)
    return ModelFailure(Reason.SERVER)


def _by_status(status: int, error: Exception) -> ModelFailure:
    if status in (401, 403):
        return ModelFailure(Reason.KEY)
    if status == 429:
        return ModelFailure(Reason.BUSY, wait=_retry_after(error))
    said = str(error).lower()
    if any(name in said for name in _MORE):  # llama-cpp-python refuses a schema with 500
        return ModelFailure(Reason.FORMAT)
    if status in (400, 413, 422) and any(words in said for words in _TOO_LONG):
        return ModelFailure(Reason.WINDOW)
    if status in (404, 405, 410) or (status == 400 and "model" in said and "not" in said and "found" in said):
        return ModelFailure(Reason.MISSING)
    return ModelFailure(Reason.FORMAT if status in (400, 415, 422) else Reason.SERVER)


def _retry_after(error: Exception) -> int:
    """Return the seconds of Retry-After (RFC 9110, 10.2.3), at most an hour; 0 where it names none."""
    value = getattr(getattr(error, "response", None), "headers", {}).get("retry-after", "")
    return min(int(value), _HOUR) if value.isdecimal() and len(value) < 9 else 0


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen = 0
    while error is not None and seen < 10:
        yield error
        error, seen = error.__cause__ or error.__context__, seen + 1
