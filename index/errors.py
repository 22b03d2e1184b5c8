"""Every error that Footnote raises on purpose; each message says what is wrong, where, and what to do.

    FootnoteError
    ├── UsageError               a wrong argument or setting (exit code 2)
    ├── CorpusError              a source file that cannot be read (exit code 2)
    ├── QuoteError               a quotation that does not stand where it says
    ├── UnknownSourceError       no source with this id in the index
    ├── ModelError               an embedding model that is missing, unproved or not the one named
    └── StoreError               the generated files
        ├── NoIndexError         nothing built yet
        ├── StaleIndexError      built with another model, splitter or version
        ├── DamagedIndexError    a file or count that does not match the manifest
        └── BuildLockedError     another build is running

Errors of other libraries are mapped to these where the library is called; `app.cli.main` turns them
into exit codes and `app.chat` into words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable


class FootnoteError(Exception):
    """Base of all errors raised on purpose. `exit_code` is what the command line returns."""

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


class ModelError(FootnoteError):
    pass


class StoreError(FootnoteError):
    pass


class NoIndexError(StoreError):
    pass


class StaleIndexError(StoreError):
    pass


class DamagedIndexError(StoreError):
    pass


class BuildLockedError(StoreError):
    pass


def in_plain_words(command: Callable[[], None]) -> None:
    """Run a command; one of these errors becomes one sentence on standard error and the exit code."""
    try:
        command()
    except FootnoteError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
