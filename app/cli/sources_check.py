"""`footnote sources check`: the pages of sources held against what is indexed of them, and what is quoted of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.asking_pages import DryRun, Ids, Yes, fetcher_of, may_go_on
from app.cli.options import Corpus, Home, Json, corpus_settings
from app.cli.output import console, say, say_json
from app.outside import whole_characters

if TYPE_CHECKING:
    from app.pages.check import Checked
    from app.pages.kept import Keeping
    from app.pages.originals import Plan
    from app.settings import Settings
    from index.storage.generation import Generation


_OF_KEPT = {"bundles", "notes"}  # what JSON tells of where quotations are kept


def check(
    source_ids: Ids = None,
    bundle: Annotated[
        list[Path] | None,
        typer.Option(help="Also check the quotations of this bundle. Repeatable."),
    ] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="Fetch no page: compare the notes with their originals.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    corpus: Corpus = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """See whether pages have changed since their text was indexed, by passage, and which quotations that affects.

    The quotations are those in readers' feedback and in evidence bundles. Bundles are found in the current folder, in
    the one that holds --home, and in the folders directly inside them; name others with --bundle. The index stays as it
    is; what is found, and when, is recorded. Exit code 1 if a page differs or cannot be fetched.

    With --notes, no page is fetched: each sentence of a note is compared with its original in the index, and the exit
    code is 1 if one is not borne out.
    """
    loaded = corpus_settings(corpus, home)
    ids = [whole_characters(i) for i in source_ids or ()]
    if notes:
        from app.cli.sources_notes import check_notes

        check_notes(loaded, ids, as_json=as_json)
    else:
        _check_pages(loaded, ids, bundle or (), yes=yes, dry_run=dry_run, as_json=as_json)


def _check_pages(
    loaded: Settings, ids: Sequence[str], bundles: Sequence[Path], *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Print what became of the pages of sources. Raises Exit with code 1 if one differs or cannot be had."""
    from app.cli.page_words import print_left_out
    from app.pages.check import left_out, plan_check
    from app.pages.kept import kept_quotations
    from index.fetched.store import read_pages
    from index.storage.generation import open_current

    kept = kept_quotations(loaded.home, bundles)
    with closing(open_current(loaded.index)) as generation:
        for i in ids:
            generation.source(i)
        plan = plan_check(generation.sources(), read_pages(loaded.home), ids)
        if not as_json:
            _say_kept(kept)
        if not may_go_on(plan, "check", yes=yes, dry_run=dry_run, as_json=as_json):
            return
        found = _checked(loaded, generation, plan, kept, quiet=as_json) if plan.wanted else []
        out = list(left_out(kept.quotations, generation.sources(), found, ids))
    if as_json:
        pages = {"pages": [c.model_dump() for c in found], "skipped": [s.model_dump() for s in plan.skipped]}
        say_json({**pages, "quotations_left_out": [k.model_dump() for k in out], **kept.model_dump(include=_OF_KEPT)})
    else:
        print_left_out(console(), out)
    if any(c.state != "unchanged" for c in found):
        raise typer.Exit(1)


def _say_kept(kept: Keeping) -> None:
    """Say whose quotations are checked, and what is amiss with where they are kept."""
    for note in kept.notes:
        say(f"footnote: {note}", err=True)
    if kept.quotations:
        bundles = f"; bundles: {', '.join(kept.bundles)}" if kept.bundles else ""
        say(f"Kept quotations to check: {len(kept.quotations)}{bundles}")


def _checked(loaded: Settings, generation: Generation, plan: Plan, kept: Keeping, *, quiet: bool) -> list[Checked]:
    """Ask for the pages that are planned, and print of each what is found."""
    from app.cli.page_words import print_checked
    from app.pages.check import Checker
    from index.fetched.store import changing_pages

    found: list[Checked] = []
    with changing_pages(loaded.home) as store:
        checker = Checker(fetcher_of(loaded), store, kept.quotations)
        for wanted in plan.wanted:
            found.append(checker.check(generation.source(wanted.about), generation.passages_of(wanted.about)))
            if not quiet:
                print_checked(console(), found[-1])
    return found
