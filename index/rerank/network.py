"""A trained network of this project's in ONNX Runtime: its card, its rows, and one run a row.

What a row means and what comes of it is the business of those who read with it: `index.rerank.runtime` for answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.session import at_once, open_session, physical_cores, runtime_errors
from index.errors import ModelError
from index.files import file_sha256
from index.rerank.card import CARD, GRAPH, REMEDY, ReaderCard, read_card
from index.rerank.layout import Layout, Row, tokenizer_file

Floats = NDArray[np.float32]


class Network:
    """One row a run, as many runs at once as `threads`; safe to use from several threads."""

    def __init__(self, card: ReaderCard, session: Any, layout: Layout, threads: int) -> None:
        self.card, self.layout = card, layout
        self._session, self._threads = session, threads
        self._inputs = frozenset(i.name for i in session.get_inputs())  # MPNet has no token types

    @classmethod
    def open(
        cls, folder: Path, threads: int | None = None, graph: str = GRAPH, card_name: str = CARD
    ) -> Network | None:
        """Open the network in `folder`, None if there is none. Raises ModelError if it is damaged."""
        card = read_card(folder, graph, card_name)
        if card is None:
            return None
        if file_sha256(tokenizer_file()) != card.tokenizer_sha256:
            raise ModelError(
                f"the reader in '{folder.name}' knows another tokenizer than the bundled model's; {REMEDY}"
            )
        session = open_session(folder / graph, f"reader in '{folder.name}'", REMEDY)
        return cls(card, session, Layout(), threads or physical_cores())

    @property
    def name(self) -> str:
        return f"{self.card.title} ({self.card.sha256[:8]})"

    def run(self, rows: Sequence[Row]) -> Iterator[list[Floats]]:
        """Yield the outputs of each row, in their order. Raises ModelError if the network fails."""
        return at_once(self._run, rows, self._threads)

    def _run(self, row: Row) -> list[Floats]:
        feed = {
            "input_ids": np.array([row.ids], dtype=np.int64),
            "token_types": row.types()[None],
            "membership": row.membership()[None],
        }
        try:
            found: list[Floats] = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})
        except runtime_errors() as error:
            raise ModelError(f"the reader '{self.card.title}' failed ({error}); {REMEDY}") from error
        return found
