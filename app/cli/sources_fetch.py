"""`footnote sources fetch` and `footnote sources check`, and the pages of `footnote sources add`.

Each says what it asks for, and of whom. `footnote new` and the browser's sources panel reach the network too.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.index import built
from app.cli.options import Corpus, Home, Json, corpus_settings
from app.cli.output import console, say, say_json
from app.outside import whole_characters
from index.errors import StoreError, UsageError

if TYPE_CHECKING:
    from app.fetch.fetcher import Fetcher
    from app.pages.add import Download
    from app.pages.check import Checked
    from app.pages.originals import Outcome, Plan
    from app.settings import Settings
    from app.sources.add import Proposal
    from index.build.progress import BuildReport

_HOSTS = 20  # hosts that are named before anything is asked; --json names all

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Sources; all without one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be asked for, and ask for nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking you.")]


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

    Answers then quote the original; the note stands beside it as our summary. A page that is not the text that its note
    names (a paywall, a page that is gone, another page) is recorded with the reason and not indexed. Pages are asked
    for one by one, as robots.txt allows, at most once a second a host. Exit code 1 if none could be had.
    """
    from app.pages.originals import fetch_originals, plan_originals
    from index.fetched.store import changing_pages, read_pages
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
        known = {s.id: s.facts for s in sources}
    plan = plan_originals(sources, read_pages(loaded.home), ids)
    if not _may_go_on(plan, "fetch", yes=yes, dry_run=dry_run, as_json=as_json):
        return
    outcomes: list[Outcome] = []
    with changing_pages(loaded.home) as store:
        for n, outcome in enumerate(fetch_originals(plan, known, fetcher_of(loaded), store), 1):
            outcomes.append(outcome)
            if not as_json:
                say(f"{n}/{len(plan.wanted)} {_outcome_words(outcome)}")
    is_new = any(o.state == "fetched" or (o.state == "unchanged" and o.original not in known) for o in outcomes)
    report = _build(loaded, quiet=as_json) if is_new else None
    if as_json:
        pages = {"pages": [o.model_dump() for o in outcomes], "skipped": [s.model_dump() for s in plan.skipped]}
        say_json({**pages, "index": report.model_dump() if report else None})
    elif report:
        say(built(report))
        say("To see whether they bear out what the notes say, run: footnote sources check --notes")
    if outcomes and all(o.state == "failed" for o in outcomes):
        raise typer.Exit(1)


def check(
    source_ids: Ids = None,
    bundle: Annotated[
        list[Path] | None, typer.Option(help="Also check the quotations of this bundle. Repeatable.")
    ] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="Ask for no page: hold the notes against their originals.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    corpus: Corpus = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """See whether pages have changed since their text was indexed, passage by passage, and which quotations that hits.

    Quotations are those of readers' feedback, and of bundles that you name. The index stays as it is; the day on which
    a page was last seen so is kept. Exit code 1 if a page differs or cannot be had. With --notes no page is asked for:
    each sentence of a note is held against the original that was fetched, and the exit code is 1 if that does not bear
    one out.
    """
    if notes:
        from app.cli.sources_notes import check_notes

        check_notes(corpus_settings(corpus, home), [whole_characters(i) for i in source_ids or ()], as_json=as_json)
        return
    from app.cli.page_words import print_checked, print_left_out
    from app.pages.check import Checker, kept_quotations, left_out, plan_check
    from index.fetched.store import changing_pages, read_pages
    from index.storage.generation import open_current

    loaded = corpus_settings(corpus, home)
    ids = [whole_characters(i) for i in source_ids or ()]
    quotations = kept_quotations(loaded.home, bundle or ())
    with closing(open_current(loaded.index)) as generation:
        for i in ids:
            generation.source(i)
        plan = plan_check(generation.sources(), read_pages(loaded.home), ids)
        if not _may_go_on(plan, "check", yes=yes, dry_run=dry_run, as_json=as_json):
            return
        found: list[Checked] = []
        with changing_pages(loaded.home) as store:
            checker = Checker(fetcher_of(loaded), store, quotations)
            for wanted in plan.wanted:
                checked = checker.check(generation.source(wanted.about), generation.passages_of(wanted.about))
                found.append(checked)
                if not as_json:
                    print_checked(console(), checked)
        out = list(left_out(quotations, generation.sources(), found, ids))
    if as_json:
        pages = {"pages": [c.model_dump() for c in found], "skipped": [s.model_dump() for s in plan.skipped]}
        say_json({**pages, "quotations_left_out": [k.model_dump() for k in out]})
    else:
        print_left_out(console(), out)
    if any(c.state != "unchanged" for c in found):
        raise typer.Exit(1)


def _forget(loaded: Settings, ids: Sequence[str], *, quiet: bool) -> None:
    from index.fetched.store import changing_pages

    if not ids:
        raise UsageError("name the sources whose originals are to be removed")
    with changing_pages(loaded.home) as store:
        missing = next((i for i in ids if (page := store.find(i)) is None or not page.file), None)
        if missing is not None:
            raise UsageError(f"no original of '{missing}' is kept; `footnote sources list` has the ids")
        pages = [page for i in ids if (page := store.forget(i))]
    report = _build(loaded, quiet=quiet)
    if quiet:
        say_json({"forgotten": [page.original for page in pages], "index": report.model_dump()})
        return
    for page in pages:
        say(f"Removed {page.original}.")
    say(built(report))


def _build(loaded: Settings, *, quiet: bool) -> BuildReport:
    from app.cli.progress import ConsoleProgress
    from index.build.build import build

    with ConsoleProgress(quiet=quiet) as progress:
        return build(loaded.index, progress=progress)


def fetcher_of(loaded: Settings) -> Fetcher:
    """Return what fetches pages within the limits of the settings."""
    from app.fetch.connection import MB, Limits
    from app.fetch.fetcher import Fetcher

    return Fetcher(loaded.fetch_hosts, Limits(whole=loaded.fetch_seconds, largest=loaded.largest_file * MB))


def is_address(argument: str) -> bool:
    """Tell whether an argument is an address of the web, or would be one, and not the name of a file."""
    return "://" in argument


def fetched_for_adding(loaded: Settings, urls: Sequence[str], facts: dict[str, str]) -> dict[str, Download]:
    """Fetch the pages that are to be added. Raises FetchError for the first that cannot be."""
    if not urls:
        return {}
    from app.pages.add import download

    fetcher = fetcher_of(loaded)
    return {url: download(url, facts, fetcher) for url in urls}


def note_pages(home: Path, downloads: Mapping[str, Download], added: Mapping[str, Proposal]) -> list[str]:
    """Keep when the pages that were added were seen. Return a line if that failed: they are added all the same."""
    from index.fetched.store import changing_pages

    try:
        if downloads:
            with changing_pages(home) as store:
                for argument, page in downloads.items():
                    page.note(added[argument].facts.id, store)
    except StoreError as error:
        return [f"when the pages were seen could not be kept: {error}"]
    return []


def _may_go_on(plan: Plan, doing: str, *, yes: bool, dry_run: bool, as_json: bool) -> bool:
    """Say what will be asked for; return whether the user wants it. Raises UsageError where nobody can be asked."""
    if as_json and dry_run:
        say_json({**plan.model_dump(), "hosts": plan.hosts})
    elif not as_json:
        _print_plan(plan, doing)
    if dry_run or not plan.wanted:
        if as_json and not dry_run:
            say_json({"pages": [], "skipped": [s.model_dump() for s in plan.skipped]})
        return False
    if yes:
        return True
    if as_json or not sys.stdin.isatty():
        raise UsageError("this reaches the network, and nobody is here to say yes; add --yes, or --dry-run to see what")
    return typer.confirm("Go on?")


def _print_plan(plan: Plan, doing: str) -> None:
    for skipped in plan.skipped:
        say(f"Left out {skipped.about}: {skipped.reason}.")
    if not plan.wanted:
        say(f"There is nothing to {doing}.")
        return
    count = sum(plan.hosts.values())
    pages = "1 page" if count == 1 else f"{count} pages"
    hosts = "1 host" if len(plan.hosts) == 1 else f"{len(plan.hosts)} hosts"
    say(f"This asks for {pages} of {hosts}, and for robots.txt of each host, at most once a second a host:")
    named = list(plan.hosts.items())
    for host, of_host in named[:_HOSTS]:
        say(f"  {host}" + (f" ({of_host})" if of_host > 1 else ""))
    if len(named) > _HOSTS:
        say(f"  and {len(named) - _HOSTS} more; --dry-run --json names all")


def _outcome_words(outcome: Outcome) -> str:
    if outcome.state == "fetched":
        return f"{outcome.about}: {outcome.characters:,} characters, indexed as {outcome.original}"
    if outcome.state == "unchanged":
        return f"{outcome.about}: has not changed"
    kept = f"; {outcome.original} stays as it was fetched before" if outcome.original else ""
    return f"{outcome.about}: {outcome.why}: {outcome.reason}{kept}"


def page_lines(home: Path, source_id: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return what is known of a source's page: as JSON, and in lines for the terminal."""
    from index.fetched.store import find_page, read_pages

    page = find_page(read_pages(home), source_id)
    if page is None:
        return {}, []
    from app.cli.page_words import page_rows

    return {"page": page.model_dump(exclude={"about", "original", "file"})}, page_rows(page)
