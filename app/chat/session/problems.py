"""What went wrong, in words for a reader: what to do, and nothing of the machine. The log has the details."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from typing import TypeVar

from app.words.texts import Texts
from index.errors import DamagedIndexError, FootnoteError, NoIndexError, StaleIndexError

T = TypeVar("T")

_log = logging.getLogger(__name__)
# What ends a generator or the program. Anything else is said in words, even what is no Exception, as a panic of a
# library written in Rust: the page would wait for ever.
ENDINGS = (GeneratorExit, KeyboardInterrupt, SystemExit)
# An absolute path: not the inside of a word or an address.
_PATH = re.compile(r"(?<![\w/:.])(?:[A-Za-z]:)?(?:[\\/][\w.@+~ -]*[\w.@+~-]){2,}[\\/]?")


def attempt(make: Callable[[], T], texts: Texts) -> tuple[T | None, str]:
    """Return what `make` makes and '', or None and the words on why it failed."""
    try:
        return make(), ""
    except ENDINGS:
        raise
    except BaseException as error:  # noqa: BLE001 - the last stop before the browser: logged, and said in words
        return None, problem_words(error, texts)


def problem_words(error: BaseException, texts: Texts) -> str:
    """Say what a reader can do about `error`, without the machine's paths; log the details."""
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
            reference = secrets.token_hex(4)
            _log.error("unexpected error, reference %s", reference, exc_info=error)
            return texts.unexpected.format(reference=reference)


def without_paths(message: str) -> str:
    """Cut each absolute path in `message` to its last part."""
    return _PATH.sub(lambda m: re.split(r"[\\/]", m[0].rstrip("\\/"))[-1], message)
