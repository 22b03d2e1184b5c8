"""`footnote new`: a fresh project around another article."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.asking_pages import fetcher_of, is_address, note_pages
from app.cli.index import built
from app.cli.options import (
    Json,
    settings,
)
from app.cli.output import say, say_json
from app.cli.sources_change import proposal_json, show
from app.cli.stated import states_facts
from app.outside import whole_characters
from index.errors import UsageError

if TYPE_CHECKING:
    from app.pages.article import Article
    from app.pages.follow import Followed, Following
    from app.pages.links import Link
    from app.project.folder import Stage
    from app.settings import Settings
    from app.sources.add import Addition, Proposal
    from index.build.progress import BuildReport

_OF_A_PLACE = ("home", "corpus")  # settings
_MOST = 100  # pages that are followed at once


@states_facts
def new(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make, or an empty one.")],
    article: Annotated[str, typer.Argument(metavar="URL_OR_FILE", help="The article: its address, or a file.")],
    follow_links: Annotated[
        int,
        typer.Option(metavar="N", min=0, max=_MOST, help="Also take up to N of the pages that the article links to."),
    ] = 0,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take these pages without asking.")] = False,
    *,
    facts: dict[str, str],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show article and links, and make nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Make a project around another article: its corpus, settings, index and first questions in a folder of its own.

    Shows the article's title, author and other facts, and which are guessed. With --follow-links, it lists the pages
    that the article's text links to and fetches them if you say yes, at most one a second from each host. A page that
    cannot be fetched is named with the reason and left out. If anything else goes wrong, no folder is left.
    """
    from app.project.folder import staged, why_not

    why_not(directory)
    if follow_links and not (yes or dry_run) and (as_json or not sys.stdin.isatty()):
        raise UsageError(
            "--follow-links fetches pages, and nobody is here to say yes; add --yes, or --dry-run to see which"
        )
    with staged(directory) as stage:
        loaded = settings(home=stage.home, corpus=stage.corpus)
        making = _Making(loaded, stage, directory, quiet=as_json)
        making.read(whole_characters(article), facts, follow_links)
        if dry_run:
            making.say_dry()
            return
        making.follow(making.links if making.links and (yes or _wanted(len(making.links))) else ())
        making.build()
        stage.keep()
    making.say_made()


class _Making:
    """A project on its way, and what is said of it."""

    def __init__(self, loaded: Settings, stage: Stage, directory: Path, *, quiet: bool) -> None:
        self._loaded, self._stage, self._directory, self._quiet = loaded, stage, directory, quiet
        self.links: Sequence[Link] = ()
        self._followed: list[Followed] = []
        self._questions: tuple[str, ...] = ()
        self._notes: list[str] = []
        self._report: BuildReport | None = None

    def read(self, named: str, facts: dict[str, str], most: int) -> None:
        """Read the article, show what it is taken for, and find what it links to."""
        from app.pages.article import fetched_article, filed_article
        from app.pages.follow import Following
        from app.sources.add import prepare

        self._fetcher = fetcher_of(self._loaded)
        if is_address(named):
            found = fetched_article(named, facts, self._fetcher)
        else:
            found = filed_article(Path(named), facts, self._loaded.largest_file)
        self._article: Article = found
        self._following: Following = Following(self._loaded.index, self._fetcher, [found.incoming])
        self._addition: Addition = prepare(self._loaded.index, [found.incoming])
        self.links = found.links[:most]
        if not self._quiet:
            show([self._taken_for])
            if most:
                self._list(len(found.links))

    @property
    def _taken_for(self) -> Proposal:
        """What the article is taken for; what its own name told is guessed all the same."""
        proposal, lost = self._addition.proposals[0], set(self._article.guessed)
        stated = tuple(n for n in proposal.stated if n not in lost)
        return proposal.model_copy(update={"stated": stated, "guessed": (*proposal.guessed, *sorted(lost))})

    def _list(self, count: int) -> None:
        if not count:
            say("The article links to no other page.")
            return
        of = f"; the first {len(self.links)}" if count > len(self.links) else ""
        say(f"Pages that the article links to: {count}{of}:")
        for number, link in enumerate(self.links, 1):
            say(f"{number:>3}. {link.words or 'without words'}  ({link.host})\n     {link.url}")

    def follow(self, links: Sequence[Link]) -> None:
        """Fetch the pages, and say of each what came of it."""
        from app.sources.add import prepare

        for number, one in enumerate(self._following.follow(links), 1):
            self._followed.append(one)
            if not self._quiet:
                came = f"{one.title}: {one.characters:,} characters" if one.source else f"left out: {one.reason}"
                say(f"{number}/{len(links)} {came}")
        if self._followed:
            self._addition = prepare(self._loaded.index, self._following.incoming)

    def build(self) -> None:
        """Put everything into the folder, index it, and find first questions."""
        from app.chat.session.suggestions import FILE
        from app.cli.progress import ConsoleProgress
        from app.engine import Engine
        from app.project.questions import TRIED, candidates, first_questions, written
        from index.files import file_errors
        from index.retrieve import Retriever

        self._stage.write(self._taken_for.facts.title)
        self._stage.take_models(settings().home)
        with ConsoleProgress(quiet=self._quiet) as progress:
            self._report = self._addition.commit(progress)
        pages = {"": self._article.download} | {d.incoming.called: d for d in self._following.downloads}
        added = dict(zip(pages, self._addition.proposals, strict=True))
        fetched = {name: page for name, page in pages.items() if page}
        self._notes = [*note_pages(self._loaded.home, fetched, added), *_set_outside()]
        with closing(Engine(self._loaded, Retriever.open(self._loaded.index))) as engine:
            found = candidates(engine.source(self._taken_for.facts.id))
            with ConsoleProgress(quiet=self._quiet) as progress:
                progress.stage("Finding first questions", min(TRIED, len(found)))
                self._questions = first_questions(found, engine.answer, progress.advance)
        if self._questions:
            with file_errors("making the project"):
                (self._stage.corpus / FILE).write_text(written(self._questions), "utf-8")

    def say_dry(self) -> None:
        if self._quiet:
            say_json(self._fields())
        else:
            say("Nothing was made, as --dry-run asks.")

    def say_made(self) -> None:
        if self._quiet:
            say_json(self._fields())
            return
        if self._report:
            say(built(self._report))
        if self._questions:
            say("First questions, made from the article and tried:")
            for question in self._questions:
                say(f"  {question}")
        for note in self._notes:
            say(f"But {note}")
        there = "" if self._directory.resolve() == Path.cwd() else f"cd {shlex.quote(str(self._directory))} && "
        say(f"Made the project {self._directory.resolve().name}. Go on with: {there}footnote chat")

    def _fields(self) -> dict[str, Any]:
        return {
            "folder": str(self._directory),
            "article": proposal_json(self._taken_for),
            "links": [link.model_dump() for link in self.links],
            "pages": [one.model_dump() for one in self._followed],
            "questions": list(self._questions),
            "notes": self._notes,
            "index": self._report.model_dump() if self._report else None,
        }


def _set_outside() -> list[str]:
    """Say which variables of the environment have gone, or will go, before the project's own settings."""
    from index.settings import IndexSettings

    notes = []
    for name in IndexSettings.model_fields:
        variable = f"FOOTNOTE_{name.upper()}"
        if variable not in os.environ:
            continue
        if name in _OF_A_PLACE:
            notes.append(f"{variable} is set, and goes before the project's own; unset it to work there")
        else:
            notes.append(f"{variable} is set: the index was made with it, and the project's settings do not have it")
    return notes


def _wanted(count: int) -> bool:
    return typer.confirm("Take this page as a source, too?" if count == 1 else "Take these pages as sources, too?")
