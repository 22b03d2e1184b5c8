"""Bundles taken apart, changed and put together again, as a careless hand or a forger would."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping

Change = bytes | None | Callable[[bytes], bytes]


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def zipped(content: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in content.items():
            file.writestr(name, data)
    return out.getvalue()


def changed(data: bytes, changes: Mapping[str, Change], *, forged: bool = False) -> bytes:
    """`data` with members replaced, rewritten by a function, or (None) removed; `forged`: hashes made to fit."""
    content = members(data)
    for name, change in changes.items():
        if change is None:
            del content[name]
        else:
            content[name] = change if isinstance(change, bytes) else change(content[name])
    if forged:
        manifest = json.loads(content["manifest.json"])
        others = {n: c for n, c in content.items() if n != "manifest.json"}
        manifest["files"] = {n: hashlib.sha256(c).hexdigest() for n, c in others.items()}
        content["manifest.json"] = json.dumps(manifest).encode()
    return zipped(content)


def swap(old: str, new: str) -> Callable[[bytes], bytes]:
    """A rewriting of text; fails if there is nothing to rewrite."""

    def rewrite(data: bytes) -> bytes:
        assert old.encode() in data, data
        return data.replace(old.encode(), new.encode())

    return rewrite
