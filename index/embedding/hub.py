"""The Hugging Face hub's cache on this machine: nothing is downloaded. The only file that imports huggingface_hub."""

from __future__ import annotations

import os
from pathlib import Path

from index.errors import ModelError

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
}


def go_offline() -> None:
    """Forbid hub traffic and telemetry for the rest of the process: libraries read these variables when imported."""
    os.environ.update(_OFFLINE)


def downloaded_folder(model: str) -> Path:
    """Return the folder of a hub model in this machine's cache. Raises ModelError that says how to fetch it."""
    go_offline()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    names = [model] if "/" in model else [model, f"sentence-transformers/{model}"]
    for name in names:
        try:
            return Path(snapshot_download(name, local_files_only=True)).resolve()
        except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError):
            continue
    raise ModelError(
        f"model '{model}' is not on this machine and Footnote downloads nothing; run "
        f"`hf download {names[-1]} --local-dir DIR` once and set `model` to DIR"
    )
