"""A web page -> Document: the text that the page is there for, without menus, banners and comments.

The only file that imports trafilatura, which finds that text and what the page says of itself. What it takes for no
text at all is read whole: a page made by hand may be too short, or too plain, to look like an article.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from itertools import islice
from urllib.parse import urljoin

from trafilatura import extract, extract_metadata
from trafilatura.settings import use_config

from index.read.decode import decode, in_utf8
from index.read.document import Document
from index.read.layout_table import unfold_layout_tables
from index.read.markup import is_note_mark, read_tree
from index.read.xml_tree import Element, local_name, parse_html

for _name in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # they tell at length what they try; the reader says what fails

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page names its encoding
_REFERENCE = re.compile(r"&#(?:0*([0-9]{1,5})(?![0-9])|[xX]0*([0-9a-fA-F]{1,4})(?![0-9a-fA-F]));?")
# Carries no text and can be megabytes: taken out before anything else looks at the page.
_SCRIPT = re.compile(r"<(/?)(script|style)\b", re.IGNORECASE)
_LONGEST_TAG = 2000  # characters of a script's or style's opening or closing tag
_LINKED_DATA = "ld+json"
_MOST_DATA = 10_000  # characters of linked data that are taken as they stand
_LONGEST_VALUE = 300  # characters of a value that is kept of longer data, which often hold the whole article again
_MARKUP = re.compile(r"<[^<>]*>?")
_TAG = re.compile(r"<[a-zA-Z!/]")
_FURNITURE = frozenset({"nav", "footer", "aside"})
_SHARE = 0.5  # of the words of a page's own <article> or <main> that are found at least


def read_web_page(raw: bytes, base: str = "") -> Document:
    """Read a page in HTML. With `base`, the page's address, its marks hold the links to its own site too.

    Raises ValueError if it is none.
    """
    text = _page_text(raw)
    root = _without(parse_html(text), is_note_mark)  # trafilatura would take a short sentence with one for a menu
    if base:
        _make_links_whole(root, base)
    for element in root.iter("code", "kbd", "samp", "tt", "var"):
        if not any(local_name(above) == "pre" for above in element.iterancestors()):
            element.tag = "span"  # trafilatura would make a block of it, in the middle of a sentence
    unfold_layout_tables(root)
    hints = _hints(text, root)
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "0")
    found = extract(
        deepcopy(root), output_format="html", include_formatting=True, include_links=True, include_tables=True,
        include_comments=False, favor_recall=True, config=config,
    )  # fmt: skip
    main = read_tree(parse_html(found), hints) if found else None
    whole = read_tree(_without(root, _is_furniture), hints)
    return whole if main is None or len(main.text) < _SHARE * len(_own_text(root)) else main


def page_tree(raw: bytes, base: str = "") -> Element:
    """Return a page in HTML as a tree, without its styles and scripts; linked data stay.

    `base`: the page's address, with which its links get whole addresses. Raises ValueError if it is none.
    """
    root = parse_html(_page_text(raw))
    if base:
        _make_links_whole(root, base)
    return root


def own_part(root: Element) -> Element | None:
    """Return the one part that the page itself calls its article or its main part, without menus and the like.

    The tree loses them. None if the page has no such part, or several.
    """
    for name in ("article", "main"):
        parts = list(islice(root.iter(name), 2))
        if len(parts) == 1:
            return _without(parts[0], _is_furniture)
    return None


def _make_links_whole(root: Element, base: str) -> None:
    """Resolve the addresses of links against the page's own, or the one that the page names for that."""
    named = next((e.get("href") for e in root.iter("base") if e.get("href")), "")
    base = _joined(base, named or "") or base
    for link in root.iter("a"):
        if link.get("href"):
            link.set("href", _joined(base, link.get("href") or ""))


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())
    except ValueError:  # no address at all
        return ""


def _page_text(raw: bytes) -> str:
    text = _REFERENCE.sub(_referred, _without_scripts(_decoded(raw)))
    if not _TAG.search(text):
        raise ValueError("it holds no HTML; if it is a text, save it as .txt")
    return text


def _referred(reference: re.Match[str]) -> str:
    """Return a reference to a character; for a control, which lxml reads and then refuses to write, a blank."""
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    return " " if (code < 0x20 and chr(code) not in "\t\n\r") or code in (0xFFFE, 0xFFFF) else reference[0]


def _decoded(raw: bytes) -> str:
    """Return the page as text, in the encoding that it names if it can be read so."""
    named = _CHARSET.search(raw[:_HEAD])
    return decode(in_utf8(raw, named[1].decode("ascii")) if named else raw)


def _without_scripts(text: str) -> str:
    """Return `text` without scripts and styles, in one pass; one that is never closed ends the text, as in browsers.

    Linked data stay: they say who wrote the page and when.
    """
    kept, at, inside, data = [], 0, "", -1
    for match in _SCRIPT.finditer(text):
        name, end = match[2].lower(), text.find(">", match.end(), match.end() + _LONGEST_TAG) + 1
        if not inside and not match[1]:
            kept.append(text[at : match.start()])
            inside, data = name, end if _LINKED_DATA in text[match.end() : end] else -1
        elif inside == name and match[1]:
            if data >= 0:
                kept.append(_linked_data(text[data : match.start()]))
            at, inside = end or match.end(), ""
    return " ".join((*kept, "" if inside else text[at:]))


def _linked_data(text: str) -> str:
    """Return a script of linked data; of long data only the short values, and nothing if they cannot be read.

    trafilatura takes time in proportion to the square of their length, and fails on data that are nested deep.
    """
    try:
        data = json.loads(text, strict=False)
        if len(text) > _MOST_DATA:
            text = json.dumps(_short(data))
    except ValueError:
        pass  # trafilatura finds something in short ones that are no JSON, too
    except RecursionError:
        return ""
    return f'<script type="application/ld+json">{text}</script>' if len(text) <= _MOST_DATA else ""


def _short(data: object) -> object:
    """Return data without their long values and the tags in them."""
    if isinstance(data, dict):
        return {key: _short(value) for key, value in data.items() if len(str(key)) <= _LONGEST_VALUE}
    if isinstance(data, list):
        return [_short(value) for value in data]
    if isinstance(data, str):
        return _MARKUP.sub("", data) if len(data) <= _LONGEST_VALUE else ""
    return data


def _hints(text: str, root: Element) -> dict[str, str]:
    """Return what the page says of itself, by the names of the fields."""
    found = extract_metadata(text, extensive=False)  # without dates that merely stand somewhere on the page
    said = {
        "title": _title(root, found.title or ""),
        "author": found.author,
        "publisher": found.sitename,
        "published": _date(root, found.date) if found.date else "",
        "url": found.url,
        "licence": found.license,
        "language": root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
    }
    return {name: str(value) for name, value in said.items() if value}


def _title(root: Element, found: str) -> str:
    """Return the heading that the page's own title begins with (the site's name follows it); else what was `found`."""
    whole = " ".join((root.findtext(".//title") or "").split())
    for heading in root.iter("h1", "h2", "h3"):
        words = " ".join("".join(heading.itertext()).split())
        if words and whole.casefold().startswith(words.casefold()):
            return words
    return found if found.casefold() in whole.casefold() else whole


def _date(root: Element, found: str) -> str:
    """Return the date that was `found` if the page states it as its own, and it does not merely stand in the text."""
    stated = [e.get("content") or "" for e in root.iter("meta")] + [e.get("datetime") or "" for e in root.iter("time")]
    stated += [e.text or "" for e in root.iter("script")] + [e.get("href") or "" for e in root.iter("link")]
    forms = (found, found.replace("-", "/"), found.replace("-", ""))
    return found if any(form in words for words in stated for form in forms) else ""


def _own_text(root: Element) -> str:
    """Return the words of the one part that the page itself calls its article or its main part; '' if it has none."""
    part = own_part(root)
    return "" if part is None else read_tree(part).text


def _is_furniture(element: Element) -> bool:
    return local_name(element) in _FURNITURE


def _without(root: Element, unwanted: Callable[[Element], bool]) -> Element:
    """Take what is unwanted out of a tree, and return the tree."""
    for parent in list(root.iter()):
        if gone := {child for child in parent if unwanted(child)}:
            _take_out(parent, gone)
    return root


def _take_out(parent: Element, gone: Collection[Element]) -> None:
    """Remove children, but not the words behind them. lxml's `drop_tree` copies all words before each child again."""
    last: Element | None = None
    words = [parent.text or ""]  # behind the last child that stays
    for child in list(parent):
        if child in gone:
            words.append(child.tail or "")
            parent.remove(child)
        else:
            _set_words(parent, last, words)
            last, words = child, [child.tail or ""]
    _set_words(parent, last, words)


def _set_words(parent: Element, last: Element | None, words: Sequence[str]) -> None:
    if len(words) > 1:
        joined = "".join(words) or None
        if last is None:
            parent.text = joined
        else:
            last.tail = joined
