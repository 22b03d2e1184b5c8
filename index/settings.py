"""What an index is made with. Two indexes with one fingerprint answer alike."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

# Raised when the files of a generation or the text analysis change their meaning.
FORMAT_VERSION = 3
# Raised when the same source would be cut into other passages (`index.read.split`).
SPLITTER_VERSION = 1

BUNDLED_MODEL = "bundled"


class IndexSettings(BaseModel):
    """Settings of the index. All but the paths, `store_url` and `selector` are part of the fingerprint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path(".footnote"), description="folder for everything that is generated")
    corpus: Path = Field(Path("corpus"), description="folder with article.md and sources/*.md")
    model: str = Field(
        BUNDLED_MODEL,
        description="embedding model: 'bundled' (all-MiniLM-L6-v2), a sentence-transformers name or a folder",
    )
    backend: Literal["onnx", "sentence-transformers"] = Field(
        "onnx", description="what computes embeddings; 'sentence-transformers' is the slow reference"
    )
    passage_tokens: int = Field(
        160, ge=32, le=8192, description="a passage's target length in the model's tokens, header included"
    )
    selector: str = Field(
        "bundled",
        description="what picks sentences: 'bundled', 'none' (the embedding model alone) or a folder",
    )
    store_url: str = Field("", description="URL of a Chroma server; empty: an embedded directory")

    def parts(self) -> dict[str, str | int]:
        """Everything that changes what stands in an index, by name."""
        versions = {"format": FORMAT_VERSION, "splitter": SPLITTER_VERSION}
        names = IndexSettings.model_fields.keys() - {"home", "corpus", "store_url", "selector"}
        return {**versions, **{name: getattr(self, name) for name in sorted(names)}}

    def fingerprint(self) -> str:
        """16 hex digits over `parts`."""
        return hashlib.sha256(json.dumps(self.parts(), sort_keys=True).encode()).hexdigest()[:16]
