"""What of twenty documents is read right: python -m tests.bench.twenty FOLDER [--markdown]

FOLDER holds the documents that tests.bench.twenty.make makes. Each field is held against what stated.toml says.
"""

from __future__ import annotations

import argparse
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.errors import CorpusError
from index.read.one_file import read_source
from index.source import Source

STATED = Path(__file__).with_name("stated.toml")
FIELDS = ("title", "author", "date", "publisher", "language", "order", "tables", "pages", "refused")


def check(path: Path, stated: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each field that is stated with what is wrong of it; '' if it is right."""
    try:
        source = read_source(path, path.name)
    except CorpusError as error:
        reason = stated.get("refused")
        for field in FIELDS:
            if field in stated:
                yield field, "" if reason and reason in str(error) else f"{error}"
        return
    author = source.author if "author" in source.guessed or source.author else ""
    found = {"title": source.title, "author": author, "date": source.published, "publisher": source.publisher}
    for field, value in {**found, "language": source.language}.items():
        if field in stated:
            yield field, "" if _same(field, stated[field], value or "") else f"{value!r}, not {stated[field]!r}"
    if "refused" in stated:
        yield "refused", "it was read"
    if "order" in stated:
        yield "order", "; ".join(_order(source, stated))
    if "table" in stated:
        blocks = {source.text[b.start : b.end] for b in source.blocks}
        yield "tables", "; ".join(f"no row {row!r}" for row in stated["table"] if row not in blocks)
    if "pages" in stated:
        yield "pages", "; ".join(_pages(source, stated["pages"]))


def _same(field: str, stated: str, found: str) -> bool:
    if field == "author":  # however the names are joined
        stated, found = (
            " ".join(a.replace(";", ",").replace(" and ", ", ").split()).strip(",") for a in (stated, found)
        )
    return found.startswith(stated) if field == "date" else stated.casefold() == found.casefold()


def _order(source: Source, stated: Mapping[str, Any]) -> Iterator[str]:
    text, at = " ".join(source.text.split()), 0
    for words in stated["order"]:
        place = text.find(words, at)
        if place < 0:
            yield f"{'not in its place' if words in text else 'not whole'}: {words[:60]!r}"
        at = max(at, place)
    for words in stated.get("out", ()):
        if words in text:
            yield f"stands in the text: {words!r}"


def _pages(source: Source, stated: Mapping[str, int]) -> Iterator[str]:
    starts = [at for at, _ in source.pages]
    for words, page in stated.items():
        places = [n for n in range(len(source.text)) if source.text.startswith(words, n)]
        found = {source.pages[bisect_right(starts, n) - 1][1] for n in places}
        if page not in found:
            yield f"{words[:40]!r} on page {sorted(found)}, not {page}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/formats.md")
    args = parser.parse_args()
    right = of = 0
    shown = [f for f in FIELDS if f != "refused"]
    if args.markdown:
        print(
            "| document | made with |", " | ".join(shown), "|\n|---|---|", "|".join("---" for _ in shown), "|", sep=""
        )
    for name, stated in tomllib.loads(STATED.read_text("utf-8")).items():
        if not (args.folder / name).is_file():
            print(f"{name}: not there")
            continue
        found = dict(check(args.folder / name, stated))
        wrong = {field: problem for field, problem in found.items() if problem}
        right, of = right + len(found) - len(wrong), of + len(found)
        if args.markdown:
            marks = [("–" if f not in found else "**wrong**" if found[f] else "right") for f in shown]
            if "refused" in found:
                marks = ["refused" if not found["refused"] else "**wrong**", *["–"] * (len(shown) - 1)]
            print(f"| {stated['kind']} (`{name}`) | {stated['by']} |", " | ".join(marks), "|")
        else:
            print(f"{name} ({stated['kind']}, {stated['by']}): {len(found) - len(wrong)} of {len(found)} right")
            for field, problem in wrong.items():
                print(f"    {field}: {problem}")
    print(f"\n{right} of {of} fields right: {right / max(1, of):.0%}")


if __name__ == "__main__":
    main()
