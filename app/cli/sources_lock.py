"""`footnote sources lock` and `footnote sources verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Corpus, Home, Json, corpus_settings
from app.cli.output import counted, say, say_json, say_record


def lock(corpus: Corpus = None, home: Home = None, as_json: Json = False) -> None:
    """Write sources.lock into the corpus folder: what every source was when its passages were made.

    It names the address, SHA-256, date, licence, reader and passages of each. The same files give the same lock, byte
    for byte, on any machine with the same versions.
    """
    from app.sources.lock import lock_path, write_lock

    wanted = corpus_settings(corpus, home).index
    made = write_lock(wanted)
    if as_json:
        say_record(made)
        return
    unclear = sum(not source.licence for source in made.sources.values())
    say(f"Locked {counted(len(made.sources), 'source')} in {lock_path(wanted)}, fingerprint {made.fingerprint[:12]}.")
    if unclear:
        say(f"No licence or permission is noted for {unclear} of them; state it in front matter or a sidecar.")


def verify(
    path: Annotated[
        Path | None, typer.Argument(metavar="[LOCK]", help="The lock. Without it: sources.lock in the corpus folder.")
    ] = None,
    corpus: Corpus = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Compare files and index with a lock, and say line by line what differs. Exit code 1 if anything does."""
    from app.sources.lock import lock_path, read_lock
    from app.sources.lock import verify as differences

    wanted = corpus_settings(corpus, home).index
    locked = read_lock(path or lock_path(wanted))
    found = differences(wanted, locked)
    if as_json:
        say_json({"ok": not found, "differences": [one.model_dump() for one in found]})
    else:
        for one in found:
            say(str(one))
        if not found:
            say(f"As locked: {counted(len(locked.sources), 'source')}, fingerprint {locked.fingerprint[:12]}.")
    if found:
        raise typer.Exit(1)
