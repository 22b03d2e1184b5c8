"""Libraries of the extra 'train', loaded when they are first used."""

from __future__ import annotations

import importlib
from typing import Any

from index.errors import UsageError


def load(module: str) -> Any:
    """Import `module`. Raises UsageError with the pip command if it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed; run `pip install -e '.[train]'`") from None
