"""`footnote sources fetch`: the originals behind notes, fetched into the home and indexed; or removed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.asking_pages import DryRun, Ids, Yes, fetcher_of, may_go_on
from app.cli.index import built
from app.cli.options import Corpus, Home, Json, corpus_settings
from app.cli.output import say, say_json
from app.outside import whole_characters
from index.errors import UsageError

if TYPE_CHECKING:
    from app.pages.originals import Outcome, Plan
    from app.settings import Settings
    from index.build.progress import BuildReport
    from index.fetched.store import PageStore
    from index.source import SourceFacts


def fetch(
    source_ids: Ids = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Fetch nothing: remove the originals of these sources from the index.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    corpus: Corpus = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Fetch the originals behind notes, keep them in a private folder of --home, and index them beside their notes.

    Answers then quote the original, with the note beside it as our summary. A page that is not the text that its note
    names (a paywall, a page that is gone, another page) is recorded with the reason and not indexed. Pages are fetched
    one by one, as robots.txt allows, at most one a second from each host. Exit code 1 if none could be fetched.
    """
    from app.pages.originals import plan_originals
    from index.build.status import has_other_originals
    from index.fetched.store import read_pages
    from index.storage.generation import open_current

    loaded = corpus_settings(corpus, home)
    ids = [whole_characters(i) for i in source_ids or ()]
    if forget:
        _forget(loaded, ids, quiet=as_json)
        return
    with closing(open_current(loaded.index)) as generation:
        sources = generation.sources()
        for i in ids:
            generation.source(i)
        known, manifest = {s.id: s.facts for s in sources}, generation.manifest
    plan = plan_originals(sources, read_pages(loaded.home), ids)
    if not may_go_on(plan, "fetch", yes=yes, dry_run=dry_run, as_json=as_json):
        return
    outcomes = _fetched(loaded, plan, known, quiet=as_json) if plan.wanted else []
    is_new = any(o.state == "fetched" for o in outcomes) or has_other_originals(loaded.index, manifest)
    report = _build(loaded, quiet=as_json) if is_new else None
    if as_json:
        pages = {"pages": [o.model_dump() for o in outcomes], "skipped": [s.model_dump() for s in plan.skipped]}
        say_json({**pages, "index": report.model_dump() if report else None})
    elif report:
        say(built(report))
        say("To see whether they bear out what the notes say, run: footnote sources check --notes")
    if outcomes and all(o.state == "failed" for o in outcomes):
        raise typer.Exit(1)


def _fetched(loaded: Settings, plan: Plan, known: Mapping[str, SourceFacts], *, quiet: bool) -> list[Outcome]:
    """Fetch what is planned, and say of each page what came of it."""
    from app.pages.originals import fetch_originals
    from index.fetched.store import changing_pages

    outcomes: list[Outcome] = []
    with changing_pages(loaded.home) as store:
        for n, outcome in enumerate(fetch_originals(plan, known, fetcher_of(loaded), store), 1):
            outcomes.append(outcome)
            if not quiet:
                say(f"{n}/{len(plan.wanted)} {_outcome_words(outcome)}")
    return outcomes


def _forget(loaded: Settings, ids: Sequence[str], *, quiet: bool) -> None:
    from index.fetched.store import changing_pages

    if not ids:
        raise UsageError("name the sources whose originals are to be removed")
    with changing_pages(loaded.home) as store:
        found = {i: _original(loaded, store, i) for i in ids}
        missing = next((i for i in ids if not found[i]), None)
        if missing is not None:
            raise UsageError(f"no original of '{missing}' is kept; `footnote sources list` has the ids")
        for i in ids:
            store.forget(i)
    forgotten = list(dict.fromkeys(found.values()))
    report = _build(loaded, quiet=quiet)
    if quiet:
        say_json({"forgotten": forgotten, "index": report.model_dump()})
        return
    for original in forgotten:
        say(f"Removed {original}.")
    say(built(report))


def _original(loaded: Settings, store: PageStore, source_id: str) -> str:
    """Return the id of an original, named by it or its note's, that is kept or that the index alone has; '' if none."""
    page = store.find(source_id)
    if page and page.file:
        return page.original
    from index.fetched.sources import is_original
    from index.storage.generation import open_current

    with closing(open_current(loaded.index)) as generation:
        known = {s.id: s for s in generation.sources()}
    note = known.get(source_id)
    found = known.get(note.original or note.id) if note else None
    if found is None or not is_original(found.file):
        return ""
    page = store.find(found.id)  # of another note on this address
    return "" if page and page.file else found.id


def _build(loaded: Settings, *, quiet: bool) -> BuildReport:
    from app.cli.progress import ConsoleProgress
    from index.build.build import build

    with ConsoleProgress(quiet=quiet) as progress:
        return build(loaded.index, progress=progress)


def _outcome_words(outcome: Outcome) -> str:
    if outcome.state == "fetched":
        return f"{outcome.about}: {outcome.characters:,} characters, indexed as {outcome.original}"
    if outcome.state == "unchanged":
        return f"{outcome.about}: has not changed"
    kept = f"; {outcome.original} stays as it was fetched before" if outcome.original else ""
    return f"{outcome.about}: {outcome.why}: {outcome.reason}{kept}"
