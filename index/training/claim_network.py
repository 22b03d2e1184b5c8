"""The reader of claims in torch: the deep reader's encoder, whose upper layers learn anew, with two heads.

For a row with a statement in the question's place (see `index.rerank.layout`) it gives
    verdict   (rows, 4)          logits of `index.training.claim_data.Stance`, in its order
    evidence  (rows, sentences)  logits that a sentence shows the verdict: higher is likelier
The verdict is read from the first state and from the sentences, each weighing as the evidence head says (Yang et al.,
'Hierarchical Attention Networks for Document Classification', 2016, section 2.2).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from index.training.claim_data import Stance
from index.training.network import (
    HIDDEN_DROPOUT,
    EncodingNetwork,
    Size,
    build_encoder,
    freeze,
    mean_of_sentences,
)

ENCODER = "encoder."  # of the names of its weights


class ClaimNetwork(EncodingNetwork):
    """Encoder and heads."""

    def __init__(self, size: Size, dropout: float = HIDDEN_DROPOUT) -> None:
        encoder = build_encoder(size, False, dropout)
        super().__init__(encoder, size)
        hidden = encoder.config.hidden_size
        self.sentence = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.GELU(), nn.Linear(hidden, 1))
        self.verdict = nn.Sequential(
            nn.Linear(2 * hidden, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, len(Stance))
        )

    def forward(
        self, input_ids: Tensor, token_types: Tensor, membership: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return verdict, evidence. `membership` and `mask` as `ReaderNetwork` takes them."""
        hidden = self.hidden(input_ids, token_types, mask)
        cls, mean = hidden[:, :1, :], mean_of_sentences(hidden, membership)
        evidence = self.sentence(torch.cat([mean, cls.expand(-1, mean.shape[1], -1)], dim=-1)).squeeze(-1)
        absent = (1.0 - membership.amax(-1)) * -1e4
        weight = torch.softmax((evidence + absent).float(), dim=1).to(hidden.dtype)
        pooled = (weight[:, None] @ mean).squeeze(1)
        return self.verdict(torch.cat([cls.squeeze(1), pooled], dim=-1)), evidence


def begin(size: Size, reader: dict[str, Tensor], upper: int) -> ClaimNetwork:
    """Build the network on a reader's encoder, with new heads (seed torch before); only the `upper` layers train."""
    network = ClaimNetwork(size)
    network.encoder.load_state_dict({k.removeprefix(ENCODER): v for k, v in reader.items() if k.startswith(ENCODER)})
    layers: int = network.encoder.config.num_hidden_layers  # type: ignore[assignment,union-attr]
    freeze(network, layers - upper)
    return network
