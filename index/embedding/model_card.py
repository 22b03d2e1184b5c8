"""Which languages an embedding model reads: the `language` field of its model card.

The card is README.md in the model's folder, with YAML front matter (Hugging Face, 'Model Cards', metadata).
"""

from __future__ import annotations

import re
from pathlib import Path

from index.embedding.models import known_identity
from index.read.front_matter import read_front_matter
from index.settings import BUNDLED_MODEL, IndexSettings

CARD = "README.md"
BUNDLED_LANGUAGES = frozenset({"en"})  # the card of sentence-transformers/all-MiniLM-L6-v2: 'language: en'
_LONGEST = 1 << 20  # bytes; longer files are no model cards
_CODE = re.compile(r"([a-z]{2})(?:[-_][A-Za-z0-9]+)*\Z")  # ISO 639-1, perhaps with a region or script


def model_languages(settings: IndexSettings) -> frozenset[str] | None:
    """Return ISO 639-1 codes of the languages that the model in use reads; None if its files do not say."""
    if settings.model == BUNDLED_MODEL:
        return BUNDLED_LANGUAGES
    identity = known_identity(settings)
    return card_languages(identity.folder) if identity is not None else None


def card_languages(folder: Path) -> frozenset[str] | None:
    """Return the languages that the card in `folder` names; None without a card or for a word that is no code."""
    try:
        with (folder / CARD).open("rb") as file:
            raw = file.read(_LONGEST).decode("utf-8-sig")
        said = read_front_matter(raw)[0].get("language")
    except (OSError, ValueError):
        return None
    words = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    codes = [_CODE.match(word.strip()) if isinstance(word, str) else None for word in words]
    found = frozenset(code[1] for code in codes if code is not None)
    return found if found and None not in codes else None
