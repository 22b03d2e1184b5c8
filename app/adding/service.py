"""What the page may do with sources: have something read, add what was read, remove a source."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from app.adding.changes import Change, Changes
from app.adding.drafts import Draft, Drafts, Upload
from app.adding.pages import PageFetcher
from app.chat.session.problems import problem_words
from app.chat.view.adding import draft_html
from app.sources.add import prepare
from app.sources.incoming import Incoming, name_apart
from app.sources.remove import remove
from app.words.texts import Texts
from index.build.progress import BuildProgress
from index.errors import StoreError, UsageError
from index.files import file_sha256
from index.read.facts import id_of
from index.read.folder import place_of_new
from index.settings import IndexSettings
from index.source import SourceFacts

CORRECTED = ("title", "author", "published", "publisher", "language", "url", "relation", "kind", "basis", "id")
_LABEL = 120  # characters of a name that are shown
_WORDS = 6  # of a pasted text that make its name

Shown = dict[str, str]  # what the page gets of a draft: its id and its HTML


class Receiving:
    """A file that comes in pieces; `read` it once it is whole."""

    def __init__(self, adding: Adding, upload: Upload, name: str) -> None:
        self._adding, self._upload, self._name = adding, upload, name

    def expect(self, length: str) -> None:
        """Refuse by its announced length what will be too large. Raises UsageError."""
        if length.isdecimal():
            self._upload.expect(int(length))

    def write(self, chunk: bytes) -> None:
        self._upload.write(chunk)

    def read(self, texts: Texts) -> Shown:
        return self._adding.keep(self._upload, Incoming(b"", self._name, {}, _label(self._name)), texts)


class Adding:
    """The drafts and changes of one server. Close it when the server ends."""

    def __init__(self, settings: IndexSettings, pages: PageFetcher) -> None:
        self._settings, self._pages = settings, pages
        self.drafts, self.changes = Drafts(settings), Changes()

    def close(self) -> None:
        self.changes.close()
        self.drafts.close()

    @contextmanager
    def upload(self, name: str) -> Iterator[Receiving]:
        """Take a file; whatever goes wrong, nothing of it stays. Raises UsageError, StoreError."""
        name = PurePosixPath(name.replace("\\", "/")).name
        upload = self.drafts.receive(_label(name))
        try:
            yield Receiving(self, upload, name)
        except BaseException:
            upload.drop()
            raise

    def pasted(self, text: str, texts: Texts) -> Shown:
        """Read a text that was pasted. Raises UsageError, CorpusError, StoreError."""
        raw = text.encode("utf-8")
        words = " ".join(re.findall(r"\w+", text)[:_WORDS])
        digest = hashlib.sha256(raw).hexdigest()[:8]
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        title = first if len(first) <= _LABEL else f"{first[:_LABEL].rsplit(' ', 1)[0]} …"
        facts = {"title": title, "publisher": texts.adding_pasted} if title else {}
        return self._take(Incoming(raw, f"{id_of(words or 'text')}-{digest}.txt", facts, texts.adding_pasted), texts)

    def page(self, url: str, texts: Texts) -> Shown:
        """Fetch a page and read it. Raises UsageError, FetchError, CorpusError, StoreError."""
        if not url:
            raise UsageError(texts.adding_no_address)
        incoming, added = self._pages.fetch(url)
        return self._take(incoming, texts, added)

    def _take(self, incoming: Incoming, texts: Texts, added: Callable[[str], None] | None = None) -> Shown:
        upload = self.drafts.receive(incoming.called)
        try:
            upload.write(incoming.raw)
            return self.keep(upload, incoming, texts, added)
        except BaseException:
            upload.drop()
            raise

    def keep(
        self, upload: Upload, incoming: Incoming, texts: Texts, added: Callable[[str], None] | None = None
    ) -> Shown:
        """Read what has come whole, and show it as a draft; `incoming` without its bytes.

        If the corpus has another file of its name, it gets one of its own, which is said.
        """
        upload.close()
        own = self._own_name(incoming, upload.path)
        renamed = replace(incoming, name=own, label=incoming.called)
        draft, source = self.drafts.keep(upload, renamed, added)
        is_renamed = own != incoming.name
        shown = draft_html(draft.id, draft.label, draft.proposal, source, texts, is_renamed=is_renamed)
        return {"draft": draft.id, "html": str(shown)}

    def _own_name(self, incoming: Incoming, path: Path) -> str:
        """Return a name for the file that no other in the corpus has. Raises CorpusError if there is no corpus."""
        name = incoming.file_name
        if not (self._settings.corpus / f"{place_of_new(self._settings.corpus)}{name}").exists():
            return incoming.name
        return name_apart(name, file_sha256(path))

    def add(self, wanted: Mapping[str, Mapping[str, str]], texts: Texts) -> Change:
        """Add drafts, each with what its form holds: all of them or none. Raises UsageError."""
        corrected = {draft_id: corrections(self.drafts.find(draft_id), given) for draft_id, given in wanted.items()}

        def work(progress: BuildProgress) -> str:
            drafts = [self.drafts.find(draft_id) for draft_id in corrected]  # its turn may have come late
            addition = prepare(self._settings, [d.incoming(corrected[d.id]) for d in drafts])
            report = addition.commit(progress)
            titles = "; ".join(source.title for source in addition.sources)
            for draft in drafts:
                self.drafts.drop(draft.id)
            passages = texts.counted(report.passages, texts.passages)
            said = [texts.adding_added.format(titles=titles, passages=passages)]
            for draft, source in zip(drafts, addition.sources, strict=True):
                try:
                    draft.added(source.id)
                except StoreError as error:  # it is added; what is missing is a note on its page
                    said.append(problem_words(error, texts))
            return " ".join(said)

        return self.changes.begin(work, texts)

    def remove(self, source_id: str, texts: Texts) -> Change:
        """Take a source out of the corpus and the index."""

        def work(progress: BuildProgress) -> str:
            removed = remove(self._settings, [source_id], progress)
            return texts.adding_removed.format(title=removed.sources[0].title)

        return self.changes.begin(work, texts)


def corrections(draft: Draft, given: Mapping[str, str]) -> dict[str, str]:
    """Return what a reader changed in the form: the rest stays stated or guessed as it was."""
    given = dict(given)
    kind, _, basis = given.get("kind", "").partition(" ")
    given |= {"kind": kind, "basis": basis} if basis else {}
    facts = draft.proposal.facts
    return {
        name: value
        for name in CORRECTED
        if (value := given.get(name, _shown(facts, name)).strip()) != _shown(facts, name)
    }


def _shown(facts: SourceFacts, name: str) -> str:
    return str(getattr(facts, name) or "")


def _label(name: str) -> str:
    return name if len(name) <= _LABEL else f"{name[: _LABEL // 2]}…{name[-_LABEL // 2 :]}"
