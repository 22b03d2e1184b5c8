"""The layout's arrows: app -> index and never back, no cycles, one file for each outside library, a light --help."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("app", "index")
    for path in (ROOT / package).rglob("*.py")
}

# From the ground up: a room (a folder, or a file at the top of a package) imports only from rooms before it.
ROOMS = (
    "index.errors", "index.records", "index.settings", "index.files", "index.source", "index.passage",
    "index.filters", "index.fuse", "index.text", "index.read", "index.fetched", "index.embedding", "index.rerank",
    "index.storage", "index.build", "index.retrieve", "index.llama", "index.training", "app.support",
    "app.model_run", "app.saying", "app.records", "app.query", "app.events", "app.outside", "app.settings", "app.fetch",
    "app.feedback", "app.evaluate", "app.words", "app.sources", "app.question", "app.answer", "app.notes",
    "app.compare", "app.serving", "app.answerer", "app.llm", "app.claim", "app.run", "app.nearby", "app.engine",
    "app.doctor",
    "app.render", "app.bundle", "app.pages", "app.chat.session", "app.chat.view", "app.chat", "app.middleware",
    "app.adding", "app.project", "app.server",
    "app.cli",
)  # fmt: skip
# Outside library -> the only files (or folder) that may import it.
ONE_FILE = {
    "chromadb": ("index/storage/vectors.py",),
    "gradio": ("app/chat/",),
    "sentence_transformers": ("index/embedding/sentence_transformers.py",),
    "tantivy": ("index/storage/lexical.py",),
    "sentencex": ("index/text/sentences.py",),
    "markdown_it": ("index/read/markdown.py", "index/read/raw_html.py", "app/render/rich_text.py"),
    "llama_index": ("index/llama.py", "app/llm/client.py", "app/llm/citations.py"),
    "httpx": ("app/llm/client.py",),
    "httpcore": ("app/fetch/connection.py",),
    "protego": ("app/fetch/robots.py",),
    "yaml": ("index/read/front_matter.py",),
    "py3langid": ("index/text/classify_language.py",),
    "charset_normalizer": ("index/read/decode.py",),
    "lxml": ("index/read/xml_tree.py",),
    "mammoth": ("index/read/word.py",),
    "pypdfium2": ("index/read/pdf.py",),
    "striprtf": ("index/read/rich_text.py",),
    "trafilatura": ("index/read/web_page.py",),
    "regex": ("app/render/page_text.py",),
    "uvicorn": ("app/server.py",),
}
HEAVY = ("torch", "transformers", "sentence_transformers", "gradio", "chromadb", "llama_index")


def room_of(module: str) -> str:
    """The room that a module, or a name in a module, stands in."""
    parts = module.split(".")
    return max((r for r in ROOMS if parts[: r.count(".") + 1] == r.split(".")), key=len, default=module)


@cache
def imports(path: Path, everything: bool = False) -> set[str]:
    """Modules that a file imports, without those for type checkers unless `everything`."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if not everything and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("name", sorted(m for m in MODULES if "." in m))
def test_a_room_imports_only_rooms_below_it(name: str) -> None:
    """Also in functions and for type checkers: so no two rooms import each other and no import points upward."""
    own = room_of(name)
    above = {
        m
        for m in imports(MODULES[name], everything=True)
        if m in MODULES and "." in m and ROOMS.index(room_of(m)) > ROOMS.index(own)
    }
    assert not above


def test_nothing_else_needs_training() -> None:
    """It makes the selector; what answers a question uses only what it made."""
    users = {name for name, path in MODULES.items() if any(room_of(m) == "index.training" for m in imports(path, True))}
    assert all(room_of(user) == "index.training" for user in users)


def test_only_what_says_so_reaches_the_web() -> None:
    """What opens a connection to a page is imported by the room of pages, and that by these commands and the one way
    on the page alone.
    """
    reaching = {name for name, path in MODULES.items() if any(room_of(m) == "app.fetch" for m in imports(path, True))}
    assert {room_of(name) for name in reaching} == {"app.fetch", "app.pages", "app.cli", "app.adding"}
    pages = {name for name, path in MODULES.items() if any(room_of(m) == "app.pages" for m in imports(path, True))}
    outside = {name for name in pages | reaching if room_of(name) not in ("app.fetch", "app.pages")}
    commands = {"app.cli.asking_pages", "app.cli.sources_fetch", "app.cli.sources_check", "app.cli.new"}
    assert outside == {*commands, "app.cli.page_words", "app.adding.pages"}


def test_every_room_exists_and_is_named() -> None:
    assert {room_of(m) for m in MODULES if "." in m} == set(ROOMS)


@pytest.mark.parametrize("library", sorted(ONE_FILE))
def test_one_file_for_each_library(library: str) -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES.values()
        if any(m.split(".")[0] == library for m in imports(path))
    }
    assert users
    assert all(user.startswith(ONE_FILE[library]) for user in users), users


def test_files_and_functions_stay_small() -> None:
    long = []
    for path in MODULES.values():
        text = path.read_text("utf-8")
        if len(text.splitlines()) > 320:
            long.append(f"{path.name}: {len(text.splitlines())} lines")
        long += [
            f"{path.name}: {node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
        ]
    assert not long


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return {line.split(".")[0] for line in done.stdout.splitlines()}


def test_help_loads_nothing_heavy() -> None:
    code = """
import sys
sys.argv = ["footnote", "--help"]
from app.cli.main import main
try:
    main()
except SystemExit as stop:
    assert not stop.code
"""
    assert not loaded_by(code) & set(HEAVY)
