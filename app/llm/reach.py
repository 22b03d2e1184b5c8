"""What is known of a model's server before anybody asks it a question: who is there, who answers, and where it is."""

from __future__ import annotations

import ipaddress
import os
import queue
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from app.llm.client import KEY, ServerModel, is_loopback
from app.llm.failure import ModelFailure, Reason
from app.llm.prompt import Message
from index.records import Record

# Where servers say how many tokens a model takes: vLLM, LM Studio and OpenRouter, llama.cpp.
_WINDOWS = ("max_model_len", "loaded_context_length", "context_length", "max_context_length", "context_window")
_META = ("n_ctx", "n_ctx_train")
_HELLO = (Message("user", "Reply with the word: ready"),)
_FEW = 16  # tokens


class Reached(Record):
    """What a server says. `models`: its list, None if it keeps none. `window`: the model's tokens, None if not told.

    `failure`, `wait`: why the list or the model cannot be had (`app.llm.failure.Reason`). `answers_ms`: until the
    model's first token, None if it gave none.
    """

    models: tuple[str, ...] | None = None
    window: int | None = None
    answers_ms: float | None = None
    failure: str = ""
    wait: int = 0


def reach(model: ServerModel) -> Reached:
    """Ask a server for its models, and the model for a word. Takes no longer than the model's limits."""
    try:
        listed = model.listed()
    except ModelFailure as failure:
        return Reached(failure=failure.reason.value, wait=failure.wait)
    names = None if listed is None else tuple(entry["id"] for entry in listed)
    window = next((w for e in listed or () if e["id"] == model.name and (w := _window(e))), None)
    try:
        return Reached(models=names, window=window, answers_ms=_answers(model))
    except ModelFailure as failure:
        return Reached(models=names, window=window, failure=failure.reason.value, wait=failure.wait)


def _answers(model: ServerModel) -> float:
    rich = model.takes_schema
    try:
        return _first_word(model)
    except ModelFailure as failure:
        if failure.reason is Reason.FORMAT and model.plainly(rich):
            return _answers(model)
        raise


def _first_word(model: ServerModel) -> float:
    """Return the milliseconds until the model's first sign. Raises ModelFailure."""
    model.warm()
    begun = time.monotonic()
    reading = model.ask(_HELLO, _FEW, schema=False)
    try:
        while True:
            piece = reading.next(begun + model.limits.first - time.monotonic())
            if piece is None:
                raise ModelFailure(Reason.EMPTY)
            if piece.text or piece.finish:
                return round((time.monotonic() - begun) * 1000, 1)
    except queue.Empty:
        raise ModelFailure(Reason.SLOW_START) from None
    finally:
        reading.leave()


def _window(entry: Mapping[str, Any]) -> int | None:
    meta = entry.get("meta")
    told = [entry.get(name) for name in _WINDOWS]
    told += [meta.get(name) for name in _META] if isinstance(meta, dict) else []
    return next((w for w in told if isinstance(w, int) and w > 0), None)


def whereto(url: str) -> str:
    """Say what would leave the machine with a question to the model at `url`, and whereto."""
    if is_loopback(url):
        return "Nothing leaves this machine: the language model's server is on it."
    parts = urlsplit(url)
    place = "in your own network" if _is_private(parts.hostname or "") else "on the internet"
    said = (
        f"A question goes to {parts.netloc} ({place}), with the passages found for it, their titles, dates and "
        "publishers; a follow-up with the latest turns of the conversation."
    )
    said += f" The key in {KEY} goes with it." if os.environ.get(KEY) else ""
    said += " It goes there unencrypted: whoever is on the way can read it." if parts.scheme == "http" else ""
    return said + (" It goes through the proxy of this machine's settings." if parts.scheme in getproxies() else "")


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host.endswith((".local", ".lan", ".internal", ".home.arpa")) or "." not in host
