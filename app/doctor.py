"""What is in order on this machine, and what would leave it: for `footnote doctor`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from app.settings import Settings
from app.words.languages import ENGLISH
from index.errors import FootnoteError
from index.records import Record

Fact = str | float | bool | tuple[str, ...] | None

_MIB = 1 << 20
_NOTHING = (
    "Nothing leaves this machine. Pages are asked for only by `footnote new` and `footnote sources fetch`, `check` and "
    "`add` with an address, when you run them, and where somebody adds a page by its address in the browser."
)
_ENOUGH = 500 * _MIB  # for the models and a new generation beside the current one


class Finding(Record):
    """One thing that was looked at. `words`: what was found, and what to do if it is not in order.

    `facts`: the same for programs.
    """

    name: str
    ok: bool
    words: str
    facts: dict[str, Fact] = Field(default_factory=dict)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at the index, the models, the disk and, if one is set up, the language model. Changes nothing."""
    yield _index(settings)
    yield _embedding(settings)
    yield _readers(settings)
    yield _checker()
    yield _disk(settings.home)
    if not settings.llm_url and not settings.llm_model:
        yield Finding(name="language model", ok=True, words="None is set up: answers are made of quotations.")
        yield Finding(name="what leaves", ok=True, words=_NOTHING, facts={"leaves": False})
        return
    yield _language_model(settings)
    if settings.llm_url:
        from app.llm.client import is_loopback
        from app.llm.reach import whereto

        facts: dict[str, Fact] = {"leaves": not is_loopback(settings.llm_url), "to": settings.llm_url}
        yield Finding(name="what leaves", ok=True, words=whereto(settings.llm_url), facts=facts)


def _index(settings: Settings) -> Finding:
    from index.build.status import stale_reason
    from index.storage.generation import current_id
    from index.storage.manifest import read_manifest

    try:
        name, stale = current_id(settings.home), stale_reason(settings.index)
        if name is None or stale is not None:
            return Finding(
                name="index", ok=False, words=f"{stale}; run: footnote index build", facts={"generation": name}
            )
        manifest = read_manifest(settings.home, name)
    except FootnoteError as error:
        return Finding(name="index", ok=False, words=str(error))
    words = f"up to date: {len(manifest.sources)} sources, {manifest.passages} passages, generation {name}"
    return Finding(name="index", ok=True, words=words, facts={"generation": name, "passages": manifest.passages})


def _embedding(settings: Settings) -> Finding:
    from index.embedding.embedder import open_embedder

    try:
        model = open_embedder(settings.index).name
    except FootnoteError as error:
        return Finding(name="embedding model", ok=False, words=str(error))
    return Finding(name="embedding model", ok=True, words=model, facts={"model": model})


def _readers(settings: Settings) -> Finding:
    from index.rerank.readers import open_readers

    try:
        found = open_readers(settings.reader)
    except FootnoteError as error:
        return Finding(name="reader", ok=False, words=str(error))
    words = found.missing or {"none": "none is wanted: the embedding model and words in common decide"}.get(
        settings.reader, f"'{settings.reader}' is in order"
    )
    return Finding(name="reader", ok=not found.missing, words=words, facts={"reader": settings.reader})


def _checker() -> Finding:
    from app.support.reader import OnnxClaimReader

    name = "checker of statements"
    try:
        reader = OnnxClaimReader.open()
    except FootnoteError as error:
        return Finding(name=name, ok=False, words=str(error))
    words = reader.name if reader else "no reader of claims is installed: numbers, names and other words are compared"
    return Finding(name=name, ok=True, words=words, facts={"reader": reader.name if reader else None})


def _disk(home: Path) -> Finding:
    folder = home.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    words = f"{free // _MIB:,} MiB free"
    if not writable:
        words += "; the folder of generated files is read-only, so the index cannot be built here"
    if free < _ENOUGH:
        words += f"; a build may need {_ENOUGH // _MIB} MiB, make room"
    return Finding(name="disk", ok=free >= _ENOUGH, words=words, facts={"free_bytes": free, "writable": writable})


def _language_model(settings: Settings) -> Finding:
    from app.llm.client import ServerModel
    from app.llm.reach import Reached, reach

    name = "language model"
    try:
        found: Reached = reach(ServerModel.of(settings))
    except FootnoteError as error:
        return Finding(name=name, ok=False, words=str(error))
    models = found.models or ()
    facts: dict[str, Fact] = {
        "model": settings.llm_model,
        "models": models,
        "context": found.window,
        "failure": found.failure,
    }
    facts |= {"first_token_ms": found.answers_ms}
    if found.failure:
        words = ENGLISH.model_failures[found.failure]
        if models and settings.llm_model not in models:
            words += f" It has: {', '.join(models[:20])}."
        return Finding(name=name, ok=False, words=words, facts=facts)
    words = f"{settings.llm_model} answers, its first word after {(found.answers_ms or 0) / 1000:.1f} s; "
    fits = found.window is None or settings.llm_window <= found.window
    words += f"it takes {found.window:,} tokens" if found.window else "its server does not say how many tokens it takes"
    words += f", llm_window is {settings.llm_window:,}" + ("" if fits else f": set llm_window = {found.window}")
    return Finding(name=name, ok=fits, words=words, facts=facts)
