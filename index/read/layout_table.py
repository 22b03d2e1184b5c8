"""Tables that only lay out a page, as pages did before there was another way."""

from __future__ import annotations

from index.read.markup import INLINE, is_layout
from index.read.xml_tree import Element, local_name, new_element

_CELLS = ("caption", "td", "th")
_PARTS = (*_CELLS, "thead", "tbody", "tfoot", "tr", "colgroup", "col")
_IN_LINES = INLINE | {"br"}


def unfold_layout_tables(root: Element) -> None:
    """Make blocks of them, in the tree. trafilatura would put the words of such a table before those of its tables."""
    # An element is the same object only as long as it is held.
    outer = {table for table in root.iter("table") if is_layout(table)}
    for part in [p for p in root.iter(*_PARTS) if next(p.iterancestors("table"), None) in outer]:
        if local_name(part) in _CELLS:
            _put_words_in_paragraphs(part)
        part.tag = "div"
    for table in outer:
        table.tag = "div"


def _put_words_in_paragraphs(cell: Element) -> None:
    """Wrap the words of a cell that stand in no block: trafilatura drops them in what is no cell."""
    content, words = list(cell), cell.text
    cell.text = None
    for child in content:
        cell.remove(child)
    paragraph = new_element("p")
    paragraph.text = words
    cell.append(paragraph)
    for child in content:
        if local_name(child) in _IN_LINES:
            paragraph.append(child)
            continue
        paragraph = new_element("p")
        paragraph.text, child.tail = child.tail, None
        cell.extend((child, paragraph))
    for empty in [p for p in cell.iterchildren("p") if not len(p) and not (p.text or "").strip()]:
        cell.remove(empty)
