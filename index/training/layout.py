"""The layout of rows with a memory: training reads the same sentences again and again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from index.rerank.layout import Layout, Piece

_MOST = 400_000  # texts kept; past it the memory begins anew


class RememberingLayout(Layout):
    """Lays out rows as `Layout` does, tokenising each text once."""

    def __init__(self) -> None:
        """Open the tokenizer. Raises ModelError if the model is not installed."""
        self._known: dict[str, Piece] = {}
        super().__init__()

    def learn(self, texts: Iterable[str]) -> None:
        """Tokenise `texts` beforehand, on all cores."""
        fresh = list({t for t in texts if t not in self._known})
        self._known.update(zip(fresh, super().pieces(fresh), strict=True))

    def pieces(self, texts: Sequence[str]) -> list[Piece]:
        """Tokenise texts, without special tokens."""
        missing = [t for t in texts if t not in self._known]
        if missing:
            if len(self._known) > _MOST:
                self._known.clear()
                missing = list(texts)
            self._known.update(zip(missing, super().pieces(missing), strict=True))
        return [self._known[t] for t in texts]
