"""`footnote index`: build, status, verify, prune."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import Corpus, Home, Json, settings
from app.cli.output import counted, say, say_json, say_record

if TYPE_CHECKING:
    from index.build.progress import BuildReport
    from index.settings import IndexSettings

_NAMED = 20  # files passed over that a build names

index_app = typer.Typer(help="Build, check and clean up the index.", no_args_is_help=True)


@index_app.command()
def build(
    full: Annotated[bool, typer.Option("--full", help="Rebuild everything from scratch.")] = False,
    if_stale: Annotated[bool, typer.Option("--if-stale", help="Do nothing if the index is up to date.")] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Fail if another build is running.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail if anything in the corpus folder would be passed over.")
    ] = False,
    corpus: Corpus = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Build the index and switch to it at once. What has not changed is reused."""
    wanted = settings(home=home, corpus=corpus).index
    build_index(wanted, full=full, if_stale=if_stale, wait=not no_wait, strict=strict, as_json=as_json)


def build_index(
    wanted: IndexSettings,
    *,
    full: bool = False,
    if_stale: bool = False,
    wait: bool = True,
    strict: bool = False,
    as_json: bool = False,
) -> None:
    """Build the index, with progress, and say what was built. Raises what `index.build.build.build` raises."""
    from app.cli.progress import ConsoleProgress
    from index.build.build import build as run
    from index.build.status import stale_reason

    if if_stale and not full and not strict and stale_reason(wanted) is None:
        return
    with ConsoleProgress(quiet=as_json) as progress:
        report = run(wanted, full=full, wait=wait, strict=strict, progress=progress)
    if as_json:
        say_record(report)
    else:
        say(built(report))


def built(report: BuildReport) -> str:
    """Say what a build did."""
    passed = len(report.passed_over)
    named = "".join(f"\nPassed over {line}" for line in report.passed_over[:_NAMED])
    more = f"\nPassed over {passed - _NAMED} more; --json lists all" if passed > _NAMED else ""
    if not report.built:
        return f"The index is up to date: {report.passages} passages, generation {report.generation}.{named}{more}"
    seconds = sum(report.seconds.values())
    return f"{_said(report, seconds)}{named}{more}"


def _said(report: BuildReport, seconds: float) -> str:
    return (
        f"Built generation {report.generation} in {seconds:.1f} s: {report.passages} passages, "
        f"{report.embedded} embedded, {report.reused} reused. Sources: {report.sources}."
    )


@index_app.command()
def status(corpus: Corpus = None, home: Home = None, as_json: Json = False) -> None:
    """Show what the index was built from and whether it is up to date. Exit code 1 if it is not."""
    from index.build.status import stale_reason
    from index.storage.generation import current_id
    from index.storage.manifest import read_manifest

    wanted = settings(home=home, corpus=corpus).index
    name = current_id(wanted.home)
    stale = stale_reason(wanted)
    manifest = read_manifest(wanted.home, name) if name else None
    if as_json:
        say_json({"generation": name, "stale": stale, "manifest": manifest.model_dump() if manifest else None})
    else:
        if manifest:
            say(f"Generation {name}, built {manifest.created}: {counted(len(manifest.sources), 'source')}, ", nl=False)
            say(f"{counted(manifest.passages, 'passage')}, {manifest.model}, fingerprint {manifest.fingerprint}.")
        say("Up to date." if stale is None else f"Out of date: {stale}. Run: footnote index build")
    if stale is not None:
        raise typer.Exit(1)


@index_app.command()
def verify(home: Home = None, as_json: Json = False) -> None:
    """Check every offset, every hash and the counts of both engines. Exit code 1 if something is wrong."""
    from index.build.verify import verify as check

    report = check(settings(home=home).index)
    if as_json:
        say_record(report)
    else:
        for problem in report.problems:
            say(problem)
        held = ((report.sources, "source"), (report.passages, "passage"), (report.sentences, "sentence"))
        checked = ", ".join(counted(count, what) for count, what in held)
        wrong = f"{counted(len(report.problems), 'problem')}; run: footnote index build --full"
        verdict = "all in order" if report.ok else wrong
        say(f"Generation {report.generation}: {checked}: {verdict}.")
    if not report.ok:
        raise typer.Exit(1)


@index_app.command()
def prune(home: Home = None, as_json: Json = False) -> None:
    """Delete old indexes that are no longer in use."""
    from index.build.prune import prune as run

    removed = run(settings(home=home).index)
    if as_json:
        say_json({"removed": removed})
    else:
        say(f"Removed {len(removed)}: {', '.join(removed)}" if removed else "Nothing to remove.")
