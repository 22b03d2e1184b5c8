"""The selector in torch: BERT's encoder and three small heads.

For a row (see `index.rerank.layout`) it gives
    sentences  (rows, sentences)  log-odds of a sentence against 'none': higher is likelier to answer
    start, end (rows, tokens)     logits of the first and last token of the answering words
and 'none' is a logit of its own, so that one softmax over none and all sentences says whether and where the
passage answers (the null answer of Devlin et al., 'BERT', 2019, section 4.3, at the level of sentences).
"""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout1d

from index.errors import UsageError

HIDDEN_DROPOUT = 0.1


class SharedDropout(nn.Module):
    """Dropout with one mask for all tokens of a row: as regular as dropout, at a fraction of its cost on a CPU.

    The variational dropout of Gal and Ghahramani, 'A Theoretically Grounded Application of Dropout', 2016.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Drop out hidden units of `x`, shape (rows, tokens, hidden)."""
        return dropout1d(x.transpose(1, 2), self.p).transpose(1, 2) if self.training else x


class SelectorNetwork(nn.Module):
    """Encoder and heads; `encoder` returns hidden states of shape (rows, tokens, hidden)."""

    def __init__(self, encoder: nn.Module, hidden: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.span = nn.Linear(hidden, 2)
        self.sentence = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.GELU(), nn.Linear(hidden, 1))
        self.none = nn.Sequential(nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, 1))

    def forward(
        self, input_ids: Tensor, token_types: Tensor, membership: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return sentences, start, end.

        `membership`: (rows, sentences, tokens), 1 where a token belongs to a sentence; `mask`: 1 on real tokens.
        """
        encoded = self.encoder(input_ids=input_ids, token_type_ids=token_types, attention_mask=mask, return_dict=False)
        hidden = encoded[0]
        start, end = self.span(hidden).unbind(-1)
        count = membership.sum(-1, keepdim=True).clamp(min=1.0)
        mean = membership @ hidden / count
        cls = hidden[:, :1, :]
        joined = torch.cat([mean, cls.expand(-1, mean.shape[1], -1)], dim=-1)
        # The best starting point inside the sentence, softly: log of the sum of exponentials over its tokens.
        inside = start.unsqueeze(1) + (membership - 1.0) * 1e4
        best = torch.logsumexp(inside, dim=-1)
        none = self.none(cls).squeeze(-1)
        return self.sentence(joined).squeeze(-1) + best - none, start, end


def load_checkpoint(path: Path, device: str) -> dict[str, Any]:
    """Read what `train` saved: model, optimiser, random, epoch, batch. Raises UsageError if it is not that."""
    try:
        found = torch.load(path, map_location=device, weights_only=True)
        return {name: found[name] for name in ("model", "optimiser", "random", "epoch", "batch")}
    except (OSError, EOFError, RuntimeError, UnpicklingError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: no checkpoint ({type(error).__name__}); name the last.pt of a training") from None


def build(folder: Path) -> SelectorNetwork:
    """Build the network on the bundled encoder's weights; its heads are new (seed torch before)."""
    from transformers import BertModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    # Attention weights are not dropped out: drawing so many random numbers takes half of a step's time on a CPU.
    encoder: Any = BertModel.from_pretrained(
        folder,
        local_files_only=True,
        add_pooling_layer=False,
        attn_implementation="sdpa",
        attention_probs_dropout_prob=0.0,
        hidden_dropout_prob=HIDDEN_DROPOUT,
    )
    for parent in list(encoder.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Dropout) and child.p > 0:
                setattr(parent, name, SharedDropout(child.p))
    return SelectorNetwork(encoder, encoder.config.hidden_size)
