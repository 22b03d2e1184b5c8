"""What is known of pages, in the words of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from app.pages.compare import Fate, Held, Piece
from app.render.console import SafeConsole
from index.fetched.records import Page

if TYPE_CHECKING:
    from app.pages.check import Checked, KeptOut

_AROUND = 60  # characters of unchanged words that are shown beside a changed one
_OPENING = 120  # characters of words that stand elsewhere, or no more
_STYLES = {Fate.CHANGED: "yellow", Fate.GONE: "red", Fate.MOVED: "cyan", Fate.UNCHANGED: "green"}


def page_rows(page: Page) -> list[tuple[str, str]]:
    """Return what is known of a page in lines, each with its name."""
    rows = [
        ("page", page.final_url if page.final_url not in ("", page.url) else ""),
        ("fetched", _time(page.fetched)),
        ("last seen so", _time(page.seen)),
        ("last asked", _time(page.asked) if page.asked != page.seen else ""),
        ("found then", f"passages {_counts(page.found)}" if page.found and page.compared != page.seen else ""),
        ("failed", page.reason),
    ]
    return [(name, words) for name, words in rows if words]


def print_checked(console: SafeConsole, checked: Checked) -> None:
    """Print what a check found of one page."""
    console.print(Text.assemble((checked.source_id, "cyan"), " ", checked.url))
    seen = f"; last seen as indexed: {_time(checked.seen)}" if checked.seen else ""
    if checked.state == "failed":
        console.print(Text(f"  {checked.why}: {checked.reason}{seen}", style="red"))
    elif checked.state == "unchanged" and not checked.differing:
        console.print(Text("  the page is as it was indexed", style="green"))
    else:
        console.print(Text(f"  passages {_counts(checked.passages)}{seen if checked.state == 'changed' else ''}"))
    for held in checked.differing:
        _print_held(console, held, f"{held.start}:{held.end}")
    for quote in checked.quotations:
        _print_held(console, quote, f"quoted in {quote.where}")


def print_left_out(console: SafeConsole, quotations: Sequence[KeptOut]) -> None:
    """Print the kept quotations that were held against no page, and why."""
    for kept in quotations:
        where = Text.assemble("Not checked", f" ({kept.source_id}, quoted in {kept.where}): ")
        console.print(Text.assemble(where, f"{kept.reason}: ", _shortened(kept.text)))


def _print_held(console: SafeConsole, held: Held, where: str) -> None:
    words = _differing(held.differs) if held.differs else Text(_shortened(held.text))
    console.print(Text.assemble("  ", (held.fate.value, _STYLES[held.fate]), f" ({where}): ", words))


def _differing(pieces: Sequence[Piece]) -> Text:
    """Return a difference as [-words of the index-] {+words of the page+}, among a few that both have."""
    shown = Text()
    for n, piece in enumerate(pieces):
        text = " ".join(piece.text.split(" ")).replace("\n", " ")
        if piece.of == "index":
            shown.append(f"[-{text}-]", style="red")
        elif piece.of == "page":
            shown.append(f"{{+{text}+}}", style="green")
        else:
            shown.append(_middle(text, is_first=n == 0, is_last=n == len(pieces) - 1))
    return shown


def _middle(text: str, *, is_first: bool, is_last: bool) -> str:
    """Leave out of unchanged words what is far from a change."""
    if len(text) <= 2 * _AROUND:
        return text
    head, tail = "" if is_first else text[:_AROUND], "" if is_last else text[-_AROUND:]
    return f"{head}…{tail}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _OPENING else line[:_OPENING].rstrip() + "…"


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{state}: {found[state]}" for state in _in_order(found))


def _in_order(found: Iterable[str]) -> list[str]:
    return [fate.value for fate in Fate if fate.value in set(found)]


def _time(stamp: str) -> str:
    return stamp.replace("T", " ").removesuffix("Z") + " UTC" if stamp else ""
