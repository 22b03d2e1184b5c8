"""Speed, measured beside a plain pipeline and the raw engine in one run: python -m tests.bench [--only NAME]

The machine is taken as it is: where two are compared their runs alternate, medians are told, and ratios are what
counts. Each figure is printed, and written to the file of --json, as soon as it is measured.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench import speed
from tests.bench.speed import Bench, Figures, UnavailableError

# Name -> what measures it, and how its figures read. The quick ones come first.
MEASURES: Mapping[str, tuple[Callable[[Bench], Figures], str]] = {
    "help": (speed.help_speed, "footnote --help   {best:7.2f} s, best of several (goal < 0.5), {median:.2f} s median"),
    "language": (speed.language_speed, "language          {ms:7.2f} ms of this process for a question (goal < 5)"),
    "sources": (speed.sources_speed, "list of sources   {ms:7.2f} ms of this process for a page (goal < 20)"),
    "search": (speed.search_speed, "search, warm      {p50_ms:7.1f} ms p50, {p95_ms:.1f} ms p95"),
    "pdf": (
        speed.pdf_speed,
        "PDF, 300 pages    {ours:7.1f} pages/s, {ours_mb:.0f} MB at most\n"
        "  llama-index     {plain:7.1f} pages/s, {plain_mb:.0f} MB   ratio {to_plain:.2f} (goal 1)",
    ),
    "files": (
        speed.files_speed,
        "2,000 text files, to passages\n"
        "  Footnote        {ours:7.1f} files/s, {ours_mb:.0f} MB at most\n"
        "  llama-index     {plain:7.1f} files/s, {plain_mb:.0f} MB   ratio {to_plain:.2f} (goal 1)\n"
        "the same, only read: Footnote tells titles, headings and languages, llama-index takes texts as they are\n"
        "  Footnote        {raw_ours:7.1f} files/s, {raw_ours_mb:.0f} MB\n"
        "  llama-index     {raw_plain:7.1f} files/s, {raw_plain_mb:.0f} MB   ratio {raw_to_plain:.2f}",
    ),
    "rebuild": (speed.rebuild_speed, "rebuild           {one_file:7.2f} s after one changed file, {whole:.2f} s whole"),
    "ask": (
        speed.ask_speed,
        "footnote ask, cold{ours:7.2f} s (goal < 2), plain script {plain:.2f} s: ratio {to_plain:.1f}",
    ),
    "build": (
        speed.build_speed,
        "index build       {ours:7.1f} passages/s over {passages:.0f} passages\n"
        "  plain pipeline  {plain:7.1f} passages/s   ratio {to_plain:.2f} (goal 3.5)\n"
        "  raw ONNX session{raw:7.1f} passages/s   ratio {to_raw:.2f} (goal 0.85)",
    ),
    "large": (
        speed.large_speed,
        "10,000 files of five kinds, {passages:.0f} passages, a stand-in for the model\n"
        "  read            {read:7.1f} files/s; {again:.0f} files/s after a kill, as they were kept\n"
        "  whole build     {whole:7.1f} s\n"
        "  one changed file{one_file:7.1f} s, {one_file_cpu:.1f} s of processor; no change {same:.1f} s\n"
        "  memory          {mb:7.0f} MB at most, {small_mb:.0f} MB of 1,000 files, {before_mb:.0f} MB before the first",
    ),
    "page": (
        speed.page_speed,
        "chat, warm        {paint:7.2f} s until something is painted\n"
        "                  {interactive:7.2f} s until the page takes a question (goal < 2)\n"
        "                  {first_word:7.3f} s from Enter to the first word (goal < 0.3)",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured [3]")
    parser.add_argument("--only", action="append", choices=MEASURES, help="measure this; may be given several times")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures to this file")
    parser.add_argument("--strict", action="store_true", help="exit code 1 if one could not be measured")
    args = parser.parse_args(argv)
    report: dict[str, Figures] = {}
    missing = False
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), args.runs)
        for name in args.only or MEASURES:
            measure, text = MEASURES[name]
            try:
                report[name] = measure(bench)
            except UnavailableError as error:
                missing = True
                print(f"{name}: not measured: {error}", flush=True)
                continue
            print(text.format(**report[name]), flush=True)
            if args.json:
                args.json.write_text(json.dumps(report, indent=2), "utf-8")
    return int(missing and args.strict)


if __name__ == "__main__":
    raise SystemExit(main())
