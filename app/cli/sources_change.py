"""`footnote sources add`, `footnote sources remove` and `footnote sources trash`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.index import built
from app.cli.options import (
    Corpus,
    Home,
    Json,
    corpus_settings,
    settings,
)
from app.cli.output import console, counted, say, say_json, say_record, table_console
from app.cli.source_facts import facts_json, facts_table
from app.cli.stated import stated, states_facts
from app.outside import whole_characters
from index.errors import UsageError
from index.source import Basis, Kind, Relation

if TYPE_CHECKING:
    from app.sources.add import Proposal
    from app.sources.remove import RemovedSource
    from app.sources.trash import Trashed
    from index.settings import IndexSettings

_OF_ONE = ("title", "url", "id")  # that no two sources share


@states_facts
def add(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH_OR_URL", help="Files (web pages, PDFs, texts, ...), or addresses of pages."),
    ],
    kind: Annotated[Kind | None, typer.Option(help="'fulltext': the original's words; 'note': your summary.")] = None,
    relation: Annotated[Relation | None, typer.Option(help="How it relates to the article.")] = None,
    basis: Annotated[Basis | None, typer.Option(help="For a note: how its author knows what it says.")] = None,
    *,
    facts: dict[str, str],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how each would be added, and add nothing.")] = False,
    corpus: Corpus = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Add files to the corpus: show each one's title, author and so on, copy it, and index it.

    Name a web page by its address (https://...): it is fetched once, now. What you state is kept beside the copy, in
    NAME.meta.yaml; the rest is guessed from the file. If one file cannot be read, or is already a source, none is
    added.
    """
    from app.cli.asking_pages import fetched_for_adding, is_address, note_pages
    from app.sources.add import prepare
    from app.sources.incoming import read_incoming

    facts = stated(kind=kind, relation=relation, basis=basis) | facts
    if len(paths) > 1 and (one := [f"--{name}" for name in _OF_ONE if name in facts]):
        raise UsageError(f"{', '.join(one)}: no two sources share this; add the files one by one")
    loaded = corpus_settings(corpus, home)
    wanted = loaded.index
    downloads = fetched_for_adding(loaded, [p for p in paths if is_address(p)], facts)
    incoming = [
        downloads[p].incoming if p in downloads else read_incoming(Path(p), facts, wanted.largest_file) for p in paths
    ]
    addition = prepare(wanted, incoming, keep=not dry_run)
    if not as_json:
        show(addition.proposals)
    report, notes = None, list[str]()
    if not dry_run:
        with _progress(quiet=as_json) as progress:
            report = addition.commit(progress)
        notes = note_pages(wanted.home, downloads, dict(zip(paths, addition.proposals, strict=True)))
    if as_json:
        sources = [proposal_json(proposal) for proposal in addition.proposals]
        say_json({"sources": sources, "notes": notes, "index": report.model_dump() if report else None})
    else:
        for note in notes:
            say(f"But {note}")
        say(built(report) if report else "Nothing was added, as --dry-run asks.")
        _remind(wanted, is_changed=report is not None)


def remove(
    source_ids: Annotated[list[str], typer.Argument(metavar="ID", help="The sources to remove.")],
    for_good: Annotated[
        bool, typer.Option("--for-good", help="Delete the files, and older indexes too, since they hold the words.")
    ] = False,
    corpus: Corpus = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take sources out of the corpus and the index. Their files stay in the trash for 30 days (footnote sources trash).

    The first removal after that deletes them. Answers and links that quote a removed source then say that it is not in
    the index. Bundles keep their proof.
    """
    from app.sources.remove import remove as run
    from app.sources.trash import KEPT

    wanted = corpus_settings(corpus, home).index
    with _progress(quiet=as_json) as progress:
        removal = run(wanted, [whole_characters(i) for i in source_ids], progress, for_good=for_good)
    if as_json:
        say_record(removal)
        return
    for source in removal.sources:
        say(f"Removed {source.id}: {source.title}")
    files = ", ".join(_listed(source) for source in removal.sources)
    say(f"Moved to {removal.trash}: {files}" if removal.trash else f"Deleted for good: {files}")
    for note in removal.notes:
        say(f"But {note}")
    if removal.emptied:
        say(
            f"Deleted what has been in the trash for more than {KEPT.days} days"
            f": {counted(len(removal.emptied), 'removal')}"
        )
    say(built(removal.index))
    _remind(wanted, is_changed=True)


def trash(
    delete: Annotated[bool, typer.Option("--empty", help="Delete all of it now.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the files of removed sources in the trash, and how long they stay there.

    To take a removal back, move its files into the corpus and run: footnote index build
    """
    from app.sources.trash import empty, in_trash

    where = settings(home=home).home
    found = empty(where) if delete else in_trash(where)
    if as_json:
        say_json({"emptied": delete, "removals": [t.model_dump(mode="json") | {"goes": str(t.goes)} for t in found]})
    elif not found:
        say("The trash is empty.")
    for one in () if as_json else found:
        files = _listed(one)
        say(f"Deleted: {files}" if delete else f"{one.removed:%Y-%m-%d}, until {one.goes:%Y-%m-%d}: {files}")
        if not delete:
            say(f"  in {one.folder}")


def _listed(gone: RemovedSource | Trashed) -> str:
    """Name the files of a removal; of a link, say that only the link is gone."""
    return ", ".join(f"{n} (a link; the file that it leads to stays)" if n in gone.links else n for n in gone.files)


def _progress(*, quiet: bool) -> Any:
    from app.cli.progress import ConsoleProgress

    return ConsoleProgress(quiet=quiet)


def show(proposals: Iterable[Proposal]) -> None:
    """Print what each is taken for."""
    from rich.text import Text

    for proposal in proposals:
        console().print(Text(proposal.facts.id, style="cyan"))
        pages = f", pages: {proposal.pages}" if proposal.pages else ""
        more = [
            ("file", proposal.file),
            ("text", f"{proposal.characters:,} characters{pages}"),
            ("begins", proposal.opening),
        ]
        table_console().print(facts_table(proposal.facts, proposal.guessed, more))
        say("")


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """Return what a file is taken for, ready for JSON."""
    return facts_json(proposal.facts) | proposal.model_dump(exclude={"facts"})


def _remind(wanted: IndexSettings, *, is_changed: bool) -> None:
    from app.sources.lock import lock_path

    if is_changed and lock_path(wanted).exists():
        say("sources.lock is older than this change; to lock the sources as they are now, run: footnote sources lock")
