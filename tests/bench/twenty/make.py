"""Makes documents with many programs: python -m tests.bench.twenty.make FOLDER

Each program is used as its guide shows. What is not installed is named and left out. These are Debian's libreoffice-
writer-nogui and chromium, and from PyPI typst, weasyprint, reportlab, fpdf2, python-docx and pypandoc_binary; with
DEBIAN_DOCS, a folder into which `dpkg -x` has put Debian's debian-policy, bash-doc, graphviz-doc and groff, documents
of other people are copied from there.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.twenty.texts import LAW, NEWS, PAPER, REPORT, Text, html

_LOOKS = "<style>body{font-family:serif;margin:2em}table{border-collapse:collapse}td,th{border:1px solid;padding:4px}"
_COPIED = {
    "policy.pdf": "debian-policy/policy.pdf.gz",
    "policy.epub": "debian-policy/policy.epub",
    "fhs.pdf": "debian-policy/fhs/fhs-3.0.pdf.gz",
    "copyright-format.html": "debian-policy/copyright-format-1.0.html",
    "bashref.pdf": "bash/bashref.pdf",
    "neatoguide.pdf": "graphviz/pdf/neatoguide.pdf.gz",
    "mom.pdf": "groff-base/examples/mom/sample_docs.pdf.gz",
    "letter.pdf": "groff-base/examples/mom/letter.pdf.gz",
}


def _office(page: str, name: str, folder: Path, kind: str) -> None:
    with tempfile.TemporaryDirectory() as work:
        source = Path(work, f"{Path(name).stem}.html")
        source.write_text(page, "utf-8")
        for filter_, to in (("HTML (StarWriter)", "odt"), ("writer8", kind)):
            subprocess.run(
                ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{work}/user",
                 f"--infilter={filter_}", "--convert-to", to, "--outdir", work, str(source)],
                check=True, capture_output=True,
            )  # fmt: skip
            source = source.with_suffix(f".{to}")
        shutil.copy(source, folder / name)


def _pandoc(text: Text, name: str, folder: Path) -> None:
    import pypandoc

    extra = [f"--metadata=author:{text.author}", f"--metadata=date:{text.date}", "--standalone"]
    pypandoc.convert_text(
        html(text, byline=False).replace("<h1>", "<!--").replace("</h1>", "-->"), name.rpartition(".")[2], "html",
        outputfile=str(folder / name), extra_args=extra,
    )  # fmt: skip


def _chromium(page: str, name: str, folder: Path, heads: bool) -> None:
    with tempfile.TemporaryDirectory() as work:
        Path(work, "page.html").write_text(page, "utf-8")
        flags = [] if heads else ["--no-pdf-header-footer"]
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", *flags, f"--print-to-pdf={folder / name}",
             f"file://{work}/page.html"],
            check=True, capture_output=True,
        )  # fmt: skip


def _weasyprint(text: Text, name: str, folder: Path) -> None:
    from weasyprint import HTML

    style = (
        "<style>@page{size:A4;margin:2.5cm;@top-left{content:'State of the Harbour'}@bottom-right{content:'Page '"
        " counter(page) ' of ' counter(pages)}}p{text-align:justify;hyphens:auto}td,th{padding:2px 14px}</style>"
        f'<meta name="author" content="{text.author}"><meta name="dcterms.created" content="{text.date}">'
    )
    HTML(string=html(text, style)).write_pdf(str(folder / name))


def _reportlab(text: Text, name: str, folder: Path) -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

    styles = getSampleStyleSheet()
    story: list[object] = [Paragraph(text.title, styles["Title"]), Paragraph(f"{text.author}, {text.date}")]
    for kind, content in text.blocks:
        if kind == "table":
            story += [Spacer(1, 8), Table(content, colWidths=110), Spacer(1, 8)]
        elif kind == "ul":
            story.append(ListFlowable([Paragraph(item) for item in content], bulletType="bullet"))  # type: ignore[union-attr, attr-defined]
        else:
            story.append(Paragraph(str(content), styles["Heading2" if kind == "h" else "BodyText"]))

    def number(canvas: object, page: object) -> None:
        canvas.drawCentredString(297, 30, f"- {page.page} -")  # type: ignore[attr-defined]

    SimpleDocTemplate(str(folder / name), title=text.title, author=text.author).build(
        story, onFirstPage=number, onLaterPages=number
    )


def _fpdf(text: Text, name: str, folder: Path) -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_title(text.title)
    pdf.set_author(text.author)
    pdf.add_page()
    pdf.set_font("Times", "B", 18)
    pdf.multi_cell(0, 9, text.title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Times", "", 11)
    pdf.multi_cell(0, 6, f"{text.author}, {text.date}", new_x="LMARGIN", new_y="NEXT")
    for kind, content in text.blocks:
        for words in content if isinstance(content, list) else [content]:
            pdf.ln(3)
            pdf.set_font("Times", "B" if kind == "h" else "", 13 if kind == "h" else 11)
            lead = "- " if kind == "ul" else ""
            plain = f"{lead}{words}".translate(str.maketrans("“”—", '""-'))
            pdf.multi_cell(0, 6, plain, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(folder / name))


def _python_docx(text: Text, name: str, folder: Path) -> None:
    from datetime import datetime

    from docx import Document

    made = Document()
    made.core_properties.title, made.core_properties.author = text.title, text.author
    made.core_properties.modified = datetime.fromisoformat(text.date)
    made.add_heading(text.title, 0)
    for kind, content in text.blocks:
        if kind == "table":
            assert isinstance(content, list)
            table = made.add_table(rows=0, cols=len(content[0]))
            for row in content:
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.text = words
        elif kind == "h":
            made.add_heading(str(content), 1)
        else:
            for words in content if isinstance(content, list) else [content]:
                made.add_paragraph(str(words), style="List Bullet" if kind == "ul" else None)
    made.save(str(folder / name))


def _typst(text: Text, name: str, folder: Path) -> None:
    import typst

    written = [
        '#set page(paper: "a4", columns: 2, numbering: "1")', "#set par(justify: true)", "#set text(size: 10pt)",
        f'#set document(title: "{text.title}", author: "{text.author}",',
        "  date: datetime(year: 2022, month: 11, day: 18))",
        f'#place(top + center, scope: "parent", float: true)[#text(17pt)[*{text.title}*] #v(2pt) {text.author}]',
    ]  # fmt: skip
    written += [f"{'= ' if kind == 'h' else ''}{content}\n" for kind, content in text.blocks]
    with tempfile.TemporaryDirectory() as work:
        Path(work, "a.typ").write_text("\n".join(written), "utf-8")
        typst.compile(str(Path(work, "a.typ")), output=str(folder / name))


def _scan(folder: Path) -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(folder / "report-weasyprint.pdf")[0]
    page.render(scale=2).to_pil().convert("L").save(folder / "scan.pdf")


def _news_page(text: Text) -> str:
    data = json.dumps(
        {
            "@context": "https://schema.org", "@type": "NewsArticle", "headline": text.title,
            "datePublished": f"{text.date}T18:20:00+02:00", "author": {"@type": "Person", "name": text.author},
            "publisher": {"@type": "Organization", "name": text.publisher},
        }
    )  # fmt: skip
    head = (
        f'<script type="application/ld+json">{data}</script><meta property="og:site_name" content="{text.publisher}">'
        '<link rel="canonical" href="https://post.example/harbour">'
    )
    page = html(text, head).replace(
        "<body>", "<body><nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav><article>"
    )
    more = (
        "<aside><h3>Read also</h3><a href='/b'>Storm in Esk</a></aside><section id='comments'><h3>Comments</h3><p>Bob: "
    )
    return page.replace("</body>", f"</article>{more}Shame!</p></section><footer>© Esk Post</footer></body>")


def _copied(docs: Path, folder: Path) -> None:
    for name, place in _COPIED.items():
        raw = (docs / "usr/share/doc" / place).read_bytes()
        (folder / name).write_bytes(gzip.decompress(raw) if place.endswith(".gz") else raw)


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    looks = f"{_LOOKS}</style>"
    columns = f"{_LOOKS}h1{{text-align:center}}body>*:nth-child(n+3){{break-inside:auto}}main{{columns:2}}</style>"
    paper = html(PAPER, columns).replace("<h2>Abstract", "<main><h2>Abstract", 1).replace("</body>", "</main></body>")
    named = f'<meta name="author" content="{LAW.author}">'
    (folder / "news.html").write_text(_news_page(NEWS), "utf-8")
    steps: list[Callable[[], None]] = [
        lambda: _office(html(LAW, named), "law-libreoffice.docx", folder, "docx"),
        lambda: _office(html(LAW, named), "law-libreoffice.rtf", folder, "rtf"),
        lambda: _office(html(REPORT, looks), "report-libreoffice.pdf", folder, "pdf"),
        lambda: _pandoc(LAW, "law-pandoc.odt", folder),
        lambda: _pandoc(PAPER, "paper-pandoc.epub", folder),
        lambda: _chromium(html(NEWS, looks), "news-chromium.pdf", folder, True),
        lambda: _chromium(paper, "paper-chromium.pdf", folder, False),
        lambda: _weasyprint(REPORT, "report-weasyprint.pdf", folder),
        lambda: _reportlab(REPORT, "report-reportlab.pdf", folder),
        lambda: _fpdf(NEWS, "news-fpdf2.pdf", folder),
        lambda: _python_docx(REPORT, "report-python-docx.docx", folder),
        lambda: _typst(PAPER, "paper-typst.pdf", folder),
        lambda: _scan(folder),
        lambda: _copied(Path(sys.argv[2]), folder) if len(sys.argv) > 2 else None,
    ]
    for step in steps:
        try:
            step()
        except (ImportError, OSError, subprocess.CalledProcessError) as error:
            print(f"not made: {error}")


if __name__ == "__main__":
    main()
