"""The folder of a new project: made beside its place, and moved there when it is whole.

DIR/corpus/article.*, DIR/corpus/sources/   the article, and what is added
DIR/footnote.toml, README.md, .gitignore
DIR/.footnote/                              the index, and all that is private
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.settings import CONFIG_FILE
from index.embedding.models import MODELS
from index.errors import UsageError
from index.files import file_errors, not_stored, sync_tree

HOME, CORPUS = ".footnote", "corpus"
_OWN = frozenset({"home", "corpus", "host", "port", "hosts"})  # settings that belong to one place
_MAY_BE_FOLDERS = frozenset({"model", "reader"})
_SETTINGS = """\
# Settings of this project, for commands that run in this folder. `footnote` has defaults for all the others.
corpus = "{corpus}"
"""
_IGNORED = """\
# The index, and pages that were fetched: made anew by `footnote index build` and `footnote sources fetch`.
/.footnote/
"""
_README = """\
# {title}

A Footnote project: an article and its sources, to be asked. Every answer is made of quotations that can be proved.
In this folder:

```
footnote chat                        # ask in a browser
footnote ask "What is the article about?"
footnote sources list                # what there is, and which facts are guessed
footnote sources add PAGE_OR_FILE    # add what the article rests on, or what disputes it
footnote sources check               # have the pages changed since?
footnote sources lock                # a proof of what the index was made from
```

`corpus/` holds the article and its sources as they came; `NAME.meta.yaml` beside a file states facts that would
otherwise be guessed. `corpus/suggestions.txt` holds the first questions. The texts belong to others: before you publish
this folder, find out whether you may. `.footnote/` holds the index and stays out of git.
"""


class Stage:
    """A project in the making. `folder`: where it lies until then; `keep` puts it into its place."""

    def __init__(self, target: Path, folder: Path) -> None:
        self._target, self.folder = target, folder

    @property
    def home(self) -> Path:
        return self.folder / HOME

    @property
    def corpus(self) -> Path:
        return self.folder / CORPUS

    def write(self, title: str) -> None:
        """Write settings, README and what git is to ignore. Raises StoreError, UsageError."""
        settings = _SETTINGS.format(corpus=CORPUS) + _taken_over(Path(CONFIG_FILE))
        readme = _README.format(title=" ".join(title.split()))
        with file_errors("making the project"):
            for name, text in ((CONFIG_FILE, settings), (".gitignore", _IGNORED), ("README.md", readme)):
                (self.folder / name).write_text(text, "utf-8")

    def take_models(self, home: Path) -> None:
        """Copy what another home has prepared of the embedding model, which takes 15 s to be made again."""
        if (home / MODELS).is_dir():
            with file_errors("making the project"):
                shutil.copytree(home / MODELS, self.home / MODELS)

    def keep(self) -> None:
        """Put the project into its place. Raises StoreError if that is not empty any more, or cannot be written."""
        with file_errors("making the project"):
            sync_tree(self.corpus)
        try:
            if self.folder.parent == self._target:
                _move_up(self.folder, self._target)
            else:
                self._target.parent.mkdir(parents=True, exist_ok=True)
                self.folder.rename(self._target)
        except OSError as error:
            raise not_stored(
                f"{self._target}: the project cannot be put there ({error.strerror}); name another folder", error
            ) from error


@contextmanager
def staged(target: Path) -> Iterator[Stage]:
    """Make a project for the folder `target`; whatever is not kept by the end is removed.

    The folder must not exist, or be empty. Raises UsageError, StoreError.
    """
    why_not(target)
    place = target
    while not place.is_dir():
        place = place.parent
    folder = place / f".footnote-new-{os.urandom(4).hex()}"
    with file_errors("making the project"):
        folder.mkdir()
    try:
        with file_errors("making the project"):
            (folder / CORPUS / "sources").mkdir(parents=True)
        yield Stage(target, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def why_not(target: Path) -> None:
    """Raise UsageError if no project can be made in `target`."""
    remedy = "name a folder that does not exist yet, or an empty one"
    if target.is_symlink() or target.exists():
        if not target.is_dir():
            raise UsageError(f"{target}: is no folder; {remedy}")
        try:
            names = sorted(p.name for p in target.iterdir())
        except OSError as error:
            raise UsageError(f"{target}: cannot be read ({error.strerror}); {remedy}") from None
        if CONFIG_FILE in names:
            raise UsageError(f"{target}: holds a project already; go there and ask, or {remedy}")
        if names:
            raise UsageError(f"{target}: is not empty; {remedy}")
    above = next(p for p in target.absolute().parents if p.exists())
    if not above.is_dir():
        raise UsageError(f"{above}: is no folder; {remedy}")


def _move_up(folder: Path, target: Path) -> None:
    """Move what is in `folder` to the folder above it, the settings last; take it back if that fails or is stopped."""
    moved: list[Path] = []
    try:
        for path in sorted(folder.iterdir(), key=lambda p: p.name == CONFIG_FILE):
            if (target / path.name).exists():
                raise FileExistsError(errno.EEXIST, "it is not empty any more", str(target))
            moved.append(target / path.name)
            path.rename(target / path.name)
    except BaseException:
        for path in moved:
            if not (folder / path.name).exists():
                path.rename(folder / path.name)
        raise


def _taken_over(config: Path) -> str:
    """Return the settings of the folder that a user stands in, but for those of that place. Raises UsageError."""
    try:
        stated: dict[str, Any] = tomllib.loads(config.read_text("utf-8"))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise UsageError(f"{CONFIG_FILE}: {error}; fix or remove the file") from None
    # A JSON text or list of texts, a number and a truth value are written as TOML writes them.
    kept = {n: json.dumps(_from_anywhere(n, v), ensure_ascii=False) for n, v in stated.items() if n not in _OWN}
    lines = [f"{name} = {value}\n" for name, value in kept.items()]
    return "".join(["# from the folder in which it was made\n", *lines]) if lines else ""


def _from_anywhere(name: str, value: Any) -> Any:
    """Return a setting as it holds in another folder: a folder's path as a whole one."""
    is_folder = name in _MAY_BE_FOLDERS and isinstance(value, str) and Path(value).is_dir()
    return str(Path(value).absolute()) if is_folder else value
