"""`footnote index`: build, status, verify, prune."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from app.settings import Settings
    from index.build.progress import BuildReport

index_app = typer.Typer(help="Build and look after the index.", no_args_is_help=True)

Home = Annotated[Path | None, typer.Option("--home", help="Folder for everything that is generated [.footnote].")]
Corpus = Annotated[Path | None, typer.Option("--corpus", help="Folder with article.md and sources/ [corpus].")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _settings(**flags: Any) -> Settings:
    from app.settings import load_settings

    return load_settings(**flags)


@index_app.command()
def build(
    full: Annotated[bool, typer.Option("--full", help="Use nothing of the present index.")] = False,
    if_stale: Annotated[bool, typer.Option("--if-stale", help="Do nothing if the index is up to date.")] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Fail if another build is running.")] = False,
    corpus: Corpus = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Build the index beside the present one and switch it in; what did not change is reused."""
    from app.cli.progress import ConsoleProgress
    from index.build.build import build as run
    from index.build.status import stale_reason

    settings = _settings(home=home, corpus=corpus).index
    if if_stale and not full and stale_reason(settings) is None:
        return
    with ConsoleProgress(quiet=as_json) as progress:
        report = run(settings, full=full, wait=not no_wait, progress=progress)
    typer.echo(report.model_dump_json(indent=2) if as_json else _built(report))


def _built(report: BuildReport) -> str:
    if not report.built:
        return f"The index is up to date: {report.passages} passages, generation {report.generation}."
    seconds = sum(report.seconds.values())
    return (
        f"Built generation {report.generation} in {seconds:.1f} s: {report.passages} passages, "
        f"{report.embedded} embedded, {report.reused} reused. Sources: {report.sources}."
    )


@index_app.command()
def status(corpus: Corpus = None, home: Home = None, as_json: Json = False) -> None:
    """Say what the index was built from and whether it is up to date (exit code 1 if not)."""
    import json

    from index.build.status import stale_reason
    from index.storage.generation import current_id, read_manifest

    settings = _settings(home=home, corpus=corpus).index
    name = current_id(settings.home)
    stale = stale_reason(settings)
    manifest = read_manifest(settings.home, name) if name else None
    if as_json:
        typer.echo(
            json.dumps(
                {"generation": name, "stale": stale, "manifest": manifest.model_dump() if manifest else None},
                indent=2,
                ensure_ascii=False,
            )
        )
    else:
        if manifest:
            typer.echo(f"Generation {name}, built {manifest.created}: {len(manifest.sources)} sources, ", nl=False)
            typer.echo(f"{manifest.passages} passages, {manifest.model}, fingerprint {manifest.fingerprint}.")
        typer.echo("Up to date." if stale is None else f"Out of date: {stale}. Run: footnote index build")
    if stale is not None:
        raise typer.Exit(1)


@index_app.command()
def verify(home: Home = None, as_json: Json = False) -> None:
    """Check every offset, every hash and both engines' counts (exit code 1 if something is wrong)."""
    from index.build.verify import verify as check

    report = check(_settings(home=home).index)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        for problem in report.problems:
            typer.echo(problem)
        checked = f"{report.sources} sources, {report.passages} passages, {report.sentences} sentences"
        verdict = "all in order" if report.ok else f"{len(report.problems)} problems; run: footnote index build --full"
        typer.echo(f"Generation {report.generation}: {checked}: {verdict}.")
    if not report.ok:
        raise typer.Exit(1)


@index_app.command()
def prune(home: Home = None, as_json: Json = False) -> None:
    """Remove generations that are neither current nor in use."""
    import json

    from index.build.prune import prune as run

    removed = run(_settings(home=home).index)
    if as_json:
        typer.echo(json.dumps({"removed": removed}))
    else:
        typer.echo(f"Removed {len(removed)}: {', '.join(removed)}" if removed else "Nothing to remove.")
