"""Answers, hits and sources for the terminal, printed through a SafeConsole: nothing here makes a text harmless."""

from __future__ import annotations

from collections.abc import Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.claim import ClaimCheck
from app.compare.rows import Comparison
from app.evaluate.scoring import CurvePoint, Summary
from app.records import DOUBTED, Answer, Part, Role, Statement, Support
from app.render.console import SafeConsole
from app.render.visible import terminal_safe
from app.words.describe import (
    about_words,
    aside,
    date_words,
    kind_words,
    model_words,
    nearest_words,
    opening,
    page_words,
    said_by,
    speaker,
    translation_words,
    unreadable_words,
)
from app.words.direct import STOP, cut_words, pieces_of
from app.words.languages import ENGLISH
from app.words.reasons import label_words, original_words, reason_words
from app.words.understood import read_as, showing, way_back
from index.passage import Hit
from index.source import Source

CONTEXT = 300  # characters around a span that `show` prints


def print_answer(console: SafeConsole, answer: Answer, sources: dict[str, Source]) -> None:
    """Print how the question was understood, the direct answer, statements with marks, and the footnotes."""
    _print_understood(console, answer)
    if answer.abstained:
        console.print(Text(answer.text, style="bold yellow"))
        if answer.nearest:
            console.print(Text(f"{nearest_words(answer.kind)}:", style="dim"))
        for hit in answer.nearest:
            _print_passage(console, sources[hit.source_id], hit.start, hit.end, indent=2)
        return
    if about := model_words(answer.model):
        console.print(Text(about, style="yellow" if answer.model and answer.model.failure else "dim"))
        console.print()
    for n, part in enumerate(answer.parted):
        if n:
            console.print()
        _print_part(console, answer, part)
    if answer.quotes:
        console.print(Text("\nFootnotes", style="bold"))
        console.print(_footnotes(answer, sources))


def _print_understood(console: SafeConsole, answer: Answer) -> None:
    """Print how the question was read, and how to have it read otherwise."""
    if other := read_as(answer.question, answer):
        console.print(Text(f"{ENGLISH.read_as} {other}", style="dim"))
    if mended := showing(answer):
        console.print(Text(mended, style="dim"))
    if back := way_back(answer.question, answer):
        console.print(Text(f"{back}: add --as-typed", style="dim"))
    if answer.language:
        console.print(Text(unreadable_words(answer.language), style="yellow"))


def _print_part(console: SafeConsole, answer: Answer, part: Part) -> None:
    """Print what answers one question of a message, or that nothing does."""
    if part.words and not part.statements:
        console.print(Text(ENGLISH.part_not_answered.format(question=part.words), style="bold yellow"))
        return
    if part.words:
        console.print(Text(part.words, style="bold underline"))
    if direct := _direct(answer, part):
        console.print(direct)
        console.print()
    further = False
    for statement in part.statements:
        if statement.role is Role.FURTHER and not further and answer.quotes:
            further = True
            console.print()
        console.print(_statement(answer, statement))
        if words := original_words(statement.of_original):
            console.print(Text(f"  {words}", style="yellow"))
    if cut := cut_words(part):
        console.print(Text(cut, style="dim"))


def _direct(answer: Answer, part: Part) -> Text:
    """Return the direct answer on a line of its own; empty if there is none."""
    line = Text()
    for n, piece in enumerate(pieces_of(answer, part)):
        who = f" ({piece.who})" if piece.who else ""
        line.append_text(Text.assemble(STOP if n else "", (piece.words, "bold"), (who, "cyan")))
        line.append(f" [{piece.number}]", style="green")
    return line


def _statement(answer: Answer, statement: Statement) -> Text:
    body = _bold(statement.text, statement.emphasis)
    marks = Text("".join(f" [{quote.number}]" for quote in statement.quotes), style="green")
    facts = answer.facts_of(statement.quotes[0].source_id) if statement.quotes else None
    if label := aside(statement, facts):
        body.stylize("dim" if statement.support in DOUBTED else "")
        return Text.assemble(body, marks, (f" ({label})", "dim"))
    if statement.support is not Support.QUOTED:
        return body + marks
    who = said_by(statement, facts)
    return Text.assemble((f"{who}: " if who else "", "cyan"), "“", body, "”", marks)


def _bold(text: str, spans: Sequence[tuple[int, int]]) -> Text:
    words = Text(terminal_safe(text))  # before Rich drops some control characters, and the spans shift
    for start, end in spans:
        words.stylize("bold", start, end)
    return words


def _footnotes(answer: Answer, sources: dict[str, Source]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="green")
    table.add_column()
    for quote in answer.quotes:
        source = sources[quote.source_id]
        place = source.file or source.id
        place += f":{source.line_at(quote.start)}" if source.file and source.lines else ""
        about = ", ".join(filter(None, (about_words(source), date_words(source.published), page_words(quote.pages))))
        text = Text(f"{source.title}. {opening(about)}. ")
        text.append(f"{place} · footnote show {source.id} --span {quote.start}:{quote.end}", style="dim")
        if translated := translation_words(answer, quote.number):
            text.append(f"\n{translated}")
        table.add_row(f"[{quote.number}]".replace("[", "\\["), text)
    return table


def _print_passage(console: SafeConsole, source: Source, start: int, end: int, indent: int) -> None:
    """Print a passage with its speaker; piped output has it whole on one line."""
    words = " ".join(source.text[start:end].split())
    line = Text.assemble((f"{speaker(source)}: ", "cyan"), words)
    console.print(Padding(line, (0, 0, 0, indent)) if console.is_terminal else Text(" " * indent) + line)


def print_check(console: SafeConsole, found: ClaimCheck, sources: dict[str, Source]) -> None:
    """Print the sentences by what they do with the statement, what speaks against it, and the footnotes."""
    if not found.findings:
        console.print(Text(ENGLISH.check_none, style="bold yellow"))
        return
    if not found.reader:
        console.print(Text(ENGLISH.check_unread, style="yellow"))
    for label in dict.fromkeys(f.verdict.label for f in found.findings):
        console.print(Text(f"\n{label_words(label, bool(found.reader))}", style="bold"))
        for finding, statement, _ in found.of(label):
            console.print(_statement(found.answer, statement))
            if words := original_words(statement.of_original):
                console.print(Text(f"  {words}", style="yellow"))
            for reason in finding.verdict.shown:
                console.print(Text(f"  {ENGLISH.check_against} {reason_words(reason)}", style="yellow"))
    console.print(Text("\nFootnotes", style="bold"))
    console.print(_footnotes(found.answer, sources))


def print_comparison(console: SafeConsole, found: Comparison) -> None:
    """Print the rows, and how many sources have nothing on the question."""
    if found.standalone_question != found.question.strip():
        console.print(Text(f"{ENGLISH.read_as} {found.standalone_question}", style="dim"))
    if not found.rows:
        console.print(f"None of the {found.searched} sources that were searched says anything on this.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0), show_header=False)
    table.add_column(justify="right", style="green")
    table.add_column(max_width=40)
    table.add_column()
    for row in found.rows:
        who = (speaker(row.facts, quoting=row.quoting, on_article=row.on_article, later=row.later), "cyan")
        place = f"\nfootnote show {row.source_id} --span {row.quote.start}:{row.quote.end}"
        table.add_row(
            str(row.number),
            Text.assemble(who, (f"\n{kind_words(row.facts, short=True)}", "dim")),
            Text.assemble("“", _bold(row.quote.text, row.emphasis), "”", (place, "dim")),
        )
    console.print(table)
    if found.silent:
        console.print(Text(f"\nNothing on this in {len(found.silent)} of {found.searched} sources.", style="dim"))


def print_hits(console: SafeConsole, hits: Sequence[Hit], sources: dict[str, Source]) -> None:
    """Print one passage a row, best first."""
    if not hits:
        console.print("No passage found.")
    for n, hit in enumerate(hits, 1):
        p = hit.passage
        ranks = f"dense {hit.dense_rank or '-'}, lexical {hit.lexical_rank or '-'}"
        head = Text.assemble((f"{n}. ", "bold"), (f"{hit.score:.3f} ", "green"), (f"({ranks}) ", "dim"))
        console.print(head + Text(f"{p.source_id} {p.start}:{p.end}", style="cyan"))
        _print_passage(console, sources[p.source_id], p.start, p.end, indent=3)


def print_span(console: SafeConsole, source: Source, start: int, end: int) -> None:
    """Print the words `start:end` with their context."""
    place = f"{source.file} line {source.line_at(start)}" if source.file else ""
    console.print(Text(f"{source.title} ({source.publisher}, {date_words(source.published)})", style="bold"))
    console.print(Text(f"{source.url}  {place}  SHA-256 {source.sha256}", style="dim"))
    low, high = max(0, start - CONTEXT), min(len(source.text), end + CONTEXT)
    console.print(
        Text.assemble(
            ("… " if low else "") + source.text[low:start],
            (source.text[start:end], "reverse"),
            source.text[end:high] + (" …" if high < len(source.text) else ""),
        )
    )


def print_summary(console: SafeConsole, rows: Sequence[Summary]) -> None:
    """Print the table of `footnote eval`."""
    table = Table("kind", box=None, pad_edge=False)
    for name in (
        "n",
        "right",
        "leads",
        "abstained",
        "direct",
        "misled",
        "recall@5",
        "MRR",
        "proved",
        "statements",
        "p50 ms",
        "p95 ms",
    ):
        table.add_column(name, justify="right")
    for r in rows:
        table.add_row(
            r.kind, str(r.n), f"{r.right:.2f}", f"{r.leads:.2f}", str(r.refused),
            "-" if r.direct is None else f"{r.direct:.2f}", str(r.misled),
            "-" if r.recall_at_5 is None else f"{r.recall_at_5:.2f}", "-" if r.mrr is None else f"{r.mrr:.2f}",
            f"{r.proved}/{r.quotes}", f"{r.statements:g}", f"{r.p50 * 1000:.0f}", f"{r.p95 * 1000:.0f}",
        )  # fmt: skip
    console.print(table)


def print_curve(console: SafeConsole, points: Sequence[CurvePoint], chosen: float) -> None:
    """Print the trade between the two errors: a row for each share of unanswerable questions answered."""
    table = Table(box=None, pad_edge=False, title="what a threshold costs")
    for name in ("threshold", "answerable refused", "unanswerable answered", ""):
        table.add_column(name, justify="right")
    at = max((p.threshold for p in points if p.threshold <= chosen), default=None)
    last = None
    for p in points:
        here = p.threshold == at
        if here or p.unanswerable_answered != last:
            mark = f"<- in use ({chosen:g})" if here else ""
            table.add_row(f"{p.threshold:.3f}", f"{p.answerable_refused:.2f}", f"{p.unanswerable_answered:.2f}", mark)
        last = p.unanswerable_answered
    console.print(table)
