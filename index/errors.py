"""Every error that Footnote raises on purpose. A message says what is wrong, where, and what to do.

    FootnoteError
    ├── UsageError               a wrong argument or setting (exit code 2)
    ├── CorpusError              a source file that cannot be read (exit code 2)
    ├── QuoteError               a quotation that its source does not contain at that place
    ├── UnknownSourceError       no source with this id in the index (exit code 2)
    ├── FetchError               a page that is not fetched, and why (exit code 2)
    ├── ModelError               an embedding model that is missing, unproved or not the one named
    └── StoreError               the generated files
        ├── NoIndexError         nothing built yet
        ├── StaleIndexError      built with another model, splitter or version
        ├── DamagedIndexError    a file or count that does not match the manifest
        ├── NoRoomError          a disk that is full (exit code 2)
        └── BuildLockedError     another build is running

Errors of other libraries are mapped to these where the library is called; `app.cli.main` turns them
into exit codes and `app.chat` into words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable


class FootnoteError(Exception):
    """The base of all errors raised on purpose. `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(FootnoteError):
    exit_code = 2


class CorpusError(FootnoteError):
    """One line: file, field, what is wrong, what to do."""

    exit_code = 2


class QuoteError(FootnoteError):
    pass


class UnknownSourceError(FootnoteError):
    exit_code = 2


class FetchError(FootnoteError):
    """One line: which address, what is wrong, what to do. `why` names the kind of failure for programs."""

    exit_code = 2

    def __init__(self, message: str, why: str) -> None:
        super().__init__(message)
        self.why = why


class ModelError(FootnoteError):
    pass


class StoreError(FootnoteError):
    pass


class NoIndexError(StoreError):
    def __init__(self, message: str = "there is no index yet; run `footnote index build`") -> None:
        super().__init__(message)


class StaleIndexError(StoreError):
    pass


class DamagedIndexError(StoreError):
    """Takes what is damaged and adds the remedy, which is always the same."""

    def __init__(self, damage: str) -> None:
        super().__init__(f"{damage}; run `footnote index build --full`")


class NoRoomError(StoreError):
    exit_code = 2  # as for wrong input: the user has to put something right before it can be tried again


class BuildLockedError(StoreError):
    pass


def add_words(error: BaseException, words: str) -> None:
    """Let an error say more, such as what could not be undone after it."""
    if isinstance(error, FootnoteError):
        error.args = (f"{error}; {words}", *error.args[1:])
    else:
        error.add_note(words)


def is_panic(error: BaseException) -> bool:
    """Tell whether `error` is a panic of a library written in Rust, which is no Exception and has no public name."""
    return type(error).__name__ == "PanicException"


def in_plain_words(command: Callable[[], None]) -> None:
    """Run a command; print an error of this file in one line on standard error and exit with its code."""
    try:
        command()
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
