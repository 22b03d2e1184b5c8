"""Files -> Sources: canonical text, structure, the map to lines, and one clear line for each broken file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import CorpusError
from index.read.corpus import file_digests, read_corpus, read_folder
from index.read.markdown import parse_markdown
from index.read.one_file import read_source
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


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Look: <img src=x onerror=alert(1)> <script>alert(2)</script>\n\n<div>block</div>", "Look:\n\nblock"),
        ("One.\n\n<!-- a doubt\n\nof *two* paragraphs -->\n\nTwo <!-- three --> four.", "One.\n\nTwo four."),
        ("<!-- note --> What follows it stays.", "What follows it stays."),
        ("<style>\np { x: y }\n\n</style>\nText.", "Text."),
        ("A slip <!-- that is never closed\n\nloses nothing.", "A slip <!-- that is never closed\n\nloses nothing."),
        ("`<!-- code -->` and\n\n```\n<!-- code -->\n```", "<!-- code --> and\n\n<!-- code -->"),
        ("He said <inaudible> and 5 < 6.", "He said <inaudible> and 5 < 6."),
        ("10<sup>6</sup> m<sup>2</sup> of CO<sub>2</sub>, <b>bold</b><br>new line", "10⁶ m² of CO₂, bold\nnew line"),
        ("The bridge[^1] is [^n]long.\n\n[^1]: A note.\n[^n]: Another.", "The bridge is long.\n\nA note. Another."),
        ("The class [^a-z] stays.", "The class [^a-z] stays."),
    ],
)
def test_html_and_footnote_marks_leave_the_text_and_words_stay(tmp_path: Path, body: str, text: str) -> None:
    assert source_of(tmp_path, body).text == text


def test_a_line_of_dashes_under_a_text_is_a_rule_and_a_long_one_underlines_a_heading(tmp_path: Path) -> None:
    source = source_of(tmp_path, "The deck was renewed in 2011\n---\n\nThe title\n---------\n\nOld title\n===\n\nText.")
    assert block_texts(source, BlockKind.HEADING) == ["The title", "Old title"]
    assert block_texts(source, BlockKind.PARAGRAPH) == ["The deck was renewed in 2011", "Text."]


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    body = "Rain:\n\n| Town | *2023* |\n|---|--:|\n| Adlen | 7 |\n|  | 1\\|2 |\n\nAfter."
    source = source_of(tmp_path, body)
    assert source.text == "Rain:\n\nTown | 2023\n\nAdlen | 7\n\n| 1|2\n\nAfter."
    head, *rows = [b for b in source.blocks if b.kind in (BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW)]
    assert (head.kind, head.under) == (BlockKind.TABLE_HEAD, 0)
    assert [r.under for r in rows] == [head.start, head.start]
    file = (tmp_path / "sources" / "a.md").read_text().splitlines()
    assert "Adlen" in file[source.line_at(rows[0].start) - 1]


def test_an_item_knows_what_it_hangs_on(tmp_path: Path) -> None:
    source = source_of(tmp_path, "Bring one. Bring two:\n\n- a\n  - b\n\n  more on a\n- c\n\nUnrelated.\n\n1. d\n")
    under = {
        source.text[b.start : b.end]: source.text[b.under : b.under + 5] if b.under >= 0 else None
        for b in source.blocks
    }
    assert (under["a"], under["c"], under["b"][:1]) == ("Bring", "Bring", "a")
    assert under["more on a"] is under["Unrelated."] is under["d"] is None


def test_a_month_stays_a_month_and_nothing_stays_none(tmp_path: Path) -> None:
    source = source_of(tmp_path, "Text.")
    assert (source.published, source.author) == ("2024-10", None)


BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


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
        (
            edited("basis: reported", "basis: mostly"),
            "field 'basis': 'mostly' is not allowed; use 'original', 'partly' or 'reported'",
        ),
        (edited("publisher: A Paper\n", ""), "field 'publisher': is missing; add it"),
        (edited("url: https", "url: ftp"), "field 'url'"),
        (edited("url: https", "url: javascript"), "field 'url'"),
        (edited("url: https://example.org/a", 'url: "https://[x"'), "field 'url': 'https://[x': write an address"),
        (edited("https://example.org/b", "https://[x"), "field 'via.0': 'https://[x': write an address"),
        (edited("basis:", "bassis:"), "field 'bassis': is not a field; remove it or use one of id, title"),
        (edited("id: a", "id: a b/../c"), "field 'id'"),
        (edited('title: "A title"', 'title: "A: b" c'), "line 3: the front matter is not YAML"),
        (FRONT.format(id="a") + "  \n\n", "the body is empty"),
        (FRONT.format(id="a") + "# Only\n\n## headings\n", "it holds headings only"),
        (f"---\na0: &a0 x\n{BOMB}---\nText.", "line 3: an alias (*) is not allowed in front matter"),
        (f"---\nvia: {'[' * 5000}{']' * 5000}\n---\nText.", "line 2: the front matter is nested too deep"),
        ("---\n" + "".join(f"x{n}: y\n" for n in range(9000)) + "---\nText.", "more than 32768"),
        (FRONT.format(id="a") + "Text.\n\nAn \x1b]52;c;aGk=\x07 escape.", "line 16 holds the control character U+001B"),
        (edited('"A title"', r'"A \e]52;c;aGk=\a title"'), "field 'title': "),
        (edited("url: https://example.org/a", r'url: "https://example.org/\u202Egpj"'), "holds the control character"),
        (b"---\nid: a\xff\n---\nx", "byte 9 is not UTF-8"),
        ("---\nid: a\n", "the front matter has no end"),
        ("---\n- a\n---\nx", "the front matter holds no fields"),
        ("", "it is empty"),
    ],
)
def test_a_broken_file_is_named_on_one_line(tmp_path: Path, content: str | bytes, expected: str) -> None:
    with pytest.raises(CorpusError, match=r"^sources/a\.md: ") as error:
        read_source(write(tmp_path, "a.md", content), "sources/a.md")
    assert expected in str(error.value)
    assert "\n" not in str(error.value)
    assert not {"\x1b", "\x07", "\u202e"} & set(str(error.value))


def test_two_files_with_one_id(tmp_path: Path) -> None:
    write(tmp_path, "a.md", FRONT.format(id="same") + "Text.")
    write(tmp_path, "b.md", FRONT.format(id="same") + "Text.")
    with pytest.raises(CorpusError, match=r"sources/b\.md: field 'id': 'same' is already the id of sources/a\.md"):
        read_corpus(tmp_path)


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no file here can be read; name a folder"):
        read_corpus(tmp_path)


def test_what_is_no_source_is_passed_over_and_named(tmp_path: Path) -> None:
    for n, name in enumerate(["a.md", "b.MD", "sub/c.markdown", ".trash/old.md", ".ipynb_checkpoints/a.md"]):
        write(tmp_path, name, FRONT.format(id=f"s{n}") + "Text.")
    write(tmp_path, "README.md", "# Notes on this folder")
    write(tmp_path, "._a.md", b"\x00\x05\x16\x07")
    write(tmp_path, "titles.md", FRONT.format(id="titles") + "# One\n\n## Two\n")
    write(tmp_path, "empty.md", FRONT.format(id="empty"))
    write(tmp_path, "page.html", "<p>Text.</p>")
    write(tmp_path, "picture.png", b"\x89PNG")
    write(tmp_path, "bad\x1bname.md", FRONT.format(id="bad") + "Text.")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "sources" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "sources" / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "notes.md").write_text("Beside it.")
    found = read_folder(tmp_path)
    assert {s.file for s in found.sources} == {"sources/a.md", "sources/b.MD", "sources/sub/c.markdown"}
    assert {p.name: p.reason.split(";")[0] for p in found.passed_over} == {
        "notes.md": "it lies beside sources/",
        "sources/._a.md": "it is hidden",
        "sources/README.md": "it holds headings only",
        "sources/bad\ufffdname.md": "its name holds a control character, or is not UTF-8",
        "sources/empty.md": "the body is empty",
        "sources/gone.md": "it is no file, or a link that leads nowhere",
        "sources/linked": "a linked folder is not entered",
        "sources/page.html": "it holds the same text as sources/a.md",
        "sources/picture.png": "files of this kind cannot be read",
        "sources/titles.md": "it holds headings only",
    }


def test_digests_change_with_the_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", FRONT.format(id="a") + "Text.")
    before = file_digests(tmp_path)
    path.write_text(FRONT.format(id="a") + "Text!")
    assert before.keys() == file_digests(tmp_path).keys()
    assert before != file_digests(tmp_path)


MARKDOWN = st.lists(
    st.sampled_from(
        [*"ab .*_`[]()<>#>-!\\&\n\"'1é日|:", "\n\n", "\n- ", "\n  - ", "<!--", "-->", "<b>", "[^1]", "\n|-|-|\n"]
    ),
    max_size=120,
).map("".join)


@given(MARKDOWN)
def test_blocks_and_marks_lie_inside_the_text(markdown: str) -> None:
    text = parse_markdown(markdown)
    end = 0
    for block in text.blocks:
        assert end <= block.start < block.end <= len(text.text)
        assert text.text[block.start : block.end].strip() == text.text[block.start : block.end]
        end = block.end
        assert block.under == -1 or block.under in {b.start for b in text.blocks if b.start < block.start}
    for mark in text.marks:
        assert any(b.start <= mark.start < mark.end <= b.end for b in text.blocks)
    assert [o for o, _ in text.lines] == sorted(o for o, _ in text.lines)
