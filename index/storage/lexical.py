"""BM25 over passages: a tantivy index of the terms of `index.text.analysis`, of filter fields and of names.

docs/lexical.md and tests/bench/lexical.py compare tantivy with bm25s and SQLite FTS5. It is given terms instead of
text, so no character of a question can be query syntax.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import DamagedIndexError, FootnoteError, is_panic
from index.files import FREE_SPACE, not_stored
from index.filters import Filters, facets
from index.passage import Passage
from index.source import SourceFacts, date_range
from index.storage.lexical_terms import BAR, SHORTEST_NAME, header_terms, may_be_name, names_in
from index.storage.private import PrivateFolder
from index.text.analysis import Token, query_terms, stem, tokens
from index.text.names import name_key, same_name

if TYPE_CHECKING:
    import tantivy

_HEAP = 64_000_000  # bytes the writer may hold before it writes a segment; 15 MB is tantivy's least a thread
_TOKENIZER = "terms"
# A header describes a whole source, so its words do not tell passages of one source apart. Measured: docs/lexical.md.
_HEADER_BOOST = 0.3
_VARIANT_BOOST = 0.9  # another spelling of a name that was asked for counts a little less than the same one
_MOST_TERMS = 256  # of one question; the rest of a text that long does not change what it is about
_MOST_VARIANTS = 12  # spellings of one name
# A word is a name if it is capitalised in at least this share of the passages that have it.
_NAME_SHARE = 0.5


def searched(passage: Passage, source: SourceFacts) -> str:
    """Return what is searched of a passage, as JSON: the fields of the index but for the id."""
    found = tokens(passage.body)
    header, header_names = header_terms(passage.header)
    fields: dict[str, Any] = {
        "text": " ".join(t.term for t in found),
        "header": header,
        "names": " ".join(sorted(names_in(found) | header_names)),
        **facets(source),
    }
    span = date_range(source.published)
    if span is not None:
        fields["first_day"], fields["last_day"] = span
    return json.dumps(fields, ensure_ascii=False)


@contextmanager
def _read_errors(doing: str) -> Iterator[None]:
    """Map what tantivy raises while reading to DamagedIndexError; on a file that is not whole it panics."""
    try:
        yield
    except FootnoteError:
        raise
    except BaseException as error:
        if not (isinstance(error, OSError | ValueError) or is_panic(error)):
            raise
        raise DamagedIndexError(f"{doing} the lexical index: it cannot be read") from error


class LexicalIndex:
    """A folder with a lexical index: written once by a build, then searched by any number of threads."""

    def __init__(self, index: tantivy.Index, writer: tantivy.IndexWriter | None = None) -> None:
        import tantivy

        self._tantivy = tantivy
        self._index, self._schema, self._writer = index, index.schema, writer
        analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer(_TOKENIZER, analyser)
        index.config_reader("manual")
        self._searcher = index.searcher()
        self._private: PrivateFolder | None = None

    @classmethod
    def create(cls, folder: Path) -> LexicalIndex:
        """Make an empty index in `folder`, which must not exist. Raises StoreError."""
        import tantivy

        with _write_errors():
            folder.mkdir(parents=True)
            index = tantivy.Index(_schema(), path=str(folder), reuse=False)
            return cls(index, index.writer(_HEAP, num_threads=1))

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open the last committed state of the index in `folder`. Raises DamagedIndexError."""
        import tantivy

        with _read_errors("opening"):
            return cls(tantivy.Index.open(str(folder)))

    @classmethod
    def open_private(cls, private: PrivateFolder) -> LexicalIndex:
        """Open the index in a folder of its own, which goes with it. Raises DamagedIndexError."""
        try:
            index = cls.open(private.path)
        except BaseException:
            private.close()
            raise
        index._private = private
        return index

    def add(self, rows: Iterable[tuple[int, str]]) -> None:
        """Index passages by their ids and what `searched` says of them; they are found after `commit`.

        Raises StoreError.
        """
        assert self._writer is not None, "only a new index is written to"
        for n, fields in rows:
            document = self._tantivy.Document(id=n, **json.loads(fields))
            with _write_errors():
                self._writer.add_document(document)

    def commit(self) -> None:
        """Finish writing: make all passages durable and visible to searches. Raises StoreError."""
        assert self._writer is not None, "only a new index is written to"
        with _write_errors():
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None
            self._index.reload()
        self._searcher = self._index.searcher()

    @_read_errors("counting")
    def count(self) -> int:
        """Return the number of committed passages."""
        return int(self._searcher.num_docs)

    @_read_errors("searching")
    def document_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many committed passages, headers included, each term of `index.text.analysis` occurs."""
        return {term: self._has(term) for term in terms}

    def close(self) -> None:
        """Drop what was not committed, and the private folder. Searching still works."""
        if self._private is not None:
            self._private.close()
        if self._writer is not None:
            with _write_errors():
                self._writer.rollback()
                self._writer.wait_merging_threads()
                self._writer = None

    @_read_errors("searching")
    def search(self, query: str, k: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """Return at most `k` pairs (id, BM25 score), higher is better, best first, equal scores by id.

        Any word may match (OR); no character of `query` is syntax. Scores are comparable only within one index.
        """
        asked = query_terms(query)[:_MOST_TERMS]
        if k < 1 or not asked or not self._searcher.num_docs:
            return []
        whole = self._filtered(self._any_of(asked), filters)
        limit = k + 16
        while True:
            hits = self._searcher.search(whole, limit, count=False).hits
            # Equal scores at the cut: read on to their end, so that their order by id does not depend on `k`.
            if len(hits) < limit or hits[-1][0] < hits[k - 1][0]:
                break
            limit *= 4
        rows = self._searcher.fast_field_values("id", [address for _, address in hits])
        scored = [(int(row or 0), float(score)) for row, (score, _) in zip(rows, hits, strict=True)]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:k]

    @_read_errors("searching")
    def spellings(self, word: str) -> list[str]:
        """Return the spellings of the name `word` as passages write them, commonest first.

        Empty if the index has `word` as an ordinary word, or no such name.
        """
        key, term = name_key(word), stem(word)
        if not key or len(word) < SHORTEST_NAME:
            return []
        known = [(t[len(key) + 1 :], n) for t, n in self._searcher.terms_with_prefix("names", f"{key}{BAR}")]
        # A word that no passage has may be an unused spelling.
        if self._has(term) and not self._is_name(term, known):
            return []
        found = [(s, n) for s, n in known if same_name(word, s) and self._is_name(stem(s), known)]
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return [surface for surface, _ in found[:_MOST_VARIANTS]]

    def _has(self, term: str) -> int:
        return max(self._searcher.doc_freq("text", term), self._searcher.doc_freq("header", term))

    def _is_name(self, term: str, known: list[tuple[str, int]]) -> bool:
        capitalised = sum(count for surface, count in known if stem(surface) == term)
        return capitalised >= _NAME_SHARE * self._has(term)

    def _term(self, field: str, term: str) -> tantivy.Query:
        return self._tantivy.Query.term_query(self._schema, field, term, index_option="freq")

    def _any_of(self, asked: list[Token]) -> tantivy.Query:
        """Search every term in text and header; a name scores as the best of its spellings."""
        query, should = self._tantivy.Query, self._tantivy.Occur.Should
        own = {t.term for t in asked}
        parts: list[tuple[tantivy.Occur, tantivy.Query]] = []
        for token in asked:
            others: set[str] = set()
            if may_be_name(token):
                others = {stem(surface) for surface in self.spellings(token.surface)} - own
            for field, boost in (("text", 1.0), ("header", _HEADER_BOOST)):
                best = query.boost_query(self._term(field, token.term), boost)
                if others:
                    rest = [self._term(field, t) for t in sorted(others)]
                    best = query.disjunction_max_query(
                        [best, *(query.boost_query(r, boost * _VARIANT_BOOST) for r in rest)]
                    )
                parts.append((should, best))
        return query.boolean_query(parts)

    def _filtered(self, scoring: tantivy.Query, filters: Filters) -> tantivy.Query:
        """Restrict a query to what passes; `Filters.matches` is the definition."""
        query, must, integer = self._tantivy.Query, self._tantivy.Occur.Must, self._tantivy.FieldType.Integer
        passing = [query.term_set_query(self._schema, field, values) for field, values in filters.allowed().items()]
        low, high = filters.published_from, filters.published_to
        if low is not None or high is not None:
            first, last = -(10**9), 10**9  # beyond any YYYYMMDD, so that a date is required
            passing += [
                query.range_query(self._schema, "last_day", integer, first if low is None else low, last),
                query.range_query(self._schema, "first_day", integer, first, last if high is None else high),
            ]
        parts = [(must, query.const_score_query(condition, 0.0)) for condition in passing]
        return query.boolean_query([(must, scoring), *parts]) if parts else scoring


@contextmanager
def _write_errors() -> Iterator[None]:
    """Map tantivy's errors while writing; it reports a full disk as ValueError."""
    try:
        yield
    except (OSError, ValueError) as error:
        text = str(error).partition("\n")[0].partition(" at path")[0]
        raise not_stored(f"writing the lexical index: {text}; {FREE_SPACE}", error) from error


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    for name in ("text", "header"):
        builder.add_text_field(name, tokenizer_name=_TOKENIZER, index_option="freq")
    builder.add_text_field("names", tokenizer_name=_TOKENIZER, index_option="basic")
    for name in ("source", "kind", "relation", "publisher"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("first_day", "last_day"):
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()
