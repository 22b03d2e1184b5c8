"""The Hugging Face hub's cache on this machine: nothing is downloaded. The only file that imports huggingface_hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import ModelError

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
}


@contextmanager
def offline() -> Iterator[None]:
    """No hub traffic and no telemetry from here on: set for good, since libraries read it when imported."""
    os.environ.update(_OFFLINE)
    yield


def downloaded_folder(model: str) -> Path:
    """The folder of a hub model in this machine's cache. Raises ModelError that says how to fetch it."""
    with offline():
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

        names = [model] if "/" in model else [model, f"sentence-transformers/{model}"]
        for name in names:
            try:
                return Path(snapshot_download(name, local_files_only=True)).resolve()
            except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError):
                continue
    raise ModelError(
        f"model '{model}' is not on this machine and Footnote downloads none; run "
        f"`hf download {names[-1]} --local-dir DIR` once and set `model` to DIR"
    )
