"""Files -> Sources: canonical text, structure, the map to lines, and one clear line for each broken file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import CorpusError
from index.read.corpus import file_digests, read_corpus, read_source
from index.read.markdown import parse_markdown
from index.source import BlockKind, Kind, MarkKind, Source
from tests.conftest import CORPUS

FRONT = """---
id: {id}
title: "A title"
publisher: A Paper
author:
published: 2024-10
url: https://example.org/a
language: en
kind: note
relation: cited
basis: reported
via: ["https://example.org/b"]
---
"""


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / "sources" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def source_of(tmp_path: Path, body: str) -> Source:
    return read_source(write(tmp_path, "a.md", FRONT.format(id="a") + body), "sources/a.md")


def block_texts(source: Source, kind: BlockKind) -> list[str]:
    return [source.text[b.start : b.end] for b in source.blocks if b.kind is kind]


def test_the_projects_corpus_reads_clean() -> None:
    sources = read_corpus(CORPUS)
    assert len(sources) == 29
    article = sources[0]
    assert article.kind is Kind.ARTICLE
    assert not any(sign in article.text for sign in ("](", "*El", "\n>", "# "))
    speech = block_texts(article, BlockKind.QUOTE)
    assert len(speech) == 3
    assert speech[0].startswith("On August 10, I found out")


def test_structure_is_kept_beside_the_text(tmp_path: Path) -> None:
    source = source_of(tmp_path, "# Head\n\nSome *soft* and **hard** [link](https://x.org/y) words.\n\n- one\n- two\n")
    assert source.text == "Head\n\nSome soft and hard link words.\n\none\n\ntwo"
    marks = {(m.kind, source.text[m.start : m.end], m.href) for m in source.marks}
    assert marks == {
        (MarkKind.EMPHASIS, "soft", ""),
        (MarkKind.STRONG, "hard", ""),
        (MarkKind.LINK, "link", "https://x.org/y"),
    }
    assert block_texts(source, BlockKind.LIST_ITEM) == ["one", "two"]
    assert block_texts(source, BlockKind.HEADING) == ["Head"]


def test_offsets_map_back_to_lines_of_the_file(tmp_path: Path) -> None:
    source = source_of(tmp_path, "\n# Head\n\nfirst\nsecond third\n\n> said\n> so\n")
    lines = (tmp_path / "sources" / "a.md").read_text().split("\n")
    for word in ("Head", "first", "second", "third", "said", "so"):
        assert word in lines[source.line_at(source.text.index(word)) - 1]


def test_raw_html_stays_text(tmp_path: Path) -> None:
    body = "Look: <img src=x onerror=alert(1)> <script>alert(2)</script>\n\n<div>block</div>"
    assert source_of(tmp_path, body).text == body


def test_a_month_stays_a_month_and_nothing_stays_none(tmp_path: Path) -> None:
    source = source_of(tmp_path, "Text.")
    assert (source.published, source.author) == ("2024-10", None)


def edited(before: str, after: str) -> str:
    return FRONT.format(id="a").replace(before, after) + "Text."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (edited("published: 2024-10", "published: 2024-13"), "field 'published': '2024-13' has no such month"),
        (edited("published: 2024-10", "published: 2023-02-29"), "field 'published': '2023-02-29' has no such day"),
        (
            edited("published: 2024-10", "published: yesterday"),
            "field 'published': 'yesterday' is no date; write YYYY",
        ),
        (
            edited("kind: note", "kind: blog"),
            "field 'kind': 'blog' is not allowed; use 'article', 'note' or 'fulltext'",
        ),
        (edited("publisher: A Paper\n", ""), "field 'publisher': is missing; add it"),
        (edited("url: https", "url: ftp"), "field 'url'"),
        (edited("url: https", "url: javascript"), "field 'url'"),
        (edited("basis:", "bassis:"), "field 'bassis': is not a field; remove it or use one of id, title"),
        (edited("id: a", "id: a b/../c"), "field 'id'"),
        (edited('title: "A title"', 'title: "A: b" c'), "line 3: the front matter is not YAML"),
        (FRONT.format(id="a") + "  \n\n", "the body is empty"),
        (b"---\nid: a\xff\n---\nx", "byte 9 is not UTF-8"),
        ("no front matter", "line 1 is not '---'"),
        ("---\nid: a\n", "the front matter has no end"),
        ("---\n- a\n---\nx", "the front matter holds no fields"),
        ("", "line 1 is not '---'"),
    ],
)
def test_a_broken_file_is_named_on_one_line(tmp_path: Path, content: str | bytes, expected: str) -> None:
    with pytest.raises(CorpusError, match=r"^sources/a\.md: ") as error:
        read_source(write(tmp_path, "a.md", content), "sources/a.md")
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_two_files_with_one_id(tmp_path: Path) -> None:
    write(tmp_path, "a.md", FRONT.format(id="same") + "Text.")
    write(tmp_path, "b.md", FRONT.format(id="same") + "Text.")
    with pytest.raises(CorpusError, match=r"sources/b\.md: field 'id': 'same' is already the id of sources/a\.md"):
        read_corpus(tmp_path)


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no article\.md and no sources/\*\.md"):
        read_corpus(tmp_path)


def test_digests_change_with_the_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", FRONT.format(id="a") + "Text.")
    before = file_digests(tmp_path)
    path.write_text(FRONT.format(id="a") + "Text!")
    assert before.keys() == file_digests(tmp_path).keys()
    assert before != file_digests(tmp_path)


MARKDOWN = st.text(alphabet=st.sampled_from(list("ab .*_`[]()<>#>-!\\&\n\"'1é日")), max_size=200)


@given(MARKDOWN)
def test_blocks_and_marks_lie_inside_the_text(markdown: str) -> None:
    text = parse_markdown(markdown)
    end = 0
    for block in text.blocks:
        assert end <= block.start < block.end <= len(text.text)
        assert text.text[block.start : block.end].strip() == text.text[block.start : block.end]
        end = block.end
    for mark in text.marks:
        assert any(b.start <= mark.start < mark.end <= b.end for b in text.blocks)
    assert [o for o, _ in text.lines] == sorted(o for o, _ in text.lines)
