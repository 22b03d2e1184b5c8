"""What went wrong, in words for a reader: what to do, and nothing of the machine. The log says where, never what was
asked.
"""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from collections.abc import Callable
from typing import TypeVar

from app.words.texts import Texts
from index.errors import DamagedIndexError, FootnoteError, NoIndexError, StaleIndexError

T = TypeVar("T")

_log = logging.getLogger(__name__)
# A path from the root, a drive, somebody's home folder or the folder above; not the inside of a word or an address.
_PATH = re.compile(
    r"(?<![\w/:.])(?:file:(?://)?|[A-Za-z]:|~[\w.-]*|\.\.?)?[\\/]{1,2}(?=[\w.@+~%-])"
    r"(?:[\w.@+~% -]*[\w.@+~%-][\\/]+)*[\w.@+~% -]*[\w.@+~%-][\\/]?"
)
_MOST_CAUSES = 100  # lines
_VARIABLE = re.compile(r"\bFOOTNOTE_([A-Z_]+)\b")
# What ends a generator or the program. Anything else is said in words, even what is no Exception, as a panic of a
# library written in Rust: the page would wait for ever.
ENDINGS = (GeneratorExit, KeyboardInterrupt, SystemExit)


def attempt(make: Callable[[], T], texts: Texts) -> tuple[T | None, str]:
    """Return what `make` makes and '', or None and the words on why it failed."""
    try:
        return make(), ""
    except ENDINGS:
        raise
    except BaseException as error:  # noqa: BLE001 - the last stop before the browser: logged, and said in words
        return None, problem_words(error, texts)


def problem_words(error: BaseException, texts: Texts) -> str:
    """Say what a reader can do about `error`, without the machine's paths; log where it happened."""
    match error:
        case NoIndexError():
            return texts.no_index
        case StaleIndexError():
            return texts.stale_index
        case DamagedIndexError():
            _log.error("damaged index: %s", error)
            return texts.damaged_index
        case FootnoteError():
            _log.warning("%s: %s", type(error).__name__, error)
            return without_paths(str(error))
        case _:
            return texts.unexpected.format(reference=logged(error))


def logged(error: BaseException) -> str:
    """Log the kind of `error` and the way to it; return the reference that finds it there.

    Its message stays out: other libraries' messages repeat what they were given, which may be a question.
    """
    reference = secrets.token_hex(4)
    way: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(way) < _MOST_CAUSES:
        way.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        way += (f"  {f.filename}:{f.lineno} in {f.name}" for f in traceback.extract_tb(cause.__traceback__))
        cause = cause.__cause__ or cause.__context__
    _log.error("unexpected error, reference %s\n%s", reference, "\n".join(way))
    return reference


def without_paths(message: str) -> str:
    """Return `message` with settings for variables and the last part for each path that is not relative."""
    named = _VARIABLE.sub(lambda m: f"the setting '{m[1].lower()}'", message)
    return _PATH.sub(lambda m: re.split(r"[\\/]", m[0].rstrip("\\/"))[-1], named)
