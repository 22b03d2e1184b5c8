"""The readers in torch: an encoder and small heads.

For a row (see `index.rerank.layout`) a reader of answers gives
    sentences  (rows, sentences)  log-odds of a sentence against 'none': higher is likelier to answer
    start, end (rows, tokens)     logits of the first and last token of the answering words
and 'none' is a logit of its own, so that one softmax over none and all sentences says whether and where the
passage answers (the null answer of Devlin et al., 'BERT', 2019, section 4.3, at the level of sentences).

Two encoders: `small` is MiniLM-L6, which the bundled embedding model is made of; `deep` is MPNet base (Song et al.,
2020), 12 layers, 768 wide. MPNet knows the same word pieces as BERT under other numbers. Its word table is kept here
in BERT's order, so that both read the same rows.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from index.embedding.models import bundled_folder
from index.errors import UsageError

HIDDEN_DROPOUT = 0.1
_FIRST_POSITION = 2  # MPNet counts positions from here
_WORDS = 30_522  # of BERT's vocabulary


class Size(StrEnum):
    """The two readers."""

    SMALL = "small"
    DEEP = "deep"


class EncodingNetwork(nn.Module):
    """An encoder, which returns hidden states of shape (rows, tokens, hidden); heads are the business of others."""

    def __init__(self, encoder: nn.Module, size: Size) -> None:
        super().__init__()
        self.encoder, self.size = encoder, size

    def hidden(self, input_ids: Tensor, token_types: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the encoder's last hidden states, shape (rows, tokens, hidden). `deep` has no token types."""
        more = {"token_type_ids": token_types}
        if self.size is Size.DEEP:
            more = {"position_ids": torch.arange(input_ids.shape[1], device=input_ids.device)[None] + _FIRST_POSITION}
        found: Tensor = self.encoder(input_ids=input_ids, attention_mask=mask, return_dict=False, **more)[0]
        return found


class ReaderNetwork(EncodingNetwork):
    """A reader of answers."""

    def __init__(self, encoder: nn.Module, hidden: int, size: Size) -> None:
        super().__init__(encoder, size)
        self.span = nn.Linear(hidden, 2)
        self.sentence = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.GELU(), nn.Linear(hidden, 1))
        self.none = nn.Sequential(nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, 1))

    def forward(
        self, input_ids: Tensor, token_types: Tensor, membership: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return sentences, start, end.

        `membership`: (rows, sentences, tokens), 1 where a token belongs to a sentence; `mask`: 1 on real tokens.
        """
        hidden = self.hidden(input_ids, token_types, mask)
        start, end = self.span(hidden).unbind(-1)
        cls, mean = hidden[:, :1, :], mean_of_sentences(hidden, membership)
        joined = torch.cat([mean, cls.expand(-1, mean.shape[1], -1)], dim=-1)
        # The best starting point inside the sentence, softly: log of the sum of exponentials over its tokens.
        inside = start.unsqueeze(1) + (membership - 1.0) * 1e4
        best = torch.logsumexp(inside, dim=-1)
        none = self.none(cls).squeeze(-1)
        return self.sentence(joined).squeeze(-1) + best - none, start, end


def mean_of_sentences(hidden: Tensor, membership: Tensor) -> Tensor:
    """Return the mean state of each sentence's tokens, shape (rows, sentences, hidden)."""
    return membership.to(hidden.dtype) @ hidden / membership.sum(-1, keepdim=True).clamp(min=1.0)


def load_checkpoint(path: Path, device: str) -> dict[str, Any]:
    """Read what `train` saved: size, model and the state of the run. Raises UsageError if it is not that."""
    try:
        found = torch.load(path, map_location=device, weights_only=True)
        return {name: found[name] for name in ("size", "model", "optimiser", "seconds", "steps", "drawing")}
    except (OSError, EOFError, RuntimeError, UnpicklingError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: no checkpoint ({type(error).__name__}); name the last.pt of a training") from None


def load_weights(path: Path) -> tuple[Size, dict[str, Tensor]]:
    """Read the size and weights of a checkpoint, with the optimiser's state or without; raises as `load_checkpoint`."""
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        return Size(found["size"]), {name: value.float() for name, value in found["model"].items()}
    except (OSError, EOFError, RuntimeError, UnpicklingError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path}: no checkpoint ({type(error).__name__}); name the last.pt of a training") from None


def build(size: Size, weights: dict[str, Tensor] | None = None, dropout: float = HIDDEN_DROPOUT) -> ReaderNetwork:
    """Build the network with `weights`, or with new heads (seed torch before) on a bare encoder.

    Bare, `small` has the bundled embedding model's encoder and `deep` a new one. Attention weights are not dropped
    out: drawing so many random numbers takes half of a step's time on a CPU.
    """
    encoder = build_encoder(size, weights is None, dropout)
    network = ReaderNetwork(encoder, encoder.config.hidden_size, size)
    if weights is not None:
        network.load_state_dict(weights)
    return network


def build_encoder(size: Size, bare: bool, dropout: float) -> Any:
    """Build an encoder; a `bare` small one has the bundled embedding model's weights, any other random ones."""
    from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    rates: dict[str, Any] = {"attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": dropout}
    if size is Size.SMALL and bare:
        return BertModel.from_pretrained(bundled_folder(), local_files_only=True, add_pooling_layer=False, **rates)
    if size is Size.SMALL:
        small = BertConfig.from_json_file(bundled_folder() / "config.json")
        small.update(rates)
        return BertModel(small, add_pooling_layer=False)
    deep = MPNetConfig(vocab_size=_WORDS, max_position_embeddings=514, layer_norm_eps=1e-5, **rates)
    return MPNetModel(deep, add_pooling_layer=False)


def freeze(network: EncodingNetwork, layers: int) -> None:
    """Keep the word table and the lowest `layers` of the encoder as they are (0: train everything)."""
    if layers:
        encoder: Any = network.encoder
        for part in (encoder.embeddings, *encoder.encoder.layer[:layers]):
            part.requires_grad_(False)


def fuse_attention(network: EncodingNetwork) -> None:
    """Make MPNet's attention one operation, with its position bias as a mask that is not trained; others have it."""
    if network.size is Size.DEEP:
        network.encoder.encoder.relative_attention_bias.requires_grad_(False)  # type: ignore[union-attr]
        for layer in network.encoder.encoder.layer:  # type: ignore[union-attr]
            layer.attention.attn.forward = _Fused(layer.attention.attn)


class _Fused:
    """MPNet's self-attention, called as transformers calls it."""

    def __init__(self, attention: Any) -> None:
        self.attention = attention

    def __call__(self, hidden: Tensor, mask: Any = None, bias: Any = None, **_: Any) -> tuple[Tensor]:
        own = self.attention
        shape = (*hidden.shape[:2], own.num_attention_heads, own.attention_head_size)
        q, k, v = (part(hidden).view(shape).transpose(1, 2) for part in (own.q, own.k, own.v))
        added = bias if mask is None else bias + mask
        mixed = scaled_dot_product_attention(q, k, v, attn_mask=added.to(q.dtype))
        return (own.o(mixed.transpose(1, 2).reshape(hidden.shape)),)
