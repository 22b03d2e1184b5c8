"""`footnote sources check --notes`: the notes held against their originals, in the words of the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import typer

from app.cli.output import console, say, say_json

if TYPE_CHECKING:
    from app.notes import NoteChecked
    from app.render.console import SafeConsole
    from app.settings import Settings

# By `Backing`: what the terminal says, and how it looks.
_SAID = {
    "borne-out": ("borne out", "green"),
    "partly": ("the original says less", "yellow"),
    "contradicted": ("the original says otherwise", "red"),
    "not-found": ("not found in the original", "yellow"),
    "unclear": ("cannot be told", "dim"),
}
_UNREAD = "close to the original in words, and nothing found against it"  # 'borne out', where no model has read it
_ERRS = (
    "This check errs in both directions: a free paraphrase may be taken for missing, and a wrong one may pass. Read "
    "both texts."
)


def check_notes(loaded: Settings, ids: Sequence[str], *, as_json: bool) -> None:
    """Print what originals do with their notes. Raises Exit with code 1 if one does not bear a sentence out."""
    from app import notes as of_notes
    from app.answer.beside_original import installed_check
    from index.storage.generation import open_current

    check = installed_check()
    found: list[NoteChecked] = []
    with closing(open_current(loaded.index)) as generation:
        for i in ids:
            generation.source(i)
        notes, skipped = of_notes.plan_notes(generation.sources(), ids)
        if not as_json:
            for one in skipped:
                say(f"Left out {one.about}: {one.reason}.")
            if not notes and not skipped:
                say("No note has its original in the index; to fetch the originals, run: footnote sources fetch")
        for checked in of_notes.check_notes(generation, notes, check):
            found.append(checked)
            if not as_json:
                _print(console(), checked, is_read=check.is_reading)
    if as_json:
        say_json({"notes": [c.model_dump() for c in found], "skipped": [s.model_dump() for s in skipped]})
    elif found:
        say(_ERRS)
    if any(s.original.backing.is_against for c in found for s in c.sentences):
        raise typer.Exit(1)


def _print(console: SafeConsole, checked: NoteChecked, *, is_read: bool) -> None:
    """Print each sentence of a note with what its original does with it, and both texts."""
    from rich.text import Text

    from app.words.reasons import reason_words

    console.print(Text.assemble((checked.source_id, "cyan"), f", our summary of {checked.original}"))
    for sentence in checked.sentences:
        held = sentence.original
        said, style = _SAID[held.backing.value]
        said = _UNREAD if held.backing.value == "borne-out" and not is_read else said
        against = ", ".join(reason_words(r) for r in held.reasons) if held.backing.is_against else ""
        words = " ".join(sentence.words.split())
        console.print(Text.assemble("  ", (said, style), f": “{words}”", f" ({against})" if against else ""))
        if held.text:
            near = "the original" if held.backing.value not in ("not-found", "unclear") else "nearest in the original"
            place = f" · footnote show {held.source_id} --span {held.start}:{held.end}"
            console.print(Text.assemble(f"    {near}: “{' '.join(held.text.split())}”", (place, "dim")))
    counts = Counter(s.original.backing.value for s in checked.sentences)
    told = [f"{said}: {counts[name]}" for name, (said, _) in _SAID.items() if counts[name]]
    left = f"left out, since on the article or on the note itself: {checked.left_out}" if checked.left_out else ""
    console.print(Text(f"  {'; '.join(filter(None, (*told, left)))}", style="bold"))
