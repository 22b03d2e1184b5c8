"""What the commands share that ask for pages: they say first what they ask for, and of whom."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import counted, say, say_json
from index.errors import StoreError, UsageError

if TYPE_CHECKING:
    from app.fetch.fetcher import Fetcher
    from app.pages.add import Download
    from app.pages.originals import Plan
    from app.settings import Settings
    from app.sources.add import Proposal

_HOSTS = 20  # hosts that are named before anything is asked; --json names all

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Sources, by their ids. Without one: all.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say which pages would be fetched, and fetch none.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking.")]


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


def may_go_on(plan: Plan, doing: str, *, yes: bool, dry_run: bool, as_json: bool) -> bool:
    """Say what will be asked for; return whether to go on, which needs no yes where there is nothing to ask for.

    Raises UsageError where nobody is there to be asked.
    """
    if as_json and dry_run:
        say_json({**plan.model_dump(), "hosts": plan.hosts})
    elif not as_json:
        _print_plan(plan, doing)
    if dry_run:
        return False
    if yes or not plan.wanted:
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
    pages, hosts = counted(sum(plan.hosts.values()), "page"), counted(len(plan.hosts), "host")
    say(f"This asks {hosts} for {pages}, and each for its robots.txt, at most one a second from each host:")
    named = list(plan.hosts.items())
    for host, of_host in named[:_HOSTS]:
        say(f"  {host}" + (f" ({of_host})" if of_host > 1 else ""))
    if len(named) > _HOSTS:
        say(f"  and {len(named) - _HOSTS} more; --dry-run --json names all")
