"""What an index is made with: two indexes with one fingerprint give the same answers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

# Raise it when the files of a generation or the text analysis change their meaning.
FORMAT_VERSION = 8
# Raise it when `index.read.split` would cut the same source into other passages.
SPLITTER_VERSION = 2

BUNDLED_MODEL = "bundled"


_NOT_CONTENT = frozenset({"home", "corpus", "store_url", "reader", "largest_file"})


class IndexSettings(BaseModel):
    """The index's settings. All but the paths, `store_url`, `reader` and `largest_file` are part of the fingerprint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path(".footnote"), description="the folder for all generated files")
    corpus: Path = Field(
        Path("corpus"), description="the folder with the article and its sources, or with any texts, or one file"
    )
    model: str = Field(
        BUNDLED_MODEL,
        description="the embedding model: 'bundled' (all-MiniLM-L6-v2), a sentence-transformers name or a folder",
    )
    backend: Literal["onnx", "sentence-transformers"] = Field(
        "onnx", description="the library that computes embeddings; 'sentence-transformers' is slower and runs any model"
    )
    passage_tokens: int = Field(
        160, ge=32, le=8192, description="the target length of a passage in the model's tokens, header included"
    )
    reader: str = Field(
        "deep",
        description="the model that reads the best passages: 'deep', 'small' (a third of the work, answers less "
        "well), a folder, or 'none': the embedding model and words in common decide (no words stand out, and there is "
        "no direct answer)",
    )
    largest_file: int = Field(
        100, ge=1, le=4096, description="the size in MB from which a file is passed over and not opened"
    )
    store_url: str = Field("", description="the URL of a Chroma server; empty keeps the vectors in a folder")

    def fingerprinted(self) -> dict[str, str | int]:
        """Return everything that changes an index's content, by name."""
        versions = {"format": FORMAT_VERSION, "splitter": SPLITTER_VERSION}
        names = IndexSettings.model_fields.keys() - _NOT_CONTENT
        return {**versions, **{name: getattr(self, name) for name in sorted(names)}}

    def fingerprint(self) -> str:
        """Return 16 hex digits over `fingerprinted`."""
        return hashlib.sha256(json.dumps(self.fingerprinted(), sort_keys=True).encode()).hexdigest()[:16]
