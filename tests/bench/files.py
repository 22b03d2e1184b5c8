"""Reading beside llama-index's SimpleDirectoryReader: python -m tests.bench.files ours|plain FOLDER [--to-passages]

Prints seconds, peak memory in MB and the number of words read, as JSON. Each runs in a process of its own. Both make
text of the same files: the plain one as llama-index does (pypdf for PDFs, others as they are), ours with titles,
headings, tables, page numbers, languages and digests. So the equal comparison goes on to passages: ours are cut at
sentences, theirs by MarkdownNodeParser (for Markdown) and SentenceSplitter, to as many tokens of the same tokenizer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embedding.onnx import OnnxEmbedder

if TYPE_CHECKING:
    from llama_index.core import Document

_TOKENS = 160  # of a passage, as `passage_tokens` is
_SENTENCES = (
    "The council of Esk sold berth {n} to a bank, and the fishermen of the north quay protested on Monday evening.",
    "In {n} cases the harbour master could not say who had paid for the repair of the cranes and of the pier.",
    "A ferry with {n} passengers waited for two hours, since the pilots were at the meeting in the town hall.",
    "The report names {n} boats that left the island in spring and did not come back before the first storm.",
)


def make_pdf(path: Path, pages: int) -> None:
    """Write a PDF of so many full pages, with headings, running heads and page numbers."""
    from tests.documents import column, pdf

    made = []
    for page in range(1, pages + 1):
        lines = [_SENTENCES[n % 4].format(n=page * 40 + n)[:88] for n in range(40)]
        head = [(70.0, 815.0, 9.0, "Reports of the harbour"), (70.0, 785.0, 16.0, f"Chapter {page}")]
        made.append([*head, *column(lines), (290.0, 30.0, 9.0, str(page))])
    path.write_bytes(pdf(made))


def make_folder(folder: Path, files: int) -> None:
    """Write so many small texts."""
    folder.mkdir()
    for n in range(files):
        paragraphs = [" ".join(s.format(n=n * 7 + k) for s in _SENTENCES) for k in range(6)]
        (folder / f"note-{n}.{'txt' if n % 2 else 'md'}").write_text("\n\n".join(paragraphs), "utf-8")


def _ours(folder: Path) -> int:
    from index.read.corpus import read_folder

    return sum(len(source.text.split()) for source in read_folder(folder).sources)


def _documents(folder: Path) -> list[Document]:
    """Return what SimpleDirectoryReader makes of a folder, its PDFs with pypdf.

    That is what llama-index-readers-file does; itself, it needs an older pandas than Gradio is tested with.
    """
    from llama_index.core import Document, SimpleDirectoryReader
    from llama_index.core.readers.base import BaseReader

    class Pages(BaseReader):
        def load_data(self, file: Path, extra_info: dict[str, Any] | None = None, **_: Any) -> list[Document]:
            from pypdf import PdfReader

            found, about = PdfReader(file), {"file_name": file.name, **(extra_info or {})}
            labelled = zip(found.page_labels, found.pages, strict=True)
            return [
                Document(text=page.extract_text(), metadata={"page_label": label, **about}) for label, page in labelled
            ]

    reader = SimpleDirectoryReader(str(folder), recursive=True, raise_on_error=True, file_extractor={".pdf": Pages()})
    return list(reader.load_data())


def _plain(folder: Path) -> int:
    return sum(len(document.text.split()) for document in _documents(folder))


def _our_passages(folder: Path) -> int:
    from index.read.corpus import read_folder
    from index.read.split import split

    embedder = _embedder()
    passages = [p for s in read_folder(folder).sources for p in split(s, embedder, _TOKENS)]
    return sum(len(passage.text.split()) for passage in passages)


def _plain_passages(folder: Path) -> int:
    from llama_index.core.node_parser import MarkdownNodeParser, SentenceSplitter

    tokenizer = _embedder()._tokenizer
    documents = _documents(folder)
    marked = [d for d in documents if d.metadata["file_name"].endswith(".md")]
    others = [d for d in documents if not d.metadata["file_name"].endswith(".md")]
    cutter = SentenceSplitter(
        chunk_size=_TOKENS, chunk_overlap=0, tokenizer=lambda t: tokenizer.encode(t, add_special_tokens=False).ids,
        include_metadata=False,
    )  # fmt: skip
    nodes = cutter.get_nodes_from_documents([*MarkdownNodeParser().get_nodes_from_documents(marked), *others])
    return sum(len(node.get_content().split()) for node in nodes)


@cache
def _embedder() -> OnnxEmbedder:
    """Return the bundled model in the home that FOOTNOTE_HOME names, for its tokenizer."""
    from index.embedding.embedder import open_embedder
    from index.settings import IndexSettings

    found = open_embedder(IndexSettings(home=Path(os.environ["FOOTNOTE_HOME"])))
    assert isinstance(found, OnnxEmbedder)
    return found


def main() -> None:
    whose, folder = sys.argv[1:3]
    ways = (_our_passages, _plain_passages) if "--to-passages" in sys.argv else (_ours, _plain)
    read = ways[0] if whose == "ours" else ways[1]
    warm = Path(folder).parent / "warm"
    warm.mkdir(exist_ok=True)
    if any(Path(folder).glob("*.pdf")):
        make_pdf(warm / "a.pdf", 1)
    (warm / "a.txt").write_text(_SENTENCES[0], "utf-8")
    read(warm)  # imports and models, which a reading costs once
    begun = time.perf_counter()
    words = read(Path(folder))
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "memory": most_memory(), "words": words}))


def most_memory() -> float:
    """Return the most MB that this program has held; `getrusage` also counts what its parent held before."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmHWM; this is measured on Linux")


if __name__ == "__main__":
    main()
