"""A source as a reader's own text cites it: Chicago (18th edition, bibliography), APA (7th edition) and BibTeX.

A note is cited as what it is, a note on its original: authors and date of the original are not the note's. All
functions are pure; `accessed` is the day on which the source was read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from app.render.fragment import web_address
from app.render.style import Style
from app.render.visible import visible
from index.source import Kind, SourceFacts

_MONTHS = (
    "January February March April May June July August September October November December"
).split()  # as the styles print them, whatever the page's language
_REMARK = re.compile(r"\s*\([^()]*\)\s*\Z")  # 'Clara Weiss (interviewer)'
_AND = re.compile(r"\s*(?:,|;|\band\b|&)\s*")
_PERSON = re.compile(r"(?:[A-Z]\.|[^\W\d_][\w.'’-]*)(?: (?:[A-Z]\.|[^\W\d_][\w.'’-]*)){1,3}\Z")
_PARTICLES = frozenset("de da di du del della van von der den ter le la al el bin ibn".split())
# What names a body and no person, at the end of a name.
_BODIES = frozenset(
    "journalists reporters correspondents editors staff team group agency office service ministry".split()
)
_BIBTEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip


def cite(facts: SourceFacts, style: Style, accessed: date) -> str:
    """Return one reference in `style`, as plain text."""
    write = {Style.CHICAGO: _chicago, Style.APA: _apa, Style.BIBTEX: _bibtex}[style]
    return write(facts, accessed)


def cite_all(sources: Iterable[SourceFacts], style: Style, accessed: date) -> str:
    """Return the references of `sources`, parted by empty lines; Chicago and APA in alphabetical order."""
    cited = [cite(s, style, accessed) for s in sources]
    if style is not Style.BIBTEX:
        cited.sort(key=lambda c: c.casefold().lstrip("“\"'„«"))
    return "\n\n".join(cited)


def authors(facts: SourceFacts) -> tuple[tuple[str, str], ...]:
    """Return (given names, family name) of each author; what is no person's name has no given names."""
    text = _REMARK.sub("", visible(" ".join((facts.author or "").split())))
    if not text:
        return ()
    parts = [p for p in _AND.split(text) if p]
    if not all(_is_person(p) for p in parts):
        return (("", text),)
    return tuple(_named(p) for p in parts)


def _is_person(name: str) -> bool:
    words = name.split()
    if words[-1].lower() in _BODIES or not _PERSON.match(name):
        return False
    return all(w[0].isupper() or w in _PARTICLES for w in words)


def _named(name: str) -> tuple[str, str]:
    words = name.split()
    first = next((n for n, w in enumerate(words) if w in _PARTICLES), len(words) - 1)
    first = max(1, first)
    return " ".join(words[:first]), " ".join(words[first:])


def _chicago(facts: SourceFacts, accessed: date) -> str:
    if facts.kind is Kind.NOTE:
        original = f" Original: {web_address(facts.url)}." if web_address(facts.url) else ""
        return f"{_note(facts)}. Footnote, source {visible(facts.id)}. Accessed {_us(accessed)}.{original}"
    people = authors(facts)
    names = [_inverted(people[0]), *map(_plain, people[1:])] if people else []
    who = _stopped(_listed(names, "and", inverted=True))
    address = f" {web_address(facts.url)}." if web_address(facts.url) else ""
    return f"{who}“{_stopped_title(facts)}” {_publisher(facts)}, {_day(facts)}. Accessed {_us(accessed)}.{address}"


def _apa(facts: SourceFacts, accessed: date) -> str:
    address = web_address(facts.url)
    if facts.kind is Kind.NOTE:
        original = f" Original: {address}" if address else ""
        return f"[{_note(facts)}]. (n.d.). Footnote, source {visible(facts.id)}. Retrieved {_us(accessed)}.{original}"
    who = _listed([_initials(a) for a in authors(facts)], "&", inverted=True)
    when = f"({_apa_day(facts)})."
    first = f"{_stopped(who)}{when} {_stopped_title(facts)}" if who else f"{_stopped_title(facts)} {when}"
    retrieved = f"Retrieved {_us(accessed)}, from {address}" if address else f"Retrieved {_us(accessed)}."
    return f"{first} {_publisher(facts)}. {retrieved}"


def _bibtex(facts: SourceFacts, accessed: date) -> str:
    """Return an entry of type @online (biblatex); braces keep titles and names of bodies as they are."""
    is_note = facts.kind is Kind.NOTE
    people = () if is_note else authors(facts)
    fields = {
        "author": " and ".join(f"{_tex(f)}, {_tex(g)}" if g else f"{{{_tex(f)}}}" for g, f in people),
        "title": f"{{{_tex(_note(facts) if is_note else _title(facts))}}}",
        "organization": f"{{{_tex('Footnote' if is_note else _publisher(facts))}}}",
        "date": "" if is_note else facts.published or "",
        "url": _tex_address(web_address(facts.url)),
        "urldate": accessed.isoformat(),
        "note": "The address is that of the original" if is_note and web_address(facts.url) else "",
    }
    rows = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@online{{{_key(facts.id)}{rows}\n}}"


def _note(facts: SourceFacts) -> str:
    """Return 'Note on A and B, “Title,” Publisher, October 21, 2024'."""
    who = _listed([_plain(a) for a in authors(facts)], "and")
    original = ", ".join(p for p in (who, f"“{_title(facts)},”") if p)
    return f"Note on {original} {_publisher(facts)}, {_day(facts)}"


def _title(facts: SourceFacts) -> str:
    return visible(" ".join(facts.title.split()))


def _stopped_title(facts: SourceFacts) -> str:
    title = _title(facts)
    return title if title.endswith(("?", "!", ".", "…")) else f"{title}."


def _publisher(facts: SourceFacts) -> str:
    return visible(" ".join(facts.publisher.split()))


def _stopped(words: str) -> str:
    if not words:
        return ""
    return f"{words} " if words.endswith(".") else f"{words}. "


def _plain(person: tuple[str, str]) -> str:
    return " ".join(filter(None, person))


def _inverted(person: tuple[str, str]) -> str:
    given, family = person
    return f"{family}, {given}" if given else family


def _initials(person: tuple[str, str]) -> str:
    given, family = person
    return f"{family}, {' '.join(f'{w[0]}.' for w in given.split())}" if given else family


def _listed(names: Sequence[str], last: str, inverted: bool = False) -> str:
    """Join names: 'A and B', 'A, B, and C'; behind an inverted name a comma stands before the last one too."""
    if len(names) < 2:
        return "".join(names)
    comma = "," if inverted or len(names) > 2 else ""
    return f"{', '.join(names[:-1])}{comma} {last} {names[-1]}"


def _parts(facts: SourceFacts) -> tuple[str, str, str]:
    """Return year, month in words and day; '' for what is not known."""
    year, month, day = [*(facts.published or "").split("-"), "", ""][:3]
    return year, _MONTHS[int(month) - 1] if month else "", day.lstrip("0")


def _day(facts: SourceFacts) -> str:
    year, month, day = _parts(facts)
    return f"{month} {day}, {year}" if day else f"{month} {year}".strip() or "n.d."


def _apa_day(facts: SourceFacts) -> str:
    year, month, day = _parts(facts)
    return ", ".join(p for p in (year, f"{month} {day}".strip()) if p) or "n.d."


def _us(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _tex(text: str) -> str:
    return "".join(_BIBTEX.get(c, c) for c in text)


def _tex_address(url: str) -> str:
    return re.sub(r"[{}\\%]", lambda m: f"%{ord(m[0]):02X}" if m[0] != "%" else r"\%", url)


def _key(source_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9:_-]", "-", source_id) or "source"
